"""What an entrepreneur entrusted to us: kept and opened for a purpose, and nowhere but in the vault."""

from __future__ import annotations

from datetime import timedelta

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from sqlalchemy.orm import Session

from market import vault
from market.actions.ledger.posting import local_day
from market.actions.livelihood.enterprises import NoSuchEnterprise
from market.blueprints.vault import blueprint
from market.blueprints.vault.opening import (
    OPENERS,
    note_of_file,
    permit_to_read,
    random_bytes,
    the_vault,
)
from market.blueprints.vault.words import said_in_words
from market.domain.identity.files import FIELDS, FileKind
from market.domain.identity.reading import FileMissing, ReadingPurpose
from market.extensions import reading
from market.queries.livelihood.support import EnterpriseName, enterprise_name
from market.web.access import community, for_roles, person
from market.web.forms import Form, LinesField, TextField, acted
from market.web.second_factor import asks_for_a_code
from market.web.sessions import clock

PAGE = "/desk/<community>/vault/enterprises/<int:enterprise_id>"
KEPT_DAYS = 3 * 365
"""As long as receipts of support are looked at; written on again, it begins anew."""
_PRIVATE = {"autocomplete": "off", "spellcheck": "false"}


def _asks(name: str) -> str:
    words: str = lazy_gettext(FIELDS[FileKind.ENTREPRENEUR][name].label)
    return words


class EntrepreneurForm(Form):
    """What is left empty stays as it is, so that nothing has to be read for it."""

    needs = LinesField(_asks("needs"), most=1_000, optional=True)
    certificate = TextField(_asks("certificate"), most=40, optional=True, render_kw=_PRIVATE)
    phone = TextField(_asks("phone"), most=30, optional=True, render_kw=_PRIVATE)
    bank = TextField(_asks("bank"), most=80, optional=True, render_kw=_PRIVATE)
    account_name = TextField(_asks("account_name"), most=40, optional=True, render_kw=_PRIVATE)
    account = TextField(_asks("account"), most=40, optional=True, render_kw=_PRIVATE)

    def fields(self) -> dict[str, str]:
        """What was typed, for the vault."""
        return {name: self[name].text for name in FIELDS[FileKind.ENTREPRENEUR]}


@blueprint.route(PAGE, methods=["GET", "POST"])
@for_roles(*OPENERS)
def entrepreneur(enterprise_id: int) -> ResponseReturnValue:
    known = _known(enterprise_id)
    form = EntrepreneurForm()
    with the_vault().reading():
        pass  # Nobody fills in a form that cannot be kept.
    if request.method == "POST" and acted(form, lambda session: _keep(session, form, known)):
        flash(gettext("存好了，已经加密。没填的几栏还是原来的内容。"), "done")
        return redirect(url_for(".entrepreneur", enterprise_id=enterprise_id), code=303)
    page = render_template(
        "vault/entrepreneur.html", known=known, form=form, file=_file(known), rows=[]
    )
    return page, form.status


@blueprint.post(f"{PAGE}/readings")
@for_roles(*OPENERS)
@asks_for_a_code()
def entrepreneur_reading(enterprise_id: int) -> ResponseReturnValue:
    """Open it: the purpose is in the audit chain before anything is decrypted."""
    known = _known(enterprise_id)
    file = _file(known)
    if file is None:
        raise FileMissing
    permit = permit_to_read(file, ReadingPurpose.SUPPORT)
    with the_vault().reading() as opened:
        said = vault.files.fields_of(opened, permit)
    page = render_template(
        "vault/entrepreneur.html",
        known=known,
        form=EntrepreneurForm(formdata=None),
        file=file,
        rows=said_in_words(file.kind, said),
    )
    response = make_response(page)
    # Nobody who sits down at this computer later finds it by going back.
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _known(enterprise_id: int) -> EnterpriseName:
    known = enterprise_name(reading(), community().id, enterprise_id)
    if known is None:
        raise NoSuchEnterprise
    return known


def _file(known: EnterpriseName) -> vault.files.FileHere | None:
    """The file as it may be known to exist, if there is one."""
    with the_vault().reading() as opened:
        try:
            return vault.entrepreneurs.entrepreneur_of(opened, community().id, known.code)
        except FileMissing:
            return None


def _keep(session: Session, form: EntrepreneurForm, known: EnterpriseName) -> None:
    here, now = community(), clock()
    command = vault.entrepreneurs.KeepEntrepreneur(
        community_id=here.id,
        code=known.code,
        fields=form.fields(),
        keep_until=local_day(session, here.id, now) + timedelta(days=KEPT_DAYS),
        by_id=person().id,
    )
    with the_vault().working() as opened:
        kept = vault.entrepreneurs.keep_entrepreneur(
            opened, command, now=now, random_bytes=random_bytes
        )
    note_of_file(session, "vault_file_made", kept.label)
