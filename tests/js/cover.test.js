import assert from "node:assert/strict";
import { test } from "node:test";
import { createCover, onCanvas, placed } from "../../market/static/js/cover.js";

const inside = ({ x, y, wide, high }) => x >= 0 && y >= 0 && x + wide <= 1 + 1e-9 && y + high <= 1 + 1e-9;

test("a piece never leaves the picture, wherever it is put and however large it grows", () => {
  for (const shape of [0.5, 1, 1.78]) {
    const cover = createCover(shape);
    for (const [x, y] of [[0, 0], [1, 1], [0.5, 0.99]]) {
      cover.add(x, y);
      for (let turn = 0; turn < 20; turn += 1) cover.grow(1);
      cover.move(0.7, -3);
    }
    assert.equal(cover.pieces().length, 3);
    assert.ok(cover.pieces().every(inside));
  }
});

test("only the chosen piece moves, and the last one left is chosen after one is removed", () => {
  const cover = createCover(1);
  cover.add(0.2, 0.2);
  cover.add(0.8, 0.8);
  const first = { ...cover.pieces()[0] };
  cover.move(-0.1, 0);
  assert.deepEqual(cover.pieces()[0], first);
  assert.ok(Math.abs(cover.pieces()[1].x - (0.8 - 0.08 - 0.1)) < 1e-9);
  cover.remove();
  assert.equal(cover.chosen(), 0);
  cover.remove();
  cover.remove();
  assert.deepEqual(cover.pieces(), []);
});

test("what is drawn covers whole points, never one less than was seen", () => {
  const piece = placed({ x: 0.1003, y: 0.2007, wide: 0.1501 }, 4 / 3);
  const { wide, high, black } = onCanvas([piece], 4000, 3000);
  assert.deepEqual([wide, high], [1280, 960]);
  const [[left, top, width, height]] = black;
  assert.ok(left <= piece.x * wide && top <= piece.y * high);
  assert.ok(left + width >= (piece.x + piece.wide) * wide && top + height >= (piece.y + piece.high) * high);
});

test("a small photo is sent as it is", () => {
  assert.deepEqual(onCanvas([], 640, 480), { wide: 640, high: 480, black: [] });
});
