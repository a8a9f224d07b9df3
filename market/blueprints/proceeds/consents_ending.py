"""Whose consent ends soon, or has ended: whom to ask again, in time."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from market.blueprints.proceeds import blueprint
from market.blueprints.proceeds.wish_desk import READERS, WRITERS, holds, today
from market.extensions import reading
from market.queries.proceeds.consents_ending import ASK_AGAIN_DAYS, consents_ending
from market.web.access import community, for_roles


@blueprint.get("/desk/<community>/consents")
@for_roles(*READERS)
def wish_consents_ending() -> ResponseReturnValue:
    return render_template(
        "proceeds/wishes/consents_ending.html",
        rows=consents_ending(reading(), community().id, today()),
        days=ASK_AGAIN_DAYS,
        may_write=holds(WRITERS),
    )
