"""Support at the desk: what comes next, the money, whose interests stand in the way; files of it."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from market.actions.ledger.posting import local_day
from market.blueprints.livelihood import blueprint
from market.blueprints.livelihood.desk import READERS, WRITERS
from market.domain.errors import N_
from market.domain.livelihood.plan import (
    ApplicantMayNotDecide,
    HelperMayNotDecide,
    RelativeMayNotDecide,
)
from market.extensions import reading
from market.queries.livelihood.applications import applications_of
from market.queries.livelihood.support import (
    DueRow,
    InterestRow,
    StepLine,
    Task,
    due_next,
    interests,
    step_lines,
    support_money,
    support_waiting,
)
from market.web.access import community, for_roles, person
from market.web.desk import DeskPage, DeskRow, DeskWaiting, offer, offer_waiting
from market.web.filters import date_text, money_text
from market.web.sessions import clock
from market.web.sheets import CellKind, Column, Sheet, asked_format, sheet_answer

_TASKS = {
    Task.OVERDUE: (N_("第 %(number)s 步过期了"), "alert"),
    Task.REVIEW: (N_("申请等人审核"), "question"),
    Task.APPEAL: (N_("申诉等人答复"), "chat"),
    Task.EVIDENCE: (N_("第 %(number)s 步的材料等人看"), "seal"),
    Task.RELEASE: (N_("第 %(number)s 批可以放款"), "forward"),
    Task.APPROVE: (N_("第 %(number)s 批的放款等人批准"), "check"),
    Task.SPENDING: (N_("第 %(number)s 批的用款等人复核"), "receipt"),
    Task.SOON: (N_("第 %(number)s 步快到期了"), "calendar"),
}
_WHY = {
    ApplicantMayNotDecide: N_("本人"),
    RelativeMayNotDecide: N_("声明过关系"),
    HelperMayNotDecide: N_("帮手"),
}

blueprint.record(
    lambda state: offer(
        state.app,
        DeskPage(
            42,
            "livelihood.support",
            N_("创业支持"),
            "flag",
            under=("livelihood.application", "livelihood.spending"),
        ),
    )
)
blueprint.record(
    lambda state: offer_waiting(
        state.app,
        DeskWaiting(
            order=26,
            endpoint="livelihood.support",
            icon="flag",
            count=support_waiting,
            words=lambda number: ngettext(
                "创业支持有 %(num)s 件事等人看", "创业支持有 %(num)s 件事等人看", number
            ),
        ),
    )
)


@dataclass(frozen=True, slots=True)
class Interest:
    """An interest as the page says it."""

    person: str
    enterprise: str
    reason: str
    since: object


@blueprint.get("/desk/<community>/support")
@for_roles(*READERS)
def support() -> ResponseReturnValue:
    here = community()
    if asked_format():
        lines = step_lines(reading(), here.id)
        return sheet_answer(Sheet(str(gettext("创业支持")), _columns(), lines, [here.name]))
    due = due_next(reading(), here.id, local_day(reading(), here.id, clock()))
    return render_template(
        "livelihood/desk/support.html",
        money=support_money(reading(), here.id),
        due=[_row(one) for one in due],
        overdue=sum(one.task is Task.OVERDUE for one in due),
        applications=applications_of(reading(), here.id),
        interests=[_interest(one) for one in interests(reading(), here.id)],
        may_write=bool(person().roles_in(here.id) & set(WRITERS)),
    )


def _row(one: DueRow) -> DeskRow:
    words, icon = _TASKS[one.task]
    text = f"{one.enterprise} · {gettext(words, number=one.number)}"
    if one.task is Task.APPROVE:
        href = url_for("proceeds.proposal", proposal_id=one.leads_to)
    elif one.task is Task.SPENDING:
        href = url_for(".spending", move_id=one.leads_to)
    else:
        href = url_for(".application", application_id=one.application_id)
    aside = money_text(one.amount_minor) if one.amount_minor else ""
    hint = f"{date_text(one.on)} · {one.what}" if one.on else one.what
    return DeskRow(text, href, icon, hint, aside)


def _interest(one: InterestRow) -> Interest:
    return Interest(one.person, one.enterprise, str(gettext(_WHY[one.why])), one.since)


def _columns() -> list[Column[StepLine]]:
    money = CellKind.MONEY
    return [
        Column(gettext("创业项目"), lambda row: row.enterprise),
        Column(gettext("申请人"), lambda row: row.person),
        Column(gettext("状态"), lambda row: gettext(row.state.label)),
        Column(gettext("第几步"), lambda row: row.number, CellKind.COUNT),
        Column(gettext("先做到什么"), lambda row: row.milestone),
        Column(gettext("哪天以前"), lambda row: row.due_on, CellKind.DAY),
        Column(gettext("支持"), lambda row: gettext(row.kind.label)),
        Column(gettext("做到了"), lambda row: gettext("是") if row.reached else gettext("否")),
        Column(
            gettext("按计划"),
            lambda row: row.amount_minor,
            money,
            gettext("两个人同意的计划里，这一步的支持。"),
        ),
        Column(
            gettext("已放款"),
            lambda row: row.given_minor,
            money,
            gettext("两个人批准、从专款里拿出来的，减去退回的。"),
        ),
        Column(
            gettext("已用"), lambda row: row.spent_minor, money, gettext("已经付掉、有凭证的部分。")
        ),
        Column(gettext("还没用"), lambda row: row.left_minor, money, gettext("已放款减去已用。")),
    ]
