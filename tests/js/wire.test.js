import assert from "node:assert/strict";
import { test } from "node:test";
import { Later, TooLarge, Turned, Unreachable } from "../../market/static/js/till/core/outbox.js";
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
  const problem = (status) => JSON.stringify({ title: "不行", status });
  const sync = (status, headers = {}) => wire(async () => new Response(problem(status), { status, headers })).sync({});
  for (const status of [401, 403]) await assert.rejects(sync(status), (error) => error instanceof Turned && error.message === "不行");
  for (const status of [400, 413, 415, 422]) await assert.rejects(sync(status), (error) => error instanceof TooLarge && error.ours);
  for (const status of [404, 409, 500, 502]) await assert.rejects(sync(status), (error) => error instanceof Later && error.waitMs === 0);
  for (const status of [429, 503]) await assert.rejects(sync(status, { "Retry-After": "7" }), (error) => error instanceof Later && error.waitMs === 7000);
  await assert.rejects(wire(async () => { throw new TypeError("no network"); }).sync({}), Unreachable);
});

test("a café's log-in page is nobody, whatever status it comes with", async () => {
  const nobody = (error) => error.constructor === Unreachable;
  for (const status of [200, 400, 401, 403, 422, 429, 503]) await assert.rejects(wire(answering(status, "<html>", "text/html")).sync({}), nobody, `${status}`);
  for (const said of ['"ok"', "7", "null", '{"results": [{"id"', ""]) await assert.rejects(wire(answering(200, said)).sync({}), nobody, said);
  await assert.rejects(wire(answering(401, '{"error": "proxy authentication required"}')).sync({}), nobody);
});

test("somebody on the way may find a batch too large", async () => {
  await assert.rejects(wire(answering(413, "<html>", "text/html")).sync({}), (error) => error instanceof TooLarge && !error.ours);
});

test("a line that goes silent is cut, before an answer and in the middle of one", async () => {
  const hung = (options) => new Promise((_, reject) => options.signal.addEventListener("abort", () => reject(new Error("cut"))));
  const impatient = (fetch) => createWire({ token: "secret", fetch, patience: 5 });
  await assert.rejects(impatient((_path, options) => hung(options)).sync({}), Unreachable);
  await assert.rejects(impatient(async (_path, options) => ({ ok: true, status: 200, text: () => hung(options) })).sync({}), Unreachable);
});
