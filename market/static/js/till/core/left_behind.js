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

/** Keep what a later pass needs to send this device's rows. */
export function keepToken(store, token) {
  return store.keep(TOKEN, token);
}

/** Try each storage once. Gives how many rows are still unsent, one storage's trouble not another's.
 *
 *   open   (name) → the database of that name
 *   wire   (token) → what talks to the server in that device's name
 *   alone  (name) → runs work if no other page is sending from that storage
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

async function sendOne(name, { open, wire, alone, clock }) {
  const database = await open(name);
  try {
    const store = createStore(database);
    const token = await store.kept(TOKEN);
    if (token && (await store.unsent()) > 0) {
      await createOutbox({ store, send: wire(token).sync, clock, exclusive: alone(name) }).push();
    }
    return await store.unsent();
  } finally {
    database.close();
  }
}
