/** Receipt codes: made here only when the stock of slips is used up; see the server's for the reasons. */

const ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";
const LENGTH = 12;

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
