/** A line of the cart for another quantity or another price. */
import { countOf, requireLeft, requirePrice, sound } from "./cart.js";

/** The line at `place` with so many pieces; none takes it away. */
export function counted(cart, place, quantity, listing) {
  const others = cart.filter((_, at) => at !== place);
  if (quantity === 0) return others;
  requireLeft(cart, listing, countOf(others, listing.id) + quantity);
  return sound(cart.map((line, at) => (at === place ? { ...line, quantity } : line)));
}

/** The line at `place` for another price (改价), never below the floor of what is consigned. */
export function priced(cart, place, price, listing) {
  requirePrice(listing, price);
  const own = price !== listing.price;
  const line = { ...cart[place], price, own };
  const twin = cart.findIndex(
    (other, at) => at !== place && other.listing === line.listing && other.price === price,
  );
  if (twin < 0) return sound(cart.map((other, at) => (at === place ? line : other)));
  const merged = { ...cart[twin], quantity: cart[twin].quantity + line.quantity };
  return sound(cart.map((other, at) => (at === twin ? merged : other)).filter((_, at) => at !== place));
}
