"""Whether a market day was put off or called off, and what was said about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from market.domain.errors import N_, Refused
from market.models.people import Person
from market.models.sales import MarketChange, MarketDay


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeNow:
    """One change; `to_on` None calls the market off."""

    from_on: date
    to_on: date | None
    reason: str
    said_by: str
    said_at: datetime


class MarketCalledOff(Refused):
    """Nobody sells or joins at a market that does not take place."""

    sentence = N_("“%(market_day)s”已经取消，这一步做不了。要恢复，请社工先给它改一个日期。")


def is_off() -> ColumnElement[bool]:
    """Whether the market day of a question is called off: the last word counts."""
    last = (
        select(MarketChange.to_on.is_(None))
        .where(MarketChange.market_day_id == MarketDay.id)
        .order_by(MarketChange.id.desc())
        .limit(1)
        .correlate(MarketDay)
        .scalar_subquery()
    )
    return func.coalesce(last, False)


def called_off(session: Session, market_day_id: int) -> bool:
    """Whether a market day does not take place."""
    return bool(session.scalar(select(is_off()).where(MarketDay.id == market_day_id)))


def require_on(session: Session, market_day_id: int, name: str) -> None:
    """Raises MarketCalledOff where the market does not take place."""
    if called_off(session, market_day_id):
        raise MarketCalledOff(market_day=name)


def changes_of(session: Session, market_day_id: int) -> list[ChangeNow]:
    """Everything that was changed, the latest first."""
    rows = session.execute(
        select(
            MarketChange.from_on,
            MarketChange.to_on,
            MarketChange.reason,
            Person.name.label("said_by"),
            MarketChange.said_at,
        )
        .join(Person, Person.id == MarketChange.said_by_id)
        .where(MarketChange.market_day_id == market_day_id)
        .order_by(MarketChange.id.desc())
    )
    return [ChangeNow(**row._mapping) for row in rows]  # noqa: SLF001 - a row's public name
