"""A stall pass: how many phones it lets in, until when, and the four digits it is worth nothing without."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from market.domain.errors import N_, Invalid

SEATS = 6
MOST_SEATS = 30
MOST_NAME = 20
DIGITS = 4


class DigitsUnreadable(Invalid):
    """Not four digits."""

    sentence = N_("请填今天的四位数字，例如 0427。开市前的小会上会说，也可以问社工。")


def valid_until(held_on: date, time_zone: str) -> datetime:
    """A pass lets nobody in after its market day: midnight on the community's clock."""
    midnight = datetime.combine(held_on + timedelta(days=1), time(), tzinfo=ZoneInfo(time_zone))
    return midnight.astimezone(UTC)


def draw_digits(random_bytes: Callable[[int], bytes], *, other_than: str = "") -> str:
    """Four digits, each as likely as any other; not the ones there were."""
    most = 10**DIGITS
    while True:
        drawn = f"{int.from_bytes(random_bytes(8)) % most:0{DIGITS}d}"
        if drawn != other_than:
            return drawn


def read_digits(typed: object) -> str:
    """What somebody typed, full-width or with blanks between; raises DigitsUnreadable."""
    plain = "".join(unicodedata.normalize("NFKC", str(typed)).split())
    if len(plain) != DIGITS or not (plain.isascii() and plain.isdecimal()):
        raise DigitsUnreadable
    return plain
