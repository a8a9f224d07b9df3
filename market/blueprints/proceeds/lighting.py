"""A market day's lighting plan: proposed, approved by another, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from market.actions.ledger.approvers import APPROVERS
from market.actions.ledger.posting import local_day
from market.actions.proceeds.lighting_plans import (
    DecidePlan,
    ProposePlan,
    decide_plan,
    propose_plan,
)
from market.blueprints.proceeds import blueprint
from market.blueprints.proceeds.lighting_forms import (
    Draft,
    PlanForm,
    RefusalForm,
    WordForm,
    suggested,
    typed,
)
from market.blueprints.proceeds.wish_desk import holds
from market.domain.people import Role
from market.domain.proceeds.lighting import DARK, GIVEN
from market.extensions import reading
from market.queries.proceeds.allocations import Waiting, waiting_wishes
from market.queries.proceeds.funds import NoSuchFund
from market.queries.proceeds.lighting import (
    DayOfPlans,
    FundOfDay,
    LineNow,
    PlanNow,
    day_of_plans,
    lines_of,
    plan_of,
    plans_now,
    plans_of,
    plans_waiting,
    undecided_plans,
    wishes_funds_of,
)
from market.web.access import community, for_roles, person
from market.web.desk import DeskWaiting, addressee, offer_waiting
from market.web.filters import money_text
from market.web.forms import Form, acted
from market.web.sessions import clock

PROPOSERS = (Role.SOCIAL_WORKER, Role.TREASURER, Role.ADMINISTRATOR)
READERS = (*PROPOSERS, Role.REVIEWER, Role.AUDITOR)

blueprint.record(
    lambda state: offer_waiting(
        state.app,
        DeskWaiting(
            order=21,
            endpoint="proceeds.lighting_waiting",
            icon="lantern",
            count=plans_waiting,
            words=lambda number: ngettext(
                "%(num)s 份点亮清单等您复核", "%(num)s 份点亮清单等您复核", number
            ),
        ),
    )
)


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line as the pages draw it. `tone` and `words` say how it stands."""

    line: LineNow
    words: str
    icon: str
    tone: str
    percent: int


@dataclass(frozen=True, slots=True)
class ShownFund:
    """A fund for wishes with the plan that holds, if one does."""

    fund: FundOfDay
    plan_id: int | None
    lines: tuple[ShownLine, ...]
    reached_minor: int
    expected: int
    lit: int
    failed: bool


@blueprint.get("/desk/<community>/market-days/<int:market_id>/lighting")
@for_roles(*READERS)
def lighting(market_id: int) -> ResponseReturnValue:
    day = day_of_plans(reading(), community().id, market_id)
    holding = {plan.fund_id: plan for plan in plans_now(reading(), day.id, today=_today())}
    return render_template(
        "proceeds/lighting/day.html",
        day=day,
        funds=[_fund(fund, holding.get(fund.id)) for fund in wishes_funds_of(reading(), day.id)],
        plans=plans_of(reading(), day.id),
        may_propose=holds(PROPOSERS) and not day.over,
    )


@blueprint.get("/desk/<community>/lighting")
@for_roles(*READERS)
def lighting_waiting() -> ResponseReturnValue:
    """Plans that nobody has decided."""
    return render_template(
        "proceeds/lighting/waiting.html",
        plans=undecided_plans(reading(), community().id),
    )


@blueprint.route(
    "/desk/<community>/market-days/<int:market_id>/lighting/<int:fund_id>/new",
    methods=["GET", "POST"],
)
@for_roles(*PROPOSERS)
def lighting_new(market_id: int, fund_id: int) -> ResponseReturnValue:
    here, by = community(), person()
    day = day_of_plans(reading(), here.id, market_id)
    fund = _fund_of(day, fund_id)
    form = PlanForm()
    if request.method == "GET":
        return _new(day, fund, suggested(_waiting()), form)
    draft = typed(_waiting())
    if not form.validate() or draft.wrong:
        return _new(day, fund, draft, form, status=422)
    done = acted(
        form,
        lambda session: propose_plan(
            session,
            ProposePlan(
                community_id=here.id,
                market_day_id=day.id,
                fund_id=fund.id,
                lines=draft.lines,
                note=form.note.text,
            ),
            by_id=by.id,
            now=clock(),
        ),
    )
    if done:
        flash(gettext("点亮清单已经提出，等另一位同事复核。"), "done")
        return redirect(url_for(".lighting_plan", plan_id=done.result.id), code=303)
    return _new(day, fund, draft, form, status=form.status)


@blueprint.get("/desk/<community>/lighting/<int:plan_id>")
@for_roles(*READERS)
def lighting_plan(plan_id: int) -> ResponseReturnValue:
    return _plan(plan_id, RefusalForm())


