"""Putting a market day off to another date, or calling it off, with the reason that everybody reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.ledger.audit import note
from market.actions.ledger.posting import local_day
from market.actions.sales.market_days import DateFixed, DayOutOfRange, market_day_to_write
from market.domain.errors import N_, Invalid, Refused
from market.domain.text import clean_text
from market.models.sales import MarketChange, MarketDay, MarketOpening, Till
from market.queries.sales.changes import called_off

MOST_REASON = 200
MOST_YEARS_AHEAD = 2


class SameDate(Invalid):
    """Put off to the day on which it is."""

    sentence = N_("新的日期和原来一样，请选另一天；要取消就选“取消”。")


class DateGone(Invalid):
    """Put off to a day that is over."""

    sentence = N_("新的日期已经过去，请选今天或以后的一天。")


class SellingAlready(Refused):
    """Somebody has opened a till: what is sold is sold."""

    sentence = N_("已经有人开摊收银，不能再取消。请照常收摊结账。")


class CalledOffAlready(Refused):
    """Called off twice."""

    sentence = N_("这次市集已经取消了。")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeMarket:
    """Another date, or with `to_on` None none at all. The reason is public."""

    community_id: int
    market_day_id: int
    to_on: date | None
    reason: str


def put_off_market(
    session: Session, command: ChangeMarket, *, by_id: int, now: datetime
) -> MarketChange:
    """Move a market day, or call it off; one that was called off comes back with a date.

    Passes and booked times go by the market day's date, so they move along. Raises
    NoSuchMarketDay, DateFixed, SellingAlready, CalledOffAlready, SameDate, DateGone,
    DayOutOfRange, and what `clean_text` raises.
    """
    day = market_day_to_write(session, command.community_id, command.market_day_id)
    reason = clean_text(command.reason, most=MOST_REASON, lines=True)
    off = called_off(session, day.id)
    if command.to_on is None:
        _require_may_be_called_off(session, day, off=off)
    else:
        today = local_day(session, command.community_id, now)
        _require_may_move(session, day, command.to_on, today=today, off=off)
    change = MarketChange(
        market_day_id=day.id,
        from_on=day.held_on,
        to_on=command.to_on,
        reason=reason,
        said_by_id=by_id,
        said_at=now,
    )
    session.add(change)
    day.held_on = command.to_on or day.held_on
    note(
        session,
        "market_day_put_off" if command.to_on else "market_day_called_off",
        community_id=day.community_id,
        now=now,
        market_day=day.id,
        held_on=day.held_on.isoformat(),
        by=by_id,
    )
    return change


def _require_may_be_called_off(session: Session, day: MarketDay, *, off: bool) -> None:
    if off:
        raise CalledOffAlready
    if session.scalar(select(Till.id).where(Till.market_day_id == day.id).limit(1)) is not None:
        raise SellingAlready


def _require_may_move(
    session: Session, day: MarketDay, to_on: date, *, today: date, off: bool
) -> None:
    if session.get(MarketOpening, day.id) is not None:
        raise DateFixed(field="to_on")
    if to_on == day.held_on and not off:
        raise SameDate(field="to_on")
    if to_on < today:
        raise DateGone(field="to_on")
    if to_on.year > today.year + MOST_YEARS_AHEAD:
        raise DayOutOfRange(field="to_on")
