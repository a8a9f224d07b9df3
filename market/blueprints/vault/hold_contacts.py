"""The telephone of a neighbour who offered to bring something: opened to speak with them, no more."""

from __future__ import annotations

from flask import make_response, render_template
from flask.typing import ResponseReturnValue

from market import vault
from market.blueprints.vault import blueprint
from market.blueprints.vault.opening import OPENERS, permit_to_read, the_vault
from market.blueprints.vault.words import said_in_words
from market.domain.identity.reading import FileMissing, ReadingPurpose
from market.extensions import reading
from market.queries.proceeds.holds import HoldAsked, hold_asked_outside
from market.web.access import community, for_roles
from market.web.second_factor import asks_for_a_code

PAGE = "/desk/<community>/vault/holds/<int:hold_id>"


@blueprint.get(PAGE)
@for_roles(*OPENERS)
def hold_contact(hold_id: int) -> ResponseReturnValue:
    asked = _asked(hold_id)
    with the_vault().reading() as opened:
        known = vault.contacts.contact_of(opened, community().id, asked.reference)
    return render_template("vault/hold_contact.html", asked=asked, hold_id=hold_id, file=known)


@blueprint.post(f"{PAGE}/readings")
@for_roles(*OPENERS)
@asks_for_a_code()
def hold_contact_reading(hold_id: int) -> ResponseReturnValue:
    """Open it: the purpose is in the audit chain before anything is decrypted."""
    asked = _asked(hold_id)
    with the_vault().reading() as opened:
        known = vault.contacts.contact_of(opened, community().id, asked.reference)
    permit = permit_to_read(known, ReadingPurpose.CONTACT)
    with the_vault().reading() as opened:
        said = vault.files.fields_of(opened, permit)
    page = render_template(
        "vault/hold_contact.html",
        asked=asked,
        hold_id=hold_id,
        file=known,
        rows=said_in_words(known.kind, said),
        phone=said.get("phone", ""),
    )
    response = make_response(page)
    # Nobody who sits down at this computer later finds it by going back.
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _asked(hold_id: int) -> HoldAsked:
    """Raises FileMissing for a hold of another community, or one of us."""
    asked = hold_asked_outside(reading(), community().id, hold_id)
    if asked is None:
        raise FileMissing
    return asked
