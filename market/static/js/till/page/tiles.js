/** The tiles: one tap adds one; a long press, or the pen, opens quantity and price. */
import { countOf, priceOf } from "../core/cart.js";
import { money } from "../core/amount.js";
import { found } from "../core/search.js";
import { byId, h, icon, show } from "./dom.js";

const LONG_MS = 500;

export function createTiles(app) {
  const { words } = app;
  const drawn = new Map();

  /** All of them anew: another list, another search, other prices. */
  function draw() {
    const listings = [...app.listings.values()];
    const shown = found(listings, byId("find").value);
    drawn.clear();
    byId("tiles").replaceChildren(...grouped(shown).map(([stall, group]) => block(stall, group)));
    show("none-found", listings.length > 0 && shown.length === 0);
    show("none-here", listings.length === 0);
    show("tiles-hint", shown.length > 0);
    refresh();
  }

  function grouped(listings) {
    const groups = app.bootstrap().stalls.map((stall) => [stall, listings.filter((one) => one.stall === stall.id)]);
    return groups.filter(([, group]) => group.length > 0);
  }

  function block(stall, listings) {
    const tiles = h("ul", { class: "tiles-grid" }, listings.map(tile));
    if (app.bootstrap().stalls.length < 2) return tiles;
    return h("section", {}, h("h3", { class: "tiles-stall" }, `${stall.number} · ${stall.name}`), tiles);
  }

  function tile(listing) {
    const note = h("span", { class: "tile-note" });
    const price = h("span", { class: "tile-price" });
    const chosen = h("span", { class: "visually-hidden" });
    const main = h("button", { class: "tile-main", type: "button" }, h("span", { class: "tile-name" }, listing.name), price, note, chosen);
    const count = h("span", { class: "tile-count", "aria-hidden": "true" });
    const edit = h("button", { class: "tile-edit", type: "button", "aria-label": words("tile_edit", { name: listing.name }) }, icon("edit"));
    edit.addEventListener("click", () => app.edit(listing.id));
    wireTap(main, () => app.tap(listing.id), () => app.edit(listing.id));
    const element = h("li", { class: "tile", "data-listing": listing.id }, main, count, edit);
    drawn.set(listing.id, { element, main, price, note, chosen, count });
    return element;
  }

  /** Counts, prices and what is left, without moving anything under a finger. */
  function refresh() {
    for (const [id, parts] of drawn) {
      const listing = app.listings.get(id);
      if (!listing) continue;
      const count = countOf(app.state.cart, id);
      const out = listing.left !== null && listing.left <= count;
      parts.element.classList.toggle("tile-out", out && count === 0);
      parts.element.classList.toggle("tile-chosen", count > 0);
      parts.main.setAttribute("aria-disabled", String(out));
      parts.price.textContent = priceWords(listing);
      parts.note.textContent = noteOf(listing, out && count === 0);
      parts.count.textContent = count || "";
      parts.chosen.textContent = count ? words("tile_chosen", { count }) : "";
    }
  }

  function priceWords(listing) {
    const price = priceOf(listing, app.state.half);
    return price === null ? words("own_price") : money(price);
  }

  function noteOf(listing, out) {
    if (out) return words("tile_sold_out");
    if (app.state.half && priceOf(listing, true) !== listing.price) return words("was_price", { price: money(listing.price) });
    if (listing.left !== null && listing.left <= 5) return words("tile_left", { left: listing.left });
    return listing.minutes ? words("tile_minutes", { minutes: listing.minutes }) : "";
  }

  byId("find").addEventListener("input", draw);
  return { draw, refresh };
}

/** A tap, or a press held for half a second; never both. */
function wireTap(button, tap, long) {
  let timer = null;
  let held = false;
  const stop = () => clearTimeout(timer);
  button.addEventListener("pointerdown", () => {
    held = false;
    stop();
    timer = setTimeout(() => {
      held = true;
      long();
    }, LONG_MS);
  });
  for (const name of ["pointerup", "pointercancel", "pointerleave", "pointermove"]) {
    button.addEventListener(name, (event) => {
      if (name !== "pointermove" || Math.abs(event.movementX) + Math.abs(event.movementY) > 4) stop();
    });
  }
  button.addEventListener("contextmenu", (event) => event.preventDefault());
  button.addEventListener("click", () => {
    if (!held) tap();
    held = false;
  });
}
