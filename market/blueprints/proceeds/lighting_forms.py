"""A lighting plan as a form: a place and an amount at each waiting wish; no place, not in it."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from flask import request
from flask_babel import gettext, lazy_gettext

from market.actions.proceeds.lighting_plans import PlannedLine
from market.actions.proceeds.proposals import MOST_ITEMS, MOST_NOTE
from market.domain.errors import MarketError
from market.domain.money import Money, parse_amount
from market.queries.proceeds.allocations import Waiting
from market.web.errors import sentence_of
from market.web.forms import Form, TextField

SUGGESTED = 12
"""So many of those that have waited longest are in the plan before anybody has typed."""
_MOST_PLACE = 999


class PlanForm(Form):
    note = TextField(lazy_gettext("给复核人的话"), most=MOST_NOTE, optional=True)


class WordForm(Form):
    """Nothing but the token: the button is the word."""


class RefusalForm(Form):
    reason = TextField(lazy_gettext("不同意的理由"), most=MOST_NOTE)


@dataclass(frozen=True, slots=True)
class PlanRowTyped:
    """A waiting wish with what was typed or suggested; `place` is None where it is left out."""

    waiting: Waiting
    place_typed: str
    typed: str
    in_part: bool
    place: int | None
    amount_minor: int
    error: str


@dataclass(frozen=True, slots=True)
class Draft:
    """The rows of the page; `others` wait too and are not on it."""

    rows: tuple[PlanRowTyped, ...]
    others: int

    @property
    def chosen(self) -> list[PlanRowTyped]:
        """Those in the plan, in its order; the same place twice: as they stand on the page."""
        placed = [row for row in self.rows if row.place is not None]
        return sorted(placed, key=lambda row: row.place or 0)

    @property
    def total_minor(self) -> int:
        return sum(row.amount_minor for row in self.chosen)

    @property
    def wrong(self) -> list[str]:
        return [row.error for row in self.rows if row.error]

    @property
    def lines(self) -> tuple[PlannedLine, ...]:
        return tuple(
            PlannedLine(wish_id=row.waiting.id, amount_minor=row.amount_minor, in_part=row.in_part)
            for row in self.chosen
        )


def suggested(waiting: Sequence[Waiting]) -> Draft:
    """Those that have waited longest, each with all it misses."""
    rows = []
    for number, one in enumerate(waiting[:MOST_ITEMS], start=1):
        place = number if number <= SUGGESTED else None
        written = Money(one.missing_minor).yuan.removesuffix(".00")
        rows.append(
            PlanRowTyped(
                waiting=one,
                place_typed=str(place or ""),
                typed=written,
                in_part=False,
                place=place,
                amount_minor=one.missing_minor,
                error="",
            )
        )
    return Draft(tuple(rows), max(0, len(waiting) - MOST_ITEMS))


def typed(waiting: Sequence[Waiting]) -> Draft:
    """What was typed at each row; what cannot be read says so."""
    shown = [one for one in waiting if f"amount-{one.id}" in request.form]
    return Draft(tuple(_typed(one) for one in shown), len(waiting) - len(shown))


def _typed(one: Waiting) -> PlanRowTyped:
    place_typed = request.form.get(f"place-{one.id}", "").strip()
    amount_typed = request.form.get(f"amount-{one.id}", "").strip()
    place, amount_minor, error = None, 0, ""
    if place_typed:
        place = _place(place_typed)
        if place is None:
            error = gettext(
                "“%(typed)s”不是名次，请写 1、2、3……，不放进清单就留空。", typed=place_typed
            )
        else:
            try:
                amount_minor = parse_amount(amount_typed).minor
            except MarketError as wrong:
                error = sentence_of(wrong)
    return PlanRowTyped(
        waiting=one,
        place_typed=place_typed,
        typed=amount_typed,
        in_part=f"part-{one.id}" in request.form,
        place=place,
        amount_minor=amount_minor,
        error=error,
    )


def _place(text: str) -> int | None:
    plain = unicodedata.normalize("NFKC", text)
    if not (plain.isascii() and plain.isdigit()):
        return None
    place = int(plain[:4])
    return place if 0 < place <= _MOST_PLACE else None
