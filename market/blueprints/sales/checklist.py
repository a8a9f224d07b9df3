"""The check-list of a market day: weeks before, the day before, the day, after closing."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext, ngettext
from werkzeug.wrappers import Response

from market.actions.sales.checklist import (
    MOST_OWNER,
    MOST_WORDS,
    TaskOf,
    add_task,
    assign_task,
    drop_task,
    tick_task,
    untick_task,
)
from market.blueprints.sales import blueprint
from market.blueprints.sales.preparing import PREPARERS, READERS, day_here, may_prepare
from market.domain.sales.checklist import Asked, Phase
from market.extensions import reading, unit_of_work
from market.queries.sales.checklist import TaskNow, checklist_of
from market.queries.sales.market_days import MarketDayNow
from market.web.access import community, for_roles, person
from market.web.desk import may_enter
from market.web.forms import ChoiceField, Form, TextField, acted
from market.web.sessions import clock

_PAGES = {
    Asked.BASIS: "sales.market_day_questions",
    Asked.SPLIT: "sales.market_day_policy",
    Asked.STALLS: "sales.market_day_stalls",
    Asked.OFFERS: "sales.market_day_stalls",
    Asked.SHIFTS: "sales.shifts",
    Asked.NOTICE: "sales.print_notice",
    Asked.FILING: "sales.market_day_filing",
    Asked.PASSES: "sales.market_day_passes",
    Asked.PRICES: "sales.prints",
    Asked.BOARD: "sales.print_board",
    Asked.OPENING: "sales.market_day_opening",
    Asked.ORDERS: "sales.orders",
    Asked.CLOSING: "sales.market_day",
    Asked.GOODS: "sales.goods",
    Asked.SET_ASIDE: "sales.set_aside",
}
"""Where an asked task is done."""
_BEFORE_OPENING = {Asked.BASIS, Asked.SPLIT}


class TaskForm(Form):
    words = TextField(lazy_gettext("还要做什么"), most=MOST_WORDS)
    phase = ChoiceField(lazy_gettext("什么时候"))
    owner = TextField(lazy_gettext("谁负责"), most=MOST_OWNER, least=0, optional=True)


@blueprint.route("/desk/<community>/markets/<int:market_id>/tasks", methods=["GET"])
@for_roles(*READERS)
def checklist(market_id: int) -> ResponseReturnValue:
    return _page(day_here(market_id), _form())


@blueprint.post("/desk/<community>/markets/<int:market_id>/tasks")
@for_roles(*PREPARERS)
def task_add(market_id: int) -> ResponseReturnValue:
    day, here, form = day_here(market_id), community(), _form()
    if acted(
        form,
        lambda session: add_task(
            session, here.id, market_id, Phase(form.phase.data), form.words.text, form.owner.text
        ),
    ):
        flash(gettext("已经加上。"), "done")
        return _back(market_id)
    return _page(day, form)


@blueprint.post("/desk/<community>/markets/<int:market_id>/tasks/<name>/owner")
@for_roles(*PREPARERS)
def task_assign(market_id: int, name: str) -> ResponseReturnValue:
    owner = request.form.get("owner", "")[:MOST_OWNER]
    with unit_of_work() as session:
        assign_task(session, _which(market_id, name), owner)
    return _back(market_id)


@blueprint.post("/desk/<community>/markets/<int:market_id>/tasks/<name>/tick")
@for_roles(*PREPARERS)
def task_tick(market_id: int, name: str) -> ResponseReturnValue:
    by = person()
    with unit_of_work() as session:
        tick_task(session, _which(market_id, name), by_id=by.id, now=clock())
    return _back(market_id)


@blueprint.post("/desk/<community>/markets/<int:market_id>/tasks/<name>/tick/removal")
@for_roles(*PREPARERS)
def task_untick(market_id: int, name: str) -> ResponseReturnValue:
    with unit_of_work() as session:
        untick_task(session, _which(market_id, name))
    return _back(market_id)


@blueprint.post("/desk/<community>/markets/<int:market_id>/tasks/<name>/removal")
@for_roles(*PREPARERS)
def task_drop(market_id: int, name: str) -> ResponseReturnValue:
    with unit_of_work() as session:
        drop_task(session, _which(market_id, name))
    flash(gettext("这一项已经删掉。"), "done")
    return _back(market_id)


def _page(day: MarketDayNow, form: TaskForm) -> ResponseReturnValue:
    tasks = checklist_of(reading(), day)
    page = render_template(
        "sales/market_days/checklist.html",
        form=form,
        day=day,
        phases=[(phase, [task for task in tasks if task.phase is phase]) for phase in Phase],
        left=sum(not task.done for task in tasks),
        missing=_missing,
        where=lambda task: _where(day, task),
        may_prepare=may_prepare(),
    )
    return page, form.status


def _form() -> TaskForm:
    form = TaskForm(data={"phase": str(Phase.EVE)})
    form.phase.choices = [(str(phase), gettext(phase.label)) for phase in Phase]
    return form


def _missing(task: TaskNow) -> str:
    """Which stalls, or how many things, stand in the way."""
    if task.seen is None or task.done:
        return ""
    if task.seen.stalls:
        names = str(gettext("、")).join(task.seen.stalls)
        return str(gettext("还差：%(names)s", names=names))
    if task.seen.count:
        return str(ngettext("还差 %(num)s 个", "还差 %(num)s 个", task.seen.count))
    return ""


def _where(day: MarketDayNow, task: TaskNow) -> str:
    """The page on which it is done, where this person may enter it and it still leads on."""
    page = _PAGES.get(task.asked) if task.asked else None
    if page is None or not may_enter(page):
        return ""
    if task.asked in _BEFORE_OPENING and day.opened_at is not None:
        page = "sales.market_day_opening"
    if task.asked is Asked.SET_ASIDE:
        return url_for(page, market=day.id)
    return url_for(page, market_id=day.id)


def _which(market_id: int, name: str) -> TaskOf:
    return TaskOf(community().id, market_id, name)


def _back(market_id: int) -> Response:
    return redirect(url_for(".checklist", market_id=market_id), code=303)
