import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { MOST_ROWS, rescueBlocks } from "../../market/static/js/till/core/rescue.js";
import { soap } from "./world.js";

const VECTORS = JSON.parse(readFileSync(new URL("../domain/vectors/rescue.json", import.meta.url)));
const rowsIn = (block) => block.split("\n").slice(1, -1).map((line) => JSON.parse(Buffer.from(line, "base64url").toString("utf-8")));

test("what waits becomes the blocks of the shared vectors", () => {
  assert.ok(VECTORS.written.length > 2);
  for (const { about, letter, device, rows, most, blocks } of VECTORS.written) {
    assert.deepEqual(rescueBlocks({ letter, device, rows }, most), blocks, about);
    assert.deepEqual(blocks.flatMap(rowsIn), rows, about);
  }
});

test("a block fits into one message of a chat", () => {
  const rows = Array.from({ length: 2000 }, (_, at) => soap({ sequence: at + 1, slip: null }).wire);
  const blocks = rescueBlocks({ letter: "B", device: 7, rows });
  assert.equal(blocks.length, 2000 / MOST_ROWS);
  assert.ok(Math.max(...blocks.map((block) => block.length)) < 12_000);
  assert.match(blocks[99], /^MARKET-RESCUE\/1 B 7 100\/100 20\n/);
});

test("nothing to rescue is no block", () => {
  assert.deepEqual(rescueBlocks({ letter: "B", device: 7, rows: [] }), []);
});
