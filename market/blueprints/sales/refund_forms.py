"""The forms of refunds: what of a receipt is paid back, and the second person's word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import request
from flask_babel import gettext, lazy_gettext

from market.domain.errors import MarketError
from market.domain.money import Money, parse_amount, parse_count
from market.domain.sales.refund import PaidFrom, Refund, RefundedLine
from market.queries.sales.opening import Safe
from market.queries.sales.refundable import RefundableSale
from market.queries.sales.tills import TillInList
from market.web.errors import sentence_of
from market.web.forms import CardsField, Form, MoneyField, TextField

MOST_REASON = 200
WHOLE, PART = "whole", "part"


@dataclass(frozen=True, slots=True)
class LineToRefund:
    """One line of the receipt as the form shows it, with what was typed so far."""

    number: int
    name: str
    left: int
    left_minor: int
    unit_price_minor: int
    pieces: str
    amount: str
    error: str


class RefundForm(Form):
    what = CardsField(lazy_gettext("退多少"))
    gift = MoneyField(lazy_gettext("退自愿加价"), optional=True)
    source = CardsField(lazy_gettext("从哪里付"))
    reason = TextField(lazy_gettext("为什么退"), most=MOST_REASON)

    lines: list[LineToRefund]
    wanted: Refund

    def read_lines(self, sale: RefundableSale) -> None:
        """Take what was typed for each line; what is wrong stands at its line."""
        rest = sale.rest
        self.lines, asked = [], []
        for line in sale.sale.lines:
            left = rest.lines[line.number]
            pieces = request.form.get(f"pieces-{line.number}", "").strip()
            amount = request.form.get(f"amount-{line.number}", "").strip()
            error = ""
            try:
                row = _asked(line.number, line.unit_price_minor, pieces, amount)
                if row is not None:
                    asked.append(row)
            except MarketError as wrong:
                error = sentence_of(wrong)
            self.lines.append(
                LineToRefund(
                    line.number,
                    line.name,
                    left.quantity,
                    left.amount_minor,
                    line.unit_price_minor,
                    pieces,
                    amount,
                    error,
                )
            )
        self.wanted = (
            rest.whole()
            if self.what.data == WHOLE
            else Refund(lines=tuple(asked), gift_minor=self.gift.data or 0)
        )

    @property
    def lines_read(self) -> bool:
        """Whether every line could be read; where the whole is paid back no line is asked for."""
        return self.what.data == WHOLE or not any(line.error for line in self.lines)


class DecisionForm(Form):
    reason = TextField(lazy_gettext("不同意的理由"), most=MOST_REASON, optional=True)


def refund_form(
    sale: RefundableSale, safes: Sequence[Safe], tills: Sequence[TillInList]
) -> RefundForm:
    """The form with the places this sale may be paid back from."""
    form = RefundForm()
    form.what.choices = [
        (WHOLE, gettext("全部退，%(amount)s", amount=_written(sale.rest.gross_minor))),
        (PART, gettext("只退一部分")),
    ]
    form.source.choices = [
        *(
            (f"{PaidFrom.TILL}:{till.id}", gettext("开着的钱箱：%(till)s", till=till.name))
            for till in tills
        ),
        *(
            (f"{PaidFrom.SAFE}:{safe.holder_id}", gettext("保管的现金：%(safe)s", safe=safe.name))
            for safe in safes
        ),
    ]
    if sale.tender_holder_id is not None:
        form.source.choices.append((f"{PaidFrom.TENDER}:0", gettext("按原来的收款方式退回")))
    return form


def source_of(form: RefundForm) -> tuple[PaidFrom, int | None]:
    """Where it is paid from: the kind, and the id of the till or the custodian."""
    kind, _, number = str(form.source.data).partition(":")
    return PaidFrom(kind), int(number) or None


def _asked(number: int, unit_price_minor: int, pieces: str, amount: str) -> RefundedLine | None:
    """Pieces at their price, or another amount where one was typed; None where nothing was."""
    if not pieces and not amount:
        return None
    quantity = parse_count(pieces, least=0) if pieces else 0
    amount_minor = parse_amount(amount).minor if amount else quantity * unit_price_minor
    if not quantity and not amount_minor:
        return None
    return RefundedLine(number=number, quantity=quantity, amount_minor=amount_minor)


def _written(minor: int) -> str:
    return f"¥{Money(minor).yuan.removesuffix('.00')}"
