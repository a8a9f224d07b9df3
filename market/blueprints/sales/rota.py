"""Who helps when, and what is put by for whom: the two lists of a market day."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from market.actions.sales.rota import fetch_order, take_back_order, take_back_shift
from market.blueprints.sales import blueprint
from market.blueprints.sales.preparing import PREPARERS, READERS, day_here, may_prepare
from market.extensions import reading, unit_of_work
from market.queries.sales.offers import stalls_of
from market.queries.sales.rota import orders_of, shifts_of
from market.web.access import community, for_roles, person
from market.web.sessions import clock


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


@blueprint.post("/desk/<community>/orders/<int:order_id>/removal")
@for_roles(*PREPARERS)
def order_remove(order_id: int) -> ResponseReturnValue:
    here, by = community(), person()
    with unit_of_work() as session:
        day_id = take_back_order(session, here.id, order_id, by_id=by.id, now=clock())
    flash(gettext("这份预订已经删掉。"), "done")
    return redirect(url_for(".orders", market_id=day_id), code=303)
