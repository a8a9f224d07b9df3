/** What this phone recorded under an earlier pass and has not sent: it goes with the token of then.
 *
 * A new pass gives the phone another token and another storage; without this, what was sold offline
 * at the end of one market would lie in the old storage for ever.
 */
import { createOutbox } from "./outbox.js";
import { createStore } from "./store.js";

const TOKEN = "token";
const NAME = /^till-[0-9]+$/;

/** The storages of this phone's earlier devices, among all that there are. */
export function earlierNames(all, current) {
  return all.filter((name) => NAME.test(name ?? "") && name !== current);
}

/** What is still unsent in each of these storages, for whoever writes it down. */
export async function leftBehind(names, open) {
  const found = [];
  for (const name of names) {
    try {
      const holder = await within(name, open, holderOf);
      if (holder.rows.length > 0) found.push(holder);
    } catch (error) {
      console.error(error);
    }
  }
  return found;
}

async function holderOf(store, name) {
  const rows = (await store.all()).reverse().filter((row) => row.state === "waiting" || row.state === "refused");
  const page = await store.kept("page");
  return { letter: page?.bootstrap.device.letter ?? "A", device: Number(name.slice("till-".length)), rows: rows.map((row) => row.wire) };
}

/** Try each storage once. Gives how many rows are still unsent, one storage's trouble not another's.
 *
 *   open   (name) → the database of that name
 *   wire   (token) → what talks to the server in that device's name
 *   alone  (name, store) → runs work if no other page is sending from that storage
 */
export async function sendLeftBehind(names, { open, wire, alone, clock }) {
  let unsent = 0;
  for (const name of names) {
    try {
      unsent += await sendOne(name, { open, wire, alone, clock });
    } catch (error) {
      console.error(error);
    }
  }
  return unsent;
}

function sendOne(name, { open, wire, alone, clock }) {
  return within(name, open, async (store) => {
    const token = await store.kept(TOKEN);
    if (token && (await store.unsent()) > 0) {
      await store.turn("refused", "waiting");
      await createOutbox({ store, send: wire(token).sync, clock, exclusive: alone(name, store) }).push();
    }
    return store.unsent();
  });
}

/** Do something with a storage, and let it go. */
async function within(name, open, work) {
  const database = await open(name);
  try {
    return await work(createStore(database), name);
  } finally {
    database.close();
  }
}
