/** The strip: connected, offline, to be looked at, and how many. It is there before the line is. */
import { stripOf } from "../core/strip.js";
import { byId, say } from "./dom.js";

export function createStrip({ words, store }) {
  return async function draw(state) {
    const counts = await store.counts();
    const { tone, key, count } = stripOf(state, counts);
    const sentence = words(key, { count });
    byId("strip").dataset.tone = tone;
    byId("strip").dataset.waiting = counts.unsent;
    // Said aloud only when it is another.
    if (byId("strip-words").textContent !== sentence) say("strip-words", sentence);
  };
}
