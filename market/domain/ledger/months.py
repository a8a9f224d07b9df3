"""Months that can be locked, and the date an entry is booked on."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

_DECEMBER = 12


def month_of(day: date) -> str:
    """The month of a day, '2026-11'."""
    return f"{day.year:04d}-{day.month:02d}"


def booking_date(today: date, locked_months: Collection[str]) -> date:
    """Today in the community's time zone, or the first day of the first open month after it."""
    day = today
    while month_of(day) in locked_months:
        day = _first_of_next_month(day)
    return day


def _first_of_next_month(day: date) -> date:
    if day.month == _DECEMBER:
        return date(day.year + 1, 1, 1)
    return date(day.year, day.month + 1, 1)
