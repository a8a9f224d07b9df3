"""The legal basis of a market day: three questions, what they lead to, and a filing that was due."""

from __future__ import annotations

from dataclasses import dataclass

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from market.actions.sales.legal_basis import FilingKnown, add_filing_number, set_basis
from market.actions.sales.market_days import AlreadyOpened
from market.blueprints.sales import blueprint
from market.blueprints.sales.preparing import PREPARERS, day_here
from market.blueprints.sales.preparing_forms import FilingForm, basis_form
from market.domain.errors import N_
from market.domain.sales.legal_basis import CODE_HOLDERS, BasisKind
from market.extensions import reading
from market.queries.ledger.holders import holders_to_choose
from market.queries.sales.preparing import basis_of
from market.web.access import community, for_roles, person
from market.web.forms import acted
from market.web.sessions import clock


@dataclass(frozen=True, slots=True)
class Question:
    """A question whose yes decides for `kind`; msgids."""

    kind: BasisKind
    asks: str
    hint: str


QUESTIONS = (
    Question(
        BasisKind.CHARITY,
        N_("义卖的钱，全部由一家有公开募捐资格的慈善组织来收、来管吗？"),
        N_("比如慈善会或基金会和你们签了合作协议，收款码是它的，用钱向它申请。"),
    ),
    Question(
        BasisKind.PLEDGE,
        N_("有没有白纸黑字的约定，写明义卖的钱给谁、最晚什么时候移交？"),
        N_("比如居委会、社工站或商家承诺把义卖所得用于微心愿，并写明移交的日子。"),
    ),
    Question(
        BasisKind.MUTUAL_AID,
        N_("是不是只在本社区的邻里之间互助，钱都进一个写明名字的社区账户？"),
        N_("不对外宣传、不摆募捐箱，公开的市集列表里也不会出现这一次。"),
    ),
)


@blueprint.get("/desk/<community>/markets/<int:market_id>/basis")
@for_roles(*PREPARERS)
def market_day_questions(market_id: int) -> ResponseReturnValue:
    """One question at a time; `no` counts those that were answered with no."""
    day = day_here(market_id)
    if day.opened_at is not None:
        raise AlreadyOpened
    answered = min(max(0, request.args.get("no", 0, type=int)), len(QUESTIONS))
    return render_template(
        "sales/market_days/questions.html",
        day=day,
        question=QUESTIONS[answered] if answered < len(QUESTIONS) else None,
        number=answered + 1,
        count=len(QUESTIONS),
    )


@blueprint.route("/desk/<community>/markets/<int:market_id>/basis/<kind>", methods=["GET", "POST"])
@for_roles(*PREPARERS)
def market_day_basis(market_id: int, kind: str) -> ResponseReturnValue:
    if kind not in set(BasisKind):
        abort(404)
    asked = BasisKind(kind)
    day, here, by = day_here(market_id), community(), person()
    if day.opened_at is not None and request.method == "GET":
        raise AlreadyOpened
    known = basis_of(reading(), day.id)
    holders = holders_to_choose(reading(), here.id, asked.holders)
    form = basis_form(
        asked,
        known,
        holders=holders,
        code_holders=holders_to_choose(reading(), here.id, CODE_HOLDERS),
    )
    if request.method == "POST" and acted(
        form,
        lambda session: set_basis(
            session, form.command(here.id, market_id, asked), by_id=by.id, now=clock()
        ),
    ):
        flash(gettext("活动依据已经写好。"), "done")
        return redirect(url_for(".market_day", market_id=market_id), code=303)
    page = render_template(
        "sales/market_days/basis.html",
        form=form,
        day=day,
        kind=asked,
        holders=holders,
    )
    return page, form.status


@blueprint.route("/desk/<community>/markets/<int:market_id>/filing", methods=["GET", "POST"])
@for_roles(*PREPARERS)
def market_day_filing(market_id: int) -> ResponseReturnValue:
    day, here, by = day_here(market_id), community(), person()
    if not day.readiness.filing_pending and request.method == "GET":
        raise FilingKnown
    form = FilingForm()
    if request.method == "POST" and acted(
        form,
        lambda session: add_filing_number(
            session, here.id, market_id, form.filing_number.text, by_id=by.id, now=clock()
        ),
    ):
        flash(gettext("备案编号已经补上。"), "done")
        return redirect(url_for(".market_day", market_id=market_id), code=303)
    return render_template("sales/market_days/filing.html", form=form, day=day), form.status
