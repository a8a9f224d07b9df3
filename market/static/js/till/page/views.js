/** One view at a time, and the phone's own way back between them. */
import { byId } from "./dom.js";

const FIRST = "sell";

export function createViews({ history = window.history, entering = {} }) {
  const views = [...document.querySelectorAll(".view")];
  // Where a view was scrolled to says nothing of the one before it.
  history.scrollRestoration = "manual";
  const bars = [...document.querySelectorAll("[data-actions]")];
  let here = null;

  function draw(name) {
    here = name;
    for (const view of views) view.hidden = view.id !== name;
    for (const bar of bars) bar.hidden = !bar.dataset.actions.split(" ").includes(name);
    byId("back").hidden = name === FIRST;
    entering[name]?.();
    window.scrollTo({ top: 0, behavior: "instant" });
    byId(`${name}-heading`).focus({ preventScroll: true });
  }

  /** Further in, a step of the phone's way back is added; the first view is where it leads to. */
  function go(name) {
    if (name === here) return;
    const depth = history.state?.depth ?? 0;
    if (name === FIRST && depth > 0) history.go(-depth);
    else if (name !== FIRST) history.pushState({ view: name, depth: depth + 1 }, "");
    draw(name);
  }

  function back() {
    if ((history.state?.depth ?? 0) > 0) history.back();
    else go(FIRST);
  }

  window.addEventListener("popstate", (event) => {
    const name = event.state?.view ?? FIRST;
    // After a reload nothing is known of a receipt or a payment that was open.
    if (here !== null && name !== here) draw(name);
  });

  return { go, back, start: () => draw(FIRST), here: () => here };
}
