"""Food's particulars: a listing is food, and what its maker says of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from market.actions.ledger.audit import note
from market.domain.sales.food import FoodParticulars
from market.domain.text import clean_text
from market.models.sales import FoodLabel
from market.queries.sales.offers import offer_now

MOST_MAKER = 60
MOST_ALLERGENS = 120
MOST_LICENCE = 60


def label_food(
    session: Session,
    community_id: int,
    listing_id: int,
    particulars: FoodParticulars | None,
    *,
    by_id: int,
    now: datetime,
) -> None:
    """Say that a listing is food, with as much as is known; None: it is no food after all.

    Raises NoSuchListing, and what `clean_text` raises.
    """
    offer_now(session, community_id, listing_id)
    known = session.get(FoodLabel, listing_id)
    if particulars is None:
        if known is not None:
            session.delete(known)
    else:
        label = known or FoodLabel(listing_id=listing_id)
        label.maker = _or_empty(particulars.maker, MOST_MAKER)
        label.allergens = _or_empty(particulars.allergens, MOST_ALLERGENS)
        label.licence = _or_empty(particulars.licence, MOST_LICENCE)
        label.made_on, label.use_by = particulars.made_on, particulars.use_by
        label.written_by_id, label.written_at = by_id, now
        session.add(label)
    note(session, "food_labelled", community_id=community_id, now=now, listing=listing_id, by=by_id)


def _or_empty(text: str, most: int) -> str:
    return clean_text(text, most=most) if text.strip() else ""
