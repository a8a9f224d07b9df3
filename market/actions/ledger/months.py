"""Locking a month: a treasurer proposes, a second person confirms, and its books stay as they are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from market.actions.ledger.approvers import require_approver
from market.actions.ledger.audit import note
from market.actions.ledger.posting import local_day
from market.domain.errors import N_, Invalid, Missing, Refused
from market.domain.ledger.months import month_of
from market.domain.people import two_people
from market.models.ledger import MonthLock

_MONTH = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")
# The row every posting of the month locks; made here if nothing was ever booked in it.
_TAKE_MONTH = text(
    "INSERT INTO period (community_id, month, last_number) VALUES (:community_id, :month, 0)"
    " ON CONFLICT (community_id, month) DO UPDATE SET last_number = period.last_number"
)


class NoSuchMonth(Invalid):
    """Something that is no month."""

    sentence = N_("没看懂这个月份，请从列表里选择。")


class MonthNotOver(Refused):
    """A month in which something may still happen today."""

    sentence = N_("这个月还没有过完，请等下个月再锁账。")


class MonthAlreadyProposed(Refused):
    """Somebody has proposed it, and a second person has not spoken yet."""

    sentence = N_("这个月已经有人提出锁账，请另一位同事确认。")


class MonthAlreadyLocked(Refused):
    """A locked month is final."""

    sentence = N_("这个月已经锁账，不能再改；以后的更正记在下一个没锁的月份。")


class MonthNotProposed(Missing):
    """Nothing to confirm or to take back."""

    sentence = N_("没有人提出锁这个月的账，或者提议已经撤回。")


@dataclass(frozen=True, slots=True, kw_only=True)
class LockMonth:
    """One month of one community's books, '2026-11'. Raises NoSuchMonth."""

    community_id: int
    month: str

    def __post_init__(self) -> None:
        if _MONTH.fullmatch(self.month) is None:
            raise NoSuchMonth


def propose_lock(session: Session, command: LockMonth, *, by_id: int, now: datetime) -> MonthLock:
    """Ask for a month that is over to be locked.

    Raises MonthNotOver, MonthAlreadyProposed, MonthAlreadyLocked.
    """
    if command.month >= month_of(local_day(session, command.community_id, now)):
        raise MonthNotOver
    _take_month(session, command)
    standing = _standing(session, command)
    if standing is not None:
        raise MonthAlreadyLocked if standing.confirmed_at is not None else MonthAlreadyProposed
    lock = MonthLock(
        community_id=command.community_id,
        month=command.month,
        proposed_by_id=by_id,
        proposed_at=now,
    )
    session.add(lock)
    session.flush()
    _note(session, "month_lock_proposed", command, by_id=by_id, now=now)
    return lock


def confirm_lock(session: Session, command: LockMonth, *, by_id: int, now: datetime) -> MonthLock:
    """Lock the month for good. Whoever is just posting into it is waited for, and comes before."""
    require_approver(session, command.community_id, by_id)
    _take_month(session, command)
    lock = _waiting(session, command)
    two_people(lock.proposed_by_id, by_id)
    lock.confirmed_by_id, lock.confirmed_at = by_id, now
    session.flush()
    _note(session, "month_locked", command, by_id=by_id, now=now)
    return lock


def withdraw_lock(session: Session, command: LockMonth, *, by_id: int, now: datetime) -> None:
    """Take back a proposal that nobody has confirmed, or turn it down."""
    _take_month(session, command)
    _waiting(session, command)
    session.execute(
        delete(MonthLock).where(
            MonthLock.community_id == command.community_id, MonthLock.month == command.month
        )
    )
    _note(session, "month_lock_withdrawn", command, by_id=by_id, now=now)


def _take_month(session: Session, command: LockMonth) -> None:
    session.execute(_TAKE_MONTH, {"community_id": command.community_id, "month": command.month})


def _standing(session: Session, command: LockMonth) -> MonthLock | None:
    return session.scalar(
        select(MonthLock)
        .where(MonthLock.community_id == command.community_id, MonthLock.month == command.month)
        .execution_options(populate_existing=True)
    )


def _waiting(session: Session, command: LockMonth) -> MonthLock:
    lock = _standing(session, command)
    if lock is None:
        raise MonthNotProposed
    if lock.confirmed_at is not None:
        raise MonthAlreadyLocked
    return lock


def _note(session: Session, kind: str, command: LockMonth, *, by_id: int, now: datetime) -> None:
    note(
        session,
        kind,
        community_id=command.community_id,
        now=now,
        month=command.month,
        by=by_id,
    )
