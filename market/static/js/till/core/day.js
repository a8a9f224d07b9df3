/** What this phone has done today, from its own rows. */
import { dueOf } from "./row.js";

/** Sales that stand: how many, what they come to, in all and by tender. */
export function dayOf(rows) {
  const undone = new Set(rows.filter((row) => row.kind === "void").map((row) => row.wire.sale));
  const standing = rows.filter((row) => row.kind === "sale" && !undone.has(row.id));
  const sums = standing.map((row) => dueOf(row.wire));
  return { sales: standing.length, fen: sums.reduce((one, other) => one + other, 0), undone };
}

/** The tenders with the last used first. */
export function inOrderOfUse(tenders, lastUsed) {
  return [...tenders].sort((one, other) => (other.tender === lastUsed) - (one.tender === lastUsed));
}

/** How many of each listing this phone has sold that the server has not counted yet. */
export function notYetCounted(rows, since) {
  const pieces = new Map();
  for (const row of rows) {
    if (row.kind !== "sale" || (row.state === "sent" && row.sentAt <= since)) continue;
    for (const line of row.wire.lines) {
      pieces.set(line.listing, (pieces.get(line.listing) ?? 0) + line.quantity);
    }
  }
  return pieces;
}
