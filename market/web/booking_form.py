"""Booking a time: the one form for a neighbour on the public page and for the desk."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import time

from flask_babel import lazy_gettext

from market.actions.sales.bookings import SlotOver, SlotTaken
from market.domain.errors import MarketError
from market.domain.sales.bookings import (
    MOST_NICKNAME,
    Contact,
    NicknameTooTelling,
    TailUnreadable,
)
from market.domain.sales.turns import slot_label
from market.domain.text import TextMissing
from market.web.forms import CardsField, Form, TextField

FIELDS: dict[type[MarketError], str] = {
    NicknameTooTelling: "nickname",
    SlotOver: "at",
    SlotTaken: "at",
    TailUnreadable: "tail",
    TextMissing: "nickname",
}
"""Where the page says what was wrong with a contact or a time."""
MOST_TYPED = 20
_TIME = re.compile(r"^([01]\d|2[0-3]):([0-5]\d)$")


class BookForm(Form):
    """A time, a nickname, and the last four digits of a telephone number."""

    at = CardsField(lazy_gettext("选一个时段"))
    nickname = TextField(lazy_gettext("怎么称呼"), most=MOST_NICKNAME)
    tail = TextField(lazy_gettext("手机号后四位"), most=MOST_TYPED)

    def offer(self, free: Iterable[time]) -> None:
        """Show the times that can be had."""
        self.at.choices = [(slot_label(at), slot_label(at)) for at in free]

    def take_typed(self) -> None:
        """Let any time pass that came: whoever books it says whether it can still be had."""
        typed = read_time(self.at.data or "")
        self.at.choices = [(slot_label(typed), slot_label(typed))] if typed else []

    @property
    def time(self) -> time:
        """The chosen time, once the form has passed."""
        return read_time(self.at.data) or time()

    def contact(self) -> Contact:
        """Raises what is wrong with nickname or digits."""
        return Contact(self.nickname.text, self.tail.text)


def read_time(text: str) -> time | None:
    """A slot as addresses and choices write it, '09:20'; None where it is none."""
    found = _TIME.match(text)
    return time(int(found[1]), int(found[2])) if found else None
