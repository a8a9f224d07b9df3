"""Locked months: two people lock one, and nothing is booked in it afterwards, by nobody."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from market.actions.ledger.approvers import NoLongerApprover
from market.actions.ledger.months import (
    LockMonth,
    MonthAlreadyLocked,
    MonthAlreadyProposed,
    MonthNotOver,
    MonthNotProposed,
    NoSuchMonth,
    confirm_lock,
    propose_lock,
    withdraw_lock,
)
from market.actions.ledger.posting import post
from market.domain.ledger.moves import MoveKind
from market.domain.ledger.posting_table import cash_advanced
from market.domain.people import SamePerson
from market.models.ledger import MonthLock, Voucher
from tests import factories
from tests.market_day import Day, make_day
from tests.moves import move, reverse, safe
from tests.refunds import ask, close_late, closed_sale, recorded_sale, whole

DECEMBER = datetime(2026, 12, 3, 2, 0, tzinfo=UTC)
STILL_NOVEMBER = datetime(2026, 11, 30, 15, 59, 59, tzinfo=UTC)
"""One second before midnight in Nanjing."""


@pytest.fixture
def day(session: Session) -> Day:
    return make_day(session)


def _november(day: Day) -> LockMonth:
    return LockMonth(community_id=day.community.id, month="2026-11")


def _lock(session: Session, day: Day) -> None:
    propose_lock(session, _november(day), by_id=day.cast.treasurer.id, now=DECEMBER)
    confirm_lock(session, _november(day), by_id=day.cast.reviewer.id, now=DECEMBER)


def _lend(session: Session, day: Day, now: datetime) -> Voucher:
    lender = factories.make_party(session, day.community, kind="person")
    entry = cash_advanced(
        "", party_id=lender.id, safe_holder_id=day.custodian.id, amount_minor=1_00
    )
    posted = post(
        session, entry, community_id=day.community.id, by_id=day.cast.treasurer.id, now=now
    )
    return session.get_one(Voucher, posted.voucher_id)


def test_two_people_lock_a_month(session: Session, day: Day) -> None:
    propose_lock(session, _november(day), by_id=day.cast.treasurer.id, now=DECEMBER)
    with pytest.raises(SamePerson):
        confirm_lock(session, _november(day), by_id=day.cast.treasurer.id, now=DECEMBER)
    with pytest.raises(NoLongerApprover):
        confirm_lock(session, _november(day), by_id=day.cast.volunteer.id, now=DECEMBER)
    lock = confirm_lock(session, _november(day), by_id=day.cast.reviewer.id, now=DECEMBER)
    assert (lock.confirmed_by_id, lock.confirmed_at) == (day.cast.reviewer.id, DECEMBER)


def test_a_proposal_alone_locks_nothing(session: Session, day: Day) -> None:
    propose_lock(session, _november(day), by_id=day.cast.treasurer.id, now=DECEMBER)
    assert _lend(session, day, STILL_NOVEMBER).month == "2026-11"


def test_what_comes_late_goes_to_the_first_open_month(session: Session, day: Day) -> None:
    _lock(session, day)
    late = _lend(session, day, STILL_NOVEMBER)
    assert (late.month, late.booked_on.isoformat()) == ("2026-12", "2026-12-01")


def test_the_day_is_the_communitys(session: Session, day: Day) -> None:
    assert _lend(session, day, STILL_NOVEMBER).booked_on.isoformat() == "2026-11-30"
    after_midnight = STILL_NOVEMBER.replace(hour=16, minute=0, second=0)
    assert _lend(session, day, after_midnight).booked_on.isoformat() == "2026-12-01"


def test_a_month_that_is_not_over_stays_open(session: Session, day: Day) -> None:
    for month in ("2026-12", "2027-01"):
        command = replace(_november(day), month=month)
        with pytest.raises(MonthNotOver):
            propose_lock(session, command, by_id=day.cast.treasurer.id, now=DECEMBER)


@pytest.mark.parametrize("month", ["", "2026-13", "2026-1", "26-11", "2026-11-01", "二〇二六"])
def test_what_is_no_month_cannot_be_named(month: str) -> None:
    with pytest.raises(NoSuchMonth):
        LockMonth(community_id=1, month=month)


def test_a_month_is_proposed_once_and_locked_once(session: Session, day: Day) -> None:
    with pytest.raises(MonthNotProposed):
        confirm_lock(session, _november(day), by_id=day.cast.reviewer.id, now=DECEMBER)
    propose_lock(session, _november(day), by_id=day.cast.treasurer.id, now=DECEMBER)
    with pytest.raises(MonthAlreadyProposed):
        propose_lock(session, _november(day), by_id=day.cast.reviewer.id, now=DECEMBER)
    confirm_lock(session, _november(day), by_id=day.cast.reviewer.id, now=DECEMBER)
    with pytest.raises(MonthAlreadyLocked):
        confirm_lock(session, _november(day), by_id=day.cast.reviewer.id, now=DECEMBER)
    with pytest.raises(MonthAlreadyLocked):
        propose_lock(session, _november(day), by_id=day.cast.treasurer.id, now=DECEMBER)
    with pytest.raises(MonthAlreadyLocked):
        withdraw_lock(session, _november(day), by_id=day.cast.treasurer.id, now=DECEMBER)


def test_a_proposal_may_be_taken_back(session: Session, day: Day) -> None:
    propose_lock(session, _november(day), by_id=day.cast.treasurer.id, now=DECEMBER)
    withdraw_lock(session, _november(day), by_id=day.cast.treasurer.id, now=DECEMBER)
    assert session.scalars(select(MonthLock)).all() == []


def test_a_month_in_which_nothing_was_booked_may_be_locked(session: Session, day: Day) -> None:
    october = replace(_november(day), month="2026-10")
    propose_lock(session, october, by_id=day.cast.treasurer.id, now=DECEMBER)
    confirm_lock(session, october, by_id=day.cast.reviewer.id, now=DECEMBER)


def test_the_database_refuses_a_voucher_in_a_locked_month(session: Session, day: Day) -> None:
    voucher = _lend(session, day, STILL_NOVEMBER)
    _lock(session, day)
    session.execute(
        text(
            "INSERT INTO posting (voucher_id, account_id, amount_minor)"
            " SELECT 999, account_id, amount_minor FROM posting WHERE voucher_id = :id"
        ),
        {"id": voucher.id},
    )
    another = text(
        "INSERT INTO voucher (id, community_id, month, number, kind, booked_on, at, memo, by_id)"
        " SELECT 999, community_id, month, 999, kind, booked_on, at, memo, by_id"
        " FROM voucher WHERE id = :id"
    )
    with pytest.raises(IntegrityError, match="month is locked"):
        session.execute(another, {"id": voucher.id})


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE month_lock SET confirmed_at = NULL, confirmed_by_id = NULL",
        "UPDATE month_lock SET month = '2026-10'",
        "DELETE FROM month_lock",
    ],
)
def test_the_database_unlocks_no_month(session: Session, day: Day, change: str) -> None:
    _lock(session, day)
    with pytest.raises(IntegrityError, match="month is locked"):
        session.execute(text(change))


def test_late_sales_refunds_and_reversals_leave_a_locked_month_as_it_was(
    session: Session, day: Day
) -> None:
    """Invariant 10: what happens to an old market day afterwards is booked in the open month."""
    sale = closed_sale(session, day)
    helper = factories.make_party(session, day.community, kind="person")
    lent = move(session, day, MoveKind.CASH_ADVANCED, 5_00, party_id=helper.id, target=safe(day))
    assert lent.voucher_id is not None
    _lock(session, day)
    before = _vouchers(session, "2026-11")
    recorded_sale(session, day)
    close_late(session, day)
    ask(session, day, sale.id, whole(session, day, sale.id))
    reverse(session, day, lent.voucher_id)
    assert _vouchers(session, "2026-11") == before
    assert {
        voucher.kind
        for voucher in session.scalars(select(Voucher).where(Voucher.month == "2026-12"))
    } == {
        "late_closure",
        "refund",
        "refund_settled",
        "reversal",
    }


def _vouchers(session: Session, month: str) -> list[tuple[object, ...]]:
    rows = session.execute(
        text(
            "SELECT voucher.id, number, kind, booked_on, account_id, amount_minor FROM voucher"
            " JOIN posting ON posting.voucher_id = voucher.id WHERE month = :month"
            " ORDER BY voucher.id, account_id"
        ),
        {"month": month},
    )
    return [tuple(row) for row in rows]
