"""A fund's page for everybody: what came in and where it went, and nothing of what one person got."""

from __future__ import annotations

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from market.blueprints.public import blueprint
from market.blueprints.public.words import today
from market.extensions import reading
from market.queries.public.funds import fund_shown
from market.queries.public.version import books_version
from market.web.access import public
from market.web.caching import answer
from market.web.preferences import in_language
from market.web.sessions import clock


@blueprint.get("/funds/<int:fund_id>")
@public
def fund(fund_id: int) -> ResponseReturnValue:
    return answer(lambda: (books_version(reading()), today()), lambda: _fund(fund_id))


def _fund(fund_id: int) -> str:
    found = fund_shown(reading(), fund_id)
    if found is None:
        abort(404)
    name = in_language(found.name, found.name_en)
    return render_template("public/fund.html", fund=found, name=name, as_of=clock())
