/** The outbox: rows are written, read back and only then said to be recorded; sending comes after.
 *
 * Its world is handed in:
 *   store      waiting(most), counts(), settle(facts by id), see core/store.js
 *   send       (body) → the answer of POST /api/v1/sync, or raises one of the errors below
 *   clock      () → milliseconds since 1970
 *   exclusive  (work) → runs `work(mine)` if no other page of this phone is sending, else gives null;
 *              `mine()` tells before each batch whether this page is the sender still
 *   changed    (state) told whenever what the strip says may be another
 */

const BATCH = 50;
export const EVERY_MS = 15_000;
const LONGEST_MS = 300_000;

/** Nobody answered, or whoever did was not our server, or half of what it said is lost. */
export class Unreachable extends Error {}

/** Our server answered that it cannot now; `waitMs` is how long it asks to be left alone. */
export class Later extends Unreachable {
  constructor(message, waitMs = 0) {
    super(message);
    this.waitMs = waitMs;
  }
}

/** This batch is not taken as it is: cut it, or put the one row by. `ours` tells whether our server
 *  said so, or somebody on the way, to whom any row may be too much. */
export class TooLarge extends Error {
  constructor(message, { ours = true } = {}) {
    super(message);
    this.ours = ours;
  }
}

/** The server knows this phone no longer; `message` is its sentence. */
export class Turned extends Error {}

export function createOutbox({ store, send, clock, exclusive, changed = () => {} }) {
  let batch = BATCH;
  const state = { connected: null, busy: false, waitMs: 0, sending: false, failures: 0, turned: null, heardAt: null, till: undefined, signedOff: null };
  const tell = () => changed({ ...state });

  /** Send what waits, until nothing waits or nobody answers. Gives whether all is sent; null where it is
   *  being sent already, by this page or another. */
  function push({ signOff = null } = {}) {
    return exclusive((mine) => pushAll(signOff, mine));
  }

  async function pushAll(signOff, mine) {
    state.sending = true;
    tell();
    try {
      return await pushUntilEmpty(signOff, mine);
    } catch (error) {
      missed(error);
      return false;
    } finally {
      state.sending = false;
      tell();
    }
  }

  function missed(error) {
    const later = error instanceof Later;
    Object.assign(state, { failures: state.failures + 1, connected: false, busy: later, waitMs: later ? error.waitMs : 0 });
    if (error instanceof Turned) state.turned = error.message;
    else if (!(error instanceof Unreachable)) throw error;
  }

  async function pushUntilEmpty(signOff, mine) {
    for (;;) {
      if (!(await mine())) return false;
      const rows = await store.waiting(batch);
      const { unsent } = await store.counts();
      const answer = await sendOne(rows, unsent, rows.length === unsent ? signOff : null);
      if (answer === null) continue;
      heard(answer);
      const settled = await settleAll(rows, answer.results);
      tell();
      // Asked anew: something may have been sold meanwhile.
      const left = await store.counts();
      if (left.waiting === 0) return left.unsent === 0;
      // An answer that settles nothing would be asked for again for ever.
      if (settled === 0 && rows.length > 0) throw new Unreachable("no result");
    }
  }

  /** The answer; null where the batch was too much, and a smaller one is to be tried. */
  async function sendOne(rows, unsent, signOff) {
    const body = { sent_at: new Date(clock()).toISOString(), unsent, rows: rows.map((row) => row.wire), sign_off: signOff };
    try {
      const answer = await send(body);
      if (!Array.isArray(answer?.results)) throw new Unreachable("no results");
      return answer;
    } catch (error) {
      if (!(error instanceof TooLarge)) throw error;
      // There is nothing to cut in a mere sign of life: something on the way must have bent it.
      if (rows.length === 0) throw new Unreachable(error.message);
      if (rows.length > 1) batch = Math.max(1, Math.floor(rows.length / 2));
      else if (error.ours) await putBy(rows[0], error.message);
      else throw new Unreachable(error.message);
      return null;
    }
  }

  /** A row that the server would not even look at: it is nowhere but here, and is tried again later. */
  async function putBy(row, say) {
    batch = BATCH;
    await store.settle(new Map([[row.id, { state: "refused", say }]]));
  }

  function heard(answer) {
    Object.assign(state, { connected: true, busy: false, waitMs: 0, failures: 0, turned: null, heardAt: clock() });
    state.till = answer.till;
    state.signedOff = answer.signed_off ?? null;
  }

  async function settleAll(rows, results) {
    const byId = new Map(results.map((result) => [result.id, result]));
    const facts = new Map();
    for (const row of rows) {
      const said = settlement(row, byId.get(row.id), clock());
      if (said) facts.set(row.id, said);
    }
    await store.settle(facts);
    return facts.size;
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

/** How long to wait before the next try: 15 s, longer after failures or when asked to, never the
 *  same for two phones. `random` gives a number from 0 up to 1. */
export function nextTry(failures, random, waitMs = 0) {
  const longer = Math.min(EVERY_MS * 2 ** Math.max(0, failures - 1), LONGEST_MS);
  const asked = Math.min(waitMs, LONGEST_MS);
  const share = random();
  return Math.round(Math.max(longer * (0.75 + share * 0.5), asked * (1 + share * 0.25)));
}
