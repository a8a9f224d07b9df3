"""Fields that read what people type, say what is wrong in our words, and keep it as it was typed.

Every field must be filled in unless it is made with `optional=True`. `data` is what was read, or
None; the properties `text`, `minor`, `count`, `day`, `of_day` are for fields that passed and must
be there.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date, time
from typing import Any, TypeVar

from markupsafe import Markup
from wtforms import fields, widgets
from wtforms.validators import Optional

from market.domain.errors import N_, Invalid, MarketError
from market.domain.money import (
    MOST_COUNT,
    MOST_MINOR,
    AmountMissing,
    Money,
    parse_amount,
    parse_count,
)
from market.domain.text import TextMissing, clean_text
from market.web.errors import sentence_of
from market.web.forms.needed import Needed, is_filled

_DATE = re.compile(r"^(\d{4})\s*[-/.年]?\s*(\d{1,2})\s*[-/.月]?\s*(\d{1,2})\s*日?$")
_TIME = re.compile(r"^(\d{1,2})\s*[:.点时]\s*(\d{1,2})?\s*分?$")
_HALF_PAST = re.compile(r"^(\d{1,2})\s*点半$")

_Known = TypeVar("_Known")


class DateUnreadable(Invalid):
    """What was typed is no day of the calendar."""

    sentence = N_("没看懂这个日期，请写成 2026-11-23 这样。")


class TimeUnreadable(Invalid):
    """What was typed is no time of day."""

    sentence = N_("没看懂这个时间，请写成 09:30 这样。")


class _Read(fields.Field):
    """A line of text read by `_read`, and drawn again as it was typed."""

    widget: Any = widgets.TextInput()
    missing: type[MarketError] = TextMissing

    def __init__(self, label: str, *, optional: bool = False, **rest: Any) -> None:
        super().__init__(label, [Optional() if optional else Needed(self.missing)], **rest)

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = None
        if not valuelist or not is_filled(valuelist[0]):
            return
        try:
            self.data = self._read(valuelist[0])
        except MarketError as error:
            raise ValueError(sentence_of(error)) from error

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else self._written(self.data)

    def _read(self, typed: object) -> object:
        raise NotImplementedError

    def _written(self, known: Any) -> str:
        return str(known)


class TextField(_Read):
    """One line of text in NFC without blanks around it; `data` is never None, '' if left out."""

    data: str

    def __init__(self, label: str, *, most: int = 80, least: int = 1, **rest: Any) -> None:
        super().__init__(label, **rest)
        self._most = most
        self._least = least

    @property
    def text(self) -> str:
        return self.data

    def process_formdata(self, valuelist: list[Any]) -> None:
        super().process_formdata(valuelist)
        self.data = self.data or ""

    def process_data(self, value: Any) -> None:
        self.data = value or ""

    def _read(self, typed: object) -> str:
        return clean_text(typed, most=self._most, least=self._least)


class LinesField(TextField):
    """Text of several lines; line breaks are `\\n`."""

    widget: Any = widgets.TextArea()

    def __init__(self, label: str, *, most: int = 2_000, **rest: Any) -> None:
        super().__init__(label, most=most, **rest)

    def _read(self, typed: object) -> str:
        return clean_text(typed, most=self._most, least=self._least, lines=True)


class MoneyField(_Read):
    """An amount of yuan as people type it, read as whole minor units."""

    data: int | None
    missing = AmountMissing

    def __init__(
        self, label: str, *, least_minor: int = 0, most_minor: int = MOST_MINOR, **rest: Any
    ) -> None:
        super().__init__(label, **rest)
        self._least_minor = least_minor
        self._most_minor = most_minor

    @property
    def minor(self) -> int:
        return _there(self.data)

    def _read(self, typed: object) -> int:
        return parse_amount(typed, least_minor=self._least_minor, most_minor=self._most_minor).minor

    def _written(self, known: int) -> str:
        return Money(known).yuan.removesuffix(".00")


class CountField(_Read):
    """A whole number as people type it."""

    data: int | None

    def __init__(self, label: str, *, least: int = 1, most: int = MOST_COUNT, **rest: Any) -> None:
        rest.setdefault("render_kw", {"inputmode": "numeric", "autocomplete": "off"})
        super().__init__(label, **rest)
        self._least = least
        self._most = most

    @property
    def count(self) -> int:
        return _there(self.data)

    def _read(self, typed: object) -> int:
        return parse_count(typed, least=self._least, most=self._most)


class _PickedOrTyped(widgets.Input):
    """The browser's own picker, as long as it can show what was typed."""

    validation_attrs = ["required", "disabled"]

    def __init__(self, input_type: str, shows: Callable[[str], bool]) -> None:
        super().__init__(input_type)
        self._shows = shows

    def __call__(self, field: Any, **kwargs: object) -> Markup:
        typed = field._value()  # noqa: SLF001 - what a widget asks of its field
        if typed and not self._shows(typed):
            kwargs["type"] = "text"
        return super().__call__(field, **kwargs)


class DateField(_Read):
    """A day: 2026-11-23, 2026/11/23, 2026年11月23日, ２０２６．１１．２３."""

    data: date | None
    widget = _PickedOrTyped("date", lambda typed: _is(date.fromisoformat, typed))

    @property
    def day(self) -> date:
        return _there(self.data)

    def _read(self, typed: object) -> date:
        found = _DATE.match(_plain(typed))
        if found is None:
            raise DateUnreadable
        year, month, day = map(int, found.groups())
        try:
            return date(year, month, day)
        except ValueError:
            raise DateUnreadable from None

    def _written(self, known: date) -> str:
        return known.isoformat()


class TimeField(_Read):
    """A time of day: 9:30, ９：３０, 9点半, 9点30分."""

    data: time | None
    widget = _PickedOrTyped("time", lambda typed: _is(time.fromisoformat, typed))

    @property
    def of_day(self) -> time:
        return _there(self.data)

    def _read(self, typed: object) -> time:
        plain = _plain(typed)
        half, found = _HALF_PAST.match(plain), _TIME.match(plain)
        if half:
            hour, minute = int(half[1]), 30
        elif found:
            hour, minute = int(found[1]), int(found[2] or 0)
        else:
            raise TimeUnreadable
        try:
            return time(hour, minute)
        except ValueError:
            raise TimeUnreadable from None

    def _written(self, known: time) -> str:
        return f"{known:%H:%M}"


class PasswordField(fields.PasswordField):
    """Taken as it was typed, never written into a page again."""

    data: str

    def __init__(self, label: str, **rest: Any) -> None:
        super().__init__(label, [Needed(TextMissing)], **rest)

    def process_formdata(self, valuelist: list[Any]) -> None:
        super().process_formdata(valuelist)
        self.data = self.data or ""


def _there(value: _Known | None) -> _Known:
    if value is None:
        message = "a field was asked for what it does not hold; validate the form first"
        raise LookupError(message)
    return value


def _is(parse: Callable[[str], object], typed: str) -> bool:
    try:
        parse(typed)
    except ValueError:
        return False
    return True


def _plain(typed: object) -> str:
    return unicodedata.normalize("NFKC", str(typed)).strip()
