"""Food's particulars, and what of a market day may not be sold for want of them."""

from __future__ import annotations

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session

from market.domain.sales.food import FoodParticulars
from market.models.ledger import Party
from market.models.sales import FoodLabel, Listing, MarketDay, Stall


def may_be_sold() -> ColumnElement[bool]:
    """Of a Listing joined with its Stall: nothing that food needs is missing, and its consignor,
    if it has one, is still there.
    """
    short = (
        exists()
        .where(
            FoodLabel.listing_id == Listing.id,
            MarketDay.id == Stall.market_day_id,
            or_(
                FoodLabel.maker == "",
                FoodLabel.made_on.is_(None),
                FoodLabel.use_by.is_(None),
                FoodLabel.allergens == "",
                FoodLabel.licence == "",
                FoodLabel.use_by < MarketDay.held_on,
            ),
        )
        .correlate(Listing, Stall)
    )
    left = exists().where(Party.id == Listing.consignor_id, Party.closed_at.is_not(None))
    return ~short & ~left


def food_of(session: Session, listing_id: int) -> FoodParticulars | None:
    """What is known of a listing as food; None where it is none."""
    return foods_of(session, [listing_id]).get(listing_id)


def foods_of(session: Session, listing_ids: list[int]) -> dict[int, FoodParticulars]:
    """The same for several listings, by id."""
    rows = session.scalars(select(FoodLabel).where(FoodLabel.listing_id.in_(listing_ids)))
    return {
        one.listing_id: FoodParticulars(
            maker=one.maker,
            made_on=one.made_on,
            use_by=one.use_by,
            allergens=one.allergens,
            licence=one.licence,
        )
        for one in rows
    }
