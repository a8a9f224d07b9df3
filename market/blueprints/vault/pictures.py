"""Photos of things: uploaded into the vault, covered and passed by a second person, then public.

What was uploaded never leaves the vault. Its copy does, once somebody else has ticked the cells to
cover and has answered that neither face nor name nor school nor door is to be seen.
"""

from __future__ import annotations

from datetime import timedelta

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from sqlalchemy.orm import Session

from market import vault
from market.actions.ledger.approvers import APPROVERS
from market.actions.proceeds.identity import require_wish
from market.actions.proceeds.pictures import OwnPicture, PassPicture, pass_picture
from market.blueprints.vault import blueprint
from market.blueprints.vault.files import today
from market.blueprints.vault.opening import (
    OPENERS,
    file_here,
    note_of_file,
    permit_to_read,
    random_bytes,
    the_vault,
)
from market.domain.errors import N_, Invalid
from market.domain.identity.reading import ReadingPurpose
from market.web.access import community, for_roles, person
from market.web.forms import CardsField, FileField, Form, TextField, acted
from market.web.pictures import MOST_BYTES, Picture, cover, grid_rows, read_picture
from market.web.sessions import clock

KIND = "picture"
COLUMNS = 8
KEPT_DAYS = 365
_YES, _NO = "yes", "no"
_MARK = b"\n"


class WishOfAnotherFile(Invalid):
    """A picture for a wish that is not linked to this file."""

    sentence = N_("这个心愿没有连在这份档案上，请检查编号，或者先把它连上。")


class UploadForm(Form):
    code = TextField(lazy_gettext("心愿编号"), most=12)
    photo = FileField(lazy_gettext("照片"))


class LookForm(Form):
    face = CardsField(lazy_gettext("看得到人脸吗？"))
    name = CardsField(lazy_gettext("看得到姓名吗？"))
    school = CardsField(lazy_gettext("看得到校名吗？"))
    door = CardsField(lazy_gettext("看得到门牌吗？"))


@blueprint.url_value_preprocessor
def _make_room(endpoint: str | None, _values: dict[str, object] | None) -> None:
    """A photo is larger than anything else that is sent here; said before anybody reads the form."""
    if endpoint == "vault.picture_new":
        request.max_content_length = MOST_BYTES + 100_000


@blueprint.route("/desk/<community>/vault/<label>/pictures/new", methods=["GET", "POST"])
@for_roles(*OPENERS)
def picture_new(label: str) -> ResponseReturnValue:
    known, form = file_here(label), UploadForm()
    done = request.method == "POST" and acted(
        form, lambda session: _keep(session, form, known.id, known.label)
    )
    if done:
        flash(gettext("照片存好了，已经加密。请另一位同事来看一看、遮一遮。"), "done")
        return redirect(url_for(".picture", label=label, document_id=done.result), code=303)
    return render_template("vault/picture_new.html", form=form, file=known), form.status


@blueprint.route("/desk/<community>/vault/<label>/pictures/<document_id>", methods=["GET", "POST"])
@for_roles(*APPROVERS)
def picture(label: str, document_id: str) -> ResponseReturnValue:
    known, form = file_here(label), _look_form()
    uploader = _uploader(known.id, document_id)
    mine = uploader == person().id
    code, kept = _open(label, document_id)
    rows = grid_rows(kept.width, kept.height, COLUMNS)
    cells = _cells(rows)
    if request.method == "POST":
        done = acted(form, lambda session: _pass(session, form, uploader, code, kept, cells, rows))
        if done:
            flash(gettext("通过了。送达以后，有“公开物品照片”的同意，页面上就会显示。"), "done")
            return redirect(url_for("proceeds.wishes"), code=303)
    page = render_template(
        "vault/picture.html",
        form=form,
        label=label,
        document_id=document_id,
        code=code,
        picture=kept,
        columns=COLUMNS,
        rows=rows,
        cells=cells,
        mine=mine,
        address=url_for(".picture", label=label, document_id=document_id, _external=True),
    )
    return _unkept(page, "text/html", form.status)


@blueprint.get("/desk/<community>/vault/<label>/pictures/<document_id>/original")
@for_roles(*APPROVERS)
def picture_original(label: str, document_id: str) -> ResponseReturnValue:
    return _unkept(_open(label, document_id)[1].webp, "image/webp", 200)


def _keep(session: Session, form: UploadForm, file_id: str, label: str) -> str:
    here, code = community(), form.code.text.strip().upper()
    require_wish(session, here.id, code)
    try:
        taken = read_picture(form.photo.data)
    except Invalid as error:
        error.facts["field"] = "photo"
        raise
    with the_vault().working() as opened:
        if vault.wishes.file_of_wish(opened, here.id, code) != file_id:
            raise WishOfAnotherFile(field="code")
        head = f"{code} {taken.width} {taken.height}".encode()
        command = vault.documents.NewDocument(
            community_id=here.id,
            file_id=file_id,
            kind=KIND,
            content=head + _MARK + taken.webp,
            keep_until=today() + timedelta(days=KEPT_DAYS),
            by_id=person().id,
        )
        made = vault.documents.store_document(
            opened, command, now=clock(), random_bytes=random_bytes
        )
    note_of_file(session, "vault_picture_stored", label)
    return made


def _open(label: str, document_id: str) -> tuple[str, Picture]:
    """The wish's code and the picture; the chain knows of it before anything is decrypted."""
    permit = permit_to_read(file_here(label), ReadingPurpose.DELIVERY)
    with the_vault().reading() as opened:
        content = vault.documents.read_document(opened, permit, document_id)
    head, _, webp = content.partition(_MARK)
    code, width, height = head.decode().split()
    return code, Picture(webp, int(width), int(height))


def _uploader(file_id: str, document_id: str) -> int:
    with the_vault().reading() as opened:
        return vault.documents.stored_by(opened, file_id, document_id, KIND)


def _pass(
    session: Session,
    form: LookForm,
    uploader: int,
    code: str,
    kept: Picture,
    cells: frozenset[tuple[int, int]],
    rows: int,
) -> None:
    if uploader == person().id:
        raise OwnPicture
    covered = cover(kept, cells, columns=COLUMNS, rows=rows)
    command = PassPicture(
        community_id=community().id,
        code=code,
        webp=covered.webp,
        width=covered.width,
        height=covered.height,
        uploaded_by_id=uploader,
        face=form.face.data == _YES,
        name=form.name.data == _YES,
        school=form.school.data == _YES,
        door=form.door.data == _YES,
    )
    pass_picture(session, command, by_id=person().id, now=clock(), random_bytes=random_bytes)


def _cells(rows: int) -> frozenset[tuple[int, int]]:
    """The cells ticked on the page, as (row, column) from 0."""
    ticked = set(request.form.getlist("cell"))
    return frozenset(
        (row, column)
        for row in range(rows)
        for column in range(COLUMNS)
        if f"{row}-{column}" in ticked
    )


def _look_form() -> LookForm:
    form = LookForm()
    for field in (form.face, form.name, form.school, form.door):
        field.choices = [(_NO, gettext("看不到，或已遮住")), (_YES, gettext("看得到"))]
    return form


def _unkept(content: str | bytes, mimetype: str, status: int) -> Response:
    """Nobody who sits down at this computer later finds it by going back."""
    response = Response(content, mimetype=mimetype, status=status)
    response.headers["Cache-Control"] = "private, no-store"
    return response
