"""Properties of turns at services: how each went, and what was paid for it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, pairwise
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, exists, func, select
from sqlalchemy.orm import Session

from market.domain.sales.turns import SERVED, TurnState, Way, next_states, state_before
from market.models.sales import (
    Closure,
    Listing,
    MarketDay,
    Refund,
    RefundLine,
    SaleLine,
    SaleTurn,
    SaleVoid,
    Service,
    Slot,
    Stall,
    TillStall,
    Turn,
    TurnPromise,
    TurnStep,
)
from market.queries.ledger.check.verdict import Verdict, verdict


def turns_go_step_by_step(session: Session, community_id: int) -> Verdict:
    """From taken to served by steps that follow one another; a free one is counted like a paid one.

    Who came is a turn that was served, whatever it cost: that is what 人次 counts.
    """
    rows = session.execute(
        select(
            Turn.id,
            Turn.slot_at,
            Service.way,
            Listing.price_minor,
            TurnStep.ordinal,
            TurnStep.state,
            select(Slot.listing_id)
            .where(Slot.turn_id == Turn.id, Slot.at == Turn.slot_at)
            .correlate(Turn)
            .scalar_subquery()
            .label("slot_of"),
            Turn.listing_id,
        )
        .join(Listing, Listing.id == Turn.listing_id)
        .join(Service, Service.listing_id == Turn.listing_id)
        .join(Stall, Stall.id == Listing.stall_id)
        .join(MarketDay, MarketDay.id == Stall.market_day_id)
        .outerjoin(TurnStep, TurnStep.turn_id == Turn.id)
        .where(MarketDay.community_id == community_id)
        .order_by(Turn.id, TurnStep.ordinal)
    )
    turns = {turn: list(steps) for turn, steps in groupby(rows, key=lambda row: row.id)}
    served = [steps[-1] for steps in turns.values() if steps[-1].state in SERVED]
    return verdict(
        "turns_step_by_step",
        "each turn went step by step and has the time it was given",
        (
            f"turn {turn}"
            for turn, steps in turns.items()
            if not (_steps_follow(steps) and _has_its_time(steps[-1]))
        ),
        ("turns", len(turns)),
        ("served", len(served)),
        ("of them free", sum(row.price_minor == 0 for row in served)),
    )


def turns_are_paid_once(session: Session, community_id: int) -> Verdict:
    """A line pays for turns of its own service, no more than it sold, and a turn is paid once.

    Says how many of days that have closed are paid and neither served nor promised for a day: they
    are owed, which is no fault of the books.
    """
    rows = session.execute(
        select(
            SaleTurn.sale_id,
            SaleTurn.number,
            SaleTurn.turn_id,
            SaleLine.quantity,
            SaleLine.listing_id,
            Turn.listing_id.label("turn_of"),
            _is_undone().label("undone"),
            _last_state().label("state"),
            exists().where(TurnPromise.turn_id == Turn.id).label("promised"),
            _has_closed().label("closed"),
            Service.way,
        )
        .join(
            SaleLine,
            (SaleLine.sale_id == SaleTurn.sale_id) & (SaleLine.number == SaleTurn.number),
        )
        .join(Turn, Turn.id == SaleTurn.turn_id)
        .join(Service, Service.listing_id == Turn.listing_id)
        .join(Listing, Listing.id == Turn.listing_id)
        .join(Stall, Stall.id == Listing.stall_id)
        .join(MarketDay, MarketDay.id == Stall.market_day_id)
        .where(MarketDay.community_id == community_id)
        .order_by(SaleTurn.sale_id, SaleTurn.number, SaleTurn.turn_id)
    ).all()
    standing = [row for row in rows if not row.undone]
    return verdict(
        "turns_paid_once",
        "each turn is paid by one line of its own service",
        (
            *(f"turn {row.turn_id}" for row in rows if row.listing_id != row.turn_of),
            *(f"turn {turn}" for turn in _named_twice(standing)),
            *(f"line {number} of sale {sale}" for sale, number in _named_too_often(rows)),
        ),
        ("paid", len(standing)),
        ("promised", sum(row.promised for row in standing)),
        ("owed", sum(_is_owed(row) for row in standing)),
    )


def _steps_follow(steps: Sequence[Row[*tuple[Any, ...]]]) -> bool:
    """Whether each step may come after the one before it, and none is missing in between."""
    if steps[0].ordinal is None:
        return True
    way = Way(steps[0].way)
    states = [TurnState.WAITING, *(TurnState(row.state) for row in steps)]
    return [row.ordinal for row in steps] == list(range(1, len(steps) + 1)) and all(
        after in next_states(way, before) or after is state_before(way, before, care=False)
        for before, after in pairwise(states)
    )


def _has_its_time(last: Row[*tuple[Any, ...]]) -> bool:
    """Whether a booked turn holds its slot, unless it was cancelled; others hold none."""
    wanted = last.slot_at is not None and last.state != TurnState.CANCELLED
    return bool(last.slot_of == (last.listing_id if wanted else None))


def _is_owed(row: Row[*tuple[Any, ...]]) -> bool:
    served = (TurnState.COLLECTED,) if row.way == Way.LEFT else SERVED
    return bool(row.closed) and not row.promised and row.state not in served


def _named_twice(standing: Sequence[Row[*tuple[Any, ...]]]) -> list[UUID]:
    seen: set[UUID] = set()
    twice = []
    for row in standing:
        if row.turn_id in seen:
            twice.append(row.turn_id)
        seen.add(row.turn_id)
    return twice


def _named_too_often(rows: Sequence[Row[*tuple[Any, ...]]]) -> list[tuple[UUID, int]]:
    lines = groupby(rows, key=lambda row: (row.sale_id, row.number, row.quantity))
    return [(sale, number) for (sale, number, most), named in lines if len(list(named)) > most]


def _is_undone() -> ColumnElement[bool]:
    """Whether the sale was voided, or all of the line paid back."""
    paid_back = (
        select(func.coalesce(func.sum(RefundLine.quantity), 0))
        .join(Refund, Refund.id == RefundLine.refund_id)
        .where(Refund.sale_id == SaleTurn.sale_id, RefundLine.number == SaleTurn.number)
        .correlate(SaleTurn)
        .scalar_subquery()
    )
    voided = exists().where(SaleVoid.sale_id == SaleTurn.sale_id)
    return voided | (paid_back >= SaleLine.quantity)


def _last_state() -> ColumnElement[str]:
    last = (
        select(TurnStep.state)
        .where(TurnStep.turn_id == Turn.id)
        .order_by(TurnStep.ordinal.desc())
        .limit(1)
        .correlate(Turn)
        .scalar_subquery()
    )
    return func.coalesce(last, TurnState.WAITING.value)


def _has_closed() -> ColumnElement[bool]:
    """Whether the stall's till has closed."""
    return exists().where(
        TillStall.stall_id == Listing.stall_id, Closure.till_id == TillStall.till_id
    )
