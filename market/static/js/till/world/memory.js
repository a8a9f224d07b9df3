/** A database that is gone with the page: for practice, which must not touch the books, and for tests. */

export function openMemory() {
  const rows = tableOf();
  const kept = tableOf();
  let turn = Promise.resolve();

  /** One transaction after another; one that fails leaves nothing behind. */
  function transact(work) {
    const mine = turn.then(async () => {
      const before = [rows.snapshot(), kept.snapshot()];
      try {
        return await work({ rows: { ...rows, ...byStateOf(rows) }, kept });
      } catch (error) {
        rows.restore(before[0]);
        kept.restore(before[1]);
        throw error;
      }
    });
    turn = mine.catch(() => {});
    return mine;
  }

  return { transact, close: () => {} };
}

function tableOf() {
  let values = new Map();
  return {
    get: (key) => copied(values.get(key)),
    put: (key, value) => void values.set(key, copied(value)),
    remove: (key) => void values.delete(key),
    all: () => [...values.values()].map(copied),
    snapshot: () => new Map(values),
    restore: (old) => {
      values = old;
    },
  };
}

function byStateOf(rows) {
  const within = (state) => rows.all().filter((row) => row.state === state);
  return {
    waiting: (most) => within("waiting").sort((one, other) => one.sequence - other.sequence).slice(0, most),
    count: (state) => within(state).length,
  };
}

/** What is kept is not what the caller goes on holding, as in a real database. */
function copied(value) {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}
