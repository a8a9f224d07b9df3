import assert from "node:assert/strict";
import { test } from "node:test";
import { earlierNames, leftBehind, sendLeftBehind } from "../../market/static/js/till/core/left_behind.js";
import { Turned } from "../../market/static/js/till/core/outbox.js";
import { createStore } from "../../market/static/js/till/core/store.js";
import { openMemory } from "../../market/static/js/till/world/memory.js";
import { createAlone } from "../../market/static/js/till/world/wire.js";
import { createServer, NOW, soap } from "./world.js";

/** A phone that has been some devices: each with a storage, a token and unsent sales. */
async function phone(devices) {
  const databases = new Map();
  for (const [name, token, sales] of devices) {
    const database = openMemory();
    const store = createStore(database);
    if (token) await store.keep("token", token);
    for (let at = 0; at < sales; at += 1) await store.fix(soap);
    databases.set(name, database);
  }
  const server = createServer();
  const tokens = [];
  const world = {
    open: async (name) => databases.get(name),
    wire: (token) => ({ sync: (body) => (tokens.push(token), server.sync(body)) }),
    alone: (name) => createAlone(name, { locks: null }),
    clock: () => NOW,
  };
  return { world, server, tokens };
}

/** What goes wrong is said aloud, though not here. */
async function silently(work) {
  const said = console.error;
  console.error = () => {};
  try {
    return await work();
  } finally {
    console.error = said;
  }
}

test("what an earlier device has not sent goes with the token it had", async () => {
  const { world, server, tokens } = await phone([["till-1", "old", 3], ["till-2", "older", 0]]);
  assert.equal(await sendLeftBehind(["till-1", "till-2"], world), 0);
  assert.equal(server.known.size, 3);
  assert.deepEqual(tokens, ["old"]);
});

test("only storages of earlier devices are looked into", () => {
  assert.deepEqual(earlierNames(["till-1", "till-2", "other", undefined, "till-x"], "till-2"), ["till-1"]);
});

test("a device that was shown out keeps its rows, and the next one is tried all the same", async () => {
  const { world, server } = await phone([["till-1", "revoked", 2], ["till-2", "good", 1]]);
  const known = world.wire;
  world.wire = (token) => (token === "revoked" ? { sync: async () => { throw new Turned("请扫摊位通行码"); } } : known(token));
  assert.equal(await sendLeftBehind(["till-1", "till-2"], world), 2);
  assert.equal(server.known.size, 1);
});

test("a storage that cannot be opened, or knows no token, hinders nothing", async () => {
  const { world, server } = await phone([["till-2", "", 1], ["till-3", "good", 1]]);
  const open = world.open;
  world.open = async (name) => { if (name === "till-1") throw new Error("blocked"); return open(name); };
  assert.equal(await silently(() => sendLeftBehind(["till-1", "till-2", "till-3"], world)), 1);
  assert.equal(server.known.size, 1);
});

test("what an earlier device still holds can be written down, refused or not", async () => {
  const { world } = await phone([["till-1", "revoked", 3], ["till-22", "good", 0]]);
  const store = createStore(await world.open("till-1"));
  const [, second, first] = await store.all();
  await store.settle(new Map([[second.id, { state: "refused" }], [first.id, { state: "sent", sentAt: NOW }]]));
  const [holder, ...others] = await leftBehind(["till-1", "till-22"], world.open);
  assert.deepEqual(others, []);
  assert.deepEqual([holder.device, holder.letter], [1, "A"]);
  assert.deepEqual(holder.rows.map((row) => row.sequence), [2, 3]);
});

test("an earlier device is written down by its own letter, and one that cannot be opened hinders nothing", async () => {
  const { world } = await phone([["till-2", "good", 1]]);
  const store = createStore(await world.open("till-2"));
  await store.keep("page", { bootstrap: { device: { letter: "C" } } });
  const open = world.open;
  world.open = async (name) => { if (name === "till-1") throw new Error("blocked"); return open(name); };
  const found = await silently(() => leftBehind(["till-1", "till-2"], world.open));
  assert.deepEqual(found.map(({ letter, device }) => [letter, device]), [["C", 2]]);
});
