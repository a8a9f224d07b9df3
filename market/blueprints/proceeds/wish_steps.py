"""A wish's last steps: delivered, followed up; and company, lit by two volunteers."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from market.actions.proceeds.company import (
    ConfirmCompanions,
    confirm_companions,
    name_companions,
)
from market.actions.proceeds.steps import (
    DeliverWish,
    FollowUpWish,
    deliver_wish,
    follow_up_wish,
)
from market.blueprints.proceeds import blueprint
from market.blueprints.proceeds.wish_desk import SECONDS, WRITERS, colleagues, today
from market.blueprints.proceeds.wish_forms import EvidenceForm, companions_form
from market.extensions import reading
from market.queries.proceeds.wishes import wish_at_hand
from market.web.access import community, for_roles, person
from market.web.forms import Form, acted
from market.web.sessions import clock


@blueprint.route("/desk/<community>/wishes/<int:wish_id>/delivery", methods=["GET", "POST"])
@for_roles(*WRITERS)
def wish_delivery(wish_id: int) -> ResponseReturnValue:
    here, by = community(), person()
    known = wish_at_hand(reading(), here.id, wish_id, today())
    form = EvidenceForm()
    if request.method == "POST" and acted(
        form,
        lambda session: deliver_wish(
            session,
            DeliverWish(
                community_id=here.id,
                wish_id=wish_id,
                evidence=form.evidence.text,
                note=form.note.text,
            ),
            by_id=by.id,
            now=clock(),
        ),
    ):
        flash(gettext("太好了，又实现一个心愿！"), "done")
        return redirect(url_for(".wish", wish_id=wish_id), code=303)
    page = render_template("proceeds/wishes/delivery.html", form=form, known=known)
    return page, form.status


@blueprint.route("/desk/<community>/wishes/<int:wish_id>/follow-up", methods=["GET", "POST"])
@for_roles(*WRITERS)
def wish_follow_up(wish_id: int) -> ResponseReturnValue:
    here, by = community(), person()
    known = wish_at_hand(reading(), here.id, wish_id, today())
    form = EvidenceForm()
    if request.method == "POST" and acted(
        form,
        lambda session: follow_up_wish(
            session,
            FollowUpWish(
                community_id=here.id,
                wish_id=wish_id,
                evidence=form.evidence.text,
                note=form.note.text,
            ),
            by_id=by.id,
            now=clock(),
        ),
    ):
        flash(gettext("回访已经记下，这个心愿都办好了。"), "done")
        return redirect(url_for(".wish", wish_id=wish_id), code=303)
    page = render_template("proceeds/wishes/follow_up.html", form=form, known=known)
    return page, form.status


@blueprint.route("/desk/<community>/wishes/<int:wish_id>/companions", methods=["GET", "POST"])
@for_roles(*WRITERS)
def wish_companions(wish_id: int) -> ResponseReturnValue:
    here, by = community(), person()
    known = wish_at_hand(reading(), here.id, wish_id, today())
    two = known.companions
    form = companions_form(colleagues(), (two.first_id, two.second_id) if two else ())
    if request.method == "POST" and acted(
        form,
        lambda session: name_companions(
            session, form.command(here.id, wish_id), by_id=by.id, now=clock()
        ),
    ):
        flash(gettext("已经记下，等另一位同事确认。"), "done")
        return redirect(url_for(".wish", wish_id=wish_id), code=303)
    page = render_template("proceeds/wishes/companions.html", form=form, known=known)
    return page, form.status


@blueprint.route(
    "/desk/<community>/wishes/<int:wish_id>/companions/confirmation", methods=["GET", "POST"]
)
@for_roles(*SECONDS)
def wish_confirmation(wish_id: int) -> ResponseReturnValue:
    here, by = community(), person()
    form = Form()
    if request.method == "POST" and acted(
        form,
        lambda session: confirm_companions(
            session,
            ConfirmCompanions(
                community_id=here.id,
                wish_id=wish_id,
                first_id=request.form.get("first", 0, type=int),
                second_id=request.form.get("second", 0, type=int),
            ),
            by_id=by.id,
            now=clock(),
        ),
    ):
        flash(gettext("点亮了！谢谢两位愿意陪伴的人。"), "done")
        return redirect(url_for(".wish", wish_id=wish_id), code=303)
    known = wish_at_hand(reading(), here.id, wish_id, today())
    page = render_template(
        "proceeds/wishes/confirmation.html",
        form=form,
        known=known,
        mine=known.companions is not None and known.companions.proposed_by_id == by.id,
    )
    return page, form.status
