"""Tills: which there are, how far each one is, and what it has to sell."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, func, select
from sqlalchemy.orm import Session

from market.domain.errors import N_, Missing
from market.domain.sales.sale import Tender
from market.models.people import Community, Person
from market.models.sales import (
    CashCount,
    Closure,
    CountConfirmation,
    LegalBasis,
    MarketDay,
    Stall,
    Till,
    TillMove,
    TillStall,
    TillTotal,
)
from market.queries.asking import ask

_WITH_BOX_INCOME = frozenset({"A", "B"})


class NoSuchTill(Missing):
    """No till of this community has this id."""

    sentence = N_("没有找到这一班收银，请从“我的收银班次”重新进入。")


class NoSuchMarketDay(Missing):
    """No market day of this community has this id."""

    sentence = N_("没有找到这次市集，请从首页重新进入。")


class TillState(StrEnum):
    """How far a till is. A counted one waits for the second counter, a confirmed one to be closed."""

    OPEN = "open"
    COUNTED = "counted"
    CONFIRMED = "confirmed"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class StallNow:
    """A stall by its sign: number and name."""

    id: int
    number: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TillNow:
    """A till as its pages need it."""

    id: int
    number: int
    name: str
    community_id: int
    market_day_id: int
    market_day: str
    market_slug: str
    held_on: date
    safe_holder_id: int
    float_minor: int
    opened_at: datetime
    opened_by: str
    state: TillState
    stalls: tuple[StallNow, ...]

    @property
    def sells(self) -> bool:
        """Whether people may still sell here by hand; a late phone may always upload."""
        return self.state is TillState.OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class TillInList:
    """One row of a list of tills."""

    id: int
    community: str
    name: str
    market_day: str
    held_on: date
    stalls: str
    state: TillState
    mine: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveRow:
    """Cash put into or taken out of a till."""

    kind: str
    amount_minor: int
    note: str
    by: str
    at: datetime


def till_now(session: Session, community_id: int, till_id: int) -> TillNow:
    """A till of this community; raises NoSuchTill."""
    asked = {"till_id": till_id, "community_id": community_id}
    rows = ask(session, _till_with_stalls(), asked).all()
    if not rows:
        raise NoSuchTill
    row = rows[0]
    return TillNow(
        id=row.id,
        number=row.number,
        name=row.name,
        community_id=community_id,
        market_day_id=row.market_day_id,
        market_day=row.market_day,
        market_slug=row.market_slug,
        held_on=row.held_on,
        safe_holder_id=row.safe_holder_id,
        float_minor=row.float_minor,
        opened_at=row.opened_at,
        opened_by=row.opened_by,
        state=state_of(row),
        stalls=tuple(
            StallNow(one.stall_id, one.stall_number, one.stall_name)
            for one in rows
            if one.stall_id is not None
        ),
    )


def tills_to_see(
    session: Session, community_ids: Collection[int], *, person_id: int, since: date
) -> list[TillInList]:
    """Tills still open, and those closed of market days since then; one's own first."""
    rows = session.execute(
        _tills()
        .add_columns(Community.slug, (Till.opened_by_id == person_id).label("mine"))
        .join(Community, Community.id == MarketDay.community_id)
        .where(
            MarketDay.community_id.in_(community_ids),
            Closure.id.is_(None) | (MarketDay.held_on >= since),
        )
        .order_by(Closure.id.is_not(None), (Till.opened_by_id == person_id).desc(), Till.id.desc())
    ).all()
    stalls = _stalls_of(session, [row.id for row in rows])
    return [
        TillInList(
            id=row.id,
            community=row.slug,
            name=row.name,
            market_day=row.market_day,
            held_on=row.held_on,
            stalls="、".join(stall.name for stall in stalls[row.id]),
            state=state_of(row),
            mine=row.mine,
        )
        for row in rows
    ]


def moves_of(session: Session, till_id: int) -> list[MoveRow]:
    """Cash put in and taken out, in order."""
    rows = session.execute(
        select(TillMove.kind, TillMove.amount_minor, TillMove.note, Person.name, TillMove.at)
        .join(Person, Person.id == TillMove.by_id)
        .where(TillMove.till_id == till_id)
        .order_by(TillMove.id)
    )
    return [MoveRow(kind=r[0], amount_minor=r[1], note=r[2], by=r[3], at=r[4]) for r in rows]


