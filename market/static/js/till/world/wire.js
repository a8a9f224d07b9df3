/** Talking to the server with the device's own token; the cookie of a session is never asked for. */
import { TooLarge, Turned, Unreachable } from "../core/outbox.js";

const PATIENCE_MS = 20_000;
const ENDS = new Set([400, 413, 415, 422]);
const TURNED = new Set([401, 403]);

export function createWire({ token, fetch = globalThis.fetch.bind(globalThis) }) {
  async function ask(method, path, body) {
    const answer = await reached(path, {
      method,
      headers: { Authorization: `Bearer ${token}`, Accept: "application/json", "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: "omit",
      cache: "no-store",
    });
    const said = await readable(answer);
    if (answer.ok && said) return said;
    const sentence = said?.detail ?? said?.title ?? "";
    if (TURNED.has(answer.status)) throw new Turned(sentence);
    if (ENDS.has(answer.status)) throw new TooLarge(sentence);
    throw new Unreachable(`${answer.status}`);
  }

  async function reached(path, options) {
    const patience = new AbortController();
    const bell = setTimeout(() => patience.abort(), PATIENCE_MS);
    try {
      return await fetch(path, { ...options, signal: patience.signal });
    } catch (error) {
      throw new Unreachable(error.message);
    } finally {
      clearTimeout(bell);
    }
  }

  return {
    till: () => ask("GET", "/api/v1/till"),
    slips: (have) => ask("POST", "/api/v1/slips", { have }),
    sync: (body) => ask("POST", "/api/v1/sync", body),
    live: (slug) => ask("GET", `/markets/${encodeURIComponent(slug)}/live.json`),
  };
}

/** A café's log-in page answers in HTML, with 200: that is nobody. */
async function readable(answer) {
  try {
    return await answer.json();
  } catch {
    return null;
  }
}

/** One page of this phone sends at a time; the others find its rows sent. */
export function createAlone(name, locks = globalThis.navigator?.locks) {
  let busy = false;

  async function inThisPage(work) {
    if (busy) return null;
    busy = true;
    try {
      return await work();
    } finally {
      busy = false;
    }
  }

  if (!locks) return inThisPage;
  return (work) => locks.request(name, { ifAvailable: true }, (lock) => (lock ? work() : null));
}
