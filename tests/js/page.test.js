import assert from "node:assert/strict";
import { test } from "node:test";
import { dayOf, inOrderOfUse, notYetCounted } from "../../market/static/js/till/core/day.js";
import { drawn } from "../../market/static/js/till/core/qr.js";
import { found } from "../../market/static/js/till/core/search.js";
import { NOW, soap, undoing } from "./world.js";

const listings = [
  { id: 1, name: "手工皂", initials: "sgz" },
  { id: 2, name: "布艺香囊", initials: "byxn" },
  { id: 3, name: "剪发 Haircut", initials: "jfhaircut" },
  { id: 4, name: "香皂盒", initials: "xzh" },
];
const names = (typed) => found(listings, typed).map((listing) => listing.id);

test("a listing is found by its name or by the letters of its pinyin", () => {
  assert.deepEqual(names("皂"), [1, 4]);
  assert.deepEqual(names("SGZ"), [1]);
  assert.deepEqual(names("ｘｚ"), [4]);
  assert.deepEqual(names("hair"), [3]);
  assert.deepEqual(names(" "), [1, 2, 3, 4]);
  assert.deepEqual(names("没有"), []);
});

test("what begins with it comes before what only holds it", () => {
  assert.deepEqual(names("x"), [4, 2]);
  assert.deepEqual(names("香"), [4, 2]);
});

test("a slip's matrix becomes a path with a quiet zone around it", () => {
  assert.deepEqual(drawn("110/001/000"), { size: 11, path: "M4 4h2v1h-2zM6 5h1v1h-1z" });
});

test("a day is the sales that stand", () => {
  const rows = [1, 2, 3].map((sequence) => soap({ sequence, slip: null }));
  assert.deepEqual(dayOf([...rows, undoing(rows[1].id, 4)]), { sales: 2, fen: 3000, undone: new Set([rows[1].id]) });
});

test("the tender used last comes first, the others keep their order", () => {
  const tenders = ["cash", "wechat", "alipay"].map((tender) => ({ tender }));
  const order = (last) => inOrderOfUse(tenders, last).map((one) => one.tender);
  assert.deepEqual(order("alipay"), ["alipay", "cash", "wechat"]);
  assert.deepEqual(order(undefined), ["cash", "wechat", "alipay"]);
});

test("what the server has not counted yet is taken off what is left", () => {
  const [one, two, three] = [1, 2, 3].map((sequence) => soap({ sequence, slip: null }));
  const rows = [one, { ...two, state: "sent", sentAt: NOW - 1 }, { ...three, state: "sent", sentAt: NOW + 1 }];
  assert.equal(notYetCounted(rows, NOW).get(1), 2);
});
