"""A market day's payment codes against their platforms' statements: files in, piles, what is left."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from market.actions.ledger.move_kinds import TillNotChosen
from market.actions.sales.statements import (
    SayOfStatement,
    bring_together,
    explain,
    settle,
)
from market.actions.sales.taking_in_statements import (
    StatementIn,
    TakeInStatement,
    take_in_statement,
)
from market.blueprints.sales import blueprint
from market.blueprints.sales.preparing import READERS, day_here
from market.blueprints.sales.statement_forms import (
    EXPLAIN,
    FIND,
    LeftOverForm,
    StatementForm,
)
from market.domain.errors import N_, Invalid, MarketError
from market.domain.people import Role
from market.domain.text import TextMissing, TextTooLong
from market.extensions import reading
from market.models.sales import StatementWord
from market.queries.sales.board import tills_on_board
from market.queries.sales.market_days import MarketDayNow
from market.queries.sales.statement_rows import BookedSale, PaidLine
from market.queries.sales.statements import (
    Open,
    Reckoning,
    codes_of,
    reckoning,
)
from market.web.access import community, for_roles, person
from market.web.forms import acted
from market.web.sessions import clock

RECONCILERS = (Role.TREASURER, Role.SOCIAL_WORKER, Role.ADMINISTRATOR)
"""Who takes statements in and proposes what becomes of a difference."""
_MATCHED_SHOWN = 200
_AT_FIELD: dict[type[MarketError], str] = {
    TillNotChosen: "till",
    TextMissing: "note",
    TextTooLong: "note",
}


class SaleNotChosen(Invalid):
    """It was said that there is a sale, and not which."""

    sentence = N_("请选择对应的是哪一笔义卖。")


@blueprint.get("/desk/<community>/markets/<int:market_id>/statements")
@for_roles(*READERS)
def statements(market_id: int) -> ResponseReturnValue:
    return render_template(
        "sales/statements/codes.html",
        day=day_here(market_id),
        codes=codes_of(reading(), community().id, market_id),
    )


@blueprint.get("/desk/<community>/markets/<int:market_id>/statements/<tender>")
@for_roles(*READERS)
def statement(market_id: int, tender: str) -> ResponseReturnValue:
    return _piles_page(market_id, tender, StatementForm(formdata=None))


@blueprint.post("/desk/<community>/markets/<int:market_id>/statements/<tender>")
@for_roles(*RECONCILERS)
def statement_add(market_id: int, tender: str) -> ResponseReturnValue:
    here, by = community(), person()
    form = StatementForm()
    content = form.file.data.stream.read() if form.file.data else b""
    command = TakeInStatement(
        community_id=here.id, market_day_id=market_id, tender=tender, content=content
    )
    done = acted(
        form,
        lambda session: take_in_statement(session, command, by_id=by.id, now=clock()),
        at={MarketError: "file"},
    )
    if done:
        flash(_taken_words(done.result), "done")
        return redirect(url_for(".statement", market_id=market_id, tender=tender), code=303)
    return _piles_page(market_id, tender, form)


@blueprint.route(
    "/desk/<community>/markets/<int:market_id>/statements/<tender>/lines/<int:line_id>",
    methods=["GET", "POST"],
)
@for_roles(*RECONCILERS)
def statement_line(market_id: int, tender: str, line_id: int) -> ResponseReturnValue:
    """Money without a sale: find the sale, make it an over, or say why."""
    day, reckoned = _reckoned(market_id, tender)
    found = next((one for one in reckoned.without_sale if one.about.id == line_id), None)
    if found is None:
        return _elsewhere(market_id, tender)
    form = LeftOverForm()
    unpaid = [one.about for one in reckoned.without_money if not one.about.is_refund]
    possible = [*found.hints, *unpaid] if found.about.amount_minor > 0 else []
    form.offer_line(possible, tills_on_board(reading(), [day.id]))
    if request.method == "POST" and _said(form, day, tender, line_id=line_id):
        return redirect(url_for(".statement", market_id=market_id, tender=tender), code=303)
    return _left_over_page(form, day, reckoned, line=found)


@blueprint.route(
    "/desk/<community>/markets/<int:market_id>/statements/<tender>/sales/<uuid:sale_id>",
    methods=["GET", "POST"],
)
@for_roles(*RECONCILERS)
def statement_sale(market_id: int, tender: str, sale_id: UUID) -> ResponseReturnValue:
    """A sale without money: make it a short, or say why."""
    day, reckoned = _reckoned(market_id, tender)
    found = next((one for one in reckoned.without_money if one.about.sale_id == sale_id), None)
    if found is None or found.about.is_refund:
        return _elsewhere(market_id, tender)
    form = LeftOverForm()
    form.offer_sale()
    if request.method == "POST" and _said(form, day, tender, sale_id=sale_id):
        return redirect(url_for(".statement", market_id=market_id, tender=tender), code=303)
    return _left_over_page(form, day, reckoned, sale=found)


def _reckoned(market_id: int, tender: str) -> tuple[MarketDayNow, Reckoning]:
    day = day_here(market_id)
    return day, reckoning(reading(), community().id, day.id, tender)


def _said(
    form: LeftOverForm,
    day: MarketDayNow,
    tender: str,
    *,
    line_id: int | None = None,
    sale_id: UUID | None = None,
) -> bool:
    if not form.validate():
        return False
    finds = form.act.data == FIND
    if finds and not form.sale.data:
        form.refuse(SaleNotChosen(), field="sale")
        return False
    command = SayOfStatement(
        community_id=community().id,
        market_day_id=day.id,
        tender=tender,
        note=form.note.text,
        line_id=line_id,
        sale_id=UUID(form.sale.data) if finds else sale_id,
        till_id=form.till.data if line_id and not finds else None,
    )
    by = person()
    act = _act(form.act.data)
    done = acted(
        form, lambda session: act(session, command, by_id=by.id, now=clock()).move_id, at=_AT_FIELD
    )
    if done is None:
        return False
    said = (
        gettext("已经记下，等另一位同事在“资金调拨”里复核以后才入账。")
        if done.result
        else gettext("原因已经写下。")
    )
    flash(said, "done")
    return True


def _act(chosen: str) -> Callable[..., StatementWord]:
    return {FIND: bring_together, EXPLAIN: explain}.get(chosen, settle)


def _elsewhere(market_id: int, tender: str) -> ResponseReturnValue:
    """It has found its counterpart meanwhile, or was never there: the piles say which."""
    flash(gettext("这一笔已经对上，或者刚刚有人处理过了。"), "info")
    return redirect(url_for(".statement", market_id=market_id, tender=tender), code=303)


def _piles_page(market_id: int, tender: str, form: StatementForm) -> ResponseReturnValue:
    day, reckoned = _reckoned(market_id, tender)
    page = render_template(
        "sales/statements/piles.html",
        day=day,
        reckoned=reckoned,
        form=form,
        matched=reckoned.matched[:_MATCHED_SHOWN],
        may_reconcile=bool(person().roles_in(community().id) & set(RECONCILERS)),
    )
    return page, form.status


def _left_over_page(
    form: LeftOverForm,
    day: MarketDayNow,
    reckoned: Reckoning,
    *,
    line: Open[PaidLine] | None = None,
    sale: Open[BookedSale] | None = None,
) -> ResponseReturnValue:
    page = render_template(
        "sales/statements/left_over.html",
        day=day,
        code=reckoned.code,
        form=form,
        line=line,
        sale=sale,
    )
    return page, form.status


def _taken_words(taken: StatementIn) -> str:
    words = [ngettext("新收下 %(num)s 笔。", "新收下 %(num)s 笔。", taken.kept)]
    if taken.known:
        words.append(ngettext("%(num)s 笔以前就有了。", "%(num)s 笔以前就有了。", taken.known))
    if taken.elsewhere:
        words.append(
            ngettext(
                "%(num)s 笔不是这一天的，没有收。",
                "%(num)s 笔不是这一天的，没有收。",
                taken.elsewhere,
            )
        )
    return "".join(words)
