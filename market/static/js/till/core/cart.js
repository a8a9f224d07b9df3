/** What a buyer takes: lines of one listing at one price. A cart is never changed, only replaced. */
import { halved, money, MOST } from "./amount.js";
import { Refusal } from "./refusal.js";

const MOST_LINES = 200;
const MOST_QUANTITY = 999;
export const EMPTY = Object.freeze([]);

/** One more piece at `price`; on the line that has it already, if there is one. */
export function added(cart, listing, price, { quantity = 1, own = false } = {}) {
  requirePrice(listing, price);
  requireLeft(cart, listing, countOf(cart, listing.id) + quantity);
  const place = cart.findIndex((line) => line.listing === listing.id && line.price === price);
  const next =
    place >= 0
      ? cart.map((line, at) => (at === place ? { ...line, quantity: line.quantity + quantity } : line))
      : [...cart, { listing: listing.id, name: listing.name, price, quantity, own }];
  return sound(next);
}

/** The cart at other list prices (收摊半价 on or off); what was agreed by hand stays. */
export function repriced(cart, listings, half) {
  let next = EMPTY;
  for (const line of cart) {
    const listing = listings.get(line.listing);
    const price = line.own || !listing ? line.price : priceOf(listing, half);
    const place = next.findIndex((one) => one.listing === line.listing && one.price === price);
    next =
      place < 0
        ? [...next, { ...line, price }]
        : next.map((one, at) => (at === place ? { ...one, quantity: one.quantity + line.quantity } : one));
  }
  return next;
}

/** A listing's price just now; null where each buyer has one of their own. */
export function priceOf(listing, half) {
  if (listing.price === null || !half) return listing.price;
  return halved(listing.price, listing.floor);
}

/** Only lines of what is still on sale: a kept cart may be older than the listings. */
export function stillOnSale(cart, listings) {
  return cart.filter((line) => listings.has(line.listing));
}

export function countOf(cart, listingId) {
  return cart.reduce((sum, line) => (line.listing === listingId ? sum + line.quantity : sum), 0);
}

export function piecesOf(cart) {
  return cart.reduce((sum, line) => sum + line.quantity, 0);
}

export function sumOf(cart) {
  return cart.reduce((sum, line) => sum + line.quantity * line.price, 0);
}

/** Raises what the server would refuse a sale for, before anybody has paid. */
export function requireSale(cart) {
  if (cart.length === 0) throw new Refusal("nothing_chosen");
  if (sumOf(cart) === 0) throw new Refusal("nothing_to_pay");
  return cart;
}

/** The cart, if it is one that the server would take. */
export function sound(cart) {
  if (cart.length > MOST_LINES) throw new Refusal("too_many_lines", { most: MOST_LINES });
  if (cart.some((line) => line.quantity > MOST_QUANTITY)) {
    throw new Refusal("count_too_large", { most: MOST_QUANTITY });
  }
  if (sumOf(cart) > MOST) throw new Refusal("amount_too_large", { most: money(MOST) });
  return cart;
}

export function requirePrice(listing, price) {
  if (listing.floor !== null && listing.floor !== undefined && price < listing.floor) {
    throw new Refusal("below_floor", { least: money(listing.floor) });
  }
}

export function requireLeft(cart, listing, wanted) {
  if (listing.left === null || listing.left === undefined || wanted <= countOf(cart, listing.id)) return;
  if (listing.left <= 0) throw new Refusal("sold_out", { name: listing.name });
  if (wanted > listing.left) throw new Refusal("only_left", { left: listing.left });
}
