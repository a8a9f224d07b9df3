"""The consent sheet on A4: one tick for each purpose, and the guardian's half with its code."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from market.actions.proceeds.stopping import MakeStopCode, NoSuchStopCode, make_stop_code
from market.blueprints.proceeds import blueprint
from market.blueprints.proceeds.wish_desk import WRITERS, today
from market.domain.proceeds.consent import NOTICE_VERSION, GuardianKind, Purpose
from market.domain.proceeds.wish import Theme
from market.extensions import reading
from market.queries.proceeds.stopping import newest_half
from market.queries.proceeds.wishes import wish_at_hand
from market.web.access import community, for_roles, person
from market.web.forms import Form, acted
from market.web.qr import qr_png
from market.web.sessions import clock
from market.web.stopping import new_stop_secret, stop_address

BOX = "/desk/<community>/wishes/<int:wish_id>/consents/sheet"


@blueprint.post(BOX)
@for_roles(*WRITERS)
def wish_sheet_make(wish_id: int) -> ResponseReturnValue:
    """A new sheet: its half has a code of its own, whatever became of the ones before."""
    here, by = community(), person()
    known = wish_at_hand(reading(), here.id, wish_id, today())
    form = Form()
    command = MakeStopCode(
        community_id=here.id, reference=known.consent_ref, secret=new_stop_secret()
    )
    if acted(form, lambda session: make_stop_code(session, command, by_id=by.id, now=clock())):
        return redirect(url_for(".wish_sheet", wish_id=wish_id), code=303)
    flash(gettext("页面放得太久了，请再按一次。"), "alert")
    return redirect(url_for(".wish_consents", wish_id=wish_id), code=303)


@blueprint.get(BOX)
@for_roles(*WRITERS)
def wish_sheet(wish_id: int) -> ResponseReturnValue:
    known = wish_at_hand(reading(), community().id, wish_id, today())
    if stop_address(newest_half(reading(), community().id, known.consent_ref)) is None:
        return redirect(url_for(".wish_consents", wish_id=wish_id), code=303)
    return render_template(
        "proceeds/wishes/sheet.html",
        known=known,
        wish=known.wish,
        theme=Theme(known.wish.theme).label if known.wish.theme in list(Theme) else "",
        place=community().name,
        version=NOTICE_VERSION,
        purposes=list(Purpose),
        guardians=list(GuardianKind),
    )


@blueprint.get(f"{BOX}/qr.png")
@for_roles(*WRITERS)
def wish_sheet_qr(wish_id: int) -> ResponseReturnValue:
    known = wish_at_hand(reading(), community().id, wish_id, today())
    address = stop_address(newest_half(reading(), community().id, known.consent_ref))
    if address is None:
        raise NoSuchStopCode
    response = Response(qr_png(address), mimetype="image/png")
    # The picture is the secret: it is drawn anew for whoever may print it.
    response.headers["Cache-Control"] = "no-store"
    return response
