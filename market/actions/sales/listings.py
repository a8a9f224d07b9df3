"""Stalls and what they offer: goods, services and open prices, one's own or on consignment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.actions.ledger.audit import note
from market.actions.sales.market_days import market_day_of
from market.domain.errors import N_, Invalid, Missing
from market.domain.money import check_count, check_minor
from market.domain.sales.consignment import ConsignorTerms
from market.domain.text import clean_text
from market.models.ledger import Party
from market.models.sales import Listing, MarketDay, Stall

MOST_NUMBER = 4
MOST_NAME = 60
MOST_STOCK = 100_000
MOST_MINUTES = 24 * 60
KINDS = ("goods", "service")


class NoSuchStall(Missing):
    """No stall of this community has this id."""

    sentence = N_("没有找到这个摊位，请回到市集页重新选择。")


class NoSuchListing(Missing):
    """No listing of this community has this id."""

    sentence = N_("没有找到这个商品，请回到摊位页重新选择。")


class StallNumberTaken(Invalid):
    """Two stalls with one number on their signs."""

    sentence = N_("%(number)s 号摊位已经有了，请换一个号码。")


class NoSuchConsignor(Invalid):
    """Not somebody this community sells for."""

    sentence = N_("请从列表里选一位寄售人。")


class KindUnknown(Invalid):
    """Neither goods nor a service."""

    sentence = N_("请选择是商品还是服务。")


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUpStall:
    """A stall with the number on its sign."""

    community_id: int
    market_day_id: int
    number: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Something a stall offers; the terms of consignment as in `ConsignorTerms`."""

    community_id: int
    stall_id: int
    kind: str
    name: str
    price_minor: int | None = None
    minutes: int | None = None
    stock: int | None = None
    consignor_id: int | None = None
    share_bp: int | None = None
    fixed_minor: int | None = None
    floor_minor: int | None = None


def set_up_stall(session: Session, command: SetUpStall, *, by_id: int, now: datetime) -> Stall:
    """A new stall of a market day. Raises NoSuchMarketDay, StallNumberTaken."""
    day = market_day_of(session, command.community_id, command.market_day_id)
    number = clean_text(command.number, most=MOST_NUMBER).upper()
    _require_free_number(session, day.id, number)
    stall = Stall(
        market_day_id=day.id, number=number, name=clean_text(command.name, most=MOST_NAME)
    )
    session.add(stall)
    session.flush()
    _note(session, "stall_set_up", day.community_id, by_id=by_id, now=now, stall=stall.id)
    return stall


def offer(session: Session, command: Offer, *, by_id: int, now: datetime) -> Listing:
    """A new listing at the end of its stall's list.

    Raises NoSuchStall, KindUnknown, NoSuchConsignor, and what `ConsignorTerms` raises.
    """
    stall = stall_of(session, command.community_id, command.stall_id)
    last = session.scalar(select(func.max(Listing.position)).where(Listing.stall_id == stall.id))
    listing = Listing(
        stall_id=stall.id, position=(last or 0) + 1, sold=0, **_own_words(session, command)
    )
    session.add(listing)
    session.flush()
    _note(
        session, "listing_offered", command.community_id, by_id=by_id, now=now, listing=listing.id
    )
    return listing


def change_listing(
    session: Session, listing_id: int, command: Offer, *, by_id: int, now: datetime
) -> Listing:
    """Change a listing for the sales to come; those made keep their copies. Raises as `offer`."""
    listing = listing_of(session, command.community_id, listing_id)
    for name, value in _own_words(session, command).items():
        setattr(listing, name, value)
    _note(
        session, "listing_changed", command.community_id, by_id=by_id, now=now, listing=listing.id
    )
    return listing


def retire_listing(
    session: Session, community_id: int, listing_id: int, *, by_id: int, now: datetime
) -> Listing:
    """Take a listing off the tiles; what it sold stays. Raises NoSuchListing."""
    listing = listing_of(session, community_id, listing_id)
    if listing.retired_at is None:
        listing.retired_at = now
        _note(session, "listing_retired", community_id, by_id=by_id, now=now, listing=listing.id)
    return listing


def stall_of(session: Session, community_id: int, stall_id: int) -> Stall:
    """A community's stall; raises NoSuchStall."""
    stall = session.scalar(
        select(Stall)
        .join(MarketDay, MarketDay.id == Stall.market_day_id)
        .where(Stall.id == stall_id, MarketDay.community_id == community_id)
    )
    if stall is None:
        raise NoSuchStall
    return stall


def listing_of(session: Session, community_id: int, listing_id: int) -> Listing:
    """A community's listing; raises NoSuchListing."""
    listing = session.scalar(
        select(Listing)
        .join(Stall, Stall.id == Listing.stall_id)
        .join(MarketDay, MarketDay.id == Stall.market_day_id)
        .where(Listing.id == listing_id, MarketDay.community_id == community_id)
    )
    if listing is None:
        raise NoSuchListing
    return listing


def _own_words(session: Session, command: Offer) -> dict[str, object]:
    if command.kind not in KINDS:
        raise KindUnknown
    if command.price_minor is not None:
        check_minor(command.price_minor)
    if command.stock is not None:
        check_count(command.stock, least=0, most=MOST_STOCK)
    if command.minutes is not None:
        check_count(command.minutes, most=MOST_MINUTES)
    terms = _terms(session, command)
    return {
        "kind": command.kind,
        "name": clean_text(command.name, most=MOST_NAME),
        "price_minor": command.price_minor,
        "minutes": command.minutes,
        "stock": command.stock,
        "consignor_id": terms.consignor_id if terms else None,
        "share_bp": terms.share_bp if terms else None,
        "fixed_minor": terms.fixed_minor if terms else None,
        "floor_minor": terms.floor_minor if terms else None,
    }


def _terms(session: Session, command: Offer) -> ConsignorTerms | None:
    if command.consignor_id is None:
        return None
    consignor = session.get(Party, command.consignor_id)
    if (
        consignor is None
        or consignor.community_id != command.community_id
        or consignor.kind != "consignor"
        or consignor.closed_at is not None
    ):
        raise NoSuchConsignor(field="consignor")
    terms = ConsignorTerms(
        consignor_id=command.consignor_id,
        share_bp=command.share_bp,
        fixed_minor=command.fixed_minor,
        floor_minor=command.floor_minor,
    )
    if command.price_minor is not None:
        terms.require_price(command.price_minor)
    return terms


def _require_free_number(session: Session, market_day_id: int, number: str) -> None:
    taken = select(Stall.id).where(Stall.market_day_id == market_day_id, Stall.number == number)
    if session.scalar(taken) is not None:
        raise StallNumberTaken(number=number, field="number")


def _note(
    session: Session, kind: str, community_id: int, *, by_id: int, now: datetime, **subject: int
) -> None:
    note(session, kind, community_id=community_id, now=now, by=by_id, **subject)
