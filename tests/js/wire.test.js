import assert from "node:assert/strict";
import { test } from "node:test";
import { TooLarge, Turned, Unreachable } from "../../market/static/js/till/core/outbox.js";
import { createWire } from "../../market/static/js/till/world/wire.js";

const answering = (status, body, type = "application/json") => async () => new Response(body, { status, headers: { "Content-Type": type } });
const wire = (fetch) => createWire({ token: "secret", fetch });

test("a request carries the token and no cookie", async () => {
  let asked;
  await wire(async (path, options) => { asked = { path, ...options }; return new Response("{}"); }).sync({ rows: [] });
  assert.equal(asked.path, "/api/v1/sync");
  assert.equal(asked.headers.Authorization, "Bearer secret");
  assert.equal(asked.credentials, "omit");
});

test("each answer is told apart", async () => {
  const problem = JSON.stringify({ title: "不行", status: 401 });
  await assert.rejects(wire(answering(401, problem)).till(), (error) => error instanceof Turned && error.message === "不行");
  await assert.rejects(wire(answering(413, problem)).sync({}), TooLarge);
  await assert.rejects(wire(answering(422, problem)).sync({}), TooLarge);
  await assert.rejects(wire(answering(503, problem)).sync({}), Unreachable);
  await assert.rejects(wire(answering(429, problem)).sync({}), Unreachable);
  await assert.rejects(wire(async () => { throw new TypeError("no network"); }).sync({}), Unreachable);
});

test("a café's log-in page is nobody", async () => {
  await assert.rejects(wire(answering(200, "<html>", "text/html")).sync({}), Unreachable);
});
