"""Mentors at the desk: who could teach what an enterprise wants, who does, and the session notes."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext

from market.actions.livelihood.mentoring import (
    MOST_NOTES,
    WriteSession,
    pair,
    part,
    write_session,
)
from market.blueprints.livelihood import blueprint
from market.blueprints.livelihood.desk import TEACHERS, WRITERS
from market.blueprints.livelihood.money_words import today
from market.domain.livelihood.learning import MOST_MINUTES
from market.extensions import reading
from market.queries.ledger.holders import members
from market.queries.livelihood.enterprises import enterprises_here
from market.queries.livelihood.mentoring import (
    MentoringNow,
    matches_of,
    mentoring_now,
    mentorings_by,
    mentorings_of,
    sessions_in,
)
from market.web.access import community, for_roles, person
from market.web.forms import ChoiceField, CountField, DateField, Form, LinesField, acted
from market.web.sessions import clock


class PairForm(Form):
    enterprise = ChoiceField(lazy_gettext("哪个创业项目"), coerce=int)
    mentor = ChoiceField(lazy_gettext("哪位志愿者"), coerce=int)


class SessionForm(Form):
    held_on = DateField(lazy_gettext("哪一天"))
    minutes = CountField(lazy_gettext("多久"), most=MOST_MINUTES)
    shared = LinesField(lazy_gettext("做了什么、下次做什么"), most=MOST_NOTES)
    private = LinesField(lazy_gettext("只给你们俩看的"), most=MOST_NOTES, optional=True)


@blueprint.get("/desk/<community>/mentoring")
@for_roles(*TEACHERS)
def mentoring() -> ResponseReturnValue:
    """A social worker sees who could teach what is wanted, a volunteer whom they accompany."""
    return _list(_pair_form())


@blueprint.post("/desk/<community>/mentoring")
@for_roles(*WRITERS)
def mentoring_pair() -> ResponseReturnValue:
    here, by = community(), person()
    form = _pair_form()
    done = acted(
        form,
        lambda work: (
            pair(work, here.id, form.enterprise.data, form.mentor.data, by_id=by.id, now=clock()).id
        ),
    )
    if done:
        flash(gettext("搭好了，两个人都能看到这段辅导。"), "done")
        return redirect(url_for(".mentoring_one", mentoring_id=done.result), code=303)
    return _list(form)


@blueprint.route("/desk/<community>/mentoring/<int:mentoring_id>", methods=["GET", "POST"])
@for_roles(*TEACHERS)
def mentoring_one(mentoring_id: int) -> ResponseReturnValue:
    by = person()
    known = _seen(mentoring_id)
    is_mentor = known.mentor_id == by.id
    form = SessionForm(data={"held_on": today(), "minutes": 60})
    if request.method == "POST" and acted(
        form,
        lambda work: write_session(
            work,
            WriteSession(
                mentoring_id=known.id,
                held_on=form.held_on.day,
                minutes=form.minutes.count,
                shared=form.shared.text,
                private=form.private.text,
            ),
            by_id=by.id,
            today=today(),
            now=clock(),
        ),
    ):
        flash(gettext("记好了，时长已经算进志愿服务时长。"), "done")
        return redirect(url_for(".mentoring_one", mentoring_id=known.id), code=303)
    page = render_template(
        "livelihood/desk/mentoring_one.html",
        known=known,
        form=form,
        is_mentor=is_mentor and known.ended_at is None,
        may_part=bool(by.roles_in(community().id) & set(WRITERS)) and known.ended_at is None,
        sessions=sessions_in(reading(), known.id, with_private=is_mentor),
    )
    return page, form.status


@blueprint.post("/desk/<community>/mentoring/<int:mentoring_id>/end")
@for_roles(*WRITERS)
def mentoring_end(mentoring_id: int) -> ResponseReturnValue:
    here, by = community(), person()
    form = Form()
    if acted(form, lambda work: part(work, here.id, mentoring_id, by_id=by.id, now=clock())):
        flash(gettext("这段辅导结束了，写过的记录都还在。"), "done")
    return redirect(url_for(".mentoring"), code=303)


def _seen(mentoring_id: int) -> MentoringNow:
    """The two, for the mentor, and for who leads the desk's work; nobody else's business."""
    here, by = community(), person()
    known = mentoring_now(reading(), here.id, mentoring_id)
    if known.mentor_id != by.id and not by.roles_in(here.id) & set(WRITERS):
        abort(404)
    return known


def _pair_form() -> PairForm:
    here = community()
    form = PairForm(data={"mentor": request.args.get("mentor", type=int)})
    form.enterprise.choices = [
        (one.id, f"{one.party_name} · {one.name}")
        for one in enterprises_here(reading(), here.id)
        if one.closed_at is None
    ]
    form.mentor.choices = list(members(reading(), here.id))
    return form


def _list(form: PairForm) -> ResponseReturnValue:
    here, by = community(), person()
    leads = bool(by.roles_in(here.id) & set(WRITERS))
    page = render_template(
        "livelihood/desk/mentoring.html",
        form=form,
        leads=leads,
        matches=matches_of(reading(), here.id) if leads else [],
        pairs=mentorings_of(reading(), here.id)
        if leads
        else mentorings_by(reading(), here.id, by.id),
    )
    return page, form.status
