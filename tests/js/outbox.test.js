import assert from "node:assert/strict";
import { test } from "node:test";
import { createOutbox, EVERY_MS, nextTry, settlement, stripOf, TooLarge, Turned, Unreachable } from "../../market/static/js/till/core/outbox.js";
import { createAlone } from "../../market/static/js/till/world/wire.js";
import { createServer, emptyStore, NOW, soap } from "./world.js";

function phone({ exclusive = createAlone("test", null) } = {}) {
  const store = emptyStore();
  const server = createServer();
  const heard = [];
  const outbox = createOutbox({ store, send: (body) => server.sync(body), clock: () => NOW, exclusive, changed: (state) => heard.push(state) });
  return { store, server, outbox, heard, sell: async (many) => { for (let at = 0; at < many; at += 1) await store.fix(soap); } };
}

const states = async (store) => (await store.all()).map((row) => row.state).reverse();

test("what waits is sent in batches of 50, and is then sent", async () => {
  const { store, server, outbox, sell } = phone();
  await sell(120);
  assert.equal(await outbox.push(), true);
  assert.deepEqual(server.bodies.map((body) => body.rows.length), [50, 50, 20]);
  assert.deepEqual(server.bodies.map((body) => body.unsent), [120, 70, 20]);
  assert.equal(server.known.size, 120);
  assert.equal(await store.unsent(), 0);
  assert.equal(outbox.state().connected, true);
});

test("nothing to send is a sign of life all the same", async () => {
  const { server, outbox } = phone();
  assert.equal(await outbox.push(), true);
  assert.equal(server.bodies.length, 1);
  assert.equal(server.bodies[0].unsent, 0);
  assert.equal(outbox.state().till.state, "open");
});

test("a lost answer is asked for again, and the sale counts once", async () => {
  const { store, server, outbox, sell } = phone();
  await sell(1);
  const sync = server.sync;
  let lost = 0;
  server.sync = async (body) => {
    const answer = await sync(body);
    if (lost++ === 0) throw new Unreachable("lost");
    return answer;
  };
  assert.equal(await outbox.push(), false);
  assert.equal(outbox.state().connected, false);
  assert.equal(outbox.state().failures, 1);
  assert.deepEqual(await states(store), ["waiting"]);
  assert.equal(await outbox.push(), true);
  assert.equal(server.known.size, 1);
  assert.equal((await store.all())[0].outcome, "exists");
  assert.equal(outbox.state().failures, 0);
});

test("a refused row is set aside with its sentence, and the queue goes on", async () => {
  const { store, server, outbox, sell } = phone();
  await sell(3);
  const sync = server.sync;
  server.sync = async (body) => {
    const answer = await sync(body);
    Object.assign(answer.results[1], { outcome: "rejected", reason: "unknown_listing", say: "商品撤下了" });
    return answer;
  };
  assert.equal(await outbox.push(), true);
  assert.deepEqual(await states(store), ["sent", "aside", "sent"]);
  assert.equal((await store.all())[1].say, "商品撤下了");
});

test("a row leaves only with the hash it was fixed with", async () => {
  const { store, server, outbox, sell } = phone();
  await sell(1);
  server.mood = (body) => { body.rows = body.rows.map((row) => ({ ...row, hash: "0".repeat(64) })); };
  assert.equal(await outbox.push(), false);
  assert.deepEqual(await states(store), ["waiting"]);
});

test("a batch the server will not take is cut until the one row is found", async () => {
  const { store, server, outbox, sell } = phone();
  await sell(7);
  const bad = (await store.all())[2].id;
  server.mood = (body) => { if (body.rows.some((row) => row.id === bad)) throw new TooLarge("这一笔看不懂"); };
  assert.equal(await outbox.push(), true);
  assert.deepEqual(await states(store), ["sent", "sent", "sent", "sent", "aside", "sent", "sent"]);
  assert.equal((await store.get(bad)).say, "这一笔看不懂");
});

