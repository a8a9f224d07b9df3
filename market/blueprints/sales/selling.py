"""Selling at a till by plain forms: choose, take the money, hand over the receipt."""

from __future__ import annotations

import secrets
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from market.actions.sales.recording import Outcome, Result
from market.actions.sales.selling import Sell, sell
from market.actions.sales.tills import require_open
from market.actions.sales.turn_payment import name_turn
from market.actions.sales.voiding import VoidSale, void_sale
from market.blueprints.sales import blueprint
from market.blueprints.sales.basket import (
    Basket,
    listing_ids,
    new_basket,
    read_basket,
    turn_id_in,
)
from market.blueprints.sales.till_forms import TenderForm, VoidForm
from market.blueprints.sales.tills import SELLERS, seller, till_here
from market.domain.errors import N_, Refused
from market.domain.identifiers import uuid7
from market.domain.money import Money
from market.domain.people import Role
from market.domain.sales.sale import Tender, TenderedTooLittle
from market.extensions import reading
from market.queries.sales.counter import Counter, counter_of, goods_of
from market.queries.sales.sales import last_sale, receipt_of, recorded_number, sales_page
from market.queries.sales.tills import TillNow, totals_of
from market.queries.sales.turns import turn_now
from market.web.access import for_roles
from market.web.forms import acted
from market.web.measures import SALES_RECORDED
from market.web.qr import qr_svg
from market.web.sessions import clock


class PricesMoved(Refused):
    """What the buyer was told is not what it costs now."""

    sentence = N_("价格刚刚改过，这笔还没有记。请按现在的金额再和顾客确认一次。")


@blueprint.get("/till/<community>/<int:till_id>")
@for_roles(*SELLERS, devices=True)
def till_sell(till_id: int) -> ResponseReturnValue:
    till = till_here(till_id)
    basket = new_basket(goods_of(reading(), till.id), clock())
    turn_id = turn_id_in(request.args)
    if turn_id is not None:
        basket.pay_for(turn_id, turn_now(reading(), till.community_id, turn_id).listing_id)
    return _sell_page(till, basket)


@blueprint.post("/till/<community>/<int:till_id>/check")
@for_roles(*SELLERS, devices=True)
def till_check(till_id: int) -> ResponseReturnValue:
    """What the buyer owes, and how it is paid. Nothing is written."""
    till = till_here(till_id)
    basket = read_basket(goods_of(reading(), till.id), request.form, clock())
    if basket.problems or not till.sells:
        return _sell_page(till, basket, status=422 if till.sells else 409)
    used = recorded_number(reading(), basket.sale_id)
    if used is not None:
        # The way back to a page whose sale is done: what is chosen there now is another one.
        basket.renew(clock())
    return _check_page(till, basket, _stepped(request.form.get("step", ""), basket), used=used)


@blueprint.post("/till/<community>/<int:till_id>/sales")
@for_roles(*SELLERS, devices=True)
def till_sales_add(till_id: int) -> ResponseReturnValue:
    till = till_here(till_id)
    counter = counter_of(reading(), till, listing_ids(request.form))
    basket = read_basket(counter.goods, request.form, clock())
    if basket.problems:
        whole = read_basket(goods_of(reading(), till.id), request.form, clock())
        whole.problems = basket.problems
        return _sell_page(till, whole, status=422)
    form = TenderForm()
    form.offer(None)
    done = acted(
        form,
        lambda session: _sold(session, till, counter, basket, form),
        at={TenderedTooLittle: "tendered"},
    )
    if not done:
        return _check_page(till, basket, form)
    if done.result.outcome is Outcome.CREATED:
        SALES_RECORDED.inc()
    return redirect(url_for(".till_sale", till_id=till.id, sale_id=basket.sale_id), code=303)


@blueprint.get("/till/<community>/<int:till_id>/sales")
@for_roles(*Role, devices=True)
def till_sales(till_id: int) -> ResponseReturnValue:
    till = till_here(till_id)
    page = sales_page(reading(), till.id, request.args.get("page", 1, type=int))
    totals = totals_of(reading(), till.id)
    return render_template(
        "sales/till/sales.html",
        till=till,
        sales=page,
        totals=totals,
        all_sales=sum(sales for sales, _ in totals.values()),
        all_minor=sum(due_minor for _, due_minor in totals.values()),
    )


@blueprint.get("/till/<community>/<int:till_id>/sales/<uuid:sale_id>")
@for_roles(*Role, devices=True)
def till_sale(till_id: int, sale_id: UUID) -> ResponseReturnValue:
    till = till_here(till_id)
    receipt = receipt_of(reading(), till.id, sale_id)
    address = url_for("public.receipt", code=receipt.code, _external=True)
    return render_template(
        "sales/till/sale.html", till=till, receipt=receipt, qr=qr_svg(address), address=address
    )


