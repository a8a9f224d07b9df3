/** The keeper of the till's page: a service worker that has the page and its modules at hand when the
 *  network has not. It keeps nothing else: the outbox lies in the page's own storage and needs no keeper.
 *
 * - What it keeps of the page is a shell that is nobody's: no token, no name, no sum. The page finds its
 *   token where its outbox is, so that there is one place to guard and none besides to erase.
 * - Every file's address carries the version it belongs to, and each version has a cache of its own that
 *   is filled as a whole or not at all: no page ever runs modules of two versions.
 * - A new version takes over at once, because an open page keeps getting the files of its own version;
 *   that page is told, and never reloaded.
 */

const PREFIX = "till-";
const ADDRESS = /^\/s\/([^/]+)\//;

/** `shell` is the address of the page to keep, `files` all that it needs; `patience` how long a page
 *  may take to come before the kept one is shown. */
export function createKeeper({ version, page, shell, files, patience, caches, fetch, wait, origin }) {
  const nameOf = (one) => `${PREFIX}${one}`;
  const own = nameOf(version);

  /** All of this version, or an error, and then nothing of it. */
  async function install() {
    const cache = await caches.open(own);
    try {
      await keepShell(cache);
      await Promise.all(files.map((file) => keepFile(cache, file)));
    } catch (error) {
      await caches.delete(own);
      throw error;
    }
  }

  async function keepFile(cache, file) {
    const answer = await fetch(file);
    if (!answer.ok) throw new Error(`${file}: ${answer.status}`);
    await cache.put(file, answer);
  }

  async function keepShell(cache) {
    const answer = await fetch(shell, { cache: "no-cache" });
    const text = await answer.clone().text();
    // A server that has moved on in the meantime would give the page of another version.
    if (!answer.ok || answer.redirected || !text.includes(`/s/${version}/`)) throw new Error("another version");
    await cache.put(shell, answer);
  }

  /** The version before stays for the pages that are still open; those before it go. */
  async function activate() {
    const others = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== own);
    await Promise.all(others.slice(0, -1).map((name) => caches.delete(name)));
  }

  /** Whether a request is any business of ours; all others go their way as if we were not here. */
  function wants({ method, mode, url }) {
    const asked = new URL(url);
    if (method !== "GET" || asked.origin !== origin) return false;
    return mode === "navigate" ? asked.pathname === page : ADDRESS.test(asked.pathname);
  }

  function answer(request) {
    return request.mode === "navigate" ? pageFor(request) : fileFor(request);
  }

  async function fileFor(request) {
    const [, asked] = ADDRESS.exec(new URL(request.url).pathname);
    return (await keptIn(nameOf(asked), request.url)) ?? fetch(request);
  }

  async function pageFor(request) {
    const coming = fetch(request);
    const come = await Promise.race([coming.catch(() => null), wait(patience).then(() => null)]);
    // Sent elsewhere: the server knows this phone no longer.
    if (come?.type === "opaqueredirect") await forget();
    if (come && come.status < 500) return come;
    return (await keptIn(own, shell)) ?? coming;
  }

  /** The shell in the language and size of type that the page has now. */
  async function renew() {
    if (await caches.has(own)) await keepShell(await caches.open(own)).catch(() => {});
  }

  async function keptIn(name, address) {
    if (!(await caches.has(name))) return undefined;
    return (await caches.open(name)).match(address);
  }

  /** Nothing of the till stays on a phone that was shown out. */
  async function forget() {
    const names = (await caches.keys()).filter((name) => name.startsWith(PREFIX));
    await Promise.all(names.map((name) => caches.delete(name)));
  }

  return { install, activate, wants, answer, renew, forget };
}

/** Set the keeper to work in a service worker. */
export function serve(worker, given) {
  const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
  const { caches, location } = worker;
  const keeper = createKeeper({ ...given, caches, wait, fetch: (...asked) => worker.fetch(...asked), origin: location.origin });

  async function tell() {
    const pages = await worker.clients.matchAll({ type: "window", includeUncontrolled: true });
    for (const page of pages) page.postMessage({ version: given.version });
  }

  worker.addEventListener("install", (event) => {
    event.waitUntil(keeper.install());
    void worker.skipWaiting();
  });
  worker.addEventListener("activate", (event) => event.waitUntil(keeper.activate().then(tell)));
  worker.addEventListener("fetch", (event) => {
    if (keeper.wants(event.request)) event.respondWith(keeper.answer(event.request));
  });
  worker.addEventListener("message", (event) => {
    if (event.data === "renew") event.waitUntil(keeper.renew());
    if (event.data === "forget") event.waitUntil(keeper.forget().then(() => worker.registration.unregister()));
  });
}