@blueprint.post("/desk/<community>/lighting/<int:plan_id>/approval")
@for_roles(*APPROVERS)
def lighting_approve(plan_id: int) -> ResponseReturnValue:
    here, by = community(), person()
    form = RefusalForm(formdata=None)
    if acted(
        WordForm(),
        lambda session: decide_plan(
            session,
            DecidePlan(community_id=here.id, plan_id=plan_id, approved=True),
            by_id=by.id,
            now=clock(),
        ),
        on=form,
    ):
        flash(gettext("已经批准。最后一班收摊时，会照这份清单点亮。"), "done")
        return redirect(url_for(".lighting_plan", plan_id=plan_id), code=303)
    return _plan(plan_id, form)


@blueprint.post("/desk/<community>/lighting/<int:plan_id>/refusal")
@for_roles(*APPROVERS)
def lighting_decline(plan_id: int) -> ResponseReturnValue:
    here, by = community(), person()
    form = RefusalForm()
    if acted(
        form,
        lambda session: decide_plan(
            session,
            DecidePlan(
                community_id=here.id, plan_id=plan_id, approved=False, reason=form.reason.text
            ),
            by_id=by.id,
            now=clock(),
        ),
    ):
        flash(gettext("已经退回，这份清单不会执行。"), "done")
        return redirect(url_for(".lighting_plan", plan_id=plan_id), code=303)
    return _plan(plan_id, form)


def _today() -> date:
    return local_day(reading(), community().id, clock())


def _waiting() -> list[Waiting]:
    return waiting_wishes(reading(), community().id, today=_today())


def _fund_of(day: DayOfPlans, fund_id: int) -> FundOfDay:
    for fund in wishes_funds_of(reading(), day.id):
        if fund.id == fund_id:
            return fund
    raise NoSuchFund


def _fund(fund: FundOfDay, plan: PlanNow | None) -> ShownFund:
    if plan is None:
        return ShownFund(fund, None, (), 0, expected=0, lit=0, failed=False)
    reach = {one.ordinal: one.percent for one in plan.prospects}
    lines = tuple(_line(line, reach.get(line.ordinal)) for line in plan.lines)
    return ShownFund(
        fund,
        plan.plan_id,
        lines,
        plan.reached_minor,
        expected=sum(line.tone == "expected" for line in lines),
        lit=sum(line.line.given_minor > 0 and line.line.done for line in lines),
        failed=plan.failed,
    )


def _line(line: LineNow, percent: int | None) -> ShownLine:
    """What became of the line, or what is expected of it."""
    if line.fate in GIVEN:
        words = gettext("已点亮")
        if line.short_minor:
            words = gettext("先备了一部分，还差 %(amount)s", amount=money_text(line.short_minor))
        return ShownLine(line, words, "lantern", "lit", 100)
    if line.fate in DARK:
        words = gettext("还差 %(amount)s，下次继续", amount=money_text(line.short_minor))
        return ShownLine(line, words, "moon", "waiting", percent or 0)
    passed = line.fate or line.planned.passed_over
    if passed:
        return ShownLine(line, gettext(passed.label), "void", "quiet", 0)
    if percent == 100:  # noqa: PLR2004 - all of it
        return ShownLine(line, gettext("预计点亮"), "sparkle", "expected", 100)
    return ShownLine(line, gettext("等待点亮"), "moon", "waiting", percent or 0)


def _new(
    day: DayOfPlans, fund: FundOfDay, draft: Draft, form: PlanForm, *, status: int = 200
) -> ResponseReturnValue:
    page = render_template(
        "proceeds/lighting/new.html",
        day=day,
        fund=fund,
        draft=draft,
        form=form,
        problems=draft.wrong,
    )
    return page, status


def _plan(plan_id: int, form: Form) -> ResponseReturnValue:
    plan = plan_of(reading(), community().id, plan_id)
    day = day_of_plans(reading(), community().id, plan.market_day_id)
    me = person()
    may_decide = bool(me.roles_in(community().id) & APPROVERS)
    open_, own = plan.approved is None, plan.proposed_by_id == me.id
    lines = [_line(line, None) for line in lines_of(reading(), [plan_id], today=_today())]
    page = render_template(
        "proceeds/lighting/plan.html",
        plan=plan,
        day=day,
        lines=lines,
        form=form,
        may_approve=open_ and not own and may_decide and not day.over and not plan.newer,
        may_decline=open_ and not own and may_decide,
        may_take_back=open_ and own and may_decide,
        button=ngettext(
            "批准清单：%(num)s 个心愿，共 %(amount)s",
            "批准清单：%(num)s 个心愿，共 %(amount)s",
            plan.lines,
            amount=money_text(plan.amount_minor),
        ),
        message=_message(plan_id, plan.lines, plan.amount_minor) if open_ and own else "",
    )
    return page, form.status


def _message(plan_id: int, lines: int, amount_minor: int) -> str:
    """What the proposer sends to whoever is to approve."""
    return str(
        ngettext(
            "%(who)s，有一份点亮清单（%(num)s 个心愿共 %(amount)s）等您复核：%(address)s",
            "%(who)s，有一份点亮清单（%(num)s 个心愿共 %(amount)s）等您复核：%(address)s",
            lines,
            who=addressee(),
            amount=money_text(amount_minor),
            address=url_for(".lighting_plan", plan_id=plan_id, _external=True),
        )
    )
