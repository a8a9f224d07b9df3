/** What a phone keeps: its rows, its last number, its slips, its cart. `database` is handed in.
 *
 * database.transact(work, { strict }) runs `work(tables)` as one transaction over two tables, `rows`
 * (by id) and `kept` (by key), each with get, put, remove and all; `rows` also
 * with waiting(most), by sequence, and count(state).
 */

export const KEPT_MS = 7 * 24 * 3600 * 1000;
const PROBE = "probe";

/** The storage lost or changed what was written into it. */
export class StorageBroken extends Error {}

export function createStore(database) {
  /** Write a row and read it back. `make({ sequence, slip })` gives it; the number is used up by it,
   *  and the slip if its code is the row's. Nothing is kept of a row that could not be written. */
  async function fix(make, atLeast = 0) {
    const row = await database.transact(
      async (tables) => {
        const last = Math.max((await tables.kept.get("sequence")) ?? 0, atLeast);
        const slips = (await tables.kept.get("slips")) ?? [];
        const made = make({ sequence: last + 1, slip: slips[0] ?? null });
        await tables.rows.put(made.id, made);
        await tables.kept.put("sequence", last + 1);
        if (slips.length > 0 && made.wire.code === slips[0].code) {
          await tables.kept.put("slips", slips.slice(1));
        }
        return made;
      },
      { strict: true },
    );
    const again = await get(row.id);
    if (JSON.stringify(again) !== JSON.stringify(row)) throw new StorageBroken("not read back");
    return row;
  }

  function get(id) {
    return database.transact((tables) => tables.rows.get(id));
  }

  /** The rows still to be sent, in the order they were made in. */
  function waiting(most) {
    return database.transact((tables) => tables.rows.waiting(most));
  }

  async function unsent() {
    return (await counts()).unsent;
  }

  /** How many rows wait to be sent, how many the server has set aside and nobody was told of, how many
   *  it would not even look at; `unsent` are those that are on this phone only. */
  function counts() {
    return database.transact(async (tables) => {
      const [waiting, aside, refused] = [await tables.rows.count("waiting"), await tables.rows.count("aside"), await tables.rows.count("refused")];
      return { waiting, aside, refused, unsent: waiting + refused };
    });
  }

  /** All rows that are still kept, the newest first. */
  async function all() {
    const rows = await database.transact((tables) => tables.rows.all());
    return rows.sort((one, other) => other.sequence - one.sequence);
  }

  /** Note what the server said of rows, `facts` by id; what was fixed in them stays as it is. */
  function settle(facts) {
    return database.transact(async (tables) => {
      for (const [id, said] of facts) {
        const row = await tables.rows.get(id);
        if (row) await tables.rows.put(id, { ...row, ...said, wire: row.wire });
      }
    });
  }

  /** All rows of a state come into another: what was refused is tried again, who was told knows. */
  function turn(before, after) {
    return database.transact(async (tables) => {
      for (const row of await tables.rows.all()) {
        if (row.state === before) await tables.rows.put(row.id, { ...row, state: after });
      }
    });
  }

  /** Let go of what the server has had for seven days. */
  function forget(now) {
    return database.transact(async (tables) => {
      for (const row of await tables.rows.all()) {
        if (row.state === "sent" && row.sentAt < now - KEPT_MS) await tables.rows.remove(row.id);
      }
    });
  }

  function keep(key, value) {
    return database.transact((tables) => tables.kept.put(key, value));
  }

  function kept(key) {
    return database.transact((tables) => tables.kept.get(key));
  }

  /** What is kept under a key, as `make` turns it into another; gives that. */
  function change(key, make) {
    return database.transact(async (tables) => {
      const next = make(await tables.kept.get(key));
      await tables.kept.put(key, next);
      return next;
    });
  }

  /** Put new slips behind those there are. */
  function addSlips(slips) {
    return database.transact(async (tables) => {
      const have = (await tables.kept.get("slips")) ?? [];
      const known = new Set(have.map((slip) => slip.code));
      await tables.kept.put("slips", [...have, ...slips.filter((slip) => !known.has(slip.code))]);
    });
  }

  async function slips() {
    return ((await kept("slips")) ?? []).length;
  }

  async function lastSequence() {
    return (await kept("sequence")) ?? 0;
  }

  /** The server has heard of a number that is not here: what was here was cleared. Numbers go on behind
   *  it, whoever sells is told, and this phone can never again say that it has sent all it recorded. */
  function catchUp(heard) {
    return database.transact(async (tables) => {
      if (heard <= ((await tables.kept.get("sequence")) ?? 0)) return;
      await tables.kept.put("sequence", heard);
      await tables.kept.put("cleared", true);
    });
  }

  /** Whether what is written here can be read again: asked before anything is sold. */
  async function test(now) {
    await database.transact((tables) => tables.kept.put(PROBE, now), { strict: true });
    if ((await kept(PROBE)) !== now) throw new StorageBroken("probe lost");
  }

  return { fix, get, waiting, unsent, counts, all, settle, turn, forget, keep, kept, change, addSlips, slips, lastSequence, catchUp, test };
}
