"""Stalls and what they offer, as those who prepare a market see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from market.domain.errors import N_, Missing
from market.models.ledger import Party
from market.models.sales import Listing, MarketDay, MarketOpening, Service, Stall


class NoSuchStall(Missing):
    """No stall of this community has this id."""

    sentence = N_("没有找到这个摊位，请回到市集页重新选择。")


class NoSuchListing(Missing):
    """No listing of this community has this id."""

    sentence = N_("没有找到这个商品，请回到摊位页重新选择。")


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferNow:
    """A listing. Prices in minor units; `price_minor` None is open, `stock` None is not counted."""

    id: int
    stall_id: int
    kind: str
    name: str
    price_minor: int | None
    minutes: int | None
    stock: int | None
    sold: int
    consignor_id: int | None
    consignor: str
    share_bp: int | None
    fixed_minor: int | None
    floor_minor: int | None
    retired_at: datetime | None
    way: str = ""
    """How turns are taken at a service; '' where nobody has said it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StallNow:
    """A stall of a market day with what it offers, in order; what is retired stands apart."""

    id: int
    number: str
    name: str
    market_day_id: int
    market_day: str
    held_on: date
    opened_at: datetime | None
    offers: tuple[OfferNow, ...]
    retired: tuple[OfferNow, ...]


def stalls_of(session: Session, market_day_id: int) -> list[StallNow]:
    """The stalls of a market day by their numbers: one question for them, one for the offers."""
    rows = session.execute(
        _stalls()
        .where(Stall.market_day_id == market_day_id)
        .order_by(func.length(Stall.number), Stall.number, Stall.id)
    ).all()
    offers = session.execute(
        _offers()
        .join(Stall, Stall.id == Listing.stall_id)
        .where(Stall.market_day_id == market_day_id)
    )
    found = [_offer(row) for row in offers]
    return [_stall(row, found) for row in rows]


def stall_now(session: Session, community_id: int, stall_id: int) -> StallNow:
    """A stall of this community; raises NoSuchStall."""
    row = session.execute(
        _stalls().where(Stall.id == stall_id, MarketDay.community_id == community_id)
    ).one_or_none()
    if row is None:
        raise NoSuchStall
    offers = session.execute(_offers().where(Listing.stall_id == stall_id))
    return _stall(row, [_offer(offer) for offer in offers])


def offer_now(session: Session, community_id: int, listing_id: int) -> OfferNow:
    """A listing of this community; raises NoSuchListing."""
    row = session.execute(
        _offers()
        .join(Stall, Stall.id == Listing.stall_id)
        .join(MarketDay, MarketDay.id == Stall.market_day_id)
        .where(Listing.id == listing_id, MarketDay.community_id == community_id)
    ).one_or_none()
    if row is None:
        raise NoSuchListing
    return _offer(row)


def _stalls() -> Select[Stall, str, date, datetime]:
    return (
        select(
            Stall,
            MarketDay.name.label("market_day"),
            MarketDay.held_on,
            MarketOpening.opened_at,
        )
        .join(MarketDay, MarketDay.id == Stall.market_day_id)
        .outerjoin(MarketOpening, MarketOpening.market_day_id == MarketDay.id)
    )


def _offers() -> Select[Listing, str, str]:
    return (
        select(
            Listing,
            func.coalesce(Party.name, "").label("consignor"),
            func.coalesce(Service.way, "").label("way"),
        )
        .outerjoin(Party, Party.id == Listing.consignor_id)
        .outerjoin(Service, Service.listing_id == Listing.id)
        .order_by(Listing.position, Listing.id)
    )


def _stall(row: Row[Stall, str, date, datetime], offers: list[OfferNow]) -> StallNow:
    stall = row.Stall
    own = [offer for offer in offers if offer.stall_id == stall.id]
    return StallNow(
        id=stall.id,
        number=stall.number,
        name=stall.name,
        market_day_id=stall.market_day_id,
        market_day=row.market_day,
        held_on=row.held_on,
        opened_at=row.opened_at,
        offers=tuple(offer for offer in own if offer.retired_at is None),
        retired=tuple(offer for offer in own if offer.retired_at is not None),
    )


def _offer(row: Row[Listing, str, str]) -> OfferNow:
    listing, consignor, way = row
    return OfferNow(
        id=listing.id,
        stall_id=listing.stall_id,
        kind=listing.kind,
        name=listing.name,
        price_minor=listing.price_minor,
        minutes=listing.minutes,
        stock=listing.stock,
        sold=listing.sold,
        consignor_id=listing.consignor_id,
        consignor=consignor,
        share_bp=listing.share_bp,
        fixed_minor=listing.fixed_minor,
        floor_minor=listing.floor_minor,
        retired_at=listing.retired_at,
        way=way,
    )
