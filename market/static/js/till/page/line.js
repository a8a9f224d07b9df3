/** The line to the server: when it is tried, and what is asked. */
import { createOutbox, nextTry, Turned, Unreachable } from "../core/outbox.js";
import { byId } from "./dom.js";

const LISTINGS_MS = 60_000;
const FEW_SLIPS = 20;

/** `shownOut` is called once the server has said that it knows this phone no longer. */
export function createLine(app, { store, wire, clock, jitter, exclusive, practice, shownOut = async () => {} }) {
  const outbox = createOutbox({ store, send: wire.sync, clock, exclusive, changed: () => void app.drawLine() });
  let lookedAt = app.freshAt;
  let timer = null;

  async function send() {
    try {
      await outbox.push();
      if (outbox.state().connected) await refill();
    } catch (error) {
      // The phone's storage, or a mistake of ours: neither may end the sending for good.
      console.error(error);
    }
    await hear();
  }

  /** What the last try means for this page, and when the next one is. */
  async function hear() {
    const { till, failures, waitMs, turned } = outbox.state();
    clearTimeout(timer);
    timer = setTimeout(() => void beat(), nextTry(failures, jitter, waitMs));
    const before = app.till()?.id;
    if (till !== undefined && !practice) app.takeTill(till);
    if (turned !== null) await shownOut();
    // Another till may serve other stalls.
    if (app.till()?.id !== before) await look();
  }

  /** The button: what the server would not even look at is tried again as well. */
  async function sendAll() {
    await store.turn("refused", "waiting");
    await send();
  }

  /** Now and then: what waits is sent, and what is on sale is asked for again. */
  async function beat() {
    await send();
    // A clock that was set back has no say in it.
    if (Math.abs(clock() - lookedAt) >= LISTINGS_MS || !app.till()) await look();
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

  window.addEventListener("online", () => void send());
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) void send();
  });
  window.addEventListener("beforeunload", (event) => {
    // Nothing is lost by leaving, but nothing is sent either while the page is away.
    if (outbox.state().connected === false && Number(byId("strip").dataset.waiting) > 0) event.preventDefault();
  });
  return { outbox, send, sendAll, beat };
}
