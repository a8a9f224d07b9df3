/** Reaching for the line to the server: selling waits for no network, so neither does the page for what
 *  talks to it. Until it is here, and where it cannot be loaded, the strip says so. */
import { stripOf } from "../core/strip.js";
import { byId, lazily, say } from "./dom.js";

const AGAIN_MS = 5_000;

export function createReach(app, world) {
  const load = lazily(async () => (await import("./line.js")).createLine(app, { ...world, ...(await world.connect()) }));
  const { store, words } = app;
  let line = null;
  let missed = false;

  async function start() {
    try {
      await draw();
      line = await load();
      await line.beat();
    } catch (error) {
      console.error(error);
      missed = true;
      await draw();
      setTimeout(() => void start(), AGAIN_MS);
    }
  }

  async function draw() {
    const counts = await store.counts();
    const { tone, key, ...facts } = stripOf(state(), counts);
    const sentence = words(key, facts);
    byId("strip").dataset.tone = tone;
    byId("strip").dataset.waiting = counts.unsent;
    // Said aloud only when it is another.
    if (byId("strip-words").textContent !== sentence) say("strip-words", sentence);
    app.heard();
  }

  function state() {
    return line?.outbox.state() ?? { connected: missed ? false : null };
  }

  return {
    start,
    draw,
    state,
    push: async (how) => (await load()).outbox.push(how),
    send: () => void line?.send(),
    sendAll: () => line?.sendAll(),
  };
}
