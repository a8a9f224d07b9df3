/** SHA-256 (FIPS 180-4). In our own words, because a browser's is not there without HTTPS, and makes
 *  one wait: a sale is numbered and hashed within one turn of the phone's storage. */

const K = constants();

/** The hash of `text` in UTF-8, as 64 hexadecimal digits. */
export function sha256(text) {
  const message = padded(new TextEncoder().encode(text));
  const state = fractions(8, (prime) => Math.sqrt(prime));
  const words = new Int32Array(64);
  const view = new DataView(message.buffer);
  for (let start = 0; start < message.length; start += 64) {
    for (let at = 0; at < 16; at += 1) words[at] = view.getInt32(start + at * 4);
    for (let at = 16; at < 64; at += 1) words[at] = scheduled(words, at);
    compress(state, words);
  }
  return [...state].map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}

function compress(state, words) {
  let [a, b, c, d, e, f, g, h] = state;
  for (let at = 0; at < 64; at += 1) {
    const big1 = turned(e, 6) ^ turned(e, 11) ^ turned(e, 25);
    const t1 = (h + big1 + ((e & f) ^ (~e & g)) + K[at] + words[at]) | 0;
    const big0 = turned(a, 2) ^ turned(a, 13) ^ turned(a, 22);
    const t2 = (big0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) | 0, c, b, a, (t1 + t2) | 0];
  }
  [a, b, c, d, e, f, g, h].forEach((word, at) => {
    state[at] = (state[at] + word) | 0;
  });
}

function scheduled(words, at) {
  const before = words[at - 15];
  const behind = words[at - 2];
  const small0 = turned(before, 7) ^ turned(before, 18) ^ (before >>> 3);
  const small1 = turned(behind, 17) ^ turned(behind, 19) ^ (behind >>> 10);
  return (words[at - 16] + small0 + words[at - 7] + small1) | 0;
}

function turned(word, places) {
  return (word >>> places) | (word << (32 - places));
}

function padded(bytes) {
  const whole = new Uint8Array(((bytes.length + 8) >> 6) * 64 + 64);
  whole.set(bytes);
  whole[bytes.length] = 0x80;
  const view = new DataView(whole.buffer);
  view.setUint32(whole.length - 8, Math.floor(bytes.length / 2 ** 29));
  view.setUint32(whole.length - 4, (bytes.length << 3) >>> 0);
  return whole;
}

/** The first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
function constants() {
  return fractions(64, (prime) => Math.cbrt(prime));
}

function fractions(many, root) {
  const found = new Int32Array(many);
  for (let number = 2, at = 0; at < many; number += 1) {
    if (isPrime(number)) {
      const value = root(number);
      found[at] = ((value - Math.floor(value)) * 2 ** 32) | 0;
      at += 1;
    }
  }
  return found;
}

function isPrime(number) {
  for (let by = 2; by * by <= number; by += 1) {
    if (number % by === 0) return false;
  }
  return true;
}
