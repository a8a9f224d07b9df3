"""The counter of a till: what is sold there, and what recording a sale has to know."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest

from sqlalchemy import Connection, Row, bindparam, select
from sqlalchemy.orm import Session

from market.domain.sales.consignment import ConsignorTerms
from market.models.sales import Device, Listing, Stall, Till, TillStall
from market.queries.asking import ask
from market.queries.sales.food import may_be_sold
from market.queries.sales.tills import NoSuchTill, TillNow

# What every sale asks for, put together once.
_OFFERED = (
    select(
        Listing.id,
        Listing.stall_id,
        Stall.number,
        Stall.name.label("stall_name"),
        Listing.kind,
        Listing.name,
        Listing.initials,
        Listing.price_minor,
        Listing.minutes,
        Listing.stock,
        Listing.sold,
        Listing.consignor_id,
        Listing.share_bp,
        Listing.fixed_minor,
        Listing.floor_minor,
    )
    .join(Stall, Stall.id == Listing.stall_id)
    .order_by(Stall.id, Listing.position, Listing.id)
)
_GOODS = _OFFERED.join(TillStall, TillStall.stall_id == Stall.id).where(
    TillStall.till_id == bindparam("till_id")
)
_OF_STALL = _OFFERED.where(
    Stall.id == bindparam("stall_id"), Listing.retired_at.is_(None), may_be_sold()
)
_ON_OFFER = _GOODS.where(Listing.retired_at.is_(None), may_be_sold())
_NAMED = _GOODS.where(Listing.id.in_(bindparam("listing_ids", expanding=True)))
_FEW = ("listing_1", "listing_2", "listing_3")
"""So many listings as most sales name: a list of fixed length need not be written out each time."""
_FEW_NAMED = _GOODS.where(Listing.id.in_([bindparam(name) for name in _FEW]))
_TILL = select(Till.market_day_id, Till.opened_at).where(Till.id == bindparam("till_id"))
_FORM_DEVICE = select(Device.id, Device.letter).where(
    Device.market_day_id == bindparam("market_day_id"),
    Device.person_id == bindparam("person_id"),
    Device.kind == "form",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Good:
    """Something a till's stalls offer. `left` is null where pieces are not counted."""

    id: int
    stall_id: int
    stall_number: str
    stall_name: str
    kind: str
    name: str
    initials: str
    price_minor: int | None
    minutes: int | None
    left: int | None
    terms: ConsignorTerms | None

    @property
    def sold_out(self) -> bool:
        return self.left is not None and self.left <= 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """What recording sales at a till has to know: since when, what is sold, which phones."""

    till_id: int
    market_day_id: int
    opened_at: datetime
    goods: Mapping[int, Good]
    letters: Mapping[int, str]
    """The letter of each device of the market day, by its id."""

    @property
    def counted(self) -> set[int]:
        """The listings whose pieces are counted."""
        return {id_ for id_, good in self.goods.items() if good.left is not None}


def goods_of(
    asked: Session | Connection, till_id: int, listing_ids: Collection[int] | None = None
) -> dict[int, Good]:
    """What a till's stalls offer, by id, in the order of stalls and positions.

    All that is not retired and may be sold; or those named, whatever became of them.
    """
    if listing_ids is None:
        rows = ask(asked, _ON_OFFER, {"till_id": till_id})
    elif len(listing_ids) <= len(_FEW):
        named = dict(zip_longest(_FEW, listing_ids))
        rows = ask(asked, _FEW_NAMED, {"till_id": till_id, **named})
    else:
        rows = ask(asked, _NAMED, {"till_id": till_id, "listing_ids": list(listing_ids)})
    return {row.id: _good(row) for row in rows}


def goods_of_stall(session: Session, stall_id: int) -> dict[int, Good]:
    """What a stall offers before a till serves it, by id."""
    return {row.id: _good(row) for row in ask(session, _OF_STALL, {"stall_id": stall_id})}


def counter_at(
    session: Session,
    till_id: int,
    listing_ids: Collection[int],
    device_ids: Collection[int],
) -> Counter:
    """What recording sales of these listings from these devices has to know; raises NoSuchTill."""
    till = ask(session, _TILL, {"till_id": till_id}).one_or_none()
    if till is None:
        raise NoSuchTill
    return Counter(
        till_id=till_id,
        market_day_id=till.market_day_id,
        opened_at=till.opened_at,
        goods=goods_of(session, till_id, listing_ids),
        letters=_letters(session, till.market_day_id, device_ids) if device_ids else {},
    )


def counter_of(session: Session, till: TillNow, listing_ids: Collection[int]) -> Counter:
    """The same for a till that has been looked up, and for forms, which bring their own device."""
    return Counter(
        till_id=till.id,
        market_day_id=till.market_day_id,
        opened_at=till.opened_at,
        goods=goods_of(session, till.id, listing_ids),
        letters={},
    )


def device_of(session: Session, market_day_id: int, person_id: int) -> tuple[int, str] | None:
    """The id and letter under which a person's plain forms record at a market day."""
    found = ask(
        session, _FORM_DEVICE, {"market_day_id": market_day_id, "person_id": person_id}
    ).one_or_none()
    return None if found is None else (found[0], found[1])


def _letters(session: Session, market_day_id: int, device_ids: Collection[int]) -> dict[int, str]:
    rows = session.execute(
        select(Device.id, Device.letter).where(
            Device.market_day_id == market_day_id, Device.id.in_(device_ids)
        )
    )
    return dict(rows.all())


def _good(row: Row[*tuple[object, ...]]) -> Good:
    terms = None
    if row.consignor_id is not None:
        terms = ConsignorTerms(
            consignor_id=row.consignor_id,
            share_bp=row.share_bp,
            fixed_minor=row.fixed_minor,
            floor_minor=row.floor_minor,
        )
    return Good(
        id=row.id,
        stall_id=row.stall_id,
        stall_number=row.number,
        stall_name=row.stall_name,
        kind=row.kind,
        name=row.name,
        initials=row.initials,
        price_minor=row.price_minor,
        minutes=row.minutes,
        left=None if row.stock is None else row.stock - row.sold,
        terms=terms,
    )
