"""Child files: listed by label, entered, changed, and opened for a purpose that is written down first."""

from __future__ import annotations

from datetime import date

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from market import vault
from market.actions.ledger.posting import local_day
from market.blueprints.vault import blueprint
from market.blueprints.vault.forms import (
    ChangeForm,
    ChildForm,
    PurposeForm,
    WishForm,
    change_form,
    child_form,
    purpose_form,
)
from market.blueprints.vault.opening import (
    OPENERS,
    file_here,
    note_of_file,
    permit_to_read,
    random_bytes,
    renew_age_bands,
    the_vault,
)
from market.blueprints.vault.words import said_in_words
from market.domain.errors import N_
from market.domain.identity.files import FileKind
from market.extensions import reading
from market.web.access import community, for_roles, person
from market.web.desk import DeskPage, offer
from market.web.forms import acted
from market.web.second_factor import asks_for_a_code
from market.web.sessions import clock

blueprint.record(
    lambda state: offer(
        state.app,
        DeskPage(
            45,
            "vault.files",
            N_("档案库"),
            "lock",
            under=("vault.file", "vault.due", "vault.erasure"),
        ),
    )
)


def today() -> date:
    """Today on this community's clock."""
    return local_day(reading(), community().id, clock())


@blueprint.get("/desk/<community>/vault")
@for_roles(*OPENERS)
def files() -> ResponseReturnValue:
    with the_vault().reading() as opened:
        known = vault.files.files_of(opened, community().id, FileKind.CHILD)
        due = vault.files.files_due(opened, community().id, today())
    return render_template(
        "vault/files.html", files=known, due=len(due), form=WishForm(formdata=None)
    )


@blueprint.route("/desk/<community>/vault/new", methods=["GET", "POST"])
@for_roles(*OPENERS)
def file_new() -> ResponseReturnValue:
    form = child_form(today())
    with the_vault().reading():
        pass  # Nobody fills in a form that cannot be kept.
    done = request.method == "POST" and acted(form, lambda session: _make(session, form))
    if done:
        flash(gettext("档案存好了，已经加密。对外只说编号 %(label)s。", label=done.result), "done")
        return redirect(url_for(".file", label=done.result), code=303)
    return render_template("vault/new.html", form=form), form.status


@blueprint.get("/desk/<community>/vault/<label>")
@for_roles(*OPENERS)
def file(label: str) -> ResponseReturnValue:
    return _page(label, purpose_form())


@blueprint.post("/desk/<community>/vault/<label>/readings")
@for_roles(*OPENERS)
@asks_for_a_code()
def file_reading(label: str) -> ResponseReturnValue:
    """Open the file: the purpose is in the audit chain before anything is decrypted."""
    form = purpose_form()
    known = file_here(label)
    if not form.validate():
        return _page(label, form)
    permit = permit_to_read(known, form.chosen)
    with the_vault().reading() as opened:
        said = vault.files.fields_of(opened, permit)
        codes = vault.wishes.wishes_of(opened, permit)
    page = render_template(
        "vault/reading.html",
        file=known,
        rows=said_in_words(known.kind, said),
        codes=codes,
        purpose=form.chosen,
    )
    response = make_response(page)
    # Nobody who sits down at this computer later finds it by going back.
    response.headers["Cache-Control"] = "private, no-store"
    return response


@blueprint.route("/desk/<community>/vault/<label>/changes", methods=["GET", "POST"])
@for_roles(*OPENERS)
def file_change(label: str) -> ResponseReturnValue:
    known = file_here(label)
    form = change_form(known.keep_until)
    if request.method == "POST" and acted(
        form, lambda session: _change(session, form, known.id, known.label)
    ):
        flash(gettext("改好了。没填的几栏还是原来的内容。"), "done")
        return redirect(url_for(".file", label=known.label), code=303)
    return render_template("vault/change.html", form=form, file=known), form.status


def _page(label: str, form: PurposeForm) -> ResponseReturnValue:
    known = file_here(label)
    with the_vault().reading() as opened:
        documents = vault.documents.documents_of(opened, community().id, known.id)
    page = render_template(
        "vault/file.html",
        file=known,
        form=form,
        wish_form=WishForm(formdata=None),
        documents=documents,
        late=known.keep_until < today(),
    )
    return page, form.status


def _make(session: Session, form: ChildForm) -> str:
    day = local_day(session, community().id, clock())
    command = vault.files.NewFile(
        community_id=community().id,
        kind=FileKind.CHILD,
        fields=form.fields(day),
        keep_until=form.kept_until(day),
        by_id=person().id,
    )
    with the_vault().working() as opened:
        made = vault.files.create_file(opened, command, now=clock(), random_bytes=random_bytes)
        renew_age_bands(session, opened)
    note_of_file(session, "vault_file_made", made.label)
    return made.label


def _change(session: Session, form: ChangeForm, file_id: str, label: str) -> None:
    here = community()
    day = local_day(session, here.id, clock())
    fields, keep_until = form.fields(day), form.kept_until(day)
    with the_vault().working() as opened:
        vault.files.put_fields(
            opened,
            file_id,
            fields,
            community_id=here.id,
            now=clock(),
            random_bytes=random_bytes,
        )
        vault.files.keep_file_until(opened, file_id, keep_until, community_id=here.id)
        renew_age_bands(session, opened)
    note_of_file(session, "vault_file_changed", label)
