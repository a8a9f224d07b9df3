/** Rescue: what a phone that cannot reach the server has not sent, as text to copy into a chat.
 *
 * One block holds up to 20 rows, so that it fits into one message, and stands alone:
 *
 *   MARKET-RESCUE/1 B 7 1/2 20     version, the phone's letter and id, part of parts, rows in this part
 *   eyJraW5kIjoi…                  a line for each row: base64url of the JSON that POST /api/v1/sync takes
 *   END 0f0e0d0c0b0a0908           the first 16 digits of the SHA-256 of the lines above, joined by \n
 *
 * Whoever reads it passes over whatever a chat puts around a block. tests/domain/vectors/rescue.json
 * has examples, whole and damaged, for this writer and for the desk's reader.
 */
import { sha256 } from "./sha256.js";

export const MOST_ROWS = 20;
const VERSION = 1;
const SUM_DIGITS = 16;

/** The blocks for these rows in the words of the API; none for none. */
export function rescueBlocks({ letter, device, rows }, most = MOST_ROWS) {
  const parts = Math.ceil(rows.length / most);
  return Array.from({ length: parts }, (_, part) => {
    const mine = rows.slice(part * most, (part + 1) * most);
    const head = `MARKET-RESCUE/${VERSION} ${letter} ${device} ${part + 1}/${parts} ${mine.length}`;
    const lines = [head, ...mine.map(line)];
    return [...lines, `END ${sha256(lines.join("\n")).slice(0, SUM_DIGITS)}`].join("\n");
  });
}

function line(row) {
  const bytes = new TextEncoder().encode(JSON.stringify(row));
  const base64 = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  return base64.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
