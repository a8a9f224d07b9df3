"""The vault cannot be opened: the one page that says so, and that all else goes on."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from market.blueprints.vault import blueprint
from market.domain.identity.reading import VaultClosed
from market.domain.people import Role
from market.web.access import community, person
from market.web.errors import sentence_of, status_of


@blueprint.errorhandler(VaultClosed)
def vault_closed(reason: VaultClosed) -> ResponseReturnValue:
    may_mend = Role.ADMINISTRATOR in person().roles_in(community().id)
    page = render_template("vault/closed.html", sentence=sentence_of(reason), may_mend=may_mend)
    return page, status_of(reason)
