/** The outbox: rows are written, read back and only then said to be recorded; sending comes after.
 *
 * Its world is handed in:
 *   store      fix(make), waiting(most), settle(id, facts), unsent(), see world/
 *   send       (body) → the answer of POST /api/v1/sync, or raises Unreachable, TooLarge, Turned
 *   clock      () → milliseconds since 1970
 *   exclusive  (work) → runs `work` if no other page of this phone is sending, else gives null
 *   changed    (state) told whenever what the strip says may be another
 */

const BATCH = 50;
export const EVERY_MS = 15_000;
const LONGEST_MS = 300_000;

/** Nobody answered, or whoever did was not our server. */
export class Unreachable extends Error {}

/** The server will not take this batch as it is: cut it, or set the one row aside. */
export class TooLarge extends Error {}

/** The server knows this phone no longer; `message` is its sentence. */
export class Turned extends Error {}

export function createOutbox({ store, send, clock, exclusive, changed = () => {} }) {
  let batch = BATCH;
  const state = { connected: null, sending: false, failures: 0, turned: null, heardAt: null, till: undefined, signedOff: null };
  const tell = () => changed({ ...state });

  /** Send what waits, until nothing waits or nobody answers. Gives whether all is sent. */
  async function push({ signOff = null } = {}) {
    const done = await exclusive(() => pushAll(signOff));
    return done ?? false;
  }

  async function pushAll(signOff) {
    state.sending = true;
    tell();
    try {
      return await pushUntilEmpty(signOff);
    } catch (error) {
      state.failures += 1;
      state.connected = false;
      if (error instanceof Turned) state.turned = error.message;
      else if (!(error instanceof Unreachable)) throw error;
      return false;
    } finally {
      state.sending = false;
      tell();
    }
  }

  async function pushUntilEmpty(signOff) {
    for (;;) {
      const rows = await store.waiting(batch);
      const unsent = await store.unsent();
      const answer = await sendOne(rows, unsent, rows.length === unsent ? signOff : null);
      if (answer === null) continue;
      heard(answer);
      const settled = await settleAll(rows, answer.results ?? []);
      tell();
      // Asked anew: something may have been sold meanwhile.
      if ((await store.unsent()) === 0) return true;
      // An answer that settles nothing would be asked for again for ever.
      if (settled === 0 && rows.length > 0) throw new Unreachable("no result");
    }
  }

  /** The answer; null where the batch was too much, and a smaller one is to be tried. */
  async function sendOne(rows, unsent, signOff) {
    const body = { sent_at: new Date(clock()).toISOString(), unsent, rows: rows.map((row) => row.wire), sign_off: signOff };
    try {
      return await send(body);
    } catch (error) {
      if (!(error instanceof TooLarge) || rows.length === 0) throw error;
      if (rows.length > 1) batch = Math.max(1, Math.floor(rows.length / 2));
      else {
        batch = BATCH;
        await store.settle(rows[0].id, { state: "aside", reason: "refused", say: error.message });
      }
      return null;
    }
  }

  function heard(answer) {
    Object.assign(state, { connected: true, failures: 0, turned: null, heardAt: clock() });
    state.till = answer.till;
    state.signedOff = answer.signed_off ?? null;
  }

  async function settleAll(rows, results) {
    const byId = new Map(results.map((result) => [result.id, result]));
    let settled = 0;
    for (const row of rows) {
      const facts = settlement(row, byId.get(row.id), clock());
      if (facts) {
        await store.settle(row.id, facts);
        settled += 1;
      }
    }
    return settled;
  }

  return { push, state: () => ({ ...state }) };
}

/** What a result makes of its row; null where it says nothing that may be relied on. */
export function settlement(row, result, now) {
  if (!result) return null;
  if (result.outcome === "created" || result.outcome === "exists") {
    // Only the hash shows that what the server holds is what was fixed here.
    if (result.hash !== row.wire.hash) return null;
    return { state: "sent", sentAt: now, outcome: result.outcome };
  }
  if (result.outcome === "conflict" || result.outcome === "rejected") {
    return { state: "aside", sentAt: now, outcome: result.outcome, reason: result.reason, say: result.say };
  }
  return null;
}

/** How long to wait before the next try: 15 s, longer after failures, never the same for two phones. */
export function nextTry(failures, random) {
  const longer = Math.min(EVERY_MS * 2 ** Math.max(0, failures - 1), LONGEST_MS);
  return Math.round(longer * (0.75 + random() * 0.5));
}

/** What the strip says: its sentence in the catalogue, with how many. */
export function stripOf({ connected, turned }, { waiting, aside }) {
  if (turned) return { tone: "turned", key: "strip_turned", count: waiting };
  if (aside > 0) return { tone: "aside", key: "strip_aside", count: aside };
  if (connected === false) {
    return waiting
      ? { tone: "offline", key: "strip_offline_waiting", count: waiting }
      : { tone: "offline", key: "strip_offline", count: 0 };
  }
  if (waiting > 0) return { tone: "waiting", key: "strip_waiting", count: waiting };
  return connected ? { tone: "online", key: "strip_online", count: 0 } : { tone: "waiting", key: "strip_connecting", count: 0 };
}