test("a phone that is known no longer says so and keeps everything", async () => {
  const { store, server, outbox, sell } = phone();
  await sell(2);
  server.mood = () => { throw new Turned("这部手机已停用"); };
  assert.equal(await outbox.push(), false);
  assert.equal(outbox.state().turned, "这部手机已停用");
  assert.deepEqual(await states(store), ["waiting", "waiting"]);
});

test("a mistake of our own is not taken for a lost connection", async () => {
  const { server, outbox } = phone();
  server.mood = () => { throw new TypeError("ours"); };
  await assert.rejects(outbox.push(), TypeError);
  assert.equal(outbox.state().sending, false);
});

test("two pushes at once send once", async () => {
  const { server, outbox, sell } = phone();
  await sell(3);
  const [one, other] = await Promise.all([outbox.push(), outbox.push()]);
  assert.deepEqual([one, other], [true, false]);
  assert.equal(server.bodies.length, 1);
});

test("of two pages with a lock between them one sends", async () => {
  let held = false;
  const locks = { request: async (_name, _options, work) => { if (held) return work(null); held = true; try { return await work({}); } finally { held = false; } } };
  const alone = createAlone("till", locks);
  const { server, outbox, sell } = phone({ exclusive: alone });
  await sell(1);
  const second = createOutbox({ store: emptyStore(), send: (body) => server.sync(body), clock: () => NOW, exclusive: alone });
  const [one, other] = await Promise.all([outbox.push(), second.push()]);
  assert.deepEqual([one, other], [true, false]);
});

test("signing off goes with the last batch only", async () => {
  const { server, outbox, sell } = phone();
  await sell(60);
  await outbox.push({ signOff: { till: 12, last_sequence: 60 } });
  assert.deepEqual(server.bodies.map((body) => body.sign_off), [null, { till: 12, last_sequence: 60 }]);
  assert.equal(outbox.state().signedOff, true);
});

test("what is sold while a batch is on its way goes with the next one", async () => {
  const { store, server, outbox, sell } = phone();
  await sell(1);
  let more = 2;
  server.mood = async () => { if (more-- > 0) await store.fix(soap); };
  assert.equal(await outbox.push(), true);
  assert.equal(server.known.size, 3);
  assert.equal(await store.unsent(), 0);
});

test("a result that says nothing settles nothing", () => {
  const row = { wire: { hash: "a" } };
  assert.equal(settlement(row, undefined, NOW), null);
  assert.equal(settlement(row, { outcome: "later" }, NOW), null);
  assert.equal(settlement(row, { outcome: "conflict", reason: "code_taken", say: "x" }, NOW).state, "aside");
});

test("tries come 15 s apart, longer after failures, never in step, and never hours apart", () => {
  assert.equal(nextTry(0, () => 0.5), EVERY_MS);
  assert.equal(nextTry(1, () => 0.5), EVERY_MS);
  assert.equal(nextTry(3, () => 0.5), 4 * EVERY_MS);
  assert.equal(nextTry(50, () => 0.5), 300_000);
  assert.equal(nextTry(1, () => 0), 11_250);
  assert.equal(nextTry(1, () => 0.999_999), 18_750);
});

test("the strip says the one thing that matters most", () => {
  const said = (state, counts) => { const { key, count } = stripOf({ turned: null, connected: true, ...state }, { waiting: 0, aside: 0, ...counts }); return [key, count]; };
  assert.deepEqual(said({}, {}), ["strip_online", 0]);
  assert.deepEqual(said({}, { waiting: 2 }), ["strip_waiting", 2]);
  assert.deepEqual(said({ connected: null }, {}), ["strip_connecting", 0]);
  assert.deepEqual(said({ connected: false }, {}), ["strip_offline", 0]);
  assert.deepEqual(said({ connected: false }, { waiting: 3 }), ["strip_offline_waiting", 3]);
  assert.deepEqual(said({ connected: false }, { waiting: 3, aside: 1 }), ["strip_aside", 1]);
  assert.deepEqual(said({ turned: "停用" }, { waiting: 3, aside: 1 }), ["strip_turned", 3]);
});
