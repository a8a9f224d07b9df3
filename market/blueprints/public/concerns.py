"""有话要说: report a page, complain about privacy, or find where to call; no name is asked for."""

from __future__ import annotations

import secrets

from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from sqlalchemy.orm import Session

from market.actions.people.misses import count_guess
from market.actions.public.concerns import Say, say
from market.blueprints.public import blueprint
from market.domain.public.concern import MOST_ABOUT, MOST_WORDS, ConcernKind
from market.extensions import reading
from market.queries.public.concerns import ConcernNow, concern_by_code, who_answers
from market.web.access import public
from market.web.addresses import came_from, local_path
from market.web.forms import CardsField, ChoiceField, Form, LinesField, acted
from market.web.guessing import check_misses_from_here, count_miss_from_here, guess_from_here
from market.web.sessions import clock

WHAT = "concern"
SECRETS = ("/bookings/", "/stop/", "/p/", "/join/", "/concerns", "/desk", "/till", "/me", "/review")
"""Addresses that are somebody's secret, or no page of the public: they are not taken along."""


class SayForm(Form):
    kind = CardsField(lazy_gettext("是哪一类"))
    community = ChoiceField(lazy_gettext("请哪个社区答复"), coerce=int)
    words = LinesField(lazy_gettext("请说给我们听"), most=MOST_WORDS)


@blueprint.route("/concerns", methods=["GET", "POST"])
@public
def concern_new() -> ResponseReturnValue:
    """The page it is about is known by where somebody comes from: no other page has to name itself."""
    answering, form = who_answers(reading()), SayForm()
    form.kind.choices = [(str(kind), gettext(kind.label)) for kind in ConcernKind]
    form.community.choices = [(one.id, one.name) for one in answering]
    if len(answering) == 1:
        form.community.data = answering[0].id
        form.community.raw_data = [str(answering[0].id)]
    about = _about(request.form.get("about") if request.method == "POST" else came_from())
    if request.method == "POST":
        done = acted(form, lambda session: _say(session, form, about))
        if done:
            return redirect(url_for(".concern", code=done.result), code=303)
    page = render_template("public/concern_new.html", form=form, about=about, answering=answering)
    return _private(page, form.status)


@blueprint.get("/concerns/<code>")
@public
def concern(code: str) -> ResponseReturnValue:
    """What became of it, for whoever has its code. What was said is not shown again."""
    check_misses_from_here(WHAT)
    found: ConcernNow | None = concern_by_code(reading(), code.upper())
    if found is None:
        count_miss_from_here(WHAT)
        sentence = gettext("没有找到这条留言，请核对编号。")
        return _private(render_template("errors/404.html", sentence=sentence), 404)
    return _private(render_template("public/concern.html", concern=found), 200)


def _about(path: str | None) -> str:
    """The path of a public page, or nothing."""
    known = (local_path(path) or "").split("?")[0]
    return "" if known.startswith(SECRETS) else known[:MOST_ABOUT]


def _say(session: Session, form: SayForm, about: str) -> str:
    """Each counts like a miss of this address: after two hundred within an hour, one waits."""
    count_guess(session, [guess_from_here("concern said")], now=clock())
    command = Say(
        community_id=form.community.data,
        kind=ConcernKind(form.kind.data),
        about=about,
        words=form.words.text,
    )
    return say(session, command, now=clock(), random_bytes=secrets.token_bytes)


def _private(page: str, status: int) -> Response:
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
