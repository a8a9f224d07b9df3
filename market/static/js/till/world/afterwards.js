/** What the first sale does not wait for: that the page is kept, and that what an earlier pass left is sent. */
import { earlierNames, leftBehind, sendLeftBehind } from "../core/left_behind.js";
import { byId, say, show } from "../page/dom.js";
import { only } from "../page/views.js";
import { keepHere } from "./here.js";
import { openIndexed } from "./indexed.js";
import { letKeep } from "./keeping.js";
import { seemsPrivate } from "./private.js";
import { createAlone, createWire, ownLease } from "./wire.js";

export async function afterwards({ data, given, store, name, words }) {
  await beSure(store);
  if (given === data) await keepHere(name, store, given);
  const newer = () => show("version-new", true);
  void letKeep({ address: data.worker, version: data.version, newer }).catch(console.error);
  window.addEventListener("online", () => void sendEarlier(name, words));
  await sendEarlier(name, words);
}

/** Sell on only where what is kept outlives the window, or somebody says that it does. */
async function beSure(store) {
  if ((await store.kept("sure")) || !(await seemsPrivate())) return;
  only("private");
  byId("not-private").onclick = async () => {
    await store.keep("sure", true);
    window.location.reload();
  };
}

/** What was sold under an earlier pass of this phone is sent as well. */
async function sendEarlier(name, words) {
  try {
    const world = { open: openIndexed, wire: (token) => createWire({ token }), alone, clock: Date.now };
    const unsent = await sendLeftBehind(await earlierStorages(name), world);
    say("earlier", unsent ? words("earlier", { count: unsent }) : "");
    show("earlier", unsent > 0);
  } catch (error) {
    // It is tried again when the page is opened next; this market's selling does not wait for it.
    console.error(error);
  }
}

/** Earlier devices of this phone, with the rows that they still hold. */
export async function earlierHolders(name) {
  return leftBehind(await earlierStorages(name), openIndexed);
}

async function earlierStorages(name) {
  const all = (await indexedDB.databases?.()) ?? [];
  return earlierNames(all.map((one) => one.name), name);
}

function alone(name, store) {
  const random = (many) => crypto.getRandomValues(new Uint8Array(many));
  return createAlone(name, { lease: ownLease({ store, clock: Date.now, random }) });
}
