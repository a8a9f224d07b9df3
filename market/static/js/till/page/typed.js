/** 手输金额: an amount on a keypad of our own, for something without a price of its own. */
import { money, pressed, typedFen } from "../core/amount.js";
import { byId, h, say, show } from "./dom.js";

export function createTyped(app) {
  let typed = "";
  let chosen = null;

  function draw() {
    const open = openOnes();
    if (!open.some((listing) => listing.id === chosen)) chosen = open[0]?.id ?? null;
    show("typed-none", open.length === 0);
    show("typed-for-whom", open.length > 0);
    byId("typed-choices").replaceChildren(...open.map(choice));
    show("keypad", open.length > 0);
    refresh();
  }

  function openOnes() {
    return [...app.listings.values()].filter((listing) => listing.price === null);
  }

  function choice(listing) {
    const id = `typed-for-${listing.id}`;
    const input = h("input", { class: "choice-input", type: "radio", name: "typed-for", id, value: listing.id, checked: listing.id === chosen });
    input.addEventListener("change", () => {
      chosen = listing.id;
    });
    return h("div", { class: "typed-choice" }, input, h("label", { for: id }, listing.name));
  }

  function refresh() {
    say("typed-amount", money(typedFen(typed)));
    app.drawBar();
  }

  function press(key) {
    typed = pressed(typed, key);
    refresh();
  }

  /** Put what is typed into the cart; nothing typed is nothing. */
  function take() {
    const fen = typedFen(typed);
    if (fen > 0) app.addTyped(chosen, fen);
    typed = "";
    refresh();
  }

  byId("keypad").addEventListener("click", (event) => {
    const key = event.target.closest("[data-key]");
    if (key) press(key.dataset.key);
  });
  // With a keyboard of its own, a desk may just type.
  byId("typed").addEventListener("keydown", (event) => {
    const key = { Backspace: "back", Delete: "clear", "。": "." }[event.key] ?? event.key;
    if (/^(?:\d|\.|back|clear)$/.test(key)) press(key);
  });
  app.pressing("typed-add", take);

  return {
    draw,
    take,
    fen: () => typedFen(typed),
    choose: (id) => {
      chosen = id;
      draw();
    },
  };
}
