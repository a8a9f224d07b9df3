/** The world of practice: everything answers, nothing is kept, and no address is known. */
import { createStore } from "../core/store.js";
import { openMemory } from "./memory.js";
import { createAlone } from "./wire.js";

const NUMBER = 1;

/** The same stalls and listings at a till of its own, open whatever the real one is. */
export function practiceTill(bootstrap) {
  const till = { id: NUMBER, name: bootstrap.till?.name ?? bootstrap.market_day.name, state: "open" };
  return { ...bootstrap, till, device: { ...bootstrap.device, last_sequence: 0 } };
}

/** A storage that is gone with the page, and a server that is not there. */
export function practiceWorld(till) {
  const alone = createAlone("practice", { locks: null });
  return { store: createStore(openMemory()), connect: async () => ({ wire: practiceWire(till), exclusive: alone }), practice: true };
}

function practiceWire(till) {
  return {
    till: async () => till,
    slips: async () => ({ slips: [] }),
    live: async () => ({ lit: "0", expected: "0" }),
    sync: async ({ rows, sign_off }) => ({
      till: till.till,
      signed_off: sign_off !== null,
      results: rows.map((row) => ({ id: row.id, outcome: "created", hash: row.hash, reason: null, say: null })),
    }),
  };
}
