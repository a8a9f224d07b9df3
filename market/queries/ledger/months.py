"""Months of the books: what each holds, and whether it is locked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from market.domain.ledger.months import month_of
from market.models.ledger import MoneyMove, MoneyMoveDecision, MonthLock, Posting, Voucher
from market.models.people import Person
from market.models.sales import Closure, MarketDay, Till


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthNow:
    """A month of the books. `over`: it may be locked; the rest says who has asked, and who agreed."""

    month: str
    vouchers: int
    debits_minor: int
    over: bool
    proposed_by: str
    proposed_by_id: int | None
    proposed_at: datetime | None
    confirmed_by: str
    confirmed_at: datetime | None

    @property
    def is_locked(self) -> bool:
        return self.confirmed_at is not None

    @property
    def is_proposed(self) -> bool:
        return self.proposed_at is not None and self.confirmed_at is None


@dataclass(frozen=True, slots=True)
class StillOpen:
    """What is better done before a month is locked: it would be booked in a later one."""

    tills: int
    moves: int


def months_of(session: Session, community_id: int, today: date) -> list[MonthNow]:
    """Every month in which something is booked, or that somebody wants locked; the newest first."""
    confirmer = aliased(Person)
    locks = {
        row[0].month: row
        for row in session.execute(
            select(MonthLock, Person.name, confirmer.name)
            .join(Person, Person.id == MonthLock.proposed_by_id)
            .outerjoin(confirmer, confirmer.id == MonthLock.confirmed_by_id)
            .where(MonthLock.community_id == community_id)
        )
    }
    booked = {
        row[0]: (row[1], int(row[2]))
        for row in session.execute(
            select(
                Voucher.month,
                func.count(func.distinct(Voucher.id)),
                func.sum(Posting.amount_minor),
            )
            .join(Posting, Posting.voucher_id == Voucher.id)
            .where(Voucher.community_id == community_id, Posting.amount_minor > 0)
            .group_by(Voucher.month)
        )
    }
    found = []
    for month in sorted(locks.keys() | booked.keys(), reverse=True):
        lock, proposed_by, confirmed_by = locks.get(month, (None, "", ""))
        vouchers, debits_minor = booked.get(month, (0, 0))
        found.append(
            MonthNow(
                month=month,
                vouchers=vouchers,
                debits_minor=debits_minor,
                over=month < month_of(today),
                proposed_by=proposed_by,
                proposed_by_id=lock.proposed_by_id if lock else None,
                proposed_at=lock.proposed_at if lock else None,
                confirmed_by=confirmed_by or "",
                confirmed_at=lock.confirmed_at if lock else None,
            )
        )
    return found


def still_open(session: Session, community_id: int) -> StillOpen:
    """Tills that have not closed and money moves that nobody has decided."""
    tills = session.scalar(
        select(func.count(Till.id))
        .join(MarketDay, MarketDay.id == Till.market_day_id)
        .outerjoin(Closure, (Closure.till_id == Till.id) & (Closure.number == 1))
        .where(MarketDay.community_id == community_id, Closure.id.is_(None))
    )
    moves = session.scalar(
        select(func.count(MoneyMove.id))
        .outerjoin(MoneyMoveDecision, MoneyMoveDecision.move_id == MoneyMove.id)
        .where(MoneyMove.community_id == community_id, MoneyMoveDecision.move_id.is_(None))
    )
    return StillOpen(tills or 0, moves or 0)
