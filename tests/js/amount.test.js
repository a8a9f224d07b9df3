import assert from "node:assert/strict";
import { test } from "node:test";
import { halved, likelyCash, money, pressed, readAmount, readCount, typedFen } from "../../market/static/js/till/core/amount.js";

const refused = (key) => (error) => error.key === key;

test("an amount is written as the server writes it", () => {
  assert.deepEqual([0, 5, 1250, 1200, 123_456_789, -300].map(money), ["¥0", "¥0.05", "¥12.50", "¥12", "¥1,234,567.89", "−¥3"]);
});

test("what people type is read", () => {
  const typed = { "12.5": 1250, "￥１，２００。５０": 120_050, "1,200 元": 120_000, ".5": 50, "7.": 700, " 3 ": 300 };
  for (const [text, fen] of Object.entries(typed)) assert.equal(readAmount(text), fen, text);
});

test("what is no amount is refused, each by its own sentence", () => {
  const wrong = { "": "amount_missing", abc: "amount_unreadable", "1e5": "amount_unreadable", "-5": "amount_unreadable", "1,2": "amount_unreadable", ".": "amount_unreadable", "1.234": "amount_too_fine", 1000001: "amount_too_large" };
  for (const [text, key] of Object.entries(wrong)) assert.throws(() => readAmount(text), refused(key), text);
  assert.throws(() => readAmount("1", { least: 500 }), (error) => error.key === "amount_too_small" && error.facts.least === "¥5");
});

test("a count is a whole number of at most three digits", () => {
  assert.equal(readCount("０１２"), 12);
  for (const text of ["", "1.5", "-1", "1000", "x"]) assert.throws(() => readCount(text), refused("count_unreadable"));
});

test("the keypad shows what was pressed, and no key makes it wrong", () => {
  const after = (keys) => keys.reduce(pressed, "");
  assert.equal(after(["1", "2", ".", "5"]), "12.5");
  assert.equal(after(["0", "0", "5"]), "5");
  assert.equal(after(["00"]), "0");
  assert.equal(after([".", "5", ".", "5", "5"]), "0.55");
  assert.equal(after(["1", "2", "back", "3"]), "13");
  assert.equal(after(["1", "clear"]), "");
  assert.equal(after([..."100000000"]), "1000000");
  assert.equal(typedFen(after(["8", ".", "8"])), 880);
  assert.equal(typedFen("8."), 800);
  assert.equal(typedFen(""), 0);
});

test("likely cash is the sum made up to whole notes", () => {
  assert.deepEqual(likelyCash(1500), [2000, 5000, 10_000]);
  assert.deepEqual(likelyCash(2000), [5000, 10_000]);
  assert.deepEqual(likelyCash(10_000), []);
  assert.deepEqual(likelyCash(12_350), [13_000, 14_000, 15_000, 20_000]);
});

test("half a price is never below the floor, nor above the price", () => {
  assert.equal(halved(1500), 750);
  assert.equal(halved(5), 3);
  assert.equal(halved(1000, 800), 800);
  assert.equal(halved(600, 800), 600);
});
