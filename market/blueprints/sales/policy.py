"""How a market day's net proceeds are split between the funds."""

from __future__ import annotations

from dataclasses import replace

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from market.actions.sales.market_days import AlreadyOpened, SetPolicy, set_policy
from market.blueprints.sales import blueprint
from market.blueprints.sales.preparing import PREPARERS, day_here
from market.blueprints.sales.preparing_forms import policy_form, weights_in
from market.blueprints.sales.split_words import example_of
from market.extensions import reading
from market.queries.sales.preparing import shares_of
from market.web.access import community, for_roles, person
from market.web.forms import acted
from market.web.sessions import clock

TRY = "try"
"""The name of the button that only shows what ¥100 would become."""


@blueprint.route("/desk/<community>/markets/<int:market_id>/policy", methods=["GET", "POST"])
@for_roles(*PREPARERS)
def market_day_policy(market_id: int) -> ResponseReturnValue:
    day, here, by = day_here(market_id), community(), person()
    if day.opened_at is not None and request.method == "GET":
        raise AlreadyOpened
    shares = shares_of(reading(), here.id, market_id)
    form = policy_form(shares)
    trying = TRY in request.form
    if (
        request.method == "POST"
        and not trying
        and acted(
            form,
            lambda session: set_policy(
                session,
                SetPolicy(
                    community_id=here.id,
                    market_day_id=market_id,
                    shares=weights_in(form, shares),
                ),
                by_id=by.id,
                now=clock(),
            ),
        )
    ):
        flash(gettext("款项分配已经写好。"), "done")
        return redirect(url_for(".market_day", market_id=market_id), code=303)
    if request.method == "GET" or (trying and form.validate()):
        weights = dict(weights_in(form, shares))
        shares = [replace(share, weight=weights[share.fund_id]) for share in shares]
        example = example_of(shares)
    else:
        example = []
    page = render_template(
        "sales/market_days/policy.html", form=form, day=day, shares=shares, example=example
    )
    return page, form.status