def totals_of(session: Session, till_id: int) -> dict[str, tuple[int, int]]:
    """What a till has taken so far: sales and minor units paid, by tender, in their order."""
    rows = session.execute(
        select(TillTotal.tender, TillTotal.sales, TillTotal.due_minor).where(
            TillTotal.till_id == till_id
        )
    )
    found = {row[0]: (row[1], row[2]) for row in rows}
    return {str(tender): found[tender] for tender in Tender if tender in found}


def box_income_may_be(session: Session, market_day_id: int) -> bool:
    """Whether money without a sale may be taken: not where it is mutual aid among members (C)."""
    kind = session.scalar(select(LegalBasis.kind).where(LegalBasis.market_day_id == market_day_id))
    return kind in _WITH_BOX_INCOME


def in_open_till() -> ColumnElement[bool]:
    """Whether a stall of the question around it is served by a till that has not closed."""
    return (
        select(TillStall.till_id)
        .outerjoin(Closure, and_(Closure.till_id == TillStall.till_id, Closure.number == 1))
        .where(TillStall.stall_id == Stall.id, Closure.id.is_(None))
        .exists()
    )


def state_of(row: Row[*tuple[object, ...]]) -> TillState:
    """From `closure_id` of its first closure, `counted`, `second_name`, and `confirmed`."""
    if row.closure_id is not None:
        return TillState.CLOSED
    if row.counted is None:
        return TillState.OPEN
    # An empty box is counted by one, and nobody is waited for.
    return TillState.COUNTED if row.second_name and row.confirmed is None else TillState.CONFIRMED


def first_closure() -> ColumnElement[bool]:
    """Joins a till of the question around it with the closure that counted its cash."""
    return and_(Closure.till_id == Till.id, Closure.number == 1)


@cache
def _till_with_stalls() -> Select[*tuple[Any, ...]]:
    """Every page of a till asks this, so it is put together once; a row for each stall."""
    return (
        _tills()
        .add_columns(
            Till.number,
            Till.safe_holder_id,
            Till.float_minor,
            Till.opened_at,
            MarketDay.id.label("market_day_id"),
            MarketDay.slug.label("market_slug"),
            Person.name.label("opened_by"),
            Stall.id.label("stall_id"),
            Stall.number.label("stall_number"),
            Stall.name.label("stall_name"),
        )
        .join(Person, Person.id == Till.opened_by_id)
        .outerjoin(TillStall, TillStall.till_id == Till.id)
        .outerjoin(Stall, Stall.id == TillStall.stall_id)
        .where(Till.id == bindparam("till_id"), MarketDay.community_id == bindparam("community_id"))
        .order_by(func.length(Stall.number), Stall.number, Stall.id)
    )


def _tills() -> Select[int, str, str, date, int, int, str, int]:
    return (
        select(
            Till.id,
            Till.name,
            MarketDay.name.label("market_day"),
            MarketDay.held_on,
            Closure.id.label("closure_id"),
            CashCount.till_id.label("counted"),
            CashCount.second_name,
            CountConfirmation.till_id.label("confirmed"),
        )
        .join(MarketDay, MarketDay.id == Till.market_day_id)
        .outerjoin(CashCount, CashCount.till_id == Till.id)
        .outerjoin(CountConfirmation, CountConfirmation.till_id == Till.id)
        .outerjoin(Closure, first_closure())
    )


def _stalls_of(session: Session, till_ids: Collection[int]) -> dict[int, tuple[StallNow, ...]]:
    found: dict[int, list[StallNow]] = {till_id: [] for till_id in till_ids}
    rows = session.execute(
        select(TillStall.till_id, Stall.id, Stall.number, Stall.name)
        .join(Stall, Stall.id == TillStall.stall_id)
        .where(TillStall.till_id.in_(till_ids))
        .order_by(func.length(Stall.number), Stall.number, Stall.id)
    )
    for till_id, stall_id, number, name in rows:
        found[till_id].append(StallNow(stall_id, number, name))
    return {till_id: tuple(stalls) for till_id, stalls in found.items()}
