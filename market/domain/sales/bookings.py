"""Bookings: the times that can be had, and the little that is kept of whoever has one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import time, timedelta

from market.domain.errors import N_, Invalid
from market.domain.text import clean_text

MOST_NICKNAME = 12
MOST_SLOTS = 100
KEPT = timedelta(days=30)
"""How long after the market day nickname and last digits are kept."""

_TAIL = re.compile(r"^[0-9]{4}$")
_LONG_NUMBER = re.compile(r"\d{5}")
_DAY_MINUTES = 24 * 60


class TailUnreadable(Invalid):
    """Not the last four digits of a telephone number."""

    sentence = N_("请填手机号的最后四位数字，例如 5678；不要写完整的号码。")


class NicknameTooTelling(Invalid):
    """A telephone or identity number in place of a nickname."""

    sentence = N_("称呼里请不要写电话或证件号，写“王阿姨”“小宇妈妈”这样就好。")


class SlotsUnclear(Invalid):
    """No slot fits between the two times."""

    sentence = N_("从开始到结束放不下一个时段，请检查时间和每次的分钟数。")


class TooManySlots(Invalid):
    """More slots than anybody could serve."""

    sentence = N_("时段太多了，一个服务最多 %(most)s 个，请把每次的分钟数写大一些。")


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom a turn belongs to: a nickname and the last four digits of a telephone number."""

    nickname: str
    phone_tail: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "nickname", read_nickname(self.nickname))
        object.__setattr__(self, "phone_tail", read_tail(self.phone_tail))


def read_nickname(text: object) -> str:
    """A nickname; raises NicknameTooTelling, and what `clean_text` raises."""
    nickname = clean_text(text, most=MOST_NICKNAME)
    if _LONG_NUMBER.search(unicodedata.normalize("NFKC", nickname)):
        raise NicknameTooTelling
    return nickname


def read_tail(text: object) -> str:
    """Four digits, full width or not; raises TailUnreadable."""
    tail = unicodedata.normalize("NFKC", str(text)).strip()
    if not _TAIL.match(tail):
        raise TailUnreadable
    return tail


def slots_between(
    first: time, last: time, minutes: int, *, taken: Collection[time] = ()
) -> list[time]:
    """The beginnings of slots of so many minutes, from `first` on and over by `last`.

    Those that would run into one of `taken` (as long as these are) are left out.
    Raises SlotsUnclear, TooManySlots.
    """
    begins, ends = minute_of(first), minute_of(last)
    starts = range(begins, ends - minutes + 1, minutes)
    if not starts:
        raise SlotsUnclear(field="last")
    if len(starts) + len(taken) > MOST_SLOTS:
        raise TooManySlots(most=MOST_SLOTS, field="last")
    occupied = [minute_of(at) for at in taken]
    return [
        time(*divmod(start, 60))
        for start in starts
        if all(abs(start - other) >= minutes for other in occupied)
    ]


def minute_of(at: time) -> int:
    """Minutes since midnight."""
    return (at.hour * 60 + at.minute) % _DAY_MINUTES
