"""What everybody sees of enterprises: a page each, as far as its entrepreneur shows it."""

from __future__ import annotations

from flask import Response, abort, make_response, render_template
from flask.typing import ResponseReturnValue

from market.blueprints.livelihood import blueprint
from market.blueprints.livelihood.money_words import today
from market.extensions import reading
from market.queries.livelihood.income import income_together
from market.queries.public.enterprises import (
    next_markets_of,
    shown_enterprise,
    shown_enterprises,
    shown_picture,
    supporters_of,
)
from market.queries.public.funds import enterprise_funds
from market.web.access import public
from market.web.preferences import in_language

KEPT_SECONDS = 20
"""What is withdrawn is gone everywhere within a minute."""


@blueprint.get("/enterprises")
@public
def public_enterprises() -> ResponseReturnValue:
    return _briefly_kept(
        render_template(
            "livelihood/public/enterprises.html",
            enterprises=shown_enterprises(reading()),
            together=income_together(reading()),
            funds=[
                (fund.id, in_language(fund.name, fund.name_en))
                for fund in enterprise_funds(reading())
            ],
        )
    )


@blueprint.get("/enterprises/<code>")
@public
def public_enterprise(code: str) -> ResponseReturnValue:
    known = shown_enterprise(reading(), code)
    if known is None:
        abort(404)
    return _briefly_kept(
        render_template(
            "livelihood/public/enterprise.html",
            known=known,
            markets=next_markets_of(reading(), known.party_id, today=today()),
            supporters=supporters_of(reading(), known.id) if known.support_shown else [],
        )
    )


@blueprint.get("/enterprises/pictures/<address>")
@public
def public_enterprise_picture(address: str) -> ResponseReturnValue:
    webp = shown_picture(reading(), address)
    if webp is None:
        abort(404)
    response = Response(webp, mimetype="image/webp")
    response.headers["Cache-Control"] = f"private, max-age={KEPT_SECONDS}, must-revalidate"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _briefly_kept(page: str) -> Response:
    response = make_response(page)
    response.headers["Cache-Control"] = f"private, max-age={KEPT_SECONDS}, must-revalidate"
    response.headers["Vary"] = "Cookie, Accept-Language"
    return response
