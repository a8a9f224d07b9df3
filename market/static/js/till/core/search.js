/** Finding a listing by its name or by the first letters of its pinyin. */

/** The listings that fit, those whose letters or name begin with what was typed first. */
export function found(listings, typed) {
  const wanted = plain(typed);
  if (!wanted) return listings;
  const ranked = listings
    .map((listing, place) => ({ listing, place, rank: rankOf(listing, wanted) }))
    .filter((one) => one.rank < MISSED);
  ranked.sort((one, other) => one.rank - other.rank || one.place - other.place);
  return ranked.map((one) => one.listing);
}

const MISSED = 3;

function rankOf(listing, wanted) {
  const name = plain(listing.name);
  const initials = plain(listing.initials ?? "");
  if (initials.startsWith(wanted) || name.startsWith(wanted)) return 0;
  if (name.includes(wanted)) return 1;
  return initials.includes(wanted) ? 2 : MISSED;
}

function plain(text) {
  return text.normalize("NFKC").toLowerCase().replace(/\s+/g, "");
}
