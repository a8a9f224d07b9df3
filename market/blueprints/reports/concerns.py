"""What people said about pages, at the desk: privacy first, each answered once."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext, ngettext

from market.actions.public.concerns import answer_concern
from market.blueprints.reports import blueprint
from market.domain.people import Role
from market.domain.public.concern import MOST_ANSWER
from market.extensions import reading
from market.queries.public.concerns import concerns_of, concerns_waiting
from market.web.access import community, for_roles, person
from market.web.desk import DeskWaiting, may_enter, offer_waiting
from market.web.forms import Form, LinesField, acted
from market.web.sessions import clock

ANSWERERS = (Role.SOCIAL_WORKER, Role.ADMINISTRATOR)


class AnswerForm(Form):
    words = LinesField(lazy_gettext("答复"), most=MOST_ANSWER)


blueprint.record(
    lambda state: offer_waiting(
        state.app,
        DeskWaiting(
            order=5,
            endpoint="reports.concerns",
            icon="chat",
            count=lambda session, community_id, _person_id: concerns_waiting(session, community_id),
            words=lambda number: ngettext(
                "%(num)s 条留言等着答复", "%(num)s 条留言等着答复", number
            ),
            roles=frozenset(ANSWERERS),
        ),
    )
)


@blueprint.get("/desk/<community>/concerns")
@for_roles(*ANSWERERS, Role.AUDITOR)
def concerns() -> ResponseReturnValue:
    return _page(AnswerForm(), None)


@blueprint.post("/desk/<community>/concerns/<int:concern_id>/answer")
@for_roles(*ANSWERERS)
def concern_answer(concern_id: int) -> ResponseReturnValue:
    here, by, form = community(), person(), AnswerForm()
    done = acted(
        form,
        lambda session: answer_concern(
            session, here.id, concern_id, form.words.text, by_id=by.id, now=clock()
        ),
    )
    if done:
        flash(gettext("答复好了。留言的人凭编号看得到。"), "done")
        return redirect(url_for(".concerns"), code=303)
    return _page(form, concern_id)


def _page(form: AnswerForm, answering: int | None) -> ResponseReturnValue:
    answered = request.args.get("show") == "answered"
    page = render_template(
        "reports/concerns.html",
        form=form,
        rows=concerns_of(reading(), community().id, answered=answered),
        answered=answered,
        answering=answering,
        now=clock(),
        may_answer=may_enter("reports.concern_answer"),
    )
    return page, form.status
