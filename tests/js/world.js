/** What the tests hand in: a clock that goes when told, random bytes that repeat, a server in memory. */
import { createStore } from "../../market/static/js/till/core/store.js";
import { fixSale, fixVoid } from "../../market/static/js/till/core/row.js";
import { openMemory } from "../../market/static/js/till/world/memory.js";

export const NOW = 1_795_996_800_000;

export function random(seed = 1) {
  let state = seed;
  return (many) =>
    Uint8Array.from({ length: many }, () => {
      state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
      return (state >> 16) & 0xff;
    });
}

export const bytes = random();

export function emptyStore() {
  return createStore(openMemory());
}

/** A row as the page makes it: one soap for ¥15 in cash. */
export function soap({ sequence, slip }, { code = slip?.code ?? "222222222222" } = {}) {
  const lines = [{ listing: 1, name: "手工皂", quantity: 1, price: 1500 }];
  const wire = fixSale({
    till: 12, device: 7, sequence, code, tender: "cash", gift: 0, tendered: null, lines, now: NOW + sequence, random: bytes,
  });
  return { id: wire.id, kind: "sale", sequence, state: "waiting", at: NOW, wire };
}

export function undoing(sale, sequence) {
  const wire = fixVoid({ sale, reason: "收错了", sequence, now: NOW, random: bytes });
  return { id: wire.id, kind: "void", sequence, state: "waiting", at: NOW, wire };
}

/** A server that keeps what it is sent, as the real one answers. `mood` may be changed at any time. */
export function createServer() {
  const known = new Map();
  const bodies = [];
  const server = { known, bodies, mood: null };
  server.sync = async (body) => {
    bodies.push(body);
    if (server.mood) await server.mood(body);
    const results = body.rows.map((row) => {
      const before = known.get(row.id);
      known.set(row.id, before ?? row);
      if (before && before.hash !== row.hash) return { id: row.id, outcome: "conflict", hash: before.hash, reason: "other_content", say: "内容不一样" };
      return { id: row.id, outcome: before ? "exists" : "created", hash: row.hash, reason: null, say: null };
    });
    return { server_at: "2026-11-30T08:00:00Z", results, till: { id: 12, name: "一号", state: "open" }, signed_off: body.sign_off ? true : null };
  };
  return server;
}
