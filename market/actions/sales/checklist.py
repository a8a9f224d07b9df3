"""The check-list of a market day: who is to do something, that it was done, and what else there is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.actions.sales.market_days import market_day_to_write
from market.domain.errors import N_, Refused
from market.domain.sales.checklist import Asked, Phase
from market.domain.text import clean_text
from market.models.sales import DayTask
from market.queries.sales.checklist import OWN, NoSuchTask

MOST_WORDS = 120
MOST_OWNER = 40
MOST_OWN_TASKS = 100


class SeenByItself(Refused):
    """Nobody ticks what the books can see."""

    sentence = N_("这一项由系统看着，做好了会自己打勾。")


class TooManyTasks(Refused):
    """A list nobody reads."""

    sentence = N_("自己加的已经有 %(most)s 项，请先删掉不用的。")


@dataclass(frozen=True, slots=True)
class TaskOf:
    """A line of a market day's list: a name of `Asked`, or 'own-' and a number."""

    community_id: int
    market_day_id: int
    name: str


def add_task(
    session: Session, community_id: int, market_day_id: int, phase: Phase, words: str, owner: str
) -> DayTask:
    """Something of our own. Raises NoSuchMarketDay, TooManyTasks, and what `clean_text` raises."""
    day = market_day_to_write(session, community_id, market_day_id)
    count = session.scalar(
        select(func.count())
        .select_from(DayTask)
        .where(DayTask.market_day_id == day.id, DayTask.key.is_(None))
    )
    if (count or 0) >= MOST_OWN_TASKS:
        raise TooManyTasks(most=MOST_OWN_TASKS)
    task = DayTask(
        market_day_id=day.id,
        phase=str(phase),
        words=clean_text(words, most=MOST_WORDS),
        owner=clean_text(owner, most=MOST_OWNER, least=0),
    )
    session.add(task)
    session.flush()
    return task


def assign_task(session: Session, which: TaskOf, owner: str) -> DayTask:
    """Say who is to do it; '' is nobody in particular. Raises NoSuchMarketDay, NoSuchTask."""
    task = _task(session, which)
    task.owner = clean_text(owner, most=MOST_OWNER, least=0)
    return task


def tick_task(session: Session, which: TaskOf, *, by_id: int, now: datetime) -> DayTask:
    """It is done; who ticked first stays. Raises NoSuchMarketDay, NoSuchTask, SeenByItself."""
    task = _task(session, which)
    if task.key is not None and not Asked(task.key).by_people:
        raise SeenByItself
    if task.done_at is None:
        task.done_at, task.done_by_id = now, by_id
    return task


def untick_task(session: Session, which: TaskOf) -> DayTask:
    """It is not done after all. Raises NoSuchMarketDay, NoSuchTask."""
    task = _task(session, which)
    task.done_at = task.done_by_id = None
    return task


def drop_task(session: Session, which: TaskOf) -> None:
    """Strike out something of our own; what is always asked stays. Raises as `assign_task`."""
    task = _task(session, which)
    if task.key is not None:
        raise NoSuchTask
    session.delete(task)


def _task(session: Session, which: TaskOf) -> DayTask:
    """The row behind a line; for an asked one it is written when it is first needed."""
    day = market_day_to_write(session, which.community_id, which.market_day_id)
    chosen = select(DayTask).where(DayTask.market_day_id == day.id)
    if which.name in set(Asked):
        asked = Asked(which.name)
        task = session.scalar(chosen.where(DayTask.key == str(asked)))
        if task is None:
            task = DayTask(market_day_id=day.id, phase=str(asked.phase), key=str(asked))
            session.add(task)
            session.flush()
        return task
    number = which.name.removeprefix(OWN)
    if not which.name.startswith(OWN) or not number.isascii() or not number.isdigit():
        raise NoSuchTask
    # Longer numbers are no ids, and no database column holds them.
    own = session.scalar(chosen.where(DayTask.id == int(number[:9]), DayTask.key.is_(None)))
    if own is None:
        raise NoSuchTask
    return own
