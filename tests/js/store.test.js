import assert from "node:assert/strict";
import { test } from "node:test";
import { createStore, KEPT_MS, StorageBroken } from "../../market/static/js/till/core/store.js";
import { openMemory } from "../../market/static/js/till/world/memory.js";
import { emptyStore, NOW, soap, undoing } from "./world.js";

test("numbers go up by one, for sales and voids alike, and two at once never share one", async () => {
  const store = emptyStore();
  const rows = await Promise.all(Array.from({ length: 20 }, () => store.fix(soap)));
  assert.deepEqual(rows.map((row) => row.sequence).sort((a, b) => a - b), Array.from({ length: 20 }, (_, at) => at + 1));
  const last = await store.fix(({ sequence }) => undoing(rows[0].id, sequence));
  assert.equal(last.sequence, 21);
  assert.equal(await store.lastSequence(), 21);
});

test("a phone that lost its storage goes on after the number the server knows", async () => {
  const store = emptyStore();
  assert.equal((await store.fix(soap, 41)).sequence, 42);
  assert.equal((await store.fix(soap, 7)).sequence, 43);
});

test("a storage that was cleared is noticed, and numbers go on behind what the server has heard", async () => {
  const store = emptyStore();
  await store.catchUp(0);
  await store.fix(soap);
  await store.catchUp(1);
  assert.equal(await store.kept("cleared"), undefined);
  await store.catchUp(7);
  assert.equal(await store.kept("cleared"), true);
  assert.equal((await store.fix(soap)).sequence, 8);
});

test("a slip is used once, and only by the sale that bears its code", async () => {
  const store = emptyStore();
  await store.addSlips([{ code: "ABCDEFGHJKMA", matrix: "1" }, { code: "ZZZZZZZZZZZH", matrix: "0" }]);
  await store.addSlips([{ code: "ZZZZZZZZZZZH", matrix: "0" }]);
  assert.equal(await store.slips(), 2);
  const sale = await store.fix(soap);
  assert.equal(sale.wire.code, "ABCDEFGHJKMA");
  await store.fix(({ sequence }) => undoing(sale.id, sequence));
  assert.equal(await store.slips(), 1);
  assert.equal((await store.fix(soap)).wire.code, "ZZZZZZZZZZZH");
  assert.equal((await store.fix(soap)).wire.code, "222222222222");
});

test("a row that could not be made uses up nothing", async () => {
  const store = emptyStore();
  await store.addSlips([{ code: "ABCDEFGHJKMA", matrix: "1" }]);
  await assert.rejects(store.fix(() => { throw new Error("no"); }), /no/);
  assert.equal(await store.lastSequence(), 0);
  assert.equal(await store.slips(), 1);
});

test("what is read back otherwise is not recorded", async () => {
  const memory = openMemory();
  const forgetful = { transact: (work) => memory.transact((tables) => work({ ...tables, rows: { ...tables.rows, put: () => {} } })) };
  await assert.rejects(createStore(forgetful).fix(soap), StorageBroken);
  const deaf = { transact: (work) => memory.transact((tables) => work({ ...tables, kept: { ...tables.kept, put: () => {} } })) };
  await assert.rejects(createStore(deaf).test(NOW), StorageBroken);
  await emptyStore().test(NOW);
});

test("what waits is sent in the order it was made in", async () => {
  const store = emptyStore();
  const rows = [];
  for (let many = 0; many < 5; many += 1) rows.push(await store.fix(soap));
  await store.settle(new Map([[rows[1].id, { state: "sent", sentAt: NOW }]]));
  assert.deepEqual((await store.waiting(3)).map((row) => row.sequence), [1, 3, 4]);
  assert.equal(await store.unsent(), 4);
  assert.deepEqual((await store.all()).map((row) => row.sequence), [5, 4, 3, 2, 1]);
});

test("settling changes nothing of what was fixed, and a row unknown here is left alone", async () => {
  const store = emptyStore();
  const row = await store.fix(soap);
  await store.settle(new Map([[row.id, { state: "sent", sentAt: NOW }]]));
  assert.deepEqual((await store.get(row.id)).wire, row.wire);
  await store.settle(new Map([["nobody", { state: "sent" }]]));
  assert.equal(await store.get("nobody"), undefined);
});

test("a row's state may change, what was fixed in it never", async () => {
  const store = emptyStore();
  const row = await store.fix(soap);
  await store.settle(new Map([[row.id, { state: "aside", wire: { ...row.wire, gift: 500 } }]]));
  assert.deepEqual((await store.get(row.id)).wire, row.wire);
});

test("what is on this phone only is counted as such, told or not", async () => {
  const store = emptyStore();
  const [sent, aside, refused] = [await store.fix(soap), await store.fix(soap), await store.fix(soap)];
  await store.fix(soap);
  await store.settle(new Map([[sent.id, { state: "sent", sentAt: NOW }], [aside.id, { state: "aside" }], [refused.id, { state: "refused" }]]));
  assert.deepEqual(await store.counts(), { waiting: 1, aside: 1, refused: 1, unsent: 2 });
  await store.turn("aside", "told");
  assert.deepEqual(await store.counts(), { waiting: 1, aside: 0, refused: 1, unsent: 2 });
  await store.turn("refused", "waiting");
  assert.deepEqual(await store.counts(), { waiting: 2, aside: 0, refused: 0, unsent: 2 });
  assert.equal(await store.unsent(), 2);
});

test("only what the server has had for seven days is let go", async () => {
  const store = emptyStore();
  const [old, young, waiting, aside] = [await store.fix(soap), await store.fix(soap), await store.fix(soap), await store.fix(soap)];
  await store.settle(new Map([[old.id, { state: "sent", sentAt: NOW }]]));
  await store.settle(new Map([[young.id, { state: "sent", sentAt: NOW + 2000 }]]));
  await store.settle(new Map([[aside.id, { state: "aside", sentAt: NOW }]]));
  await store.forget(NOW + KEPT_MS + 1000);
  assert.deepEqual((await store.all()).map((row) => row.id), [aside.id, waiting.id, young.id]);
});
