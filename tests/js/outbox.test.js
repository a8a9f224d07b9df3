import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { createLease, LEASE_MS } from "../../market/static/js/till/core/lease.js";
import { createOutbox, EVERY_MS, Later, nextTry, settlement, TooLarge, Turned, Unreachable } from "../../market/static/js/till/core/outbox.js";
import { stripOf } from "../../market/static/js/till/core/strip.js";
import { createAlone } from "../../market/static/js/till/world/wire.js";
import { createServer, emptyStore, NOW, soap, undoing } from "./world.js";

/** Why the server sets rows aside; its own tests hold the list to what it says. */
const REASONS = JSON.parse(readFileSync(new URL("../domain/vectors/reasons.json", import.meta.url)));

function phone({ exclusive = createAlone("test", { locks: null }) } = {}) {
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
  assert.equal(await outbox.push({ signOff: { till: 12, last_sequence: 7 } }), false, "one row is on this phone only");
  assert.deepEqual(await states(store), ["sent", "sent", "sent", "sent", "refused", "sent", "sent"]);
  assert.equal((await store.get(bad)).say, "这一笔看不懂");
  assert.equal(outbox.state().signedOff, null, "a phone that holds something back does not sign off");
  server.mood = null;
  await store.turn("refused", "waiting");
  assert.equal(await outbox.push(), true, "asked for again, it goes");
});

test("somebody on the way to whom anything is too much loses no row", async () => {
  const { store, server, outbox, sell } = phone();
  await sell(3);
  server.mood = (body) => { if (body.rows.length > 0) throw new TooLarge("", { ours: false }); };
  assert.equal(await outbox.push(), false);
  assert.deepEqual(await states(store), ["waiting", "waiting", "waiting"]);
  server.mood = null;
  assert.equal(await outbox.push(), true);
});

test("a mere sign of life that is refused is a line that bends things", async () => {
  const { server, outbox } = phone();
  server.mood = () => { throw new TooLarge("看不懂"); };
  assert.equal(await outbox.push(), false);
  assert.equal(outbox.state().connected, false);
});

test("a server that has no time is left alone for as long as it asks", async () => {
  const { store, server, outbox, sell } = phone();
  await sell(1);
  server.mood = () => { throw new Later("请等 40 秒", 40_000); };
  assert.equal(await outbox.push(), false);
  const { busy, failures, waitMs } = outbox.state();
  assert.deepEqual([busy, failures, waitMs], [true, 1, 40_000]);
  assert.deepEqual(await states(store), ["waiting"]);
  assert.equal(nextTry(failures, () => 0, waitMs), 40_000);
  assert.equal(nextTry(failures, () => 0.5, waitMs), 45_000);
  assert.equal(nextTry(failures, () => 0, 10 ** 9), 300_000, "but not for ever");
  server.mood = null;
  assert.equal(await outbox.push(), true);
  assert.deepEqual([outbox.state().busy, outbox.state().waitMs], [false, 0]);
});

test("an answer without results is nobody's", async () => {
  for (const said of [{}, { results: null }, { results: "created" }, null]) {
    const { store, server, outbox, sell } = phone();
    await sell(1);
    server.sync = async () => said;
    assert.equal(await outbox.push(), false);
    assert.equal(outbox.state().connected, false);
    assert.deepEqual(await states(store), ["waiting"]);
  }
});

test("of half a batch of results the other half waits, and is sent again", async () => {
  const { store, server, outbox, sell } = phone();
  await sell(4);
  const sync = server.sync;
  server.sync = async (body) => {
    const answer = await sync(body);
    return { ...answer, results: answer.results.slice(0, Math.ceil(answer.results.length / 2)).reverse() };
  };
  assert.equal(await outbox.push(), true);
  assert.deepEqual(server.bodies.map((body) => body.rows.length), [4, 2, 1]);
  assert.deepEqual(await states(store), ["sent", "sent", "sent", "sent"]);
});

test("the same name with another content is set aside and shown, and what waits behind it goes", async () => {
  const { store, server, outbox, sell } = phone();
  await sell(2);
  const [, first] = await store.all();
  server.known.set(first.id, { ...first.wire, gift: 100, hash: "f".repeat(64) });
  assert.equal(await outbox.push(), true);
  assert.deepEqual(await states(store), ["aside", "sent"]);
  const { outcome, reason, say, wire } = await store.get(first.id);
  assert.deepEqual([outcome, reason, say], ["conflict", "other_content", "内容不一样"]);
  assert.deepEqual(wire, first.wire, "what was fixed here is still here");
});

test("a void made without network goes behind its sale", async () => {
  const { store, server, outbox } = phone();
  const sale = await store.fix(soap);
  await store.fix(({ sequence }) => undoing(sale.id, sequence));
  assert.equal(await outbox.push(), true);
  assert.deepEqual(server.bodies[0].rows.map((row) => row.kind), ["sale", "void"]);
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
  assert.deepEqual([one, other], [true, null]);
  assert.equal(server.bodies.length, 1);
});

