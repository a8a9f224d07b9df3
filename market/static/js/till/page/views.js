/** One view at a time, the phone's own way back between them, the two tabs of the first one. */
import { byId, say, show } from "./dom.js";

const FIRST = "sell";
const TABS = ["goods", "typed"];

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

/** 商品·服务, or 手输金额. */
export function createTabs({ changed }) {
  let here = TABS[0];

  function open(name) {
    here = name;
    for (const tab of TABS) {
      const button = byId(`tab-${tab}`);
      button.setAttribute("aria-selected", String(tab === name));
      button.tabIndex = tab === name ? 0 : -1;
      show(tab, tab === name);
    }
    changed();
  }

  TABS.forEach((tab, place) => {
    const other = TABS[1 - place];
    byId(`tab-${tab}`).addEventListener("click", () => open(tab));
    byId(`tab-${tab}`).addEventListener("keydown", (event) => {
      if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
      open(other);
      byId(`tab-${other}`).focus();
    });
  });
  return { open, here: () => here };
}

/** The whole screen says that something could not be kept, and what to write on paper. */
export function showBroken(what, paper = "") {
  say("broken-words", what);
  say("broken-sale", paper);
  only("broken");
  byId("reopen").onclick = () => window.location.reload();
}

/** Nothing but this section on the whole screen. */
export function only(id) {
  const others = ".view, #opening, #private, #back, #to-more, .till-status, .till-actions";
  for (const section of document.querySelectorAll(others)) section.hidden = true;
  show(id, true);
  byId(`${id}-heading`).focus();
}
