"""A picture of a thing that was delivered, behind an address nobody can guess."""

from __future__ import annotations

from flask import Response, render_template
from flask.typing import ResponseReturnValue

from market.blueprints.public import blueprint
from market.blueprints.public.words import today
from market.extensions import reading
from market.queries.proceeds.pictures import picture_at
from market.web.access import public

KEPT_SECONDS = 20
"""A withdrawal is everywhere within a minute, in browsers too."""


@blueprint.get("/pictures/<address>")
@public
def picture(address: str) -> ResponseReturnValue:
    webp = picture_at(reading(), address, today())
    if webp is None:
        return render_template("public/gone.html"), 404
    headers = {
        "Cache-Control": f"private, max-age={KEPT_SECONDS}, must-revalidate",
        "X-Robots-Tag": "noindex",
    }
    return Response(webp, mimetype="image/webp", headers=headers)
