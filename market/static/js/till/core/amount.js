/** Amounts in whole fen: written, read, typed on the keypad, halved, and handed over in cash. */
import { Refusal } from "./refusal.js";

export const MOST = 100_000_000;
const NOTES = [1_000, 2_000, 5_000, 10_000];
const MOST_DIGITS = 7;
const FULL_WIDTH = { "，": ",", "．": ".", "。": ".", "｡": ".", "￥": "¥" };

/** '¥12.50', whole yuan as '¥12', thousands grouped, as the server writes it. */
export function money(fen) {
  const whole = Math.floor(Math.abs(fen) / 100);
  const rest = Math.abs(fen) % 100;
  const yuan = String(whole).replace(/\B(?=(\d{3})+$)/g, ",");
  return `${fen < 0 ? "−" : ""}¥${yuan}${rest ? `.${String(rest).padStart(2, "0")}` : ""}`;
}

/** What somebody typed: full-width digits, a Chinese full stop, grouping commas and ¥ are fine. */
export function readAmount(text, { least = 0, most = MOST } = {}) {
  const plain = halfWidth(text).replace(/^¥/, "").replace(/元$/, "").trim();
  if (!plain) throw new Refusal("amount_missing");
  const parts = /^(\d+|\d{1,3}(?:,\d{3})+)?(?:\.(\d*))?$/.exec(plain);
  if (!parts || !(parts[1] || parts[2])) throw new Refusal("amount_unreadable");
  const fraction = parts[2] ?? "";
  if (fraction.length > 2) throw new Refusal("amount_too_fine");
  const fen = Number((parts[1] ?? "0").replaceAll(",", "")) * 100 + Number(fraction.padEnd(2, "0"));
  if (fen < least) throw new Refusal("amount_too_small", { least: money(least) });
  if (fen > most) throw new Refusal("amount_too_large", { most: money(most) });
  return fen;
}

/** A quantity somebody typed, 0 to 999. */
export function readCount(text) {
  const plain = halfWidth(text).trim();
  if (!/^\d{1,3}$/.test(plain)) throw new Refusal("count_unreadable");
  return Number(plain);
}

/** What the display of the keypad says after `key`: a digit, '00', '.', 'back' or 'clear'. */
export function pressed(typed, key) {
  if (key === "clear") return "";
  if (key === "back") return typed.slice(0, -1);
  if (key === ".") return typed.includes(".") ? typed : `${typed || "0"}.`;
  const next = (typed === "0" ? "" : typed) + key;
  const [yuan, fen = ""] = (/^0+$/.test(next) ? "0" : next).split(".");
  if (yuan.length > MOST_DIGITS || fen.length > 2 || Number(yuan) * 100 > MOST) return typed;
  return next.includes(".") ? `${yuan}.${fen}` : yuan;
}

/** The fen on the keypad's display; nothing typed is nought. */
export function typedFen(typed) {
  return typed ? readAmount(typed) : 0;
}

/** What buyers hand over for a sum: it made up to whole tens, twenties, fifties and hundreds. */
export function likelyCash(due) {
  const sums = new Set(NOTES.map((note) => Math.ceil(due / note) * note));
  sums.delete(due);
  return [...sums].sort((one, other) => one - other);
}

/** Half a price, a broken fen for the children, and never below what a consignor was promised. */
export function halved(price, floor = null) {
  return Math.max(Math.ceil(price / 2), Math.min(price, floor ?? 0));
}

function halfWidth(text) {
  return String(text)
    .replace(/[０-９]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0xfee0))
    .replace(/[，．。｡￥]/g, (sign) => FULL_WIDTH[sign])
    .trim();
}
