"""Words of thanks: written by one, read by another, on the wish's page while the consent stands."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext

from market.actions.proceeds.thanks import (
    MOST_THANKS,
    MOST_THANKS_EN,
    ReadThanks,
    WriteThanks,
    read_thanks,
    write_thanks,
)
from market.blueprints.proceeds import blueprint
from market.blueprints.proceeds.wish_desk import SECONDS, WRITERS, today
from market.blueprints.proceeds.wish_findings import findings_of, marked
from market.blueprints.proceeds.wish_forms import review_form
from market.domain.proceeds.wish_gate import MOST_REASON
from market.extensions import reading
from market.queries.proceeds.thanks import thanks_of_wish
from market.queries.proceeds.wishes import wish_at_hand
from market.web.access import community, for_roles, person
from market.web.forms import Form, TextField, acted
from market.web.sessions import clock


class ThanksForm(Form):
    text = TextField(lazy_gettext("想说的话（公开显示）"), most=MOST_THANKS)
    text_en = TextField(lazy_gettext("英文译文"), most=MOST_THANKS_EN, optional=True)
    reason = TextField(lazy_gettext("为什么要这样写"), most=MOST_REASON, optional=True)


@blueprint.route("/desk/<community>/wishes/<int:wish_id>/thanks", methods=["GET", "POST"])
@for_roles(*WRITERS)
def wish_thanks(wish_id: int) -> ResponseReturnValue:
    here, by = community(), person()
    known = wish_at_hand(reading(), here.id, wish_id, today())
    said = thanks_of_wish(reading(), wish_id)
    form = ThanksForm(obj=said)
    if request.method == "POST" and acted(
        form,
        lambda session: write_thanks(
            session,
            WriteThanks(
                community_id=here.id,
                wish_id=wish_id,
                text=form.text.text,
                text_en=form.text_en.text,
                reason=form.reason.text,
            ),
            by_id=by.id,
            now=clock(),
        ),
    ):
        flash(gettext("记下了。请另一位同事读过，页面上才会显示。"), "done")
        return redirect(url_for(".wish", wish_id=wish_id), code=303)
    page = render_template(
        "proceeds/wishes/thanks.html",
        form=form,
        known=known,
        said=said,
        found=marked({"text": form.text.data, "text_en": form.text_en.data}),
    )
    return page, form.status


@blueprint.route("/desk/<community>/wishes/<int:wish_id>/thanks/review", methods=["GET", "POST"])
@for_roles(*SECONDS)
def wish_thanks_review(wish_id: int) -> ResponseReturnValue:
    here, by = community(), person()
    known = wish_at_hand(reading(), here.id, wish_id, today())
    form = review_form()
    if request.method == "POST" and acted(
        form,
        lambda session: read_thanks(
            session,
            ReadThanks(
                community_id=here.id,
                wish_id=wish_id,
                thanks_id=request.form.get("seen", 0, type=int),
                passes=form.command(here.id, wish_id, b"").passes,
                note=form.note.text,
            ),
            by_id=by.id,
            now=clock(),
        ),
    ):
        flash(gettext("谢谢！您的回答记下了。"), "done")
        return redirect(url_for(".wish", wish_id=wish_id), code=303)
    said = thanks_of_wish(reading(), wish_id)
    page = render_template(
        "proceeds/wishes/thanks_review.html",
        form=form,
        known=known,
        said=said,
        mine=said is not None and said.written_by_id == by.id,
        found=findings_of(said) if said is not None else (),
    )
    return page, form.status
