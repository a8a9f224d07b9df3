"""Income an enterprise has beside our markets: reported, and struck out again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from market.domain.errors import N_, Missing
from market.domain.livelihood.income import check_month
from market.domain.money import check_minor
from market.domain.text import clean_text
from market.models.livelihood import ReportedIncome

MOST_NOTE = 120


class NoSuchIncome(Missing):
    """Nothing of this enterprise's has this id, or it is struck out."""

    sentence = N_("没有找到这一笔，可能已经划掉了。")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportIncome:
    """What came in elsewhere in a month ('2026-11')."""

    party_id: int
    month: str
    amount_minor: int
    note: str = ""


def report_income(
    session: Session, command: ReportIncome, *, by_id: int, today: date, now: datetime
) -> ReportedIncome:
    """Write down what came in elsewhere. Raises MonthUnreadable, and what `check_minor` raises."""
    reported = ReportedIncome(
        party_id=command.party_id,
        month=check_month(command.month, today=today),
        amount_minor=check_minor(command.amount_minor, least_minor=1),
        note=clean_text(command.note, most=MOST_NOTE) if command.note else "",
        reported_by_id=by_id,
        reported_at=now,
    )
    session.add(reported)
    session.flush()
    return reported


def strike_income(
    session: Session, income_id: int, *, party_id: int, by_id: int, now: datetime
) -> None:
    """It counts no longer. Raises NoSuchIncome."""
    standing = session.scalar(
        select(ReportedIncome)
        .where(
            ReportedIncome.id == income_id,
            ReportedIncome.party_id == party_id,
            ReportedIncome.struck_at.is_(None),
        )
        .with_for_update()
    )
    if standing is None:
        raise NoSuchIncome
    standing.struck_by_id, standing.struck_at = by_id, now
