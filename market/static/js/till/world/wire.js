/** Talking to the server with the device's own token; the cookie of a session is never asked for. */
import { createLease } from "../core/lease.js";
import { Later, TooLarge, Turned, Unreachable } from "../core/outbox.js";

const PATIENCE_MS = 20_000;
const ENDS = new Set([400, 413, 415, 422]);
const TURNED = new Set([401, 403]);

/** `patience` is how long one request may take, to the last byte of its answer. */
export function createWire({ token, fetch = globalThis.fetch.bind(globalThis), patience = PATIENCE_MS }) {
  async function ask(method, path, body) {
    const { answer, said } = await reached(path, {
      method,
      headers: { Authorization: `Bearer ${token}`, Accept: "application/json", "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: "omit",
      cache: "no-store",
    });
    if (answer.ok && said !== null) return said;
    throw refusal(answer, said ?? {});
  }

  /** The answer and what it says; a line that goes silent in the middle of it is cut as well. */
  async function reached(path, options) {
    const tired = new AbortController();
    const bell = setTimeout(() => tired.abort(), patience);
    try {
      const answer = await fetch(path, { ...options, signal: tired.signal });
      return { answer, said: readable(await answer.text()) };
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

/** An object in JSON, else null. */
function readable(text) {
  try {
    const said = JSON.parse(text);
    return said !== null && typeof said === "object" ? said : null;
  } catch {
    return null;
  }
}

const LARGE = 413;

/** What an answer means that is none. A café's log-in page, or half of what was said, is nobody;
 *  ours says its status in its words as well. */
function refusal(answer, said) {
  const { status } = answer;
  const sentence = said.detail ?? said.title ?? "";
  if (said.status !== status) return status === LARGE ? new TooLarge("", { ours: false }) : new Unreachable(`${status}`);
  if (TURNED.has(status)) return new Turned(sentence);
  if (ENDS.has(status)) return new TooLarge(sentence);
  return new Later(sentence, (Number(answer.headers.get("Retry-After")) || 0) * 1000);
}

/** One page of this phone sends at a time; the others find its rows sent. `lease` is for browsers
 *  without locks, see core/lease.js. */
export function createAlone(name, { locks = globalThis.navigator?.locks, lease = (work) => work(always) } = {}) {
  let busy = false;

  async function inThisPage(work) {
    if (busy) return null;
    busy = true;
    try {
      return await lease(work);
    } finally {
      busy = false;
    }
  }

  if (!locks) return inThisPage;
  return (work) => locks.request(name, { ifAvailable: true }, (lock) => (lock ? work(always) : null));
}

/** The lease of this page, under a name that no other page has. */
export function ownLease({ store, clock, random }) {
  return createLease({ store, clock, owner: [...random(8)].join("-") });
}

async function always() {
  return true;
}
