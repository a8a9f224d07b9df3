"""What of a consignor's things was not sold: given back to her, or given on by her."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.ledger.audit import note
from market.domain.errors import N_, Invalid, Refused
from market.domain.money import check_count
from market.models.sales import ConsignedRest, Listing, MarketDay, Stall
from market.queries.sales.offers import NoSuchListing


class NothingSaid(Invalid):
    """Neither given back nor given on."""

    sentence = N_("请至少填一件：还给寄售人的，或者她说捐出来的。")


class MoreThanLeft(Refused):
    """More pieces than were there and not sold."""

    sentence = N_("“%(name)s”只剩 %(left)s 件没卖，还回和捐出的加起来不能更多。")


class RestSaid(Refused):
    """It was said before."""

    sentence = N_("“%(name)s”没卖完的已经交代过了。")


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleRest:
    """So many pieces went back to the consignor, and so many she gave to the market."""

    community_id: int
    listing_id: int
    returned: int
    donated: int


def settle_rest(
    session: Session, command: SettleRest, *, by_id: int, now: datetime
) -> ConsignedRest:
    """Write down where the unsold pieces went; the listing leaves the tiles.

    Raises NoSuchListing, NothingSaid, MoreThanLeft, RestSaid.
    """
    listing = session.scalar(
        select(Listing)
        .join(Stall, Stall.id == Listing.stall_id)
        .join(MarketDay, MarketDay.id == Stall.market_day_id)
        .where(
            Listing.id == command.listing_id,
            Listing.consignor_id.is_not(None),
            MarketDay.community_id == command.community_id,
        )
        .with_for_update(of=Listing)
    )
    if listing is None:
        raise NoSuchListing
    returned = check_count(command.returned, least=0)
    donated = check_count(command.donated, least=0)
    if returned + donated == 0:
        raise NothingSaid
    if session.get(ConsignedRest, listing.id) is not None:
        raise RestSaid(name=listing.name)
    left = None if listing.stock is None else listing.stock - listing.sold
    if left is not None and returned + donated > left:
        raise MoreThanLeft(name=listing.name, left=left)
    rest = ConsignedRest(
        listing_id=listing.id, returned=returned, donated=donated, said_by_id=by_id, said_at=now
    )
    session.add(rest)
    if listing.retired_at is None:
        listing.retired_at = now
    session.flush()
    note(
        session,
        "consigned_rest",
        community_id=command.community_id,
        now=now,
        listing=listing.id,
        returned=returned,
        donated=donated,
        by=by_id,
    )
    return rest
