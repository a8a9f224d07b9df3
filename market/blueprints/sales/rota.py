"""Who helps when, and what is put by for whom: the two lists of a market day."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext

from market.actions.sales.rota import fetch_order, pay_order, take_back_order, take_back_shift
from market.blueprints.sales import blueprint
from market.blueprints.sales.preparing import PREPARERS, READERS, day_here, may_prepare
from market.extensions import reading, unit_of_work
from market.queries.sales.offers import stalls_of
from market.queries.sales.rota import order_here, orders_of, shifts_of
from market.web.access import community, for_roles, person
from market.web.forms import Form, TextField, acted
from market.web.sessions import clock

MOST_NUMBER = 20


class PaymentForm(Form):
    number = TextField(lazy_gettext("小票上的单号"), most=MOST_NUMBER)


@blueprint.get("/desk/<community>/markets/<int:market_id>/shifts")
@for_roles(*READERS)
def shifts(market_id: int) -> ResponseReturnValue:
    day = day_here(market_id)
    rows = shifts_of(reading(), day.id)
    taken = {shift.stall_id for shift in rows}
    return render_template(
        "sales/rota/shifts.html",
        day=day,
        shifts=rows,
        people=len({shift.name for shift in rows}),
        empty=[stall for stall in stalls_of(reading(), day.id) if stall.id not in taken],
        may_prepare=may_prepare(),
    )


@blueprint.post("/desk/<community>/shifts/<int:shift_id>/removal")
@for_roles(*PREPARERS)
def shift_remove(shift_id: int) -> ResponseReturnValue:
    here, by = community(), person()
    with unit_of_work() as session:
        day_id = take_back_shift(session, here.id, shift_id, by_id=by.id, now=clock())
    flash(gettext("这个班次已经删掉。"), "done")
    return redirect(url_for(".shifts", market_id=day_id), code=303)


@blueprint.get("/desk/<community>/markets/<int:market_id>/orders")
@for_roles(*READERS)
def orders(market_id: int) -> ResponseReturnValue:
    day = day_here(market_id)
    rows = orders_of(reading(), day.id)
    sums: dict[str, int] = {}
    for order in rows:
        sums[order.item] = sums.get(order.item, 0) + order.quantity
    return render_template(
        "sales/rota/orders.html", day=day, orders=rows, sums=sums, may_prepare=may_prepare()
    )


@blueprint.post("/desk/<community>/orders/<int:order_id>/fetching")
@for_roles(*PREPARERS)
def order_fetch(order_id: int) -> ResponseReturnValue:
    here, by = community(), person()
    with unit_of_work() as session:
        day_id = fetch_order(session, here.id, order_id, by_id=by.id, now=clock())
    return redirect(url_for(".orders", market_id=day_id), code=303)


@blueprint.route("/desk/<community>/orders/<int:order_id>/payment", methods=["GET", "POST"])
@for_roles(*PREPARERS)
def order_payment(order_id: int) -> ResponseReturnValue:
    """By which sale it was paid for; the sale itself is made at the till, as any other."""
    here, by = community(), person()
    _order, day_id = order_here(reading(), here.id, order_id)
    form = PaymentForm()
    if form.is_submitted() and acted(
        form,
        lambda session: pay_order(
            session, here.id, order_id, form.number.text, by_id=by.id, now=clock()
        ),
    ):
        flash(gettext("这份预订付过款了。"), "done")
        return redirect(url_for(".orders", market_id=day_id), code=303)
    known = next(one for one in orders_of(reading(), day_id) if one.id == order_id)
    page = render_template(
        "sales/rota/order_payment.html", form=form, order=known, day=day_here(day_id)
    )
    return page, form.status


@blueprint.post("/desk/<community>/orders/<int:order_id>/removal")
@for_roles(*PREPARERS)
def order_remove(order_id: int) -> ResponseReturnValue:
    here, by = community(), person()
    with unit_of_work() as session:
        day_id = take_back_order(session, here.id, order_id, by_id=by.id, now=clock())
    flash(gettext("这份预订已经删掉。"), "done")
    return redirect(url_for(".orders", market_id=day_id), code=303)
