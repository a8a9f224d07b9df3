/** What this phone keeps for opening its till without network: which device it is, its token, and what
 *  was on sale. All of it lies with the outbox; the name of whoever holds the phone is left out. */
import { createStore } from "../core/store.js";
import { byId, say } from "../page/dom.js";

const KEY = "till";

/** A page that was kept for opening without network, on a phone that has nothing to open it with. */
class NothingKept extends Error {
  nothingKept = true;
}

export async function keepHere(name, store, { token, bootstrap, turns }) {
  await store.keep("token", token);
  await store.keep("page", { bootstrap: nameless(bootstrap), turns });
  try {
    globalThis.localStorage.setItem(KEY, name);
  } catch {
    // Then this phone opens its till with network only.
  }
}

/** The token, and what was on sale when the server was last asked; the page says whose it is. Raises
 *  an error with `nothingKept`. */
export async function openedKept(open) {
  const name = hereName();
  if (!name) throw new NothingKept();
  const database = await open(name);
  const store = createStore(database);
  const [token, page] = [await store.kept("token"), await store.kept("page")];
  database.close();
  if (!token || !page) throw new NothingKept();
  nameThings(page);
  return { token, ...page };
}

function nameThings({ bootstrap, turns }) {
  say("heading", bootstrap.till?.name ?? bootstrap.market_day.name);
  say("device-letter", bootstrap.device.letter);
  say("market-name", `${bootstrap.market_day.name} · ${bootstrap.community.name}`);
  byId("to-turns").href = turns;
}

/** Which of the phone's storages is that of its present device. */
function hereName() {
  try {
    return globalThis.localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/** The server's newest word of what is on sale, for the next time without network. */
export function keepLearnt(store, bootstrap) {
  return store.change("page", (page) => ({ ...page, bootstrap: nameless(bootstrap) }));
}

function nameless(bootstrap) {
  return { ...bootstrap, device: { ...bootstrap.device, name: "" } };
}
