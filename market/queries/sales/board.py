"""The tills of market days: how far each is, what it took, and what still waits there."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ScalarSelect, and_, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from market.models.people import Person
from market.models.sales import (
    CashCount,
    Closure,
    CountConfirmation,
    MarketDay,
    QuarantinedSale,
    Till,
    TillTotal,
)
from market.queries.sales.set_aside import still_waits
from market.queries.sales.tills import TillState, state_of


@dataclass(frozen=True, slots=True, kw_only=True)
class TillOnBoard:
    """A till of a market day. `late` sales came after it closed and no closure holds them yet.

    `due_minor` is what buyers paid, voided sales left out; `set_aside` counts records 待核对.
    """

    id: int
    market_day_id: int
    name: str
    state: TillState
    opened_by: str
    opened_at: datetime
    sales: int
    due_minor: int
    late: int
    set_aside: int


@dataclass(frozen=True, slots=True)
class LateSales:
    """Sales of a market day that came after their till had closed, and that no closure holds."""

    market_day_id: int
    market_day: str
    number: int


def tills_on_board(session: Session, market_day_ids: Collection[int]) -> list[TillOnBoard]:
    """The tills of some market days in the order of their numbers: one question for all."""
    first = and_(Closure.till_id == Till.id, Closure.number == 1)
    rows = session.execute(
        select(
            Till.id,
            Till.market_day_id,
            Till.name,
            Till.opened_at,
            Person.name.label("opened_by"),
            Closure.id.label("closure_id"),
            CashCount.till_id.label("counted"),
            CashCount.second_name,
            CountConfirmation.till_id.label("confirmed"),
            _sum_of(TillTotal.sales).label("sales"),
            _sum_of(TillTotal.due_minor).label("due_minor"),
            _closed_sales().label("closed_sales"),
            _set_aside().label("set_aside"),
        )
        .join(Person, Person.id == Till.opened_by_id)
        .outerjoin(CashCount, CashCount.till_id == Till.id)
        .outerjoin(CountConfirmation, CountConfirmation.till_id == Till.id)
        .outerjoin(Closure, first)
        .where(Till.market_day_id.in_(market_day_ids))
        .order_by(Till.market_day_id, Till.number)
    )
    return [
        TillOnBoard(
            id=row.id,
            market_day_id=row.market_day_id,
            name=row.name,
            state=state_of(row),
            opened_by=row.opened_by,
            opened_at=row.opened_at,
            sales=int(row.sales),
            due_minor=int(row.due_minor),
            late=0 if row.closure_id is None else int(row.sales) - int(row.closed_sales),
            set_aside=row.set_aside,
        )
        for row in rows
    ]


def late_sales(session: Session, community_id: int) -> list[LateSales]:
    """The late sales of a community that wait for a supplementary closure, by market day."""
    closed = (
        select(Closure.till_id, func.sum(Closure.sales).label("sales"))
        .group_by(Closure.till_id)
        .subquery()
    )
    taken = (
        select(TillTotal.till_id, func.sum(TillTotal.sales).label("sales"))
        .group_by(TillTotal.till_id)
        .subquery()
    )
    waiting = func.sum(taken.c.sales - closed.c.sales)
    rows = session.execute(
        select(MarketDay.id, MarketDay.name, waiting)
        .select_from(Till)
        .join(MarketDay, MarketDay.id == Till.market_day_id)
        .join(closed, closed.c.till_id == Till.id)
        .join(taken, taken.c.till_id == Till.id)
        .where(MarketDay.community_id == community_id)
        .group_by(MarketDay.id, MarketDay.name)
        .having(waiting > 0)
        .order_by(MarketDay.id)
    )
    return [LateSales(market_day_id, name, int(late)) for market_day_id, name, late in rows]


def _sum_of(what: InstrumentedAttribute[int]) -> ScalarSelect[int]:
    return (
        select(func.coalesce(func.sum(what), 0))
        .where(TillTotal.till_id == Till.id)
        .scalar_subquery()
    )


def _closed_sales() -> ScalarSelect[int]:
    every = aliased(Closure)
    return (
        select(func.coalesce(func.sum(every.sales), 0))
        .where(every.till_id == Till.id)
        .scalar_subquery()
    )


def _set_aside() -> ScalarSelect[int]:
    return (
        select(func.count())
        .select_from(QuarantinedSale)
        .where(QuarantinedSale.till_id == Till.id, still_waits())
        .scalar_subquery()
    )
