"""Refunds at the desk: finding the receipt, what is paid back and from where, the second's word."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from market.actions.ledger.approvers import APPROVERS
from market.actions.sales.refunding import (
    Asked,
    DecideRefund,
    ProposeRefund,
    decide_refund,
    propose_refund,
)
from market.blueprints.sales import blueprint
from market.blueprints.sales.preparing import day_here
from market.blueprints.sales.refund_forms import DecisionForm, RefundForm, refund_form, source_of
from market.blueprints.sales.refund_sheet import refund_columns
from market.domain.errors import N_, MarketError
from market.domain.people import Role
from market.domain.sales.receipt_code import parse
from market.domain.sales.refund import PaidFrom
from market.extensions import reading
from market.queries.sales.opening import safes_of
from market.queries.sales.refundable import RefundableSale, refundable_sale
from market.queries.sales.refunds import (
    PAGE_SIZE,
    RefundRow,
    gift_of,
    refund_now,
    refunded_things,
    refunds_of,
    sale_by_code,
)
from market.queries.sales.tills import TillInList, TillState, tills_to_see
from market.queries.sales.waiting import refunds_waiting
from market.web.access import community, for_roles, person
from market.web.addresses import MOST_ID
from market.web.desk import DeskPage, DeskWaiting, offer, offer_waiting
from market.web.errors import sentence_of
from market.web.filters import money_text
from market.web.forms import acted
from market.web.second_factor import asks_for_a_code
from market.web.sessions import clock
from market.web.sheets import ALL_ROWS, Sheet, asked_format, sheet_answer

PAYERS = (Role.TREASURER, Role.SOCIAL_WORKER, Role.ADMINISTRATOR)
"""Who may ask for a refund, and pay a small one."""
LOOKERS = (*PAYERS, Role.REVIEWER, Role.AUDITOR)


def pays_back_much(request_id: int) -> bool:
    """Whether a yes pays a refund that one person may not pay alone, in one piece or in several."""
    if request.form.get("answer") != "yes":
        return False
    return refund_now(reading(), community().id, request_id).state == "waiting"


blueprint.record(
    lambda state: offer(
        state.app, DeskPage(50, "sales.refunds", N_("退款"), "undo", under=("sales.refund",))
    )
)
blueprint.record(
    lambda state: offer_waiting(
        state.app,
        DeskWaiting(
            order=50,
            endpoint="sales.refunds",
            icon="undo",
            count=refunds_waiting,
            words=lambda number: ngettext("%(num)s 笔退款等您看", "%(num)s 笔退款等您看", number),
            arguments={"show": "waiting"},
        ),
    )
)


@blueprint.get("/desk/<community>/refunds")
@for_roles(*LOOKERS)
def refunds() -> ResponseReturnValue:
    here = community()
    typed = request.args.get("code", "").strip()
    problems: list[str] = []
    if typed and may_pay():
        try:
            sale_id = sale_by_code(reading(), here.id, parse(typed))
            return redirect(url_for(".refund_new", sale_id=sale_id), code=303)
        except MarketError as error:
            problems.append(sentence_of(error))
    waiting = request.args.get("show") == "waiting"
    market_id = request.args.get("market", type=int)
    market = day_here(market_id) if market_id is not None and 0 < market_id <= MOST_ID else None
    found = refunds_of(
        reading(),
        here.id,
        undecided=waiting,
        market_day_id=market.id if market else None,
        before=None if asked_format() else request.args.get("before", type=int),
        most=ALL_ROWS if asked_format() else PAGE_SIZE,
    )
    if asked_format():
        return sheet_answer(Sheet(str(gettext("退款")), refund_columns(), found.rows, [here.name]))
    page = render_template(
        "sales/refunds/list.html",
        found=found,
        refunds=found.rows,
        market=market,
        waiting=waiting,
        typed=typed,
        problems=problems,
        may_pay=may_pay(),
    )
    return page, 404 if problems else 200


@blueprint.route("/desk/<community>/sales/<uuid:sale_id>/refund", methods=["GET", "POST"])
@for_roles(*PAYERS)
def refund_new(sale_id: UUID) -> ResponseReturnValue:
    here = community()
    sale = refundable_sale(reading(), here.id, sale_id)
    form = refund_form(sale, safes_of(reading(), here.id), _open_tills())
    form.read_lines(sale)
    if request.method == "POST" and form.validate() and form.lines_read:
        done = acted(
            form,
            lambda session: propose_refund(
                session, _wanted(form, sale), by_id=person().id, now=clock()
            ),
        )
        if done:
            flash(_said(done.result), "done")
            return redirect(url_for(".refund", request_id=done.result.request.id), code=303)
    wrong = request.method == "POST" and not form.lines_read
    page = render_template("sales/refunds/new.html", form=form, sale=sale)
    return page, 422 if wrong else form.status


@blueprint.get("/desk/<community>/refunds/<int:request_id>")
@for_roles(*LOOKERS)
def refund(request_id: int) -> ResponseReturnValue:
    return _page(refund_now(reading(), community().id, request_id), DecisionForm())


@blueprint.post("/desk/<community>/refunds/<int:request_id>/decision")
@for_roles(*APPROVERS)
@asks_for_a_code(pays_back_much)
def refund_decide(request_id: int) -> ResponseReturnValue:
    here, by = community(), person()
    form = DecisionForm()
    approved = request.form.get("answer") == "yes"
    if acted(
        form,
        lambda session: decide_refund(
            session,
            DecideRefund(
                community_id=here.id,
                request_id=request_id,
                approved=approved,
                reason=form.reason.text,
            ),
            by_id=by.id,
            now=clock(),
        ),
    ):
        flash(gettext("已经记下您的意见。"), "done")
        return redirect(url_for(".refund", request_id=request_id), code=303)
    return _page(refund_now(reading(), here.id, request_id), form)


def may_pay() -> bool:
    """Whether this person may ask for refunds here, or only looks."""
    return bool(person().roles_in(community().id) & set(PAYERS))


def _open_tills() -> list[TillInList]:
    """Tills of this community that still have a box to pay from."""
    tills = tills_to_see(reading(), [community().id], person_id=person().id, since=clock().date())
    return [till for till in tills if till.state is TillState.OPEN]


def _wanted(form: RefundForm, sale: RefundableSale) -> ProposeRefund:
    paid_from, number = source_of(form)
    return ProposeRefund(
        community_id=community().id,
        sale_id=sale.sale.id,
        refund=form.wanted,
        paid_from=paid_from,
        reason=form.reason.text,
        known_requests=request.form.get("known", sale.requests, type=int),
        till_id=number if paid_from is PaidFrom.TILL else None,
        safe_holder_id=number if paid_from is PaidFrom.SAFE else None,
    )


def _said(asked: Asked) -> str:
    if asked.refund is None:
        return str(gettext("已经记下，等另一位同事同意以后再付给顾客。"))
    amount = money_text(asked.refund.amount_minor)
    return str(gettext("请付给顾客 %(amount)s。收市时会请另一位同事看一眼。", amount=amount))


def _page(row: RefundRow, form: DecisionForm) -> ResponseReturnValue:
    me = person()
    undecided = row.state in {"waiting", "paid"}
    may_decide = (
        undecided and row.proposed_by_id != me.id and bool(me.roles_in(community().id) & APPROVERS)
    )
    page = render_template(
        "sales/refunds/refund.html",
        form=form,
        refund=row,
        things=refunded_things(reading(), row.id),
        gift_minor=gift_of(reading(), row.id),
        may_decide=may_decide,
        ask_for=undecided and row.proposed_by_id == me.id,
        address=url_for(".refund", request_id=row.id, _external=True),
    )
    return page, form.status
