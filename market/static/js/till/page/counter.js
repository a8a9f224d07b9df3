/** The counter: a sale fixed at the tap of "paid", and one undone. Sending comes after, and nobody waits for it. */
import { money } from "../core/amount.js";
import { sumOf } from "../core/cart.js";
import { mintCode } from "../core/names.js";
import { dayNumber, dueOf, fixSale, fixVoid } from "../core/row.js";
import { showBroken } from "./views.js";

export function createCounter(app, { store, clock, random, practice }) {
  const { words } = app;
  const floor = () => app.bootstrap().device.last_sequence ?? 0;

  /** The row, written and read back; null, and the whole screen about paper, where it could not be. */
  async function record({ cart, tender, gift, tendered }) {
    const { till, device } = app.bootstrap();
    const stall = stallOf(cart[0].listing);
    const began = performance.now();
    try {
      const row = await store.fix(({ sequence, slip }) => {
        const code = slip?.code ?? mintCode(random);
        const wire = fixSale({ till: till.id, device: device.id, sequence, code, tender, gift, tendered, lines: cart, now: clock(), random });
        return { ...rowOf(wire), dayNumber: dayNumber(stall, device.letter, sequence), matrix: slip?.matrix ?? null, practice };
      }, floor());
      performance.measure("till-recorded", { start: began });
      for (const line of cart) takeOff(line.listing, line.quantity);
      return row;
    } catch (error) {
      console.error(error);
      const lines = cart.map((line) => words("line_many", { name: line.name, count: line.quantity })).join(" · ");
      // It is on paper then: after a reload it must not lie in the cart as well.
      void store.keep("cart", []).catch(() => {});
      const paper = { lines, amount: money(sumOf(cart) + gift), tender: app.tenderWord(tender) };
      showBroken(words("broken_write"), words("broken_paper", paper));
      return null;
    }
  }

  /** Whether the void was written and read back; else the whole screen is about paper. */
  async function undo(sale, reason) {
    try {
      await store.fix(({ sequence }) => rowOf(fixVoid({ sale: sale.id, reason, sequence, now: clock(), random })), floor());
    } catch (error) {
      console.error(error);
      showBroken(words("broken_void"), words("broken_void_paper", { number: sale.dayNumber, amount: money(dueOf(sale.wire)), reason }));
      return false;
    }
    for (const line of sale.wire.lines) takeOff(line.listing, -line.quantity);
    return true;
  }

  function rowOf(wire) {
    return { id: wire.id, kind: wire.kind, sequence: wire.sequence, state: "waiting", at: wire.phone_at, wire };
  }

  function takeOff(id, quantity) {
    const listing = app.listings.get(id);
    if (listing && listing.left !== null) listing.left -= quantity;
  }

  function stallOf(listingId) {
    const { stalls } = app.bootstrap();
    const own = app.listings.get(listingId)?.stall;
    return (stalls.find((stall) => stall.id === own) ?? stalls[0]).number;
  }

  return { record, undo };
}
