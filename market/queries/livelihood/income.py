"""What enterprises earn: from the vouchers by themselves, and what was reported beside them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from market.domain.ledger.account import AccountKind
from market.domain.ledger.entry import EntryKind
from market.domain.livelihood.income import FEWEST_PEOPLE, IncomeMonth, income_by_month
from market.models.ledger import Account, Posting, Voucher
from market.models.livelihood import Enterprise, ReportedIncome
from market.models.people import Person

EARNING = (EntryKind.CLOSURE, EntryKind.LATE_CLOSURE, EntryKind.REFUND)
"""What makes a consignor earn more, or less again; payouts only move what was earned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """Something reported and not struck out."""

    id: int
    month: str
    amount_minor: int
    note: str
    reported_by: str
    reported_at: datetime


@dataclass(frozen=True, slots=True)
class SharedIncome:
    """What so many people earned together at our markets."""

    people: int
    amount_minor: int


def income_of(session: Session, party_id: int, *, today: date) -> tuple[IncomeMonth, ...]:
    """The last twelve months, from the first with anything. For who may see all of it alone."""
    ours = session.execute(
        select(Voucher.month, func.sum(-Posting.amount_minor))
        .join(Posting, Posting.voucher_id == Voucher.id)
        .join(Account, Account.id == Posting.account_id)
        .where(Account.party_id == party_id, *_earned())
        .group_by(Voucher.month)
    )
    told = session.execute(
        select(ReportedIncome.month, func.sum(ReportedIncome.amount_minor))
        .where(ReportedIncome.party_id == party_id, ReportedIncome.struck_at.is_(None))
        .group_by(ReportedIncome.month)
    )
    return income_by_month(
        {month: int(amount) for month, amount in ours},
        {month: int(amount) for month, amount in told},
        today=today,
    )


def reported_of(session: Session, party_id: int) -> list[Reported]:
    """What was reported and stands, the latest month first."""
    rows = session.execute(
        select(ReportedIncome, Person.name)
        .join(Person, Person.id == ReportedIncome.reported_by_id)
        .where(ReportedIncome.party_id == party_id, ReportedIncome.struck_at.is_(None))
        .order_by(ReportedIncome.month.desc(), ReportedIncome.id.desc())
    )
    return [
        Reported(
            id=row.id,
            month=row.month,
            amount_minor=row.amount_minor,
            note=row.note,
            reported_by=name,
            reported_at=row.reported_at,
        )
        for row, name in rows
    ]


def income_together(session: Session) -> SharedIncome | None:
    """What all enterprises earned at markets; None as long as fewer than five people are in it.

    What somebody reported is never part of it.
    """
    each = (
        select(func.sum(-Posting.amount_minor).label("amount"))
        .join(Account, Account.id == Posting.account_id)
        .join(Voucher, Voucher.id == Posting.voucher_id)
        .join(Enterprise, Enterprise.party_id == Account.party_id)
        .where(*_earned())
        .group_by(Account.party_id)
        .subquery()
    )
    people, amount = session.execute(
        select(func.count(), func.sum(each.c.amount)).where(each.c.amount > 0)
    ).one()
    return SharedIncome(people, int(amount)) if people >= FEWEST_PEOPLE else None


def _earned() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Account.kind == str(AccountKind.PAYABLE), Voucher.kind.in_(EARNING)
