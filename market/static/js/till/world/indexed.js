/** The phone's own storage: IndexedDB as the database of core/store.js. */

const VERSION = 1;

/** A database of its own for each device, so that another pass on this phone mixes nothing up. */
export async function openIndexed(name, factory = globalThis.indexedDB) {
  const database = await opened(name, factory);
  // Another tab with a newer page must be able to change the layout.
  database.onversionchange = () => database.close();

  function transact(work, { strict = false } = {}) {
    return new Promise((resolve, reject) => {
      const options = strict ? { durability: "strict" } : {};
      const transaction = database.transaction(["rows", "kept"], "readwrite", options);
      let result;
      transaction.oncomplete = () => resolve(result);
      transaction.onabort = () => reject(transaction.error ?? new Error("aborted"));
      Promise.resolve(work(tablesOf(transaction))).then(
        (value) => {
          result = value;
        },
        (error) => {
          reject(error);
          // It may be over already; then there is nothing to take back.
          try {
            transaction.abort();
          } catch {}
        },
      );
    });
  }

  return { transact, close: () => database.close() };
}

function opened(name, factory) {
  return new Promise((resolve, reject) => {
    if (!factory) throw new Error("no IndexedDB");
    const request = factory.open(name, VERSION);
    request.onupgradeneeded = () => {
      const rows = request.result.createObjectStore("rows");
      rows.createIndex("state", ["state", "sequence"]);
      request.result.createObjectStore("kept");
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("blocked"));
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
