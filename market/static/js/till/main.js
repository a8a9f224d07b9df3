/** Where the till of a phone begins: the real world is put together, and handed to the app. */
import { createApp } from "./app.js";
import { createStore } from "./core/store.js";
import { byId, createWords, lazily, show } from "./page/dom.js";
import { showBroken } from "./page/views.js";
import { openIndexed } from "./world/indexed.js";

const random = (many) => crypto.getRandomValues(new Uint8Array(many));
const common = { clock: Date.now, random, jitter: Math.random };

async function main() {
  const data = JSON.parse(byId("till-data").textContent);
  const words = createWords(data.words);
  const practice = new URLSearchParams(window.location.search).has("practice");
  show("practice", practice);
  document.body.classList.toggle("practising", practice);
  try {
    // A page that came without network is nobody's until the phone says whose it is.
    const given = data.bootstrap ? data : await keptPage();
    await (practice ? practise(given, words) : sell(given, words, data));
  } catch (error) {
    // Nothing is sold on a phone that cannot keep it.
    console.error(error);
    showBroken(words(error.nothingKept ? "broken_unknown" : "broken_open"));
  }
}

async function keptPage() {
  const { openedKept } = await import("./world/here.js");
  return openedKept(openIndexed);
}

async function sell(given, words, data) {
  const name = `till-${given.bootstrap.device.id}`;
  const store = createStore(await openIndexed(name));
  // Browsers that clear what is seldom visited are asked not to; a no changes nothing.
  void navigator.storage?.persist?.();
  const world = realWorld(given.token, store, name);
  const opened = await createApp({ bootstrap: given.bootstrap, words, world, fresh: given === data }).start();
  void opened.loaded.then(() => goOn({ data, given, store, name, words }));
}

/** What fails from here on is tried again when the page is opened next; the till stands. */
async function goOn(all) {
  try {
    const { afterwards } = await import("./world/afterwards.js");
    await afterwards(all);
  } catch (error) {
    console.error(error);
  }
}

function realWorld(token, store, name) {
  const connect = lazily(async () => {
    const { createAlone, createWire, ownLease } = await import("./world/wire.js");
    return { wire: createWire({ token }), exclusive: createAlone(name, { lease: ownLease({ store, ...common }) }) };
  });
  return {
    ...common,
    store,
    connect,
    practice: false,
    earlier: async () => (await import("./world/afterwards.js")).earlierHolders(name),
    learnt: async (answer) => (await import("./world/here.js")).keepLearnt(store, answer),
    shownOut: async () => (await import("./world/keeping.js")).letForget(),
  };
}

/** Nothing of the real world is handed to practice: not the token, not the storage. */
async function practise({ bootstrap }, words) {
  const { practiceTill, practiceWorld } = await import("./world/practice.js");
  const till = practiceTill(bootstrap);
  await createApp({ bootstrap: till, words, world: { ...common, ...practiceWorld(till) } }).start();
}

void main();
