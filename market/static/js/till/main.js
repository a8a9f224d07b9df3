/** Where the till of a phone begins: the real world is put together, and handed to the app. */
import { createApp } from "./app.js";
import { createStore } from "./core/store.js";
import { byId, createWords, show } from "./page/dom.js";
import { showBroken } from "./page/views.js";
import { openIndexed } from "./world/indexed.js";
import { createAlone, createWire } from "./world/wire.js";

const common = { clock: Date.now, random: (many) => crypto.getRandomValues(new Uint8Array(many)) };

async function main() {
  const data = JSON.parse(byId("till-data").textContent);
  const words = createWords(data.words);
  const practice = new URLSearchParams(window.location.search).has("practice");
  show("practice", practice);
  document.body.classList.toggle("practising", practice);
  try {
    const { bootstrap, world, later } = await (practice ? practiceWorld(data) : realWorld(data));
    await createApp({ bootstrap, words, world }).start();
    if (later) {
      window.addEventListener("online", later);
      void later();
    }
  } catch (error) {
    // Nothing is sold on a phone that cannot keep it.
    console.error(error);
    showBroken(words("broken_open"));
  }
}

async function realWorld({ token, bootstrap }) {
  const name = `till-${bootstrap.device.id}`;
  const store = createStore(await openIndexed(name));
  // Browsers that clear what is seldom visited are asked not to; a no changes nothing.
  void navigator.storage?.persist?.();
  const later = () => sendEarlier(name, store, token);
  return { later, bootstrap, world: { ...common, store, wire: createWire({ token }), exclusive: createAlone(name), practice: false } };
}

/** What was sold under an earlier pass of this phone is sent as well, once the page stands. */
async function sendEarlier(name, store, token) {
  try {
    const { earlierNames, keepToken, sendLeftBehind } = await import("./core/left_behind.js");
    await keepToken(store, token);
    const all = (await indexedDB.databases?.()) ?? [];
    const names = earlierNames(all.map((one) => one.name), name);
    await sendLeftBehind(names, { open: openIndexed, wire: (old) => createWire({ token: old }), alone: createAlone, clock: common.clock });
  } catch (error) {
    // It is tried again when the page is opened next; this market's selling does not wait for it.
    console.error(error);
  }
}

/** Nothing of the real world is handed to practice: not the token, not the storage. */
async function practiceWorld(data) {
  const { practiceStore, practiceTill, practiceWire } = await import("./world/practice.js");
  const bootstrap = practiceTill(data.bootstrap);
  const world = { ...common, store: practiceStore(), wire: practiceWire(bootstrap), exclusive: createAlone("practice", null), practice: true };
  return { bootstrap, world };
}

void main();
