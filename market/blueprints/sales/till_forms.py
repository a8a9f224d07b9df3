"""The forms of a till: opening, taking money, voiding, moving cash, counting, closing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask_babel import gettext, lazy_gettext
from markupsafe import Markup

from market.actions.sales.moving import MOST_NOTE
from market.actions.sales.tills import MOST_NAME
from market.domain.errors import MarketError
from market.domain.money import parse_count
from market.domain.sales.sale import MOST_REASON, Tender
from market.domain.sales.signature import MOST_SIGNS
from market.domain.sales.till import COMMON_DENOMINATIONS_MINOR, MOST_COUNTER, MOST_PIECES
from market.web.errors import sentence_of
from market.web.filters import money_text
from market.web.forms import (
    CardsField,
    ChoiceField,
    Form,
    MoneyField,
    TextField,
    TickField,
    TicksField,
)


def leading_to(field: str, what: str, problem: str) -> Markup:
    """A line of the summary of what is wrong, for fields that are no form's."""
    words = gettext("%(what)s：%(problem)s", what=what, problem=problem)
    return Markup('<a href="#{}">{}</a>').format(field, words)


class OpenTillForm(Form):
    """Which stalls, whose change, how much of it."""

    stalls = TicksField(lazy_gettext("这一班收哪些摊位的钱"), coerce=int)
    float_amount = MoneyField(lazy_gettext("找零备用金"))
    safe = ChoiceField(lazy_gettext("备用金从谁那里领，收摊后现金交给谁"), coerce=int)
    name = TextField(lazy_gettext("给这一班起个名字"), most=MOST_NAME, optional=True)


class TenderForm(Form):
    """How it was paid; the cash handed over, where somebody wants the change worked out."""

    tender = CardsField(lazy_gettext("收款方式"))
    tendered = MoneyField(lazy_gettext("收到现金"), most_minor=200_000_000, optional=True)

    def offer(self, first: Tender | None) -> None:
        """Set the choices, the one used last in front."""
        order = sorted(Tender, key=lambda tender: tender is not first)
        self.tender.choices = [(tender.value, lazy_gettext(tender.label)) for tender in order]
        if not self.tender.data:
            self.tender.data = order[0].value


class VoidForm(Form):
    """Why a sale is undone."""

    reason = TextField(lazy_gettext("作废原因"), most=MOST_REASON)


class MoveForm(Form):
    """Cash into or out of the box, and what for."""

    kind = CardsField(lazy_gettext("这笔现金"))
    amount = MoneyField(lazy_gettext("金额"), least_minor=1)
    note = TextField(lazy_gettext("说明"), most=MOST_NOTE)

    def offer(self) -> None:
        self.kind.choices = [
            ("pay_in", gettext("放进钱箱（补零钱）")),
            ("pay_out", gettext("从钱箱付出（买东西）")),
        ]


class CountForm(Form):
    """The pieces beside this form, who counted them, and whether the second has signed."""

    first_name = TextField(lazy_gettext("第一位点钱人"), most=MOST_COUNTER)
    second_name = TextField(lazy_gettext("第二位点钱人"), most=MOST_COUNTER, optional=True)
    box = MoneyField(lazy_gettext("其中的无明细收入"), optional=True)
    signed = TickField(lazy_gettext("第二位点钱人就在旁边，已当面核对，在这里签名"))


class SignForm(Form):
    """The second counter's name, drawn or typed by herself."""

    strokes = TextField(lazy_gettext("用手指签名"), most=MOST_SIGNS, optional=True)
    signature = TextField(
        lazy_gettext("写不了？在这里填写第二位点钱人的姓名"), most=MOST_COUNTER, optional=True
    )
    sure = TickField(lazy_gettext("我就是第二位点钱人，点钱结果我核对过"))


class CloseForm(Form):
    """The reasons for a difference and for phones that have not signed off, where they are due."""

    reason = TextField(lazy_gettext("差额的原因"), most=MOST_REASON, optional=True)
    phones_reason = TextField(lazy_gettext("手机没有签退的原因"), most=MOST_REASON, optional=True)


class HandOverForm(Form):
    """Who gives the envelope, who takes it, whose keeping it is in then, and the taker's word."""

    giver = TextField(lazy_gettext("交出信封的人"), most=MOST_COUNTER)
    taker = TextField(lazy_gettext("收下信封的人"), most=MOST_COUNTER)
    holder = ChoiceField(lazy_gettext("现金从现在起由谁保管"), coerce=int)
    strokes = TextField(lazy_gettext("收下的人用手指签名"), most=MOST_SIGNS, optional=True)
    taken = TickField(lazy_gettext("写不了？收下的人勾选：我当面点清，收下了"))


class PiecesTyped:
    """The pieces of each denomination as they were typed; `rows` is what the page draws."""

    def __init__(self, typed: Mapping[str, str] | None = None) -> None:
        self.rows: list[dict[str, object]] = []
        self.pieces: dict[int, int] = {}
        for unit_minor in COMMON_DENOMINATIONS_MINOR:
            self._read(unit_minor, (typed or {}).get(f"n{unit_minor}", "").strip())

    @property
    def problems(self) -> Sequence[Markup]:
        return [
            leading_to(str(row["name"]), money_text(unit_minor), str(row["error"]))
            for unit_minor, row in zip(COMMON_DENOMINATIONS_MINOR, self.rows, strict=True)
            if row["error"]
        ]

    def _read(self, unit_minor: int, text: str) -> None:
        error = ""
        try:
            self.pieces[unit_minor] = parse_count(text, least=0, most=MOST_PIECES) if text else 0
        except MarketError as refusal:
            error = sentence_of(refusal)
        self.rows.append(
            {"name": f"n{unit_minor}", "unit_minor": unit_minor, "value": text, "error": error}
        )
