import assert from "node:assert/strict";
import { test } from "node:test";
import { EVERY_MS, Later, Turned, Unreachable } from "../../market/static/js/till/core/outbox.js";
import { createLine } from "../../market/static/js/till/page/line.js";
import { createAlone } from "../../market/static/js/till/world/wire.js";
import { createServer, emptyStore, NOW, soap } from "./world.js";

/** A page with a line: its window and document, its bells, and what was asked of the server. */
function page({ slips = 40, low = 20 } = {}) {
  const bells = [];
  globalThis.window = new EventTarget();
  globalThis.document = Object.assign(new EventTarget(), { hidden: false, getElementById: () => ({ dataset: { waiting: "1" } }) });
  const real = { set: globalThis.setTimeout, clear: globalThis.clearTimeout };
  globalThis.setTimeout = (ring, ms) => bells.push({ ring, ms });
  globalThis.clearTimeout = () => {};
  const [store, server] = [emptyStore(), createServer()];
  const asked = { till: 0, slips: [] };
  const till = { id: 12, name: "一号", state: "open" };
  const wire = {
    sync: (body) => server.sync(body),
    till: async () => { asked.till += 1; return { till }; },
    slips: async (have) => { asked.slips.push(have); return { slips: [{ code: "ABCDEFGHJKMA", matrix: "1" }] }; },
  };
  const app = { freshAt: NOW, till: () => till, takeTill: () => {}, restock: async () => {}, drawLine: () => {}, bootstrap: () => ({ slips: { low } }) };
  const shown = { out: 0 };
  const line = createLine(app, { store, wire, clock: () => NOW, jitter: () => 0.5, exclusive: createAlone("line", { locks: null }), practice: false, shownOut: async () => { shown.out += 1; } });
  const stocked = store.addSlips(Array.from({ length: slips }, (_, at) => ({ code: `${at}`, matrix: "1" })));
  return { line, store, server, asked, bells, shown, stocked, over: () => Object.assign(globalThis, { setTimeout: real.set, clearTimeout: real.clear }) };
}

/** All that was begun comes to its end: nothing here waits for a bell. */
const settled = () => new Promise((resolve) => setImmediate(() => setImmediate(() => setImmediate(resolve))));

async function on(options, work) {
  const here = page(options);
  try {
    await here.stocked;
    await work(here);
  } finally {
    here.over();
  }
}

test("it sends on loading, when the network comes back, when the page is looked at again, at the bell and by the button", () =>
  on({}, async ({ line, store, server, bells }) => {
    const sent = async (cause) => {
      await store.fix(soap);
      await cause();
      await settled();
      return store.unsent();
    };
    assert.equal(await sent(() => line.beat()), 0);
    assert.equal(await sent(() => window.dispatchEvent(new Event("online"))), 0);
    document.hidden = true;
    assert.equal(await sent(() => document.dispatchEvent(new Event("visibilitychange"))), 1, "nobody looks");
    document.hidden = false;
    assert.equal(await sent(() => document.dispatchEvent(new Event("visibilitychange"))), 0);
    assert.equal(bells.at(-1).ms, EVERY_MS);
    assert.equal(await sent(() => bells.at(-1).ring()), 0);
    const refused = await store.fix(soap);
    await store.settle(new Map([[refused.id, { state: "refused" }]]));
    assert.equal(await sent(() => line.sendAll()), 0);
    assert.equal(server.known.size, 7);
  }));

test("after a failure the bell is later, and as late as a busy server asks for", () =>
  on({}, async ({ line, store, server, bells }) => {
    await store.fix(soap);
    const after = async (error) => {
      server.mood = () => { throw error; };
      await line.send();
      return bells.at(-1).ms;
    };
    assert.deepEqual([await after(new Unreachable("")), await after(new Unreachable(""))], [EVERY_MS, 2 * EVERY_MS]);
    assert.equal(await after(new Later("请等", 200_000)), 225_000);
  }));

test("slips are fetched while there are still enough of them, and not before", async () => {
  await on({ slips: 21 }, async ({ line, asked, store }) => {
    await line.send();
    assert.deepEqual(asked.slips, []);
    await store.fix((given) => soap(given));
    await line.send();
    assert.deepEqual(asked.slips, [20]);
    assert.equal(await store.slips(), 21);
  });
});

test("a phone that was shown out says so, and asks for nothing more", () =>
  on({ slips: 0 }, async ({ line, server, asked, shown }) => {
    server.mood = () => { throw new Turned("停用"); };
    await line.send();
    assert.deepEqual([shown.out, asked.slips], [1, []]);
  }));

test("a mistake of ours does not end the sending", () =>
  on({}, async ({ line, server, bells }) => {
    const said = console.error;
    console.error = () => {};
    try {
      server.mood = () => { throw new RangeError("ours"); };
      await line.send();
    } finally {
      console.error = said;
    }
    assert.equal(bells.length, 1);
  }));

test("leaving asks whether to stay while something waits and nobody answers", () =>
  on({}, async ({ line, server, store }) => {
    const leave = () => {
      const event = new Event("beforeunload", { cancelable: true });
      window.dispatchEvent(event);
      return event.defaultPrevented;
    };
    assert.equal(leave(), false);
    await store.fix(soap);
    server.mood = () => { throw new Unreachable(""); };
    await line.send();
    assert.equal(leave(), true);
  }));
