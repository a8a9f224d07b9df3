"""Courses at the desk: the list, a new one, who has a seat and who came; and the hours they prove."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext

from market.actions.livelihood.courses import (
    MOST_PLACE,
    MOST_TITLE,
    PlanCourse,
    cancel_course,
    mark_attendance,
    plan_course,
)
from market.actions.livelihood.mentoring import say_skills_taught
from market.blueprints.livelihood import blueprint
from market.blueprints.livelihood.desk import TEACHERS, WRITERS
from market.domain.livelihood.learning import MOST_MINUTES, MOST_SEATS, Skill
from market.extensions import reading
from market.queries.ledger.holders import members
from market.queries.livelihood.courses import CourseNow, course_now, courses_of, hours_of, seats_of
from market.queries.livelihood.mentoring import skills_taught_by
from market.web.access import community, for_roles, person
from market.web.desk import may_enter
from market.web.forms import (
    ChoiceField,
    CountField,
    DateField,
    Form,
    TextField,
    TicksField,
    TimeField,
    acted,
)
from market.web.sessions import clock


class CourseForm(Form):
    title = TextField(lazy_gettext("讲什么"), most=MOST_TITLE)
    skill = ChoiceField(lazy_gettext("属于哪一类"))
    teacher = ChoiceField(lazy_gettext("谁来讲"), coerce=int)
    on = DateField(lazy_gettext("哪一天"))
    at = TimeField(lazy_gettext("几点开始"))
    minutes = CountField(lazy_gettext("讲多久"), most=MOST_MINUTES)
    seats = CountField(lazy_gettext("几个名额"), most=MOST_SEATS)
    place = TextField(lazy_gettext("在哪里"), most=MOST_PLACE)


class SkillsForm(Form):
    skills = TicksField(lazy_gettext("哪几样"), optional=True)


class AttendanceForm(Form):
    came = TicksField(lazy_gettext("谁来了"), coerce=int, optional=True)


def skill_choices() -> list[tuple[str, str]]:
    return [(str(one), gettext(one.label)) for one in Skill]


@blueprint.get("/desk/<community>/courses")
@for_roles(*TEACHERS)
def courses() -> ResponseReturnValue:
    here, now = community(), clock()
    known = courses_of(reading(), here.id)
    return render_template(
        "livelihood/desk/courses.html",
        coming=[one for one in reversed(known) if not one.is_over(now)],
        past=[one for one in known if one.is_over(now)],
        hours=hours_of(reading(), here.id),
        may_write=may_enter("livelihood.course_new"),
    )


@blueprint.route("/desk/<community>/courses/new", methods=["GET", "POST"])
@for_roles(*TEACHERS)
def course_new() -> ResponseReturnValue:
    """A volunteer plans their own, a social worker anybody's."""
    here, by = community(), person()
    form = CourseForm(data={"minutes": 90, "seats": 10})
    form.skill.choices = skill_choices()
    may_ask_others = bool(by.roles_in(here.id) & set(WRITERS))
    form.teacher.choices = [
        one for one in members(reading(), here.id) if may_ask_others or one[0] == by.id
    ]
    done = form.is_submitted() and acted(
        form,
        lambda work: (
            plan_course(
                work,
                PlanCourse(
                    community_id=here.id,
                    skill=Skill(form.skill.data),
                    title=form.title.text,
                    place=form.place.text,
                    starts_at=datetime.combine(
                        form.on.day, form.at.of_day, tzinfo=ZoneInfo(here.time_zone)
                    ),
                    minutes=form.minutes.count,
                    seats=form.seats.count,
                    teacher_id=form.teacher.data,
                ),
                by_id=by.id,
                now=clock(),
            ).id
        ),
    )
    if done:
        flash(gettext("课排好了，创业者在自己的页面上就能报名。"), "done")
        return redirect(url_for(".course", course_id=done.result), code=303)
    return render_template("livelihood/desk/course_new.html", form=form), form.status


@blueprint.get("/desk/<community>/courses/<int:course_id>")
@for_roles(*TEACHERS)
def course(course_id: int) -> ResponseReturnValue:
    return _page(course_now(reading(), community().id, course_id), Form())


@blueprint.post("/desk/<community>/courses/<int:course_id>/attendance")
@for_roles(*TEACHERS)
def course_attendance(course_id: int) -> ResponseReturnValue:
    here, by = community(), person()
    known = _own_or_any(course_id)
    form = AttendanceForm()
    form.came.choices = [
        (one.enterprise_id, one.entrepreneur) for one in seats_of(reading(), known.id)
    ]
    if acted(
        form,
        lambda work: mark_attendance(
            work, here.id, known.id, form.came.data or (), by_id=by.id, now=clock()
        ),
    ):
        flash(gettext("记好了，讲课的时长已经算进志愿服务时长。"), "done")
        return redirect(url_for(".course", course_id=known.id), code=303)
    return _page(known, form)


@blueprint.post("/desk/<community>/courses/<int:course_id>/cancellation")
@for_roles(*TEACHERS)
def course_cancel(course_id: int) -> ResponseReturnValue:
    here, by = community(), person()
    known = _own_or_any(course_id)
    form = Form()
    if acted(form, lambda work: cancel_course(work, here.id, known.id, by_id=by.id, now=clock())):
        flash(gettext("这门课取消了，报了名的人会在自己的页面上看到。"), "done")
        return redirect(url_for(".courses"), code=303)
    return _page(known, form)


@blueprint.route("/desk/<community>/teaching", methods=["GET", "POST"])
@for_roles(*TEACHERS)
def teaching() -> ResponseReturnValue:
    """What whoever is signed in can teach."""
    here, by = community(), person()
    form = SkillsForm(
        data={"skills": [str(one) for one in skills_taught_by(reading(), here.id, by.id)]}
    )
    form.skills.choices = skill_choices()
    if form.is_submitted() and acted(
        form,
        lambda work: say_skills_taught(
            work, here.id, by.id, [Skill(one) for one in form.skills.data or ()], now=clock()
        ),
    ):
        flash(gettext("记下了。有创业者想学，社工会来找您。"), "done")
        return redirect(url_for(".courses"), code=303)
    return render_template("livelihood/desk/teaching.html", form=form), form.status


def _own_or_any(course_id: int) -> CourseNow:
    """A volunteer looks after their own courses, a social worker after all."""
    here, by = community(), person()
    known = course_now(reading(), here.id, course_id)
    if known.teacher_id != by.id and not by.roles_in(here.id) & set(WRITERS):
        abort(403)
    return known


def _page(known: CourseNow, form: Form) -> ResponseReturnValue:
    here, by = community(), person()
    page = render_template(
        "livelihood/desk/course.html",
        known=known,
        seats=seats_of(reading(), known.id),
        form=form,
        over=known.is_over(clock()),
        may_lead=known.teacher_id == by.id or bool(by.roles_in(here.id) & set(WRITERS)),
    )
    return page, form.status
