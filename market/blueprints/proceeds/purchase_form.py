"""The form of a purchase: each item of the wish with what it really cost, and what was different."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import request
from flask_babel import gettext, lazy_gettext

from market.actions.ledger.move_records import MOST_NOTE
from market.actions.proceeds.purchasing import MOST_EVIDENCE
from market.domain.errors import MarketError
from market.domain.money import Money, parse_amount
from market.domain.proceeds.purchase import TO_SAY, BoughtItem, Difference, bought, postage
from market.queries.proceeds.wishes import CostLine
from market.web.errors import sentence_of
from market.web.forms import ChoiceField, Form, TextField

POSTAGE = "postage"


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One item as the page shows it, with what was typed so far. `key` names its fields."""

    key: str
    name: str
    estimated_minor: int
    amount: str
    said: str = ""
    error: str = ""


class PurchaseForm(Form):
    paid_from = ChoiceField(lazy_gettext("钱从哪里付"))
    note = TextField(lazy_gettext("买了什么"), most=MOST_NOTE)
    evidence = TextField(lazy_gettext("小票或发票的编号"), most=MOST_EVIDENCE)

    rows: list[ItemRow]
    items: tuple[BoughtItem, ...] = ()

    def show_items(self, costs: Sequence[CostLine]) -> None:
        """The rows of a page that nobody has sent yet: everything cost what was expected."""
        self.rows = [
            ItemRow(str(number), cost.name, cost.amount_minor, _yuan(cost.amount_minor))
            for number, cost in enumerate(costs, start=1)
        ]
        self.rows.append(ItemRow(POSTAGE, gettext("运费"), 0, ""))
        if request.method == "GET":
            self.note.data = gettext("、").join(cost.name for cost in costs)[:MOST_NOTE]

    def read_items(self, costs: Sequence[CostLine]) -> bool:
        """Take what was typed for each item; False if one cannot be read, which then says so."""
        self.rows, items = [], []
        for number, cost in enumerate(costs, start=1):
            row, item = _read(str(number), cost)
            self.rows.append(row)
            items += [item] if item else []
        row, item = _read_postage()
        self.rows.append(row)
        self.items = (*items, item) if item else tuple(items)
        return not any(row.error for row in self.rows)

    @property
    def amount_minor(self) -> int:
        """What was paid altogether."""
        return sum(item.amount_minor for item in self.items)

    @property
    def choices(self) -> list[tuple[str, str]]:
        """What may be said of an item beside its sum."""
        return [
            ("", gettext("没有，或只是价钱不同")),
            *((str(one), gettext(one.label)) for one in TO_SAY),
        ]


def _read(key: str, cost: CostLine) -> tuple[ItemRow, BoughtItem | None]:
    amount = request.form.get(f"item-amount-{key}", "").strip()
    said = request.form.get(f"item-said-{key}", "")
    known = Difference(said) if said in TO_SAY else None
    try:
        item = bought(
            cost.name,
            estimated_minor=cost.amount_minor,
            # Nothing was paid for what was given or left out: nobody has to write the zero.
            amount_minor=parse_amount(amount or "0" if known else amount).minor,
            said=known,
        )
    except MarketError as wrong:
        return ItemRow(key, cost.name, cost.amount_minor, amount, said, sentence_of(wrong)), None
    return ItemRow(key, cost.name, cost.amount_minor, amount, said), item


def _read_postage() -> tuple[ItemRow, BoughtItem | None]:
    amount, name = request.form.get(f"item-amount-{POSTAGE}", "").strip(), gettext("运费")
    try:
        paid = parse_amount(amount or "0").minor
    except MarketError as wrong:
        return ItemRow(POSTAGE, name, 0, amount, "", sentence_of(wrong)), None
    return ItemRow(POSTAGE, name, 0, amount), postage(paid) if paid else None


def _yuan(amount_minor: int) -> str:
    return Money(amount_minor).yuan.removesuffix(".00")
