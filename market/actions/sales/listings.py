"""What a stall offers: goods, services and open prices, one's own or on consignment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.actions.ledger.audit import note
from market.actions.sales.stalls import stall_to_write
from market.domain.errors import N_, Invalid, Refused
from market.domain.money import check_count, check_minor
from market.domain.sales.consignment import ConsignorTerms
from market.domain.sales.initials import initials_of
from market.domain.text import clean_text
from market.models.ledger import Party
from market.models.sales import Listing, MarketDay, Stall
from market.queries.sales.offers import NoSuchListing

MOST_NAME = 60
MOST_STOCK = 100_000
MOST_MINUTES = 24 * 60
GOODS = "goods"
SERVICE = "service"


class NoSuchConsignor(Invalid):
    """Not somebody this community sells for, or terms without anybody."""

    sentence = N_("请从列表里选一位寄售人；不是寄售的，请把寄售约定留空。")


class ConsignorLeft(Refused):
    """A listing of somebody this community sells for no longer."""

    sentence = N_("“%(name)s”的寄售人已经停用，不能再卖。先恢复这位寄售人，再重新上架。")


class KindUnknown(Invalid):
    """Neither goods nor a service."""

    sentence = N_("请选择是商品还是服务。")


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


def offer(session: Session, command: Offer, *, by_id: int, now: datetime) -> Listing:
    """A new listing at the end of its stall's list.

    Raises NoSuchStall, KindUnknown, NoSuchConsignor, and what `ConsignorTerms` raises.
    """
    stall = stall_to_write(session, command.community_id, command.stall_id)
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
    listing = _listing_of(session, command.community_id, listing_id)
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
    listing = _listing_of(session, community_id, listing_id)
    if listing.retired_at is None:
        listing.retired_at = now
        _note(session, "listing_retired", community_id, by_id=by_id, now=now, listing=listing.id)
    return listing


def bring_back_listing(
    session: Session, community_id: int, listing_id: int, *, by_id: int, now: datetime
) -> Listing:
    """Offer a retired listing again. Raises NoSuchListing, ConsignorLeft."""
    listing = _listing_of(session, community_id, listing_id)
    consignor = session.get(Party, listing.consignor_id) if listing.consignor_id else None
    if consignor is not None and consignor.closed_at is not None:
        raise ConsignorLeft(name=listing.name)
    if listing.retired_at is not None:
        listing.retired_at = None
        _note(session, "listing_offered", community_id, by_id=by_id, now=now, listing=listing.id)
    return listing


def move_listing(session: Session, community_id: int, listing_id: int, *, down: bool) -> Listing:
    """Change places with the neighbour among what the stall offers; at the end nothing happens.

    Raises NoSuchListing.
    """
    listing = _listing_of(session, community_id, listing_id)
    stall_to_write(session, community_id, listing.stall_id)
    shown = list(
        session.scalars(
            select(Listing)
            .where(Listing.stall_id == listing.stall_id, Listing.retired_at.is_(None))
            .order_by(Listing.position, Listing.id)
        )
    )
    if listing not in shown:
        return listing
    place = shown.index(listing)
    shown.insert(max(0, place + (1 if down else -1)), shown.pop(place))
    for position, one in enumerate(shown, start=1):
        one.position = position
    return listing


def _listing_of(session: Session, community_id: int, listing_id: int) -> Listing:
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
    if command.kind not in {SERVICE, GOODS}:
        raise KindUnknown(field="kind")
    if command.price_minor is not None:
        check_minor(command.price_minor)
    if command.stock is not None:
        check_count(command.stock, least=0, most=MOST_STOCK)
    if command.minutes is not None:
        check_count(command.minutes, most=MOST_MINUTES)
    terms = _terms(session, command)
    name = clean_text(command.name, most=MOST_NAME)
    return {
        "kind": command.kind,
        "name": name,
        "initials": initials_of(name),
        "price_minor": command.price_minor,
        # Goods take no time, whatever was typed before they were called goods.
        "minutes": command.minutes if command.kind == SERVICE else None,
        "stock": command.stock,
        "consignor_id": terms.consignor_id if terms else None,
        "share_bp": terms.share_bp if terms else None,
        "fixed_minor": terms.fixed_minor if terms else None,
        "floor_minor": terms.floor_minor if terms else None,
    }


def _terms(session: Session, command: Offer) -> ConsignorTerms | None:
    if command.consignor_id is None:
        if any(
            agreed is not None
            for agreed in (command.share_bp, command.fixed_minor, command.floor_minor)
        ):
            raise NoSuchConsignor(field="consignor")
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


def _note(
    session: Session, kind: str, community_id: int, *, by_id: int, now: datetime, **subject: int
) -> None:
    note(session, kind, community_id=community_id, now=now, by=by_id, **subject)
