"""Who opened which file, when and for what: for auditors, and for those who opened them."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from market.blueprints.vault import blueprint
from market.blueprints.vault.opening import LOOKERS
from market.domain.errors import N_
from market.extensions import reading
from market.queries.ledger.readings import readings_of
from market.web.access import community, for_roles
from market.web.desk import DeskPage, offer

blueprint.record(
    lambda state: offer(state.app, DeskPage(46, "vault.openings", N_("档案查阅记录"), "search"))
)


@blueprint.get("/desk/<community>/vault/openings")
@for_roles(*LOOKERS)
def openings() -> ResponseReturnValue:
    """The chain alone is asked: this page is there while the vault is closed, too."""
    number = request.args.get("page", 1, type=int)
    return render_template(
        "vault/openings.html", page_of=readings_of(reading(), community().id, number)
    )
