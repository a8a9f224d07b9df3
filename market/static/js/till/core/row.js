/** The rows of the outbox: a sale or a void as it is fixed at the tap, and never changed again. */
import { uuid7 } from "./names.js";
import { sha256 } from "./sha256.js";

const VERSION = 1;
const NOT_TENDERED = -1;
const MOST_REASON = 200;
const UNREADABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu;

/** A sale in the words of the API. `lines` are a cart's; `tendered` is null where nobody typed it. */
export function fixSale({ till, device, sequence, code, tender, gift, tendered, lines, now, random }) {
  const sale = {
    kind: "sale",
    id: uuid7(now, random),
    till,
    device,
    sequence,
    code,
    tender,
    gift,
    tendered: tender === "cash" ? tendered : null,
    phone_at: now,
    lines: lines.map((line) => ({
      listing: line.listing,
      name: line.name,
      quantity: line.quantity,
      unit_price: line.price,
    })),
  };
  return { ...sale, hash: sha256(canonicalSale(sale)) };
}

export function fixVoid({ sale, reason, sequence, now, random }) {
  const row = {
    kind: "void",
    id: uuid7(now, random),
    sale,
    reason: cleanReason(reason),
    sequence,
    phone_at: now,
  };
  return { ...row, hash: sha256(canonicalVoid(row)) };
}

/** [1, id, till, device, sequence, code, tender, gift, tendered or −1, ms, [[listing, name, quantity, price], …]] */
export function canonicalSale(sale) {
  return JSON.stringify([
    VERSION,
    sale.id,
    sale.till,
    sale.device,
    sale.sequence,
    sale.code,
    sale.tender,
    sale.gift,
    sale.tendered ?? NOT_TENDERED,
    sale.phone_at,
    sale.lines.map((line) => [line.listing, line.name, line.quantity, line.unit_price]),
  ]);
}

/** [1, id, sale's id, reason, sequence, ms] */
export function canonicalVoid(row) {
  return JSON.stringify([VERSION, row.id, row.sale, row.reason, row.sequence, row.phone_at]);
}

/** A reason in NFC, without what breaks a line, and no longer than the server takes. */
export function cleanReason(text) {
  const clean = text.replace(UNREADABLE, " ").normalize("NFC").trim();
  return [...clean].slice(0, MOST_REASON).join("").trim();
}

/** What the buyer pays: lines and gift. */
export function dueOf(sale) {
  return sale.gift + sale.lines.reduce((sum, line) => sum + line.quantity * line.unit_price, 0);
}

/** What goes back to the buyer. */
export function changeOf(sale) {
  return sale.tendered === null ? 0 : sale.tendered - dueOf(sale);
}

/** A sale's short number of the day: stall, phone and sequence, '3B-027'. */
export function dayNumber(stall, letter, sequence) {
  return `${stall}${letter}-${String(sequence).padStart(3, "0")}`;
}
