/** The line to the server: when it is tried, what is asked, and what the strip says of it. */
import { createOutbox, nextTry, stripOf, Turned, Unreachable } from "../core/outbox.js";
import { byId, say } from "./dom.js";

const LISTINGS_MS = 60_000;
const FEW_SLIPS = 20;

export function createLine(app, { store, wire, clock, exclusive, practice }) {
  const outbox = createOutbox({ store, send: wire.sync, clock, exclusive, changed: () => void draw() });
  let lookedAt = clock();
  let timer = null;

  async function send() {
    if (await outbox.push()) await refill();
    const { till, failures } = outbox.state();
    const before = app.till()?.id;
    if (till !== undefined && !practice) app.takeTill(till);
    clearTimeout(timer);
    timer = setTimeout(() => void beat(), nextTry(failures, Math.random));
    // Another till may serve other stalls.
    if (app.till()?.id !== before) await look();
  }

  /** Now and then: what waits is sent, and what is on sale is asked for again. */
  async function beat() {
    await send();
    if (clock() - lookedAt >= LISTINGS_MS || !app.till()) await look();
  }

  async function look() {
    const asked = clock();
    const answer = await quietly(wire.till());
    if (!answer) return;
    lookedAt = asked;
    await app.restock(answer, asked);
  }

  async function refill() {
    const have = await store.slips();
    if (practice || have > (app.bootstrap().slips?.low ?? FEW_SLIPS)) return;
    const answer = await quietly(wire.slips(have));
    if (answer) await store.addSlips(answer.slips);
  }

  async function quietly(asking) {
    try {
      return await asking;
    } catch (error) {
      if (error instanceof Unreachable || error instanceof Turned) return null;
      throw error;
    }
  }

  async function draw() {
    const counts = await store.counts();
    const { tone, key, count } = stripOf(outbox.state(), counts);
    const sentence = app.words(key, { count });
    byId("strip").dataset.tone = tone;
    byId("strip").dataset.waiting = counts.waiting;
    // Said aloud only when it is another.
    if (byId("strip-words").textContent !== sentence) say("strip-words", sentence);
    app.heard();
  }

  window.addEventListener("online", () => void send());
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) void send();
  });
  window.addEventListener("beforeunload", (event) => {
    // Nothing is lost by leaving, but nothing is sent either while the page is away.
    const { tone, waiting } = byId("strip").dataset;
    if (tone === "offline" && Number(waiting) > 0) event.preventDefault();
  });
  return { outbox, send, beat, draw };
}
