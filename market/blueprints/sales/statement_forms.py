"""The forms of statements: a platform's file, and what becomes of what it leaves over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flask_babel import gettext, lazy_gettext

from market.actions.sales.statements import MOST_NOTE
from market.domain.sales.sale import Tender
from market.queries.sales.board import TillOnBoard
from market.queries.sales.statement_rows import BookedSale
from market.queries.sales.tills import TillState
from market.web.filters import money_text, time_text
from market.web.forms import CardsField, ChoiceField, FileField, Form, TextField

FIND, SETTLE, EXPLAIN = "find", "settle", "explain"


def _id(value: object) -> int | None:
    """What a list sends back: an id, or nothing where nothing is chosen."""
    return int(str(value)) if value else None


class StatementForm(Form):
    """The file as the platform gave it."""

    file = FileField(lazy_gettext("账单文件（CSV，原样上传）"))


class LeftOverForm(Form):
    """What becomes of a line or a sale that has no counterpart."""

    act = CardsField(lazy_gettext("怎么处理"))
    sale = ChoiceField(lazy_gettext("对应哪一笔义卖"), optional=True)
    till = ChoiceField(lazy_gettext("记在哪一班收银的长短款里"), coerce=_id, optional=True)
    note = TextField(lazy_gettext("原因，问过谁"), most=MOST_NOTE)

    def offer_line(self, sales: Sequence[BookedSale], tills: Iterable[TillOnBoard]) -> None:
        """For money without a sale. Without a possible sale that way is not offered."""
        self._offer([FIND, SETTLE, EXPLAIN] if sales else [SETTLE, EXPLAIN])
        if sales:
            self.sale.choices = [
                ("", gettext("请选择")),
                *((str(s.sale_id), _words(s)) for s in sales),
            ]
        else:
            del self.sale
        closed = [till for till in tills if till.state is TillState.CLOSED]
        self.till.choices = [("", gettext("请选择")), *((till.id, till.name) for till in closed)]

    def offer_sale(self) -> None:
        """For a sale without money: it knows its own till."""
        self._offer([SETTLE, EXPLAIN])
        del self.sale
        del self.till

    def _offer(self, acts: Sequence[str]) -> None:
        words = {
            FIND: gettext("找到了对应的义卖"),
            SETTLE: gettext("记入长短款，请人复核"),
            EXPLAIN: gettext("先写下原因"),
        }
        self.act.choices = [(act, words[act]) for act in acts]


def _words(sale: BookedSale) -> str:
    tender = gettext(Tender(sale.tender).label)
    return f"{sale.day_number} · {time_text(sale.at)} · {money_text(sale.amount_minor)} · {tender}"
