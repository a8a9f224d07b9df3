"""The allocation board as a form: an amount at each wish, the rule it was drawn up by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import request
from flask_babel import lazy_gettext

from market.actions.proceeds.proposals import MOST_ITEMS, ProposedItem
from market.domain.errors import MarketError
from market.domain.money import Money, parse_amount
from market.domain.proceeds.purpose import FundPurpose
from market.domain.proceeds.ranking import BOARD_RULES, AllocationRule, suggest
from market.queries.proceeds.allocations import Waiting
from market.queries.proceeds.funds import FundNow
from market.web.errors import sentence_of
from market.web.forms import Form, TextField

MOST_NOTE = 200


@dataclass(frozen=True, slots=True)
class BoardRow:
    """A waiting wish, a tranche or a market day, with the amount typed or suggested for it."""

    waiting: Waiting
    typed: str
    amount_minor: int
    error: str

    @property
    def lights(self) -> bool:
        return 0 < self.amount_minor == self.waiting.missing_minor


class BoardForm(Form):
    note = TextField(lazy_gettext("给复核人的话"), most=MOST_NOTE, optional=True)


class ApprovalForm(Form):
    """Nothing but the token: the button is the word."""


class DeclineForm(Form):
    reason = TextField(lazy_gettext("不同意的理由"), most=MOST_NOTE)


@dataclass(frozen=True, slots=True)
class Board:
    """The rows and what they come to; minor units. `others` wait too and are not on the page."""

    rule: AllocationRule
    rows: tuple[BoardRow, ...]
    free_minor: int
    others: int

    @property
    def chosen(self) -> list[BoardRow]:
        return [row for row in self.rows if row.amount_minor]

    @property
    def total_minor(self) -> int:
        return sum(row.amount_minor for row in self.rows)

    @property
    def left_minor(self) -> int:
        return self.free_minor - self.total_minor

    @property
    def lights(self) -> int:
        return sum(row.lights for row in self.rows)

    @property
    def wrong(self) -> list[str]:
        return [row.error for row in self.rows if row.error]


def suggested(fund: FundNow, waiting: Sequence[Waiting], rule: AllocationRule) -> Board:
    """What the rule would give, those it gives to first; nothing by hand or to market days.

    A tranche gets what its plan says.

    The rule looks at everything that waits; a page shows as much as a second person can look at.
    """
    amounts: dict[int, int] = {}
    if fund.purpose is FundPurpose.WISHES:
        ranked = [one.ranked for one in waiting]
        amounts = {
            one.wish_id: one.amount_minor
            for one in suggest(rule, fund.free_minor, ranked)[:MOST_ITEMS]
        }
    elif fund.purpose is FundPurpose.ENTERPRISE:
        amounts = {one.id: one.missing_minor for one in waiting[:MOST_ITEMS]}
    place = {wish_id: number for number, wish_id in enumerate(amounts)}
    shown = sorted(waiting, key=lambda one: place.get(one.id, len(place)))[:MOST_ITEMS]
    rows = tuple(
        BoardRow(one, _written(amounts.get(one.id, 0)), amounts.get(one.id, 0), "") for one in shown
    )
    return Board(rule, rows, fund.free_minor, len(waiting) - len(shown))


def typed(fund: FundNow, waiting: Sequence[Waiting], rule: AllocationRule) -> Board:
    """What was typed at each row; an amount that cannot be read says so and counts for nothing."""
    rows = []
    shown = [one for one in waiting if f"amount-{one.id}" in request.form]
    for one in shown:
        text = request.form.get(f"amount-{one.id}", "").strip()
        amount_minor, error = 0, ""
        try:
            amount_minor = parse_amount(text).minor if text else 0
        except MarketError as wrong:
            error = sentence_of(wrong)
        rows.append(BoardRow(one, text, amount_minor, error))
    return Board(rule, tuple(rows), fund.free_minor, len(waiting) - len(shown))


def items_of(fund: FundNow, board: Board) -> tuple[ProposedItem, ...]:
    """The batch that is proposed: rows with an amount."""
    return tuple(
        ProposedItem(
            amount_minor=row.amount_minor,
            wish_id=row.waiting.id if fund.purpose is FundPurpose.WISHES else None,
            market_day_id=row.waiting.id if fund.purpose is FundPurpose.RUNNING_COSTS else None,
            tranche_id=row.waiting.id if fund.purpose is FundPurpose.ENTERPRISE else None,
        )
        for row in board.chosen
    )


def rule_asked(text: str | None) -> AllocationRule:
    """The rule named in an address or a form; by hand where it is none."""
    asked = {str(rule): rule for rule in BOARD_RULES}
    return asked.get(text or "", AllocationRule.BY_HAND)


def _written(minor: int) -> str:
    return Money(minor).yuan.removesuffix(".00") if minor else ""
