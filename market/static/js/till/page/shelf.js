/** What is on sale at this till just now, and whether anything may be sold. */
import { notYetCounted } from "../core/day.js";
import { Refusal } from "../core/refusal.js";

export function createShelf(bootstrap, store) {
  let known = bootstrap;
  let listings = new Map();

  /** Take in what is on sale now, less what the server has not been told yet. */
  async function stock(answer, askedAt) {
    known = answer;
    const sold = notYetCounted(await store.all(), askedAt);
    const leftOf = (one) => (one.left === null ? null : one.left - (sold.get(one.id) ?? 0));
    listings = new Map(known.listings.map((one) => [one.id, { ...one, left: leftOf(one) }]));
  }

  /** What the tiles are drawn from, but for the numbers that go down. */
  function offer() {
    return JSON.stringify([known.stalls, known.listings.map(({ left, ...one }) => one)]);
  }

  /** Why nothing can be sold now; null where it can. */
  function closedBy() {
    const { till } = known;
    if (!till) return new Refusal("till_none");
    if (till.state === "open") return null;
    return new Refusal(till.state === "closed" ? "till_closed" : "till_counted", { till: till.name });
  }

  function requireOpen() {
    const closed = closedBy();
    if (closed) throw closed;
  }

  return {
    stock,
    offer,
    closedBy,
    requireOpen,
    known: () => known,
    listings: () => listings,
    takeTill: (till) => {
      known = { ...known, till };
    },
  };
}
