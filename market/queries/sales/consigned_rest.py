"""What of a consignor's things was not sold at a market, and where it went."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from market.models.sales import ConsignedRest, Listing, Stall


@dataclass(frozen=True, slots=True, kw_only=True)
class RestNow:
    """A listing of hers; `left` None where pieces were not counted, `said` whether it is settled."""

    listing_id: int
    name: str
    left: int | None
    returned: int
    donated: int
    said: bool


def rests_of(session: Session, party_id: int, market_day_id: int) -> list[RestNow]:
    """Everything of hers at a market that was not wholly sold."""
    listings = session.scalars(
        select(Listing)
        .join(Stall, Stall.id == Listing.stall_id)
        .where(Stall.market_day_id == market_day_id, Listing.consignor_id == party_id)
        .order_by(Stall.id, Listing.position, Listing.id)
    ).all()
    ids = [one.id for one in listings]
    rests = {
        one.listing_id: one
        for one in session.scalars(select(ConsignedRest).where(ConsignedRest.listing_id.in_(ids)))
    }
    found = [_rest(one, rests.get(one.id)) for one in listings]
    return [one for one in found if one.said or one.left != 0]


def _rest(listing: Listing, rest: ConsignedRest | None) -> RestNow:
    return RestNow(
        listing_id=listing.id,
        name=listing.name,
        left=None if listing.stock is None else max(listing.stock - listing.sold, 0),
        returned=0 if rest is None else rest.returned,
        donated=0 if rest is None else rest.donated,
        said=rest is not None,
    )
