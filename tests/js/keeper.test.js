import assert from "node:assert/strict";
import { test } from "node:test";
import { createKeeper } from "../../market/static/js/till/worker/keeper.js";

const ORIGIN = "https://market.example";
const html = (version) => `<script src="/s/${version}/js/till/main.js"></script>`;

/** Caches as a browser has them, in the order they were made in. */
function createCaches() {
  const kept = new Map();
  const cacheOf = (files) => ({
    put: async (address, answer) => void files.set(address, await answer.text()),
    match: async (address) => (files.has(address) ? new Response(files.get(address)) : files.has(new URL(address, ORIGIN).pathname) ? new Response(files.get(new URL(address, ORIGIN).pathname)) : undefined),
  });
  return {
    kept,
    open: async (name) => {
      if (!kept.has(name)) kept.set(name, new Map());
      return cacheOf(kept.get(name));
    },
    has: async (name) => kept.has(name),
    delete: async (name) => kept.delete(name),
    keys: async () => [...kept.keys()],
  };
}

/** A server of version `now`, and keepers that come from it. `line` may be cut or made slow. */
function market() {
  const caches = createCaches();
  const server = { now: "v1", line: async () => {}, redirects: false, status: 200 };
  async function fetch(asked) {
    await server.line();
    const { pathname } = new URL(asked.url ?? asked, ORIGIN);
    if (pathname === "/till/" && server.redirects) return { type: "opaqueredirect", status: 0 };
    if (pathname === "/till/") return new Response(`mine ${html(server.now)}`, { status: server.status });
    if (pathname === "/till/shell") return new Response(html(server.now));
    // What the server has of a module is that of its own version only.
    return pathname.startsWith(`/s/${server.now}/`) ? new Response(`${server.now} ${pathname}`) : new Response("", { status: 404 });
  }
  const keeper = (version) =>
    createKeeper({
      version, page: "/till/", shell: "/till/shell", files: [`/s/${version}/js/a.js`, `/s/${version}/js/b.js`], patience: 4000,
      caches, fetch, wait: async () => new Promise((resolve) => setTimeout(resolve, 5)), origin: ORIGIN,
    });
  return { caches, server, keeper };
}

const page = { method: "GET", mode: "navigate", url: `${ORIGIN}/till/?practice=1` };
const file = (version, name = "a.js") => ({ method: "GET", mode: "cors", url: `${ORIGIN}/s/${version}/js/${name}` });
const textOf = async (answer) => (await answer).text();
const cut = async () => { throw new TypeError("no network"); };

test("only the till's page and files of a version are its business", () => {
  const { wants } = market().keeper("v1");
  assert.ok(wants(page));
  assert.ok(wants(file("v1")));
  for (const [method, mode, url] of [
    ["POST", "cors", `${ORIGIN}/api/v1/sync`], ["GET", "cors", `${ORIGIN}/api/v1/till`], ["GET", "navigate", `${ORIGIN}/till/phone`],
    ["POST", "navigate", `${ORIGIN}/till/`], ["GET", "cors", `${ORIGIN}/till/`], ["GET", "cors", "https://elsewhere.example/s/v1/js/a.js"], ["GET", "cors", `${ORIGIN}/markets/m/live.json`],
  ]) assert.equal(wants({ method, mode, url }), false, `${method} ${url}`);
});

test("with a network the page is the server's own; without one it is the shell, with its modules", async () => {
  const { server, keeper } = market();
  const mine = keeper("v1");
  await mine.install();
  assert.match(await textOf(mine.answer(page)), /^mine /);
  server.line = cut;
  assert.equal(await textOf(mine.answer(page)), html("v1"));
  assert.equal(await textOf(mine.answer(file("v1", "b.js"))), "v1 /s/v1/js/b.js");
});

test("a page that takes too long, or a server that has failed, is not waited for", async () => {
  const { server, keeper } = market();
  const mine = keeper("v1");
  await mine.install();
  server.line = () => new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(await textOf(mine.answer(page)), html("v1"));
  server.line = async () => {};
  server.status = 503;
  assert.equal(await textOf(mine.answer(page)), html("v1"));
});

test("a version is kept as a whole or not at all", async () => {
  const { caches, server, keeper } = market();
  let asked = 0;
  server.line = async () => { asked += 1; if (asked === 3) await cut(); };
  await assert.rejects(keeper("v1").install());
  assert.deepEqual(await caches.keys(), []);
});

test("a server that moves on while a version is fetched leaves nothing of either", async () => {
  const { caches, server, keeper } = market();
  const mine = keeper("v1");
  server.now = "v2";
  await assert.rejects(mine.install(), /another version/);
  assert.deepEqual(await caches.keys(), []);
});

test("a page of the version before gets its own modules for as long as it stands", async () => {
  const { caches, server, keeper } = market();
  const old = keeper("v1");
  await old.install();
  server.now = "v2";
  const next = keeper("v2");
  await next.install();
  await next.activate();
  assert.equal(await textOf(next.answer(file("v1", "b.js"))), "v1 /s/v1/js/b.js");
  assert.equal(await textOf(next.answer(file("v2", "b.js"))), "v2 /s/v2/js/b.js");
  server.now = "v3";
  const third = keeper("v3");
  await third.install();
  await third.activate();
  assert.deepEqual(await caches.keys(), ["till-v2", "till-v3"]);
  assert.equal((await third.answer(file("v1"))).status, 404, "what is gone is said to be gone, never another version's");
});

test("what is kept follows the language of the page, and never another version", async () => {
  const { caches, server, keeper } = market();
  const mine = keeper("v1");
  await mine.install();
  caches.kept.get("till-v1").set("/till/shell", "old words");
  await mine.renew();
  assert.equal(caches.kept.get("till-v1").get("/till/shell"), html("v1"));
  server.now = "v2";
  await mine.renew();
  assert.equal(caches.kept.get("till-v1").get("/till/shell"), html("v1"));
});

test("a phone that was shown out keeps nothing", async () => {
  const { caches, server, keeper } = market();
  const mine = keeper("v1");
  await mine.install();
  await caches.open("of somebody else");
  server.redirects = true;
  assert.equal((await mine.answer(page)).type, "opaqueredirect");
  assert.deepEqual(await caches.keys(), ["of somebody else"]);
  await mine.renew();
  assert.deepEqual(await caches.keys(), ["of somebody else"]);
});
