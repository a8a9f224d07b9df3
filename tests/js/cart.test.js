import assert from "node:assert/strict";
import { test } from "node:test";
import { added, countOf, EMPTY, piecesOf, priceOf, repriced, requireSale, stillOnSale, sumOf } from "../../market/static/js/till/core/cart.js";
import { counted, priced } from "../../market/static/js/till/core/cart_line.js";

const soap = { id: 1, name: "手工皂", price: 1500, left: null, floor: null };
const basket = { id: 2, name: "竹篮", price: 4000, left: 2, floor: 3000 };
const mending = { id: 3, name: "缝补", price: null, left: null, floor: null };
const listings = new Map([soap, basket, mending].map((one) => [one.id, one]));
const refused = (key) => (error) => error.key === key;

test("a second tap counts up, and the cart before stays as it was", () => {
  const one = added(EMPTY, soap, 1500);
  const two = added(one, soap, 1500);
  assert.equal(countOf(one, 1), 1);
  assert.equal(countOf(two, 1), 2);
  assert.equal(two.length, 1);
  assert.equal(sumOf(two), 3000);
});

test("one line changes, and those beside it stay", () => {
  const both = added(added(EMPTY, soap, 1500), basket, 4000);
  const pieces = (cart) => cart.map((line) => [line.listing, line.quantity, line.price]);
  assert.deepEqual(pieces(added(both, basket, 4000)), [[1, 1, 1500], [2, 2, 4000]]);
  assert.deepEqual(pieces(counted(both, 1, 2, basket)), [[1, 1, 1500], [2, 2, 4000]]);
  assert.deepEqual(pieces(priced(both, 1, 3500, basket)), [[1, 1, 1500], [2, 1, 3500]]);
  assert.equal(requireSale(both), both, "it is a sale");
});

test("lines that come to the same price become one", () => {
  const agreed = priced(added(added(EMPTY, basket, 4000), soap, 1500), 1, 750, soap);
  const cart = added(agreed, soap, 1500);
  const half = repriced(cart, listings, true).map((line) => [line.listing, line.quantity, line.price]);
  assert.deepEqual(half, [[2, 1, 3000], [1, 2, 750]]);
});

test("prices of one's own make lines of their own", () => {
  const cart = added(added(EMPTY, mending, 800, { own: true }), mending, 500, { own: true });
  assert.equal(cart.length, 2);
  assert.equal(piecesOf(cart), 2);
  assert.equal(sumOf(cart), 1300);
});

test("no more is sold than the stall has", () => {
  const two = added(added(EMPTY, basket, 4000), basket, 4000);
  assert.throws(() => added(two, basket, 4000), (error) => error.key === "only_left" && error.facts.left === 2);
  assert.throws(() => counted(two, 0, 3, basket), refused("only_left"));
  assert.throws(() => added(EMPTY, { ...basket, left: 0 }, 4000), refused("sold_out"));
  assert.equal(countOf(counted(two, 0, 1, { ...basket, left: 0 }), 2), 1, "fewer is always possible");
});

test("a price is never below what the consignor was promised", () => {
  const cart = added(EMPTY, basket, 4000);
  assert.throws(() => priced(cart, 0, 2999, basket), (error) => error.key === "below_floor" && error.facts.least === "¥30");
  assert.equal(sumOf(priced(cart, 0, 3000, basket)), 3000);
  assert.throws(() => added(EMPTY, basket, 100), refused("below_floor"));
});

test("a line brought to the price of another joins it", () => {
  const cart = added(added(EMPTY, mending, 800), mending, 500);
  assert.deepEqual(priced(cart, 1, 800, mending).map((line) => [line.price, line.quantity]), [[800, 2]]);
  assert.deepEqual(priced(cart, 0, 500, mending).map((line) => [line.price, line.quantity]), [[500, 2]]);
});

test("none of a line takes it away", () => {
  assert.deepEqual(counted(added(EMPTY, soap, 1500), 0, 0, soap), []);
});

test("half price changes list prices, and leaves what was agreed by hand", () => {
  const agreed = priced(added(EMPTY, soap, 1500), 0, 1200, soap);
  const cart = added(added(agreed, soap, 1500), basket, 4000);
  const half = repriced(cart, listings, true);
  assert.deepEqual(half.map((line) => line.price), [1200, 750, 3000]);
  assert.deepEqual(repriced(half, listings, false).map((line) => line.price), [1200, 1500, 4000]);
  assert.equal(priceOf(mending, true), null);
});

test("a kept cart loses what is no longer on sale", () => {
  const cart = added(added(EMPTY, soap, 1500), basket, 4000);
  assert.deepEqual(stillOnSale(cart, new Map([[1, soap]])).map((line) => line.listing), [1]);
});

test("an empty cart, a free one and a vast one are refused before anybody pays", () => {
  assert.throws(() => requireSale(EMPTY), refused("nothing_chosen"));
  assert.throws(() => requireSale(added(EMPTY, { ...soap, price: 0 }, 0)), refused("nothing_to_pay"));
  assert.throws(() => counted(added(EMPTY, soap, 1500), 0, 1000, soap), refused("count_too_large"));
  assert.throws(() => added(EMPTY, soap, 100_000_001), refused("amount_too_large"));
  let cart = EMPTY;
  for (let price = 1; price <= 200; price += 1) cart = added(cart, mending, price);
  assert.throws(() => added(cart, mending, 201), refused("too_many_lines"));
});
