/** What a phone calls its sales: ids that sort by their time, and receipt codes when the slips are used up. */

const ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";
const LENGTH = 12;

/** A version 7 UUID (RFC 9562) of whole milliseconds since 1970; `random(n)` gives n random bytes. */
export function uuid7(now, random) {
  const bytes = Uint8Array.from([...sixBytes(now), ...random(10)]);
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const digits = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function sixBytes(now) {
  return [40, 32, 24, 16, 8, 0].map((shift) => Math.floor(now / 2 ** shift) % 256);
}

/** A new code from 128 random bits: eleven symbols and the check character. */
export function mintCode(random) {
  let rest = [...random(16)].reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  let body = "";
  while (body.length < LENGTH - 1) {
    body += ALPHABET[Number(rest % 31n)];
    rest /= 31n;
  }
  return body + checkCharacter(body);
}

/** 'ABCD EFGH JKMN', as it is read out. */
export function grouped(code) {
  return code.replace(/(.{4})(?=.)/g, "$1 ");
}

export function checkCharacter(body) {
  const weighted = [...body].reduce((sum, sign, at) => sum + (LENGTH - at) * ALPHABET.indexOf(sign), 0);
  return ALPHABET[(31 - (weighted % 31)) % 31];
}
