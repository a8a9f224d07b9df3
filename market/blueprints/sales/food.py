"""Food on a stall: what must stand on it before it is sold."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext

from market.actions.sales.food import (
    MOST_ALLERGENS,
    MOST_LICENCE,
    MOST_MAKER,
    label_food,
)
from market.blueprints.sales import blueprint
from market.blueprints.sales.preparing import PREPARERS
from market.domain.sales.food import FoodParticulars
from market.extensions import reading, unit_of_work
from market.queries.sales.food import food_of
from market.queries.sales.offers import offer_now, stall_now
from market.web.access import community, for_roles, person
from market.web.forms import DateField, Form, TextField, acted
from market.web.sessions import clock


class FoodForm(Form):
    maker = TextField(lazy_gettext("制作人"), most=MOST_MAKER, optional=True)
    made_on = DateField(lazy_gettext("制作日期"), optional=True)
    use_by = DateField(lazy_gettext("保质期到"), optional=True)
    allergens = TextField(lazy_gettext("过敏原"), most=MOST_ALLERGENS, optional=True)
    licence = TextField(lazy_gettext("许可或备案号"), most=MOST_LICENCE, optional=True)


@blueprint.route("/desk/<community>/listings/<int:listing_id>/food", methods=["GET", "POST"])
@for_roles(*PREPARERS)
def listing_food(listing_id: int) -> ResponseReturnValue:
    here, by = community(), person()
    known = offer_now(reading(), here.id, listing_id)
    stall = stall_now(reading(), here.id, known.stall_id)
    food = food_of(reading(), listing_id)
    form = FoodForm(obj=food)
    if form.is_submitted() and acted(
        form,
        lambda work: label_food(
            work,
            here.id,
            listing_id,
            FoodParticulars(
                maker=form.maker.text,
                made_on=form.made_on.data,
                use_by=form.use_by.data,
                allergens=form.allergens.text,
                licence=form.licence.text,
            ),
            by_id=by.id,
            now=clock(),
        ),
    ):
        flash(gettext("“%(name)s”的食品信息存好了。", name=known.name), "done")
        return redirect(url_for(".stall", stall_id=stall.id), code=303)
    page = render_template(
        "sales/listings/food.html",
        form=form,
        known=known,
        stall=stall,
        food=food,
        missing=food.missing(stall.held_on) if food else (),
    )
    return page, form.status


@blueprint.post("/desk/<community>/listings/<int:listing_id>/food/end")
@for_roles(*PREPARERS)
def listing_no_food(listing_id: int) -> ResponseReturnValue:
    here, by = community(), person()
    known = offer_now(reading(), here.id, listing_id)
    with unit_of_work() as work:
        label_food(work, here.id, listing_id, None, by_id=by.id, now=clock())
    flash(gettext("“%(name)s”不再算食品。", name=known.name), "done")
    return redirect(url_for(".stall", stall_id=known.stall_id), code=303)
