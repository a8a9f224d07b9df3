/** The phone's own storage: IndexedDB as the database of core/store.js.
 *
 * Phones lose the connection to it in the background, and some then answer nothing at all: a
 * transaction that surely left nothing behind is tried once more, and none is waited for without end.
 */

const VERSION = 1;
const PATIENCE_MS = 8_000;
const LOST = new Set(["InvalidStateError", "UnknownError", "AbortError"]);

/** A database of its own for each device, so that another pass on this phone mixes nothing up. */
export async function openIndexed(name, { factory = globalThis.indexedDB, patience = PATIENCE_MS } = {}) {
  let database = null;
  await connection();

  async function connection() {
    if (database) return database;
    database = await opened(name, factory, patience);
    // Another tab with a newer page must be able to change the layout.
    database.onversionchange = close;
    database.onclose = () => {
      database = null;
    };
    return database;
  }

  function close() {
    database?.close();
    database = null;
  }

  async function transact(work, options = {}) {
    try {
      return await transacted(await connection(), work, options, patience);
    } catch (error) {
      if (!error.leftNothing || !LOST.has(error.cause?.name)) throw error.cause ?? error;
    }
    close();
    return transacted(await connection(), work, options, patience).catch((error) => {
      throw error.cause ?? error;
    });
  }

  return { transact, close };
}

/** The phone's storage gave up a transaction: none of it is there. */
class GivenUp extends Error {
  constructor(cause) {
    super(cause?.message ?? "given up");
    this.cause = cause ?? null;
    this.leftNothing = true;
  }
}

function transacted(database, work, { strict = false }, patience) {
  return new Promise((resolve, reject) => {
    const transaction = begun(database, strict);
    const bell = setTimeout(() => {
      // What cannot be taken back any more is being written now, and is told of by `oncomplete`.
      if (takenBack(transaction)) reject(new Error("the storage does not answer"));
    }, patience);
    let result;
    let own = null;
    let lost = null;
    transaction.oncomplete = () => {
      clearTimeout(bell);
      resolve(result);
    };
    transaction.onabort = () => {
      clearTimeout(bell);
      reject(own ?? new GivenUp(lost ?? transaction.error));
    };
    Promise.resolve(work(tablesOf(transaction))).then(
      (value) => {
        result = value;
      },
      (error) => {
        if (error instanceof DOMException) lost = error;
        else own = error;
        // It may be over already; then there is nothing to take back.
        takenBack(transaction);
        if (own) reject(own);
      },
    );
  });
}

function begun(database, strict) {
  try {
    return database.transaction(["rows", "kept"], "readwrite", strict ? { durability: "strict" } : {});
  } catch (error) {
    throw new GivenUp(error);
  }
}

function takenBack(transaction) {
  try {
    transaction.abort();
    return true;
  } catch {
    return false;
  }
}

function opened(name, factory, patience) {
  return new Promise((resolve, reject) => {
    if (!factory) throw new Error("no IndexedDB");
    const bell = setTimeout(() => reject(new Error("the storage does not open")), patience);
    const over = (how, what) => {
      clearTimeout(bell);
      how(what);
    };
    const request = factory.open(name, VERSION);
    request.onupgradeneeded = () => {
      const rows = request.result.createObjectStore("rows");
      rows.createIndex("state", ["state", "sequence"]);
      request.result.createObjectStore("kept");
    };
    request.onsuccess = () => over(resolve, request.result);
    request.onerror = () => over(reject, request.error);
    request.onblocked = () => over(reject, new Error("blocked"));
  });
}

function tablesOf(transaction) {
  const rows = transaction.objectStore("rows");
  return {
    rows: { ...tableOf(rows), ...byStateOf(rows.index("state")) },
    kept: tableOf(transaction.objectStore("kept")),
  };
}

function tableOf(store) {
  return {
    get: (key) => answered(store.get(key)),
    put: (key, value) => answered(store.put(value, key)),
    remove: (key) => answered(store.delete(key)),
    all: () => answered(store.getAll()),
  };
}

function byStateOf(index) {
  const within = (state) => IDBKeyRange.bound([state, 0], [state, Number.MAX_SAFE_INTEGER]);
  return {
    waiting: (most) => answered(index.getAll(within("waiting"), most)),
    count: (state) => answered(index.count(within(state))),
  };
}

function answered(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
