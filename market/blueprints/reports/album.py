"""A market's album: every child's face is covered in the page, before anything is sent here.

There is no way to send an uncovered picture: the page's script draws the covered copy and sends
that. What comes is encoded anew, and a second person looks before it goes into any report.
"""

from __future__ import annotations

from flask import Response, abort, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext, ngettext
from sqlalchemy.orm import Session

from market.actions.ledger.approvers import APPROVERS
from market.actions.public.album import (
    MOST_CAPTION,
    NotAgreedOrCovered,
    SendPicture,
    pass_album_picture,
    remove_album_picture,
    send_picture,
)
from market.blueprints.reports import blueprint
from market.domain.errors import N_, Invalid
from market.domain.people import Role
from market.extensions import reading
from market.queries.public.album import (
    PictureNow,
    album_bytes,
    album_of,
    album_picture,
    next_to_look_at,
    pictures_to_look_at,
)
from market.queries.sales.market_days import market_day_now
from market.web.access import community, for_roles, person
from market.web.desk import DeskWaiting, offer_waiting
from market.web.forms import CardsField, FileField, Form, TextField, TicksField, acted
from market.web.headers import PICTURES_DRAWN_HERE
from market.web.pictures import MOST_BYTES, read_picture
from market.web.sessions import clock

SENDERS = (Role.SOCIAL_WORKER, Role.ADMINISTRATOR)
LOOKERS = tuple(sorted({*APPROVERS, Role.AUDITOR}))
_YES, _NO = "yes", "no"
PROMISES = (
    ("agreed", N_("照片里的大人都同意拿去报送")),
    ("covered", N_("每个孩子的脸都遮住了，一个也没有漏")),
    ("nothing", N_("看不到姓名、校名、校服上的字和门牌")),
)


class PictureForm(Form):
    photo = FileField(lazy_gettext("遮好的照片"))
    caption = TextField(lazy_gettext("一句话说明"), most=MOST_CAPTION)
    promises = TicksField(lazy_gettext("传之前，请再看一眼"), optional=True)


class SecondForm(Form):
    face = CardsField(lazy_gettext("看得到孩子的脸吗？"))
    told = CardsField(lazy_gettext("看得到姓名、校名或门牌吗？"))
    agreed = CardsField(lazy_gettext("照片里的大人都同意了吗？"))


blueprint.record(
    lambda state: offer_waiting(
        state.app,
        DeskWaiting(
            order=65,
            endpoint="reports.album_next",
            icon="search",
            count=pictures_to_look_at,
            words=lambda number: ngettext(
                "%(num)s 张市集照片等您看一眼", "%(num)s 张市集照片等您看一眼", number
            ),
        ),
    )
)


@blueprint.url_value_preprocessor
def _make_room(endpoint: str | None, _values: dict[str, object] | None) -> None:
    """A photo is larger than anything else that is sent here; said before anybody reads the form."""
    if endpoint == "reports.album":
        request.max_content_length = MOST_BYTES + 100_000


@blueprint.route("/desk/<community>/markets/<int:market_id>/album", methods=["GET", "POST"])
@for_roles(*LOOKERS)
def album(market_id: int) -> ResponseReturnValue:
    day, form = market_day_now(reading(), community().id, market_id), _picture_form()
    may_send = bool(person().roles_in(community().id) & set(SENDERS))
    if request.method == "POST":
        if not may_send:
            abort(403)
        if acted(form, lambda session: _send(session, form, market_id)):
            flash(gettext("传好了，等另一位同事看一眼，就能放进报送包。"), "done")
            return redirect(url_for(".album", market_id=market_id), code=303)
    page = make_response(
        render_template(
            "reports/album.html",
            form=form,
            day=day,
            pictures=album_of(reading(), day.id),
            may_send=may_send,
            me=person().id,
        ),
        form.status,
    )
    # The covered copy is shown from the page's own memory before it is sent.
    page.headers["Content-Security-Policy"] = PICTURES_DRAWN_HERE
    return page


@blueprint.route("/desk/<community>/album/<int:picture_id>", methods=["GET", "POST"])
@for_roles(*APPROVERS)
def album_look(picture_id: int) -> ResponseReturnValue:
    known, form = _known(picture_id), _second_form()
    if request.method == "POST" and acted(
        form,
        lambda session: pass_album_picture(
            session,
            community().id,
            picture_id,
            safe=(form.face.data, form.told.data, form.agreed.data) == (_NO, _NO, _YES),
            by_id=person().id,
            now=clock(),
        ),
    ):
        flash(gettext("通过了，这张照片可以放进报送包。"), "done")
        return redirect(url_for(".album", market_id=known.market_id), code=303)
    page = render_template(
        "reports/album_look.html", form=form, picture=known, mine=known.sent_by_id == person().id
    )
    return page, form.status


@blueprint.get("/desk/<community>/album")
@for_roles(*APPROVERS)
def album_next() -> ResponseReturnValue:
    """To the picture that waits longest for a second look by this person."""
    waits = next_to_look_at(reading(), community().id, person().id)
    if waits is None:
        return redirect(url_for(".home"), code=303)
    return redirect(url_for(".album_look", picture_id=waits), code=303)


@blueprint.get("/desk/<community>/album/<int:picture_id>/picture")
@for_roles(*LOOKERS)
def album_file(picture_id: int) -> ResponseReturnValue:
    webp = album_bytes(reading(), community().id, picture_id)
    if webp is None:
        abort(404)
    return Response(webp, mimetype="image/webp", headers={"Cache-Control": "private, no-store"})


@blueprint.post("/desk/<community>/album/<int:picture_id>/removal")
@for_roles(*APPROVERS)
def album_removal(picture_id: int) -> ResponseReturnValue:
    known, form = _known(picture_id), Form()
    if acted(
        form,
        lambda session: remove_album_picture(
            session, community().id, picture_id, by_id=person().id, now=clock()
        ),
    ):
        flash(gettext("删掉了，这里不再有它。"), "done")
    return redirect(url_for(".album", market_id=known.market_id), code=303)


def _known(picture_id: int) -> PictureNow:
    found = album_picture(reading(), community().id, picture_id)
    if found is None:
        abort(404)
    return found


def _send(session: Session, form: PictureForm, market_id: int) -> None:
    promised = set(form.promises.data or ()) == {value for value, _ in PROMISES}
    if not promised:
        raise NotAgreedOrCovered(field="promises")
    try:
        taken = read_picture(form.photo.data)
    except Invalid as error:
        error.facts["field"] = "photo"
        raise
    command = SendPicture(
        community_id=community().id,
        market_day_id=market_id,
        caption=form.caption.text,
        webp=taken.webp,
        width=taken.width,
        height=taken.height,
        promised=promised,
    )
    send_picture(session, command, by_id=person().id, now=clock())


def _picture_form() -> PictureForm:
    form = PictureForm()
    form.promises.choices = [(value, gettext(words)) for value, words in PROMISES]
    return form


def _second_form() -> SecondForm:
    form = SecondForm()
    for field in (form.face, form.told):
        field.choices = [(_NO, gettext("看不到")), (_YES, gettext("看得到"))]
    form.agreed.choices = [(_YES, gettext("都同意了")), (_NO, gettext("没有，或者不清楚"))]
    return form
