"""What an enterprise earns, month by month: what our own books say, and what is reported beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from market.domain.errors import N_, Invalid

SHOWN_MONTHS = 12
FEWEST_PEOPLE = 5
"""A public sum is shown only where at least so many people's income is in it."""
_MONTH = re.compile(r"^\d{4}-(0[1-9]|1[0-2])$")


class MonthUnreadable(Invalid):
    """No month, or one that has not come yet."""

    sentence = N_("请选一个已经到了的月份。")


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomeMonth:
    """A month ('2026-11'); `ours_minor` may be negative where more came back than was sold."""

    month: str
    ours_minor: int
    reported_minor: int

    @property
    def total_minor(self) -> int:
        return self.ours_minor + self.reported_minor


def income_by_month(
    ours: Mapping[str, int], reported: Mapping[str, int], *, today: date, most: int = SHOWN_MONTHS
) -> tuple[IncomeMonth, ...]:
    """The months up to today's, the oldest first, from the first with anything; `most` at most."""
    known = set(ours) | set(reported)
    months = [one for one in months_until(today, most) if not known or one >= min(known)]
    return tuple(
        IncomeMonth(month=one, ours_minor=ours.get(one, 0), reported_minor=reported.get(one, 0))
        for one in months
    )


def months_until(today: date, most: int) -> Sequence[str]:
    """The last so many months, today's the last of them."""
    last = today.year * 12 + today.month - 1
    return [f"{one // 12:04d}-{one % 12 + 1:02d}" for one in range(last - most + 1, last + 1)]


def check_month(month: str, *, today: date) -> str:
    """A month that has begun. Raises MonthUnreadable."""
    if not _MONTH.match(month) or month > f"{today:%Y-%m}":
        raise MonthUnreadable
    return month
