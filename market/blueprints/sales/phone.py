"""The sell screen of a phone that joined by a stall pass: a page that its own scripts fill in."""

from __future__ import annotations

from flask import Response, make_response, render_template, url_for

from market.blueprints.sales.till_answer import till_answer
from market.queries.sales.devices import DeviceHere
from market.web.devices import carried_token
from market.web.headers import PICTURES_DRAWN_HERE


def sell_screen(phone: DeviceHere) -> Response:
    """The page, with the token that its scripts send and all they need to start without asking."""
    page = make_response(
        render_template(
            "sales/till/phone.html",
            token=carried_token(),
            bootstrap=till_answer(phone),
            plain_url=url_for(".till_phone"),
            swap_url=url_for(".till_phone", _anchor="holder"),
            turns_url=url_for(
                ".turns", community=phone.community_slug, market_id=phone.market_day_id
            ),
        )
    )
    page.headers["Content-Security-Policy"] = PICTURES_DRAWN_HERE
    return page
