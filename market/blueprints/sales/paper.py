"""Entering from paper by keyboard: a line a sale, Enter goes on, the sum runs along, nothing twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from uuid import UUID, uuid4

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext, ngettext

from market.actions.sales.paper import EnterPaper, PaperSale, enter_paper, entered_so_far
from market.blueprints.sales import blueprint
from market.blueprints.sales.set_aside import SETTLERS
from market.domain.errors import MarketError
from market.domain.pasted_list import Cut, cut_list
from market.domain.sales.paper_tally import TALLY, PriceNeeded, find_item, read_tally
from market.extensions import reading
from market.queries.sales.counter import Good, goods_of
from market.queries.sales.tills import TillNow, till_now
from market.web.access import community, for_roles, person
from market.web.errors import sentence_of
from market.web.forms import FileField, Form, TextField, acted
from market.web.pasting import MOST_PASTED, PastedField
from market.web.sessions import clock
from market.web.uploads import sheet_text

MOST_LINE = 120


class PaperForm(Form):
    line = TextField(lazy_gettext("下一笔"), most=MOST_LINE, optional=True)
    text = PastedField(lazy_gettext("已经打好的"), most=MOST_PASTED, optional=True)
    file = FileField(lazy_gettext("或者选一个文件（.xlsx、.csv）"), optional=True)
    batch = TextField("", optional=True)

    @property
    def batch_id(self) -> UUID:
        """What this page's sales are known by; a new one where the page lost it."""
        try:
            return UUID(self.batch.data)
        except ValueError:
            return uuid4()


@dataclass(frozen=True, slots=True)
class PaperRow:
    """A line as the page shows it: what it was understood as, or what is wrong with it."""

    line: int
    typed: str
    good: Good | None
    sale: PaperSale | None
    problem: str

    @property
    def amount_minor(self) -> int:
        return self.sale.quantity * self.sale.unit_price_minor if self.sale else 0


@blueprint.get("/desk/<community>/tills/<int:till_id>/paper")
@for_roles(*SETTLERS)
def paper(till_id: int) -> ResponseReturnValue:
    return _page(_till(till_id), PaperForm(formdata=None, data={"batch": str(uuid4())}), [])


@blueprint.post("/desk/<community>/tills/<int:till_id>/paper")
@for_roles(*SETTLERS)
def paper_enter(till_id: int) -> ResponseReturnValue:
    """Add the line and show all of them; or, where that was asked for, write them down."""
    till, form = _till(till_id), PaperForm()
    if not form.validate():
        return _page(till, form, [])
    try:
        rows = _rows(till, _text_of(form))
    except MarketError as error:
        form.refuse(error, field="file" if form.file.data else "line")
        return _page(till, form, [])
    form.text.raw_data = None
    form.text.data = "\n".join(row.typed for row in rows)
    if request.form.get("answer") != "record" or any(row.problem for row in rows):
        return _page(till, form, rows)
    command = EnterPaper(
        community_id=till.community_id,
        till_id=till.id,
        batch=form.batch_id,
        sales=[row.sale for row in rows if row.sale],
    )
    done = acted(
        form, lambda session: enter_paper(session, command, by_id=person().id, now=clock())
    )
    if done is None:
        return _page(till, form, rows)
    said = ngettext("按纸单记了 %(num)s 笔。", "按纸单记了 %(num)s 笔。", done.result)
    flash(said, "done")
    return redirect(url_for(".till_sales", till_id=till.id), code=303)


def _till(till_id: int) -> TillNow:
    return till_now(reading(), community().id, till_id)


def _text_of(form: PaperForm) -> str:
    """All lines so far: those of before, the file's, and the one that was typed last."""
    parts = [form.text.data or ""]
    if form.file.data is not None:
        parts.append(sheet_text(form.file.data))
    parts.append(form.line.data or "")
    form.line.raw_data, form.line.data = None, ""
    return "\n".join(part for part in parts if part.strip())


def _rows(till: TillNow, text: str) -> list[PaperRow]:
    goods = goods_of(reading(), till.id)
    return [_row(cut, goods) for cut in cut_list(text, TALLY).rows]


def _row(cut: Cut, goods: dict[int, Good]) -> PaperRow:
    names = {one.id: one.name for one in goods.values()}
    letters = {one.id: one.initials for one in goods.values()}
    typed = "\t".join(cut.cells.get(column.name, "") for column in TALLY.columns)
    try:
        said = read_tally(cut.cells)
        good = goods[find_item(said.item, names, letters)]
        price_minor = good.price_minor if said.price_minor is None else said.price_minor
        if price_minor is None:
            raise PriceNeeded(item=good.name, field="price")
        if good.terms is not None:
            good.terms.require_price(price_minor)
    except MarketError as error:
        return PaperRow(cut.line, typed, None, None, sentence_of(error))
    sale = PaperSale(good.id, said.quantity, price_minor, said.tender)
    return PaperRow(cut.line, typed, good, sale, "")


def _page(till: TillNow, form: PaperForm, rows: Sequence[PaperRow]) -> ResponseReturnValue:
    wrong = [
        gettext("第 %(line)s 行：%(what)s", line=number, what=row.problem)
        for number, row in enumerate(rows, start=1)
        if row.problem
    ]
    number, amount_minor = entered_so_far(reading(), till.id)
    page = render_template(
        "sales/paper/paper.html",
        form=form,
        till=till,
        rows=rows,
        problems=wrong,
        total_minor=sum(row.amount_minor for row in rows),
        entered=number,
        entered_minor=amount_minor,
    )
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if wrong else form.status
