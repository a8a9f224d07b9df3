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