@blueprint.route(
    "/till/<community>/<int:till_id>/sales/<uuid:sale_id>/void", methods=["GET", "POST"]
)
@for_roles(*SELLERS, devices=True)
def till_sale_void(till_id: int, sale_id: UUID) -> ResponseReturnValue:
    till = till_here(till_id)
    receipt = receipt_of(reading(), till.id, sale_id)
    form = VoidForm()
    void_id = _void_id()
    if request.method == "POST" and acted(
        form,
        lambda session: void_sale(
            session,
            VoidSale(
                community_id=till.community_id,
                till_id=till.id,
                sale_id=sale_id,
                void_id=void_id,
                reason=form.reason.text,
            ),
            by_id=seller().person_id,
            phone_id=seller().phone_id,
            now=clock(),
        ),
    ):
        flash(gettext("%(number)s 已作废。", number=receipt.day_number), "done")
        return redirect(url_for(".till_sale", till_id=till.id, sale_id=sale_id), code=303)
    return (
        render_template(
            "sales/till/void.html", form=form, till=till, receipt=receipt, void_id=void_id
        ),
        form.status,
    )


def _sold(
    session: Session, till: TillNow, counter: Counter, basket: Basket, form: TenderForm
) -> Result:
    require_open(till)
    told = request.form.get("due", "")
    if told and told != str(basket.due_minor):
        raise PricesMoved
    command = Sell(
        sale_id=basket.sale_id,
        code=basket.code,
        tender=Tender(form.tender.data),
        lines=basket.lines,
        gift_minor=basket.gift_minor,
        # Typed before another tender was chosen, it says nothing.
        tendered_minor=form.tendered.data if form.tender.data == Tender.CASH else None,
    )
    who = seller()
    result = sell(
        session, counter, command, by_id=who.person_id, phone_id=who.phone_id, now=clock()
    )
    if basket.turn_id is not None:
        _name_turn(session, till, basket, basket.turn_id)
    return result


def _name_turn(session: Session, till: TillNow, basket: Basket, turn_id: UUID) -> None:
    """Say that the sale paid for the turn, unless its service was taken out of the basket."""
    turn = turn_now(session, till.community_id, turn_id)
    if turn.listing_id in {line.listing_id for line in basket.lines}:
        name_turn(session, till.community_id, turn_id, basket.sale_id)


def _stepped(step: str, basket: Basket) -> TenderForm:
    """The form after a button of the check page: a note handed over, the change worked out, or
    given away ("keep")."""
    typed = request.form.copy()
    if step.isdecimal() and int(step) in basket.likely_cash_minor:
        typed["tender"] = Tender.CASH.value
        typed["tendered"] = Money(int(step)).yuan.removesuffix(".00")
    form = TenderForm(formdata=typed)
    if not step:
        return form
    form.offer(None)
    if not form.validate() or form.tendered.data is None:
        return form
    if form.tendered.data < basket.due_minor:
        form.refuse(TenderedTooLittle(due=Money(basket.due_minor)), field="tendered")
    elif step == "keep":
        basket.give(form.tendered.data - basket.due_minor)
    return form


def _sell_page(till: TillNow, basket: Basket, *, status: int = 200) -> ResponseReturnValue:
    return (
        render_template(
            "sales/till/sell.html",
            till=till,
            basket=basket,
            problems=basket.problems,
            last=_last_sale(till),
            sales=sum(sales for sales, _ in totals_of(reading(), till.id).values()),
        ),
        status,
    )


def _check_page(
    till: TillNow, basket: Basket, form: TenderForm, *, used: str | None = None
) -> ResponseReturnValue:
    last = _last_sale(till)
    form.offer(last[2] if last else None)
    tendered_minor = form.tendered.data if form.tender.data == Tender.CASH else None
    change_minor = -1 if tendered_minor is None else tendered_minor - basket.due_minor
    return (
        render_template(
            "sales/till/check.html",
            till=till,
            basket=basket,
            form=form,
            used=used,
            change_minor=change_minor,
        ),
        form.status,
    )


def _last_sale(till: TillNow) -> tuple[UUID, str, Tender] | None:
    who = seller()
    return last_sale(reading(), till.id, person_id=who.person_id, phone_id=who.phone_id)


def _void_id() -> UUID:
    """The id that the page was opened with, so that two taps void once."""
    try:
        return UUID(request.form.get("void_id", ""))
    except ValueError:
        return uuid7(clock(), secrets.token_bytes)
