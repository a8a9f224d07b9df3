"""What a consignor is owed for each closing, whatever was sold, brought back and paid."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from market.domain.sales.consignor_account import DUE_AFTER, Earned, consignor_account

DAY = date(2026, 11, 21)


@st.composite
def closings(draw: st.DrawFn) -> list[Earned]:
    rows = []
    for number in range(draw(st.integers(0, 6))):
        owed = draw(st.integers(0, 500_00))
        rows.append(
            Earned(
                closure_id=number + 1,
                closed_on=DAY + timedelta(days=draw(st.integers(-60, 60))),
                owed_minor=owed,
                taken_back_minor=draw(st.integers(0, owed)),
            )
        )
    return rows


@given(closings(), st.integers(-300_00, 2_000_00))
def test_no_fen_is_lost_between_closings_and_payments(rows: list[Earned], paid: int) -> None:
    account = consignor_account(rows, paid_minor=paid)
    assert account.owed_minor == sum(row.rest_minor for row in rows) - paid
    assert account.earned_minor == sum(row.rest_minor for row in rows)
    assert all(0 <= due.left_minor <= due.earned.rest_minor for due in account.dues)
    assert min(account.other_minor, account.ahead_minor) == 0


@given(closings(), st.integers(0, 2_000_00), st.integers(0, 500_00))
def test_more_paid_never_makes_anything_more_due(rows: list[Earned], paid: int, more: int) -> None:
    before = consignor_account(rows, paid_minor=paid)
    after = consignor_account(rows, paid_minor=paid + more)
    for one, other in zip(before.dues, after.dues, strict=True):
        assert other.left_minor <= one.left_minor


@given(closings(), st.integers(0, 2_000_00))
def test_the_oldest_closing_is_paid_first(rows: list[Earned], paid: int) -> None:
    dues = consignor_account(rows, paid_minor=paid).dues
    assert [due.earned.closed_on for due in dues] == sorted(row.closed_on for row in rows)
    begun = next((at for at, due in enumerate(dues) if due.left_minor), len(dues))
    assert all(due.left_minor == due.earned.rest_minor for due in dues[begun + 1 :])


def test_it_is_due_three_days_after_the_closing_and_overdue_from_the_fourth() -> None:
    row = Earned(closure_id=1, closed_on=DAY, owed_minor=48_00)
    account = consignor_account([row], paid_minor=0)
    assert account.next_due is not None
    assert account.next_due.earned.due_on == DAY + DUE_AFTER == date(2026, 11, 24)
    assert account.overdue_minor(date(2026, 11, 24)) == 0
    assert account.overdue_minor(date(2026, 11, 25)) == 48_00


def test_what_comes_back_after_it_was_paid_is_taken_from_the_next_closing() -> None:
    first = Earned(closure_id=1, closed_on=DAY, owed_minor=48_00, taken_back_minor=48_00)
    account = consignor_account([first], paid_minor=48_00)
    assert (account.owed_minor, account.ahead_minor) == (-48_00, 48_00)
    second = Earned(closure_id=2, closed_on=DAY + timedelta(days=7), owed_minor=60_00)
    account = consignor_account([first, second], paid_minor=48_00)
    assert account.owed_minor == account.left_of([2]) == 12_00
    assert account.next_due is not None
    assert account.next_due.earned.closure_id == 2


def test_a_payment_that_was_undone_makes_its_closing_due_again() -> None:
    row = Earned(closure_id=1, closed_on=DAY, owed_minor=48_00)
    assert consignor_account([row], paid_minor=48_00 - 48_00).owed_minor == 48_00


def test_what_is_owed_for_something_else_stands_apart() -> None:
    account = consignor_account([], paid_minor=-20_00)
    assert (account.owed_minor, account.other_minor, account.next_due) == (20_00, 20_00, None)
