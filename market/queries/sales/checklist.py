"""The check-list of a market day: what the books see, who is to do it, who has ticked it when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.domain.errors import N_, Missing
from market.domain.sales.checklist import Asked, DayFacts, Phase, Seen, seen
from market.models.people import Person
from market.models.sales import DayTask
from market.queries.sales.goods import GoodsState, goods_of
from market.queries.sales.market_days import MarketDayNow
from market.queries.sales.offers import stalls_of
from market.queries.sales.passes import stalls_without_pass
from market.queries.sales.rota import orders_of, shifts_of
from market.queries.sales.set_aside import waiting_of_days

OWN = "own-"
"""What stands before the number of a task that somebody added."""


class NoSuchTask(Missing):
    """Nothing of this market day's list has this name."""

    sentence = N_("没有找到这一项，可能刚刚被删掉了。")


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskNow:
    """A line of the list. `asked` None is somebody's own; `seen` None is ticked by people."""

    name: str
    phase: Phase
    asked: Asked | None
    words: str
    seen: Seen | None
    owner: str
    done_by: str
    done_at: datetime | None

    @property
    def done(self) -> bool:
        return self.seen.done if self.seen is not None else self.done_at is not None


@dataclass(frozen=True, slots=True)
class _Kept:
    id: int
    phase: str
    key: str | None
    words: str
    owner: str
    done_by: str
    done_at: datetime | None


def checklist_of(session: Session, day: MarketDayNow) -> list[TaskNow]:
    """What is asked, in order, and behind it in each phase what people added."""
    books = seen(facts_of(session, day))
    kept = _kept(session, day.id)
    by_key = {row.key: row for row in kept if row.key}
    asked = [
        _asked(one, by_key, books)
        for one in Asked
        if one is not Asked.FILING or day.readiness.filing_pending
    ]
    own = [_own(row) for row in kept if row.key is None]
    return sorted([*asked, *own], key=lambda task: list(Phase).index(task.phase))


def facts_of(session: Session, day: MarketDayNow) -> DayFacts:
    """What a market day really has."""
    stalls = stalls_of(session, day.id)
    manned = {shift.stall_id for shift in shifts_of(session, day.id)}
    return DayFacts(
        has_basis=day.readiness.basis is not None,
        filing_pending=day.readiness.filing_pending,
        has_split=day.readiness.shares > 0,
        stalls=len(stalls),
        without_offers=tuple(stall.name for stall in stalls if not stall.offers),
        without_people=tuple(stall.name for stall in stalls if stall.id not in manned),
        without_pass=stalls_without_pass(session, day.id),
        opened=day.opened_at is not None,
        tills=day.tills,
        open_tills=day.open_tills,
        orders_waiting=sum(order.fetched_at is None for order in orders_of(session, day.id)),
        goods_left=sum(piece.state is GoodsState.OFFERED for piece in goods_of(session, day.id)),
        set_aside=waiting_of_days(session, [day.id]),
    )


def _asked(one: Asked, by_key: Mapping[str, _Kept], books: Mapping[Asked, Seen]) -> TaskNow:
    row = by_key.get(str(one))
    return TaskNow(
        name=str(one),
        phase=one.phase,
        asked=one,
        words=one.label,
        seen=books.get(one),
        owner=row.owner if row else "",
        done_by=row.done_by if row else "",
        done_at=row.done_at if row else None,
    )


def _own(row: _Kept) -> TaskNow:
    return TaskNow(
        name=f"{OWN}{row.id}",
        phase=Phase(row.phase),
        asked=None,
        words=row.words,
        seen=None,
        owner=row.owner,
        done_by=row.done_by,
        done_at=row.done_at,
    )


def _kept(session: Session, market_day_id: int) -> list[_Kept]:
    rows = session.execute(
        select(
            DayTask.id,
            DayTask.phase,
            DayTask.key,
            DayTask.words,
            DayTask.owner,
            func.coalesce(Person.name, ""),
            DayTask.done_at,
        )
        .outerjoin(Person, Person.id == DayTask.done_by_id)
        .where(DayTask.market_day_id == market_day_id)
        .order_by(DayTask.id)
    )
    return [_Kept(*row) for row in rows]
