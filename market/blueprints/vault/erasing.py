"""Files that go: those whose time is over, and any other in two steps. An erasure cannot be undone."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from market import vault
from market.actions.proceeds.identity import stop_showing
from market.blueprints.vault import blueprint
from market.blueprints.vault.files import today
from market.blueprints.vault.forms import LabelForm
from market.blueprints.vault.opening import (
    OPENERS,
    file_here,
    note_of_file,
    renew_age_bands,
    the_vault,
)
from market.web.access import community, for_roles, person
from market.web.forms import acted
from market.web.second_factor import asks_for_a_code
from market.web.sessions import clock


@blueprint.get("/desk/<community>/vault/due")
@for_roles(*OPENERS)
def due() -> ResponseReturnValue:
    with the_vault().reading() as opened:
        known = vault.files.files_due(opened, community().id, today())
    return render_template("vault/due.html", files=known)


@blueprint.route("/desk/<community>/vault/<label>/erasure", methods=["GET", "POST"])
@for_roles(*OPENERS)
@asks_for_a_code()
def erasure(label: str) -> ResponseReturnValue:
    known, form = file_here(label), LabelForm()

    def act(session: Session) -> None:
        form.require(known.label)
        _erase(session, known.id, known.label)

    if request.method == "POST" and acted(form, act):
        flash(
            gettext("档案 %(label)s 已经永久删除，备份里也读不出来了。", label=known.label), "done"
        )
        return redirect(url_for(".files"), code=303)
    return render_template("vault/erasure.html", form=form, file=known), form.status


def _erase(session: Session, file_id: str, label: str) -> None:
    here, now = community(), clock()
    with the_vault().working() as opened:
        codes = vault.wishes.codes_under_key(opened, file_id)
        stop_showing(session, here.id, codes, by_id=person().id, now=now)
        vault.files.erase_file(opened, file_id, community_id=here.id, now=now)
        renew_age_bands(session, opened)
    note_of_file(session, "vault_file_erased", label)
