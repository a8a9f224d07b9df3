/** The cart as a list, and the sheet that changes a quantity or a price. */
import { money, readAmount, readCount } from "../core/amount.js";
import { added, EMPTY, priceOf, sumOf } from "../core/cart.js";
import { counted, priced } from "../core/cart_line.js";
import { Refusal } from "../core/refusal.js";
import { byId, h, icon, say, show } from "./dom.js";

export function createCartView(app) {
  const { words, state } = app;
  const sheet = byId("edit");
  let editing = null;

  function draw() {
    byId("cart-lines").replaceChildren(...state.cart.map(line));
    show("cart-empty", state.cart.length === 0);
    show("cart-clear", state.cart.length > 0);
    show("cart-total-row", state.cart.length > 0);
    say("cart-total", money(sumOf(state.cart)));
  }

  function line(one, place) {
    const step = (by) => app.trying(() => {
      setCart(counted(state.cart, place, one.quantity + by, listingOf(one)));
      focusAgain(place, by < 0 ? "less" : "more");
    });
    return h(
      "li",
      { class: "cart-line" },
      h("span", { class: "cart-line-name" }, one.name),
      h("span", { class: "cart-line-sum money" }, money(one.price * one.quantity)),
      h(
        "span",
        { class: "stepper" },
        button("less", "minus", words("line_less", { name: one.name }), () => step(-1)),
        h("span", { class: "cart-line-count" }, String(one.quantity)),
        button("more", "plus", words("line_more", { name: one.name }), () => step(1)),
      ),
      h("button", { class: "button button-secondary", type: "button", "aria-label": words("line_edit", { name: one.name }), onclick: () => edit(place) }, icon("edit"), h("span", {}, money(one.price))),
    );
  }

  function button(part, sign, label, act) {
    return h("button", { class: "stepper-button", type: "button", "data-part": part, "aria-label": label, onclick: act }, icon(sign));
  }

  /** Drawn anew, the buttons are others: the finger, and the reader, stay where they were. */
  function focusAgain(place, part) {
    const next = byId("cart-lines").children[place]?.querySelector(`[data-part=${part}]`);
    (next ?? byId("cart-heading")).focus();
  }

  function setCart(cart) {
    app.setCart(cart);
    draw();
  }

  function listingOf(one) {
    return app.listings.get(one.listing) ?? { id: one.listing, name: one.name, price: one.price, floor: null, left: null };
  }

  /** The sheet of a line; of a listing that is not chosen yet, as if it had been. */
  function editListing(id) {
    const places = state.cart.map((_, place) => place).filter((place) => state.cart[place].listing === id);
    if (places.length > 0) return edit(places[places.length - 1]);
    const listing = app.listings.get(id);
    return open({ place: null, listing, quantity: 1, price: priceOf(listing, state.half) });
  }

  function edit(place) {
    const { quantity, price } = state.cart[place];
    open({ place, listing: listingOf(state.cart[place]), quantity, price });
  }

  function open(what) {
    editing = what;
    say("edit-name", what.listing.name);
    byId("edit-quantity").value = what.quantity;
    byId("edit-price").value = what.price === null ? "" : money(what.price).slice(1);
    show("edit-floor", what.listing.floor !== null);
    if (what.listing.floor !== null) say("edit-floor", words("floor_hint", { least: money(what.listing.floor) }));
    wrong("");
    sheet.showModal();
    byId("edit-name").focus();
  }

  function wrong(sentence) {
    say("edit-wrong", sentence);
    show("edit-wrong", sentence !== "");
  }

  function save() {
    const quantity = readCount(byId("edit-quantity").value);
    const price = readAmount(byId("edit-price").value);
    const { place, listing } = editing;
    let cart = state.cart;
    if (place === null) {
      if (quantity > 0) cart = added(cart, listing, price, { quantity, own: price !== listing.price });
    } else {
      cart = counted(cart, place, quantity, listing);
      if (quantity > 0 && price !== editing.price) cart = priced(cart, place, price, listing);
    }
    setCart(cart);
    sheet.close();
  }

  byId("edit-form").addEventListener("submit", (event) => {
    event.preventDefault();
    try {
      save();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      wrong(words(error.key, error.facts));
    }
  });
  byId("edit-away").addEventListener("click", () => sheet.close());
  for (const step of sheet.querySelectorAll("[data-by]")) {
    step.addEventListener("click", () => {
      const now = Number.parseInt(byId("edit-quantity").value, 10) || 0;
      byId("edit-quantity").value = Math.max(0, now + Number(step.dataset.by));
    });
  }
  byId("cart-clear").addEventListener("click", () => {
    setCart(EMPTY);
    byId("cart-heading").focus();
  });

  return { draw, editListing };
}
