/** Where the till of a phone begins: the real world is put together, and handed to the app. */
import { createApp } from "./app.js";
import { createStore } from "./core/store.js";
import { showBroken } from "./page/broken.js";
import { byId, show } from "./page/dom.js";
import { createWords } from "./page/words.js";
import { createAlone } from "./world/alone.js";
import { openIndexed } from "./world/indexed.js";
import { openMemory } from "./world/memory.js";
import { practiceTill, practiceWire } from "./world/practice.js";
import { createWire } from "./world/wire.js";

const random = (many) => crypto.getRandomValues(new Uint8Array(many));

async function main() {
  const data = JSON.parse(byId("till-data").textContent);
  const words = createWords(data.words);
  const practice = new URLSearchParams(window.location.search).has("practice");
  show("practice", practice);
  document.body.classList.toggle("practising", practice);
  const world = practice ? practiceWorld(data) : await realWorld(data).catch((error) => broken(words, error));
  if (!world) return;
  const bootstrap = practice ? practiceTill(data.bootstrap) : data.bootstrap;
  const till = createApp({ bootstrap, words, world });
  await till.start().catch((error) => broken(words, error));
}

async function realWorld({ token, bootstrap }) {
  const name = `till-${bootstrap.device.id}`;
  const database = await openIndexed(name);
  // Browsers that clear what is seldom visited are asked not to; a no changes nothing.
  void navigator.storage?.persist?.();
  return { store: createStore(database), wire: createWire({ token }), clock: Date.now, random, exclusive: createAlone(name), practice: false };
}

function practiceWorld({ bootstrap }) {
  const till = practiceTill(bootstrap);
  return { store: createStore(openMemory()), wire: practiceWire(till), clock: Date.now, random, exclusive: createAlone("practice", null), practice: true };
}

/** Nothing is sold on a phone that cannot keep it. */
function broken(words, error) {
  console.error(error);
  showBroken(words("broken_open"));
  return null;
}

void main();
