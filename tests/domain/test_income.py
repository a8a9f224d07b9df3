"""Income by month: the months shown, and what a month may be called."""

from __future__ import annotations

from datetime import date

import pytest

from market.domain.livelihood.income import MonthUnreadable, check_month, income_by_month

TODAY = date(2027, 2, 10)


def test_months_run_from_the_first_with_anything_until_now() -> None:
    months = income_by_month({"2026-12": 68_00}, {"2027-02": 20_00}, today=TODAY)
    assert [(one.month, one.total_minor) for one in months] == [
        ("2026-12", 68_00),
        ("2027-01", 0),
        ("2027-02", 20_00),
    ]


def test_no_more_than_a_year_is_shown() -> None:
    months = income_by_month({"2024-05": 1}, {}, today=TODAY)
    assert len(months) == 12
    assert (months[0].month, months[-1].month) == ("2026-03", "2027-02")


@pytest.mark.parametrize("month", ["2027-03", "2027-13", "2027-1", "", "２０２７-01"])
def test_a_month_that_has_not_come_or_is_none_is_refused(month: str) -> None:
    with pytest.raises(MonthUnreadable):
        check_month(month, today=TODAY)


def test_this_month_may_be_reported() -> None:
    assert check_month("2027-02", today=TODAY) == "2027-02"