test("of two pages with a lock between them one sends", async () => {
  let held = false;
  const locks = { request: async (_name, _options, work) => { if (held) return work(null); held = true; try { return await work({}); } finally { held = false; } } };
  const alone = createAlone("till", { locks });
  const { server, outbox, sell } = phone({ exclusive: alone });
  await sell(1);
  const second = createOutbox({ store: emptyStore(), send: (body) => server.sync(body), clock: () => NOW, exclusive: alone });
  const [one, other] = await Promise.all([outbox.push(), second.push()]);
  assert.deepEqual([one, other], [true, null]);
});

/** Two pages of one phone without locks, and the clock they share. */
function pages() {
  const store = emptyStore();
  const time = { now: NOW };
  const server = createServer();
  const page = (owner) => {
    const lease = createLease({ store, clock: () => time.now, owner });
    return createOutbox({ store, send: (body) => server.sync(body), clock: () => time.now, exclusive: createAlone("till", { locks: null, lease }) });
  };
  return { store, time, server, one: page("one"), other: page("other") };
}

test("of two pages without locks the one that holds the lease sends", async () => {
  const { store, server, one, other } = pages();
  await store.fix(soap);
  const [done, none] = await Promise.all([one.push(), other.push()]);
  assert.deepEqual([done, none], [true, null]);
  assert.equal(server.bodies.length, 1);
  assert.equal(await other.push(), true, "it is given back when done");
});

test("a page that never came back loses its lease, and whoever lost it stops", async () => {
  const { store, time, server, one, other } = pages();
  for (let sold = 0; sold < 60; sold += 1) await store.fix(soap);
  server.mood = async () => {
    server.mood = null;
    // The page sleeps in the middle of a batch; the other one finds the lease run out.
    time.now += LEASE_MS;
    assert.equal(await other.push(), true);
  };
  assert.equal(await one.push(), true, "nothing is left to it");
  assert.deepEqual(server.bodies.map((body) => body.rows.length), [50, 50, 10]);
  assert.equal(server.known.size, 60);
});

test("a page whose lease another page has meanwhile sends no more", async () => {
  const { store, server, one } = pages();
  for (let sold = 0; sold < 60; sold += 1) await store.fix(soap);
  server.mood = () => store.keep("lease", { owner: "other", until: NOW + LEASE_MS });
  assert.equal(await one.push(), false);
  assert.deepEqual(server.bodies.map((body) => body.rows.length), [50]);
  assert.equal((await store.kept("lease")).owner, "other", "and does not give back what is not its own");
});

test("a lease is not renewed once another page has it", async () => {
  const { store, time } = pages();
  const lease = (owner) => createLease({ store, clock: () => time.now, owner });
  const seen = [];
  await lease("one")(async (mine) => {
    seen.push(await mine());
    time.now += LEASE_MS;
    await lease("other")(async () => seen.push(await mine()));
  });
  assert.deepEqual(seen, [true, false]);
});

test("a clock that is set back ten years does not keep a lease for ten years", async () => {
  const { store, time, one, other } = pages();
  await store.fix(soap);
  await store.keep("lease", { owner: "one", until: time.now + LEASE_MS });
  assert.equal(await other.push(), null);
  time.now -= 10 * 365 * 86_400_000;
  assert.equal(await other.push(), true);
  assert.equal(await one.push(), true);
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

test("what the server has is let go, and each reason for which it sets a row aside stays with it", () => {
  const row = { wire: { hash: "a" } };
  for (const outcome of ["created", "exists"]) {
    assert.deepEqual(settlement(row, { outcome, hash: "a" }, NOW), { state: "sent", sentAt: NOW, outcome });
    assert.equal(settlement(row, { outcome, hash: "b" }, NOW), null, "of another content it says nothing");
  }
  assert.equal(REASONS.length, 14);
  for (const reason of REASONS) {
    for (const outcome of ["conflict", "rejected"]) {
      const said = { state: "aside", sentAt: NOW, outcome, reason, say: `因为 ${reason}` };
      assert.deepEqual(settlement(row, { outcome, reason, say: said.say, hash: "a" }, NOW), said);
    }
  }
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
  assert.deepEqual(said({}, { waiting: 3, aside: 1, refused: 1 }), ["strip_aside", 2]);
  assert.deepEqual(said({ connected: false }, { aside: 1 }), ["strip_aside", 1]);
  const { key, count, aside } = stripOf({ turned: null, connected: false }, { waiting: 3, aside: 1, refused: 1 });
  assert.deepEqual([key, count, aside], ["strip_aside_offline", 4, 2], "what is on this phone only is always told");
  assert.deepEqual(said({ connected: false, busy: true }, { waiting: 3 }), ["strip_busy", 3]);
  assert.deepEqual(said({ connected: false, busy: true }, {}), ["strip_online", 0]);
  assert.deepEqual(said({ turned: "停用" }, { waiting: 3, aside: 1, refused: 1 }), ["strip_turned", 4]);
});
