"""What is done when a market day's last open till closes, in the same unit of work as the closure.

Sales and proceeds do not know each other, so what the proceeds do then is handed in here:
`app.py` says `at_day_end(act)`, and `close_till` asks for it by `begin_closing` and `end_of_day`.
Whatever goes wrong in an act is undone by itself; it never keeps a till from closing.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from market.actions.ledger.audit import unnoted_on_error
from market.models.sales import Closure, MarketDay, Till

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayEnd:
    """A closure that leaves no till of its market day open."""

    community_id: int
    market_day_id: int
    closure_id: int
    by_id: int
    now: datetime


class DayEndAct(Protocol):
    """Something to do at the end of a market day."""

    def lock(self, session: Session, market_day_id: int) -> None:
        """Lock whatever is to be locked before the funds are."""

    def act(self, session: Session, end: DayEnd) -> None:
        """Do it; the takings are on the funds' lines."""

    def failed(self, session: Session, end: DayEnd) -> None:
        """Say in a record that it was tried and undone."""


_acts: dict[type[DayEndAct], DayEndAct] = {}


def at_day_end(act: DayEndAct) -> None:
    """Do this at the end of every market day; once, however often it is handed in."""
    _acts[type(act)] = act


def lock_market_day(session: Session, market_day_id: int) -> None:
    """Let nobody else close or open a till of this market day until this unit ends."""
    session.execute(
        select(MarketDay.id).where(MarketDay.id == market_day_id).with_for_update(key_share=True)
    )


def begin_closing(session: Session, till_id: int) -> bool:
    """Before a till is closed: whether it is the last one open at its market day.

    Locks the market day before anything else is, so that of two tills that close at once one is
    the last; and, for the last, what its acts will need.
    """
    day_id = session.scalar(select(Till.market_day_id).where(Till.id == till_id))
    if day_id is None:
        return False
    lock_market_day(session, day_id)
    return tills_open(session, day_id, but=till_id) == 0


def lock_for_day_end(session: Session, market_day_id: int) -> None:
    """Let every act lock what it needs: after the till, before the funds."""
    for act in _acts.values():
        act.lock(session, market_day_id)


def end_of_day(session: Session, end: DayEnd) -> None:
    """Do every act of the end of a market day; one that goes wrong is undone and said so."""
    session.flush()
    for act in _acts.values():
        try:
            with session.begin_nested(), unnoted_on_error(session):
                act.act(session, end)
                session.flush()
        except OperationalError:
            # Busy, or a deadlock: the whole unit of work is done again.
            raise
        except Exception:
            logger.exception("an act of a market day's end was undone")
            act.failed(session, end)


def tills_open(session: Session, market_day_id: int, *, but: int | None = None) -> int:
    """How many tills of a market day have not been closed, one left out."""
    question = (
        select(func.count())
        .select_from(Till)
        .outerjoin(Closure, (Closure.till_id == Till.id) & (Closure.number == 1))
        .where(Till.market_day_id == market_day_id, Closure.id.is_(None))
    )
    if but is not None:
        question = question.where(Till.id != but)
    return session.scalar(question) or 0
