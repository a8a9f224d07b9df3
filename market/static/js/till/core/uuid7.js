/** Names for sales: version 7 UUIDs (RFC 9562), made on the phone. */

/** Of whole milliseconds since 1970; `random(n)` gives n random bytes. */
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
