"""Which wishes are this child's: linked, found and let go by a code. The link exists nowhere else."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from market import vault
from market.actions.proceeds.identity import require_wish
from market.blueprints.vault import blueprint
from market.blueprints.vault.files import today
from market.blueprints.vault.forms import WishForm, purpose_form
from market.blueprints.vault.opening import (
    OPENERS,
    file_here,
    note_of_file,
    random_bytes,
    renew_age_bands,
    the_vault,
)
from market.domain.errors import N_, Invalid
from market.domain.identity.files import FileKind
from market.web.access import community, for_roles
from market.web.forms import acted


class NoFileOfWish(Invalid):
    """A wish that is linked to nobody."""

    sentence = N_("这个心愿还没有连到任何一份档案。")


@blueprint.post("/desk/<community>/vault/search")
@for_roles(*OPENERS)
def file_search() -> ResponseReturnValue:
    """From a wish's code to the label of the file; a POST, so that no log holds the code."""
    form = WishForm()
    with the_vault().reading() as opened:
        known = vault.files.files_of(opened, community().id, FileKind.CHILD)
        due = vault.files.files_due(opened, community().id, today())
        found = (
            vault.wishes.file_of_wish(opened, community().id, form.upper)
            if form.validate()
            else None
        )
    label = next((one.label for one in known if one.id == found), "")
    if label:
        return redirect(url_for(".file", label=label), code=303)
    if not form.errors:
        form.refuse(NoFileOfWish(), field="code")
    page = render_template("vault/files.html", files=known, due=len(due), form=form)
    return page, form.status


@blueprint.post("/desk/<community>/vault/<label>/wishes")
@for_roles(*OPENERS)
def file_wish(label: str) -> ResponseReturnValue:
    known, form = file_here(label), WishForm()
    if acted(form, lambda session: _link(session, known.id, known.label, form)):
        flash(gettext("连好了。这条联系只存在档案库里，公开页面上看不出来。"), "done")
        return redirect(url_for(".file", label=known.label), code=303)
    with the_vault().reading() as opened:
        documents = vault.documents.documents_of(opened, community().id, known.id)
    page = render_template(
        "vault/file.html",
        file=known,
        form=purpose_form(),
        wish_form=form,
        documents=documents,
        late=known.keep_until < today(),
    )
    return page, form.status


@blueprint.post("/desk/<community>/vault/<label>/wishes/removal")
@for_roles(*OPENERS)
def file_wish_removal(label: str) -> ResponseReturnValue:
    known, form = file_here(label), WishForm()
    if acted(form, lambda session: _unlink(session, known.id, known.label, form)):
        flash(gettext("已经取消这条联系。"), "done")
    return redirect(url_for(".file", label=known.label), code=303)


def _link(session: Session, file_id: str, label: str, form: WishForm) -> None:
    here = community()
    require_wish(session, here.id, form.upper)
    with the_vault().working() as opened:
        vault.wishes.link_wish(
            opened, file_id, form.upper, community_id=here.id, random_bytes=random_bytes
        )
        renew_age_bands(session, opened)
    note_of_file(session, "vault_wish_linked", label)


def _unlink(session: Session, file_id: str, label: str, form: WishForm) -> None:
    with the_vault().working() as opened:
        vault.wishes.unlink_wish(opened, file_id, form.upper, community_id=community().id)
        renew_age_bands(session, opened)
    note_of_file(session, "vault_wish_unlinked", label)
