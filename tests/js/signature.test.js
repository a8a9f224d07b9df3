import assert from "node:assert/strict";
import { test } from "node:test";
import { createStrokes } from "../../market/static/js/signature.js";

test("strokes become a line of whole points", () => {
  const drawn = createStrokes();
  drawn.begin(10.4, 20.6);
  assert.equal(drawn.to(30, 40), true);
  drawn.begin(50, 60);
  assert.equal(drawn.text(), "10,21 30,40;50,60");
});

test("a trembling finger adds nothing, and nothing leaves the field", () => {
  const drawn = createStrokes();
  drawn.begin(-5, 999);
  assert.equal(drawn.text(), "0,400");
  assert.equal(drawn.to(2, 401), false);
  assert.equal(drawn.to(2000, 200), true);
  assert.equal(drawn.text(), "0,400 1000,200");
});

test("it stays short however long somebody draws", () => {
  const drawn = createStrokes();
  drawn.begin(0, 0);
  for (let turn = 1; turn < 5_000; turn += 1) drawn.to((turn * 7) % 1000, (turn * 13) % 400);
  drawn.begin(1, 1);
  assert.ok(drawn.text().length <= 8_000);
  drawn.clear();
  assert.equal(drawn.text(), "");
});
