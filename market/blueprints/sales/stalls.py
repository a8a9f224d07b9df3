"""The stalls of a market day: all of them, a new one, one with what it offers, its sign."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from market.actions.sales.stalls import RenameStall, SetUpStall, rename_stall, set_up_stall
from market.blueprints.sales import blueprint
from market.blueprints.sales.offer_forms import StallForm, percent_text
from market.blueprints.sales.preparing import PREPARERS, READERS, day_here, may_prepare
from market.extensions import reading
from market.queries.sales.food import foods_of
from market.queries.sales.offers import StallNow, stall_now, stalls_of
from market.web.access import community, for_roles, person
from market.web.filters import listed_text
from market.web.forms import acted
from market.web.sessions import clock


@blueprint.get("/desk/<community>/markets/<int:market_id>/stalls")
@for_roles(*READERS)
def market_day_stalls(market_id: int) -> ResponseReturnValue:
    day = day_here(market_id)
    return render_template(
        "sales/stalls/list.html",
        day=day,
        stalls=stalls_of(reading(), day.id),
        percent=percent_text,
        may_prepare=may_prepare(),
    )


@blueprint.route("/desk/<community>/markets/<int:market_id>/stalls/new", methods=["GET", "POST"])
@for_roles(*PREPARERS)
def stall_new(market_id: int) -> ResponseReturnValue:
    day, here, by = day_here(market_id), community(), person()
    form = StallForm()
    done = request.method == "POST" and acted(
        form,
        lambda session: (
            set_up_stall(
                session,
                SetUpStall(
                    community_id=here.id,
                    market_day_id=market_id,
                    number=form.number.text,
                    name=form.name.text,
                ),
                by_id=by.id,
                now=clock(),
            ).id
        ),
    )
    if done:
        flash(gettext("摊位已经添加，接着写上它卖什么。"), "done")
        return redirect(url_for(".stall", stall_id=done.result), code=303)
    return render_template("sales/stalls/new.html", form=form, day=day), form.status


@blueprint.get("/desk/<community>/stalls/<int:stall_id>")
@for_roles(*READERS)
def stall(stall_id: int) -> ResponseReturnValue:
    known = stall_now(reading(), community().id, stall_id)
    return render_template(
        "sales/stalls/stall.html",
        stall=known,
        percent=percent_text,
        may_prepare=may_prepare(),
        blocked=_blocked(known),
    )


@blueprint.route("/desk/<community>/stalls/<int:stall_id>/sign", methods=["GET", "POST"])
@for_roles(*PREPARERS)
def stall_sign(stall_id: int) -> ResponseReturnValue:
    here, by = community(), person()
    stall = stall_now(reading(), here.id, stall_id)
    form = StallForm(data={"number": stall.number, "name": stall.name})
    if request.method == "POST" and acted(
        form,
        lambda session: rename_stall(
            session,
            RenameStall(
                community_id=here.id,
                stall_id=stall_id,
                number=form.number.text,
                name=form.name.text,
            ),
            by_id=by.id,
            now=clock(),
        ),
    ):
        flash(gettext("摊位的牌子已经改好。"), "done")
        return redirect(url_for(".stall", stall_id=stall_id), code=303)
    return render_template("sales/stalls/sign.html", form=form, stall=stall), form.status


def _blocked(stall: StallNow) -> dict[int, str]:
    """What food lacks, in words, by listing."""
    foods = foods_of(reading(), [offer.id for offer in stall.offers])
    lacking = {id_: food.missing(stall.held_on) for id_, food in foods.items()}
    return {id_: listed_text(map(gettext, missing)) for id_, missing in lacking.items() if missing}
