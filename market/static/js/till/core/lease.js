/** Who sends, where a browser has no locks: a lease in the phone's storage, renewed before each batch.
 *
 * Were two pages ever to send at once, each sale would still count once; the lease only saves the line.
 */

/** Longer than one batch may take, so that nobody takes it over from a page that waits for an answer. */
export const LEASE_MS = 45_000;

/** `owner` names this page. Gives what runs `work(mine)` while the lease is ours, else null. */
export function createLease({ store, clock, owner }) {
  const renew = () => store.change("lease", (held) => (isFree(held, owner, clock()) ? { owner, until: clock() + LEASE_MS } : held));
  const mine = async () => (await renew())?.owner === owner;

  return async (work) => {
    if (!(await mine())) return null;
    try {
      return await work(mine);
    } finally {
      await store.change("lease", (held) => (held?.owner === owner ? null : held));
    }
  };
}

/** A lease that ends later than any may was made by a clock that has been set back since. */
function isFree(held, owner, now) {
  return !held || held.owner === owner || held.until <= now || held.until > now + LEASE_MS;
}
