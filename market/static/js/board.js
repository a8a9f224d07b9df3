/** Keeps the board of a market day up to date; without it the page is as good as its last reload. */

import { wire } from "./copy.js";

const EVERY_MS = 10_000;

/**
 * Asks for the changing part and draws it when it has changed. `load` gives {text, at} or throws;
 * `busy` says whether somebody is reading in it with the keyboard or copying from it.
 */
export function createBoard({ load, draw, busy, say, first }) {
  let shown = first;
  let at = null;
  return {
    async refresh() {
      try {
        const now = await load();
        at = now.at;
        if (now.text !== shown && !busy()) {
          draw(now.text);
          shown = now.text;
        }
        say("live", at);
      } catch {
        say("lost", at);
      }
    },
  };
}

function start(page, view) {
  const part = page.getElementById("board-now");
  const said = page.getElementById("board-said");
  const opened = view.now();
  const board = createBoard({
    first: null,
    async load() {
      const answer = await view.fetch(part.dataset.address, { cache: "no-cache" });
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      return { text: await answer.text(), at: view.now() };
    },
    draw(text) {
      part.innerHTML = text;
      wire(part);
    },
    busy: () => part.contains(page.activeElement),
    say(how, at) {
      said.textContent = said.dataset[how].replace("{at}", (at ?? opened).toTimeString().slice(0, 5));
    },
  });
  const turn = async () => {
    if (!page.hidden) await board.refresh();
    view.setTimeout(turn, EVERY_MS);
  };
  page.addEventListener("visibilitychange", () => page.hidden || board.refresh());
  view.setTimeout(turn, EVERY_MS);
}

if (typeof document !== "undefined") {
  start(document, {
    fetch: (...request) => fetch(...request),
    setTimeout: (...later) => setTimeout(...later),
    now: () => new Date(),
  });
}
