import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { canonicalSale, canonicalVoid, changeOf, cleanReason, dayNumber, dueOf, fixSale, fixVoid } from "../../market/static/js/till/core/row.js";
import { sha256 } from "../../market/static/js/till/core/sha256.js";
import { checkCharacter, grouped, mintCode, uuid7 } from "../../market/static/js/till/core/names.js";
import { bytes, NOW, random } from "./world.js";

const VECTORS = JSON.parse(readFileSync(new URL("../domain/vectors/sale_hash.json", import.meta.url)));

test("every sale of the shared vectors has the same canonical form and hash here", () => {
  assert.ok(VECTORS.sales.length > 5);
  for (const { about, sale, canonical, sha256: hash } of VECTORS.sales) {
    const row = {
      id: sale.id, till: sale.till_id, device: sale.device_id, sequence: sale.sequence, code: sale.code, tender: sale.tender,
      gift: sale.gift_minor, tendered: sale.tendered_minor, phone_at: sale.phone_ms,
      lines: sale.lines.map((line) => ({ listing: line.listing_id, name: line.name, quantity: line.quantity, unit_price: line.unit_price_minor })),
    };
    assert.equal(canonicalSale(row), canonical, about);
    assert.equal(sha256(canonicalSale(row)), hash, about);
  }
});

test("every void of the shared vectors has the same canonical form and hash here", () => {
  assert.ok(VECTORS.voids.length > 0);
  for (const { about, void: undone, canonical, sha256: hash } of VECTORS.voids) {
    const row = { id: undone.id, sale: undone.sale_id, reason: undone.reason, sequence: undone.sequence, phone_at: undone.at_ms };
    assert.equal(canonicalVoid(row), canonical, about);
    assert.equal(sha256(canonicalVoid(row)), hash, about);
  }
});

test("SHA-256 is that of everybody else, at every length around a block", () => {
  for (let length = 0; length < 200; length += 1) {
    const text = "灯a".repeat(200).slice(0, length);
    assert.equal(sha256(text), createHash("sha256").update(text).digest("hex"), `${length}`);
  }
});

test("a sale is fixed with a name, a time and the hash of its own canonical form", () => {
  const lines = [{ listing: 1, name: "手工皂", quantity: 2, price: 1500, own: false }];
  const facts = { till: 12, device: 7, sequence: 3, code: "222222222222", tender: "cash", gift: 200, tendered: 5000, lines, now: NOW, random: bytes };
  const sale = fixSale(facts);
  assert.equal(sale.hash, sha256(canonicalSale(sale)));
  assert.equal(dueOf(sale), 3200);
  assert.equal(changeOf(sale), 1800);
  assert.deepEqual(sale.lines, [{ listing: 1, name: "手工皂", quantity: 2, unit_price: 1500 }]);
  const wechat = fixSale({ ...facts, tender: "wechat" });
  assert.equal(wechat.tendered, null, "only cash is handed over");
  assert.equal(changeOf(wechat), 0);
});

test("a reason is cleaned before it is hashed", () => {
  const row = fixVoid({ sale: uuid7(NOW, bytes), reason: " 收错\n了\u202e ", sequence: 4, now: NOW, random: bytes });
  assert.equal(row.reason, "收错 了");
  assert.equal(row.hash, sha256(canonicalVoid(row)));
  assert.equal([...cleanReason("👍".repeat(300))].length, 200);
  assert.equal(cleanReason("e\u0301"), "é");
});

test("a name is a version 7 UUID of its millisecond, and no two are alike", () => {
  const names = Array.from({ length: 1000 }, () => uuid7(NOW, bytes));
  for (const name of names) assert.match(name, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(new Set(names).size, 1000);
  assert.equal(Number.parseInt(names[0].replaceAll("-", "").slice(0, 12), 16), NOW);
  assert.ok(uuid7(NOW, bytes) < uuid7(NOW + 1, bytes));
});

test("a code made here has the server's check character", () => {
  for (const code of ["ABCDEFGHJKMA", "ZZZZZZZZZZZH", "23456789ABC6", "7K3M9QXR2TB4"]) {
    assert.equal(checkCharacter(code.slice(0, 11)), code[11]);
  }
  const codes = new Set(Array.from({ length: 200 }, (_, seed) => mintCode(random(seed + 1))));
  assert.equal(codes.size, 200);
  for (const code of codes) assert.match(code, /^[2-9A-HJKMNP-Z]{12}$/);
  assert.equal(grouped("ABCDEFGHJKMA"), "ABCD EFGH JKMA");
});

test("a day number is stall, phone and sequence", () => {
  assert.equal(dayNumber("3", "B", 27), "3B-027");
  assert.equal(dayNumber("12", "AA", 1234), "12AA-1234");
});
