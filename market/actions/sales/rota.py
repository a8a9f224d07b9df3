"""Shifts and pre-orders of a market day: taken in as lists, taken back one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from market.actions.ledger.audit import note
from market.actions.sales.market_days import market_day_to_write
from market.domain.errors import N_, Refused
from market.domain.sales.pasted_order import PastedOrder
from market.domain.sales.pasted_shift import PastedShift
from market.models.sales import Listing, MarketDay, PreOrder, Shift, Stall
from market.queries.sales.offers import stalls_of
from market.queries.sales.places import Places
from market.queries.sales.rota import (
    order_here,
    orders_of,
    sale_of_order,
    shift_here,
    shifts_of,
)

KEPT = timedelta(days=30)
"""How long it is known what was put by for whom."""


class ShiftOverlaps(Refused):
    """One person in two places."""

    sentence = N_("%(name)s 在 %(at)s 已经有别的班次，时间重叠了，请改一下再确认。")


class OrderPaid(Refused):
    """It became a sale before."""

    sentence = N_("%(name)s 的这份预订已经付过款了。")


class SaleNotOfOrder(Refused):
    """No sale of this number, or not of this thing, or it belongs to another order."""

    sentence = N_("没有找到单号 %(number)s，或者那一笔里没有这样东西、件数不够，请对一下小票。")


@dataclass(frozen=True, slots=True)
class TakenDown:
    """How many rows were new, and how many were there already."""

    new: int
    known: int


def take_in_shifts(
    session: Session,
    community_id: int,
    market_day_id: int,
    shifts: Sequence[PastedShift],
    *,
    by_id: int,
    now: datetime,
) -> TakenDown:
    """Write down who helps when, all or nothing; the same again changes nothing.

    Raises NoSuchMarketDay, StallUnknown, ShiftOverlaps.
    """
    day = market_day_to_write(session, community_id, market_day_id)
    places = Places(stalls_of(session, day.id))
    standing = known_shifts(session, day.id)
    rows = []
    for shift in shifts:
        if shift in standing:
            continue
        clash = next((other for other in standing if shift.overlaps(other)), None)
        if clash is not None:
            raise ShiftOverlaps(
                name=shift.name, at=f"{clash.starts_at:%H:%M}–{clash.ends_at:%H:%M}"
            )
        standing.append(shift)
        rows.append(
            {
                "market_day_id": day.id,
                "stall_id": places.stall_id(shift.stall),
                "name": shift.name,
                "starts_at": shift.starts_at,
                "ends_at": shift.ends_at,
                "written_by_id": by_id,
                "written_at": now,
            }
        )
    if rows:
        session.execute(insert(Shift), rows)
        _note(session, "shifts_taken_in", day, by_id=by_id, now=now, count=len(rows))
    return TakenDown(len(rows), len(shifts) - len(rows))


def known_shifts(session: Session, market_day_id: int) -> list[PastedShift]:
    """The shifts there are, as a list would say them."""
    return [
        PastedShift(name=shift.name, stall=words, starts_at=shift.starts_at, ends_at=shift.ends_at)
        for shift in shifts_of(session, market_day_id)
        for words in dict.fromkeys((shift.stall_number, shift.stall))
    ]


def take_back_shift(
    session: Session, community_id: int, shift_id: int, *, by_id: int, now: datetime
) -> int:
    """Strike a shift out; gives back its market day. Raises NoSuchShift."""
    shift = shift_here(session, community_id, shift_id)
    day = market_day_to_write(session, community_id, shift.market_day_id)
    session.delete(shift)
    _note(session, "shift_taken_back", day, by_id=by_id, now=now, shift=shift_id)
    return day.id


def take_in_orders(
    session: Session,
    community_id: int,
    market_day_id: int,
    orders: Sequence[PastedOrder],
    *,
    by_id: int,
    now: datetime,
) -> TakenDown:
    """Write down what is put by, all or nothing; one person has one order of a thing.

    Raises NoSuchMarketDay, ItemUnknown, ItemAmbiguous.
    """
    day = market_day_to_write(session, community_id, market_day_id)
    places = Places(stalls_of(session, day.id))
    standing = {(order.listing_id, order.name) for order in orders_of(session, day.id)}
    rows = []
    for order in orders:
        key = (places.listing_id(order.item), order.name)
        if key in standing:
            continue
        standing.add(key)
        rows.append(
            {
                "listing_id": key[0],
                "name": order.name,
                "quantity": order.quantity,
                "written_by_id": by_id,
                "written_at": now,
            }
        )
    erase_old_orders(session, now=now)
    if rows:
        session.execute(insert(PreOrder), rows)
        _note(session, "orders_taken_in", day, by_id=by_id, now=now, count=len(rows))
    return TakenDown(len(rows), len(orders) - len(rows))


def erase_old_orders(session: Session, *, now: datetime) -> int:
    """Erase what was put by for whom at markets more than 30 days ago; gives how many."""
    old = session.scalars(
        select(PreOrder.id)
        .join(Listing, Listing.id == PreOrder.listing_id)
        .join(Stall, Stall.id == Listing.stall_id)
        .join(MarketDay, MarketDay.id == Stall.market_day_id)
        .where(MarketDay.held_on < (now - KEPT).date())
    ).all()
    if old:
        session.execute(delete(PreOrder).where(PreOrder.id.in_(old)))
    return len(old)


def fetch_order(
    session: Session, community_id: int, order_id: int, *, by_id: int, now: datetime
) -> int:
    """It was handed over; once said it stays. Gives back its market day. Raises NoSuchOrder."""
    order, market_day_id = order_here(session, community_id, order_id)
    if order.fetched_at is None:
        order.fetched_at, order.fetched_by_id = now, by_id
    return market_day_id


def pay_order(
    session: Session,
    community_id: int,
    order_id: int,
    day_number: str,
    *,
    by_id: int,
    now: datetime,
) -> int:
    """What was put by has been sold as any other thing: by the sale of this number, which must hold
    it. Fetched by that, too. Gives back its market day.

    Raises NoSuchOrder, OrderPaid, SaleNotOfOrder.
    """
    order, market_day_id = order_here(session, community_id, order_id)
    if order.sale_id is not None:
        raise OrderPaid(name=order.name)
    sale_id = sale_of_order(session, market_day_id, order, day_number)
    if sale_id is None:
        raise SaleNotOfOrder(number=day_number, field="number")
    order.sale_id = sale_id
    fetch_order(session, community_id, order_id, by_id=by_id, now=now)
    return market_day_id


def take_back_order(
    session: Session, community_id: int, order_id: int, *, by_id: int, now: datetime
) -> int:
    """Strike a pre-order out; gives back its market day. Raises NoSuchOrder."""
    order, market_day_id = order_here(session, community_id, order_id)
    day = market_day_to_write(session, community_id, market_day_id)
    session.delete(order)
    _note(session, "order_taken_back", day, by_id=by_id, now=now, order=order_id)
    return market_day_id


def _note(
    session: Session, kind: str, day: MarketDay, *, by_id: int, now: datetime, **subject: int
) -> None:
    note(
        session,
        kind,
        community_id=day.community_id,
        now=now,
        market_day=day.id,
        by=by_id,
        **subject,
    )
