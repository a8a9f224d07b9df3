"""The page behind the code on a guardian's half of the consent sheet: one button, no login.

Looking at it changes nothing (a messenger's preview looks too); only its form stops publication.
"""

from __future__ import annotations

from flask import Response, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from market.actions.proceeds.stopping import NoSuchStopCode, stop_publication
from market.blueprints.public import blueprint
from market.extensions import csrf, reading
from market.queries.proceeds.stopping import Half, half_by_hash
from market.web.access import public
from market.web.forms import Form, acted
from market.web.guessing import count_miss_from_here
from market.web.sessions import clock, token_hash

WHAT = "consent half"


@blueprint.get("/stop/<token>")
@public
def stop(token: str) -> ResponseReturnValue:
    return _page(_found(token), _form())


@blueprint.post("/stop/<token>")
@public
def stop_now(token: str) -> ResponseReturnValue:
    half, form = _found(token), _form()
    if acted(form, lambda session: stop_publication(session, token_hash(token), now=clock())):
        return redirect(url_for(".stop", token=token), code=303)
    return _page(half, form)


def _form() -> Form:
    # Who knows the address may do what it is for, from whichever browser, with or without cookies.
    return Form(meta={"csrf": False})


def _found(token: str) -> Half:
    half = half_by_hash(reading(), token_hash(token))
    if half is None:
        count_miss_from_here(WHAT)
        raise NoSuchStopCode
    return half


def _page(half: Half, form: Form) -> Response:
    response = make_response(render_template("public/stop.html", half=half, form=form), form.status)
    response.headers["Cache-Control"] = "no-store"
    # The address is the secret: no other page and no search engine may learn it.
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


csrf.exempt(stop_now)
