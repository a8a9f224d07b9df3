"""Who helps when at a market day, and what is put by for whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.domain.errors import N_, Missing
from market.models.people import Person
from market.models.sales import (
    Listing,
    MarketDay,
    PreOrder,
    Sale,
    SaleLine,
    SaleVoid,
    Shift,
    Stall,
    Till,
)


class NoSuchShift(Missing):
    """No shift of this community has this id."""

    sentence = N_("没有找到这个班次，可能刚刚被删掉了。")


class NoSuchOrder(Missing):
    """No pre-order of this community has this id."""

    sentence = N_("没有找到这份预订，可能刚刚被删掉了。")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftNow:
    """A shift; `stall_number` and `stall` are '' where it is wherever needed."""

    id: int
    name: str
    starts_at: time
    ends_at: time
    stall_id: int | None
    stall_number: str
    stall: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderNow:
    """A pre-order; `fetched_by` is who handed it over."""

    id: int
    listing_id: int
    item: str
    stall: str
    name: str
    quantity: int
    fetched_at: datetime | None
    fetched_by: str
    paid_as: str
    """The day number of the sale it became; '' until it is paid for."""


def shifts_of(session: Session, market_day_id: int) -> list[ShiftNow]:
    """The shifts of a market day, in the order in which they begin."""
    rows = session.execute(
        select(
            Shift.id,
            Shift.name,
            Shift.starts_at,
            Shift.ends_at,
            Shift.stall_id,
            func.coalesce(Stall.number, "").label("stall_number"),
            func.coalesce(Stall.name, "").label("stall"),
        )
        .outerjoin(Stall, Stall.id == Shift.stall_id)
        .where(Shift.market_day_id == market_day_id)
        .order_by(Shift.starts_at, func.length(Stall.number), Stall.number, Shift.name)
    )
    return [ShiftNow(**row._mapping) for row in rows]  # noqa: SLF001 - a row's public name


def orders_of(session: Session, market_day_id: int) -> list[OrderNow]:
    """The pre-orders of a market day, by item, in the order they came."""
    rows = session.execute(
        select(
            PreOrder.id,
            PreOrder.listing_id,
            Listing.name.label("item"),
            Stall.name.label("stall"),
            PreOrder.name,
            PreOrder.quantity,
            PreOrder.fetched_at,
            func.coalesce(Person.name, "").label("fetched_by"),
            func.coalesce(Sale.day_number, "").label("paid_as"),
        )
        .join(Listing, Listing.id == PreOrder.listing_id)
        .join(Stall, Stall.id == Listing.stall_id)
        .outerjoin(Person, Person.id == PreOrder.fetched_by_id)
        .outerjoin(Sale, Sale.id == PreOrder.sale_id)
        .where(Stall.market_day_id == market_day_id)
        .order_by(Stall.id, Listing.position, PreOrder.id)
    )
    return [OrderNow(**row._mapping) for row in rows]  # noqa: SLF001 - a row's public name


def shift_here(session: Session, community_id: int, shift_id: int) -> Shift:
    """A shift of this community; raises NoSuchShift."""
    shift = session.scalar(
        select(Shift)
        .join(MarketDay, MarketDay.id == Shift.market_day_id)
        .where(Shift.id == shift_id, MarketDay.community_id == community_id)
    )
    if shift is None:
        raise NoSuchShift
    return shift


def order_here(session: Session, community_id: int, order_id: int) -> tuple[PreOrder, int]:
    """A pre-order of this community and its market day; raises NoSuchOrder."""
    row = session.execute(
        select(PreOrder, MarketDay.id)
        .join(Listing, Listing.id == PreOrder.listing_id)
        .join(Stall, Stall.id == Listing.stall_id)
        .join(MarketDay, MarketDay.id == Stall.market_day_id)
        .where(PreOrder.id == order_id, MarketDay.community_id == community_id)
    ).one_or_none()
    if row is None:
        raise NoSuchOrder
    return row[0], row[1]


def sale_of_order(
    session: Session, market_day_id: int, order: PreOrder, day_number: str
) -> UUID | None:
    """The sale of this number, if it holds as many of the thing beyond what other orders took of it."""
    others = (
        select(func.coalesce(func.sum(PreOrder.quantity), 0))
        .where(
            PreOrder.sale_id == Sale.id,
            PreOrder.listing_id == order.listing_id,
            PreOrder.id != order.id,
        )
        .scalar_subquery()
    )
    return session.scalar(
        select(Sale.id)
        .join(Till, Till.id == Sale.till_id)
        .join(SaleLine, SaleLine.sale_id == Sale.id)
        .outerjoin(SaleVoid, SaleVoid.sale_id == Sale.id)
        .where(
            Till.market_day_id == market_day_id,
            Sale.day_number == day_number.strip().upper(),
            SaleLine.listing_id == order.listing_id,
            SaleVoid.sale_id.is_(None),
        )
        .group_by(Sale.id)
        .having(func.sum(SaleLine.quantity) - others >= order.quantity)
        .limit(1)
    )
