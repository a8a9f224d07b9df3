"""An entrepreneur's courses and mentors: sign up, say what she would like to learn, read the notes."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext, ngettext

from market.actions.livelihood.courses import give_up_seat, sign_up
from market.actions.livelihood.mentoring import say_skills_wanted
from market.blueprints.livelihood import blueprint
from market.blueprints.livelihood.mine_pages import MinePage, offer_mine
from market.domain.errors import N_
from market.domain.livelihood.learning import Skill
from market.extensions import reading
from market.queries.livelihood.access import EnterpriseHere
from market.queries.livelihood.courses import courses_of
from market.queries.livelihood.mentoring import (
    mentorings_for,
    sessions_with,
    skills_wanted_by,
)
from market.web.access import entrepreneur, for_entrepreneur
from market.web.filters import datetime_text
from market.web.forms import Form, TicksField, acted
from market.web.sessions import clock


class WantedForm(Form):
    skills = TicksField(lazy_gettext("我想学"), optional=True)


@blueprint.route("/mine/learning", methods=["GET", "POST"])
@for_entrepreneur
def my_learning() -> ResponseReturnValue:
    here = entrepreneur()
    form = WantedForm(data={"skills": [str(one) for one in skills_wanted_by(reading(), here.id)]})
    form.skills.choices = [(str(one), gettext(one.label)) for one in Skill]
    if request.method == "POST" and acted(
        form,
        lambda work: say_skills_wanted(
            work, here.id, [Skill(one) for one in form.skills.data or ()], now=clock()
        ),
    ):
        flash(gettext("记下了，社工会帮您找会教的志愿者。"), "done")
        return redirect(url_for(".my_learning"), code=303)
    return _page(form, Form())


@blueprint.post("/mine/courses/<int:course_id>/seat")
@for_entrepreneur
def my_seat(course_id: int) -> ResponseReturnValue:
    here, form = entrepreneur(), Form()
    if acted(
        form,
        lambda work: sign_up(
            work, here.community_id, course_id, here.id, by_id=here.person_id, now=clock()
        ),
    ):
        flash(gettext("报上名了。"), "done")
        return redirect(url_for(".my_learning"), code=303)
    return _again(form)


@blueprint.post("/mine/courses/<int:course_id>/seat/end")
@for_entrepreneur
def my_seat_end(course_id: int) -> ResponseReturnValue:
    here, form = entrepreneur(), Form()
    if acted(
        form,
        lambda work: give_up_seat(work, here.community_id, course_id, here.id, now=clock()),
    ):
        flash(gettext("退掉了，名额让给别人。"), "done")
        return redirect(url_for(".my_learning"), code=303)
    return _again(form)


def _again(refused: Form) -> ResponseReturnValue:
    here = entrepreneur()
    form = WantedForm(
        formdata=None, data={"skills": [str(one) for one in skills_wanted_by(reading(), here.id)]}
    )
    form.skills.choices = [(str(one), gettext(one.label)) for one in Skill]
    return _page(form, refused)


def _page(form: WantedForm, refused: Form) -> ResponseReturnValue:
    here, now = entrepreneur(), clock()
    known = courses_of(reading(), here.community_id, here.id)
    page = render_template(
        "livelihood/mine/learning.html",
        here=here,
        form=form,
        refused=refused,
        first=_sentence(here),
        coming=[one for one in reversed(known) if not one.is_over(now)],
        past=[one for one in known if one.mine and one.is_over(now)],
        mentors=[one for one in mentorings_for(reading(), here.id) if one.ended_at is None],
        sessions=sessions_with(reading(), here.id, with_private=not here.by_helper),
    )
    return page, max(form.status, refused.status)


def _sentence(here: EnterpriseHere) -> str:
    now = clock()
    known = [
        one for one in courses_of(reading(), here.community_id, here.id) if not one.is_over(now)
    ]
    mine = [one for one in known if one.mine]
    if mine:
        return str(
            gettext(
                "下一课：%(title)s，%(at)s，在%(place)s。",
                title=mine[-1].title,
                at=datetime_text(mine[-1].starts_at),
                place=mine[-1].place,
            )
        )
    if known:
        return str(ngettext("有 %(num)s 门课可以报名。", "有 %(num)s 门课可以报名。", len(known)))
    return str(gettext("现在没有要上的课。"))


offer_mine(MinePage(40, "livelihood.my_learning", N_("课程和辅导"), "book", _sentence))
