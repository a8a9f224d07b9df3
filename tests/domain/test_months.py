"""An entry is booked today, or on the first day of the first open month."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from market.domain.ledger.months import booking_date, month_of

days = st.dates(date(2000, 1, 1), date(2100, 12, 31))


def test_an_open_month_books_today() -> None:
    assert booking_date(date(2026, 11, 21), {"2026-10", "2026-12"}) == date(2026, 11, 21)


def test_locked_months_push_the_date_to_the_first_open_day_across_the_year() -> None:
    locked = {"2026-11", "2026-12", "2027-02"}
    assert booking_date(date(2026, 11, 21), locked) == date(2027, 1, 1)


def test_a_month_is_written_so_that_it_sorts() -> None:
    assert month_of(date(2026, 3, 1)) == "2026-03"


@given(days, st.sets(st.dates(date(2000, 1, 1), date(2005, 1, 1)).map(month_of), max_size=70))
def test_the_date_is_never_earlier_never_locked_and_skips_no_open_day(
    today: date, locked: set[str]
) -> None:
    booked = booking_date(today, locked)
    assert booked >= today
    assert month_of(booked) not in locked
    skipped = (today + timedelta(days=passed) for passed in range((booked - today).days))
    assert all(month_of(day) in locked for day in skipped)
