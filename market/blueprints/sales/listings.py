"""What a stall offers: adding, changing, taking off, bringing back, and the order of the tiles."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from market.actions.sales import listings as acts
from market.blueprints.sales import blueprint
from market.blueprints.sales.offer_forms import offer_form
from market.blueprints.sales.preparing import PREPARERS
from market.domain.errors import MarketError
from market.domain.sales import consignment
from market.extensions import reading, unit_of_work
from market.queries.ledger.holders import consignors_to_choose
from market.queries.sales.offers import offer_now, stall_now
from market.web.access import community, for_roles, person
from market.web.forms import acted
from market.web.sessions import clock

_FIELDS: dict[type[MarketError], str] = {
    consignment.TermsUnclear: "share",
    consignment.ShareOutOfRange: "share",
    consignment.PriceBelowFloor: "price",
    consignment.FixedAbovePrice: "price",
}
MORE = "more"
"""The name of the button that keeps what was typed and leads to the next one."""


@blueprint.route("/desk/<community>/stalls/<int:stall_id>/listings/new", methods=["GET", "POST"])
@for_roles(*PREPARERS)
def listing_new(stall_id: int) -> ResponseReturnValue:
    here, by = community(), person()
    stall = stall_now(reading(), here.id, stall_id)
    form = offer_form(None, consignors_to_choose(reading(), here.id))
    if request.method == "POST" and acted(
        form,
        lambda session: acts.offer(
            session, form.command(here.id, stall_id), by_id=by.id, now=clock()
        ),
        at=_FIELDS,
    ):
        flash(gettext("“%(name)s”已经添加。", name=form.name.text), "done")
        onward = ".listing_new" if MORE in request.form else ".stall"
        return redirect(url_for(onward, stall_id=stall_id), code=303)
    return render_template("sales/listings/new.html", form=form, stall=stall), form.status


@blueprint.route("/desk/<community>/listings/<int:listing_id>", methods=["GET", "POST"])
@for_roles(*PREPARERS)
def listing(listing_id: int) -> ResponseReturnValue:
    here, by = community(), person()
    known = offer_now(reading(), here.id, listing_id)
    stall = stall_now(reading(), here.id, known.stall_id)
    form = offer_form(known, consignors_to_choose(reading(), here.id))
    if request.method == "POST" and acted(
        form,
        lambda session: acts.change_listing(
            session, listing_id, form.command(here.id, stall.id), by_id=by.id, now=clock()
        ),
        at=_FIELDS,
    ):
        flash(gettext("“%(name)s”已经改好。", name=form.name.text), "done")
        return redirect(url_for(".stall", stall_id=stall.id), code=303)
    page = render_template("sales/listings/change.html", form=form, stall=stall, known=known)
    return page, form.status


@blueprint.post("/desk/<community>/listings/<int:listing_id>/retirement")
@for_roles(*PREPARERS)
def listing_retire(listing_id: int) -> ResponseReturnValue:
    here, by = community(), person()
    with unit_of_work() as session:
        gone = acts.retire_listing(session, here.id, listing_id, by_id=by.id, now=clock())
    flash(gettext("“%(name)s”已经下架，卖出的记录都还在。", name=gone.name), "done")
    return redirect(url_for(".stall", stall_id=gone.stall_id), code=303)


@blueprint.post("/desk/<community>/listings/<int:listing_id>/return")
@for_roles(*PREPARERS)
def listing_bring_back(listing_id: int) -> ResponseReturnValue:
    here, by = community(), person()
    with unit_of_work() as session:
        back = acts.bring_back_listing(session, here.id, listing_id, by_id=by.id, now=clock())
    flash(gettext("“%(name)s”又上架了。", name=back.name), "done")
    return redirect(url_for(".stall", stall_id=back.stall_id), code=303)


@blueprint.post("/desk/<community>/listings/<int:listing_id>/place/<direction>")
@for_roles(*PREPARERS)
def listing_move(listing_id: int, direction: str) -> ResponseReturnValue:
    if direction not in {"up", "down"}:
        abort(404)
    with unit_of_work() as session:
        moved = acts.move_listing(session, community().id, listing_id, down=direction == "down")
    return redirect(url_for(".stall", stall_id=moved.stall_id), code=303)
