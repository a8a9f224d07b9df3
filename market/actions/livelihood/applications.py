"""An application for support is written bit by bit, handed in, and may be taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from market.actions.ledger.audit import note
from market.actions.ledger.posting import local_day
from market.actions.livelihood.enterprises import enterprise_of
from market.domain.errors import N_, Missing, Refused
from market.domain.livelihood.plan import (
    MOST_GOAL,
    MOST_ITEM,
    MOST_ITEMS,
    MOST_MILESTONE,
    MOST_STEPS,
    ApplicationState,
    BudgetLine,
    Origin,
    Plan,
    Step,
    StepInThePast,
    SupportKind,
    TooManyLines,
)
from market.domain.money import check_minor
from market.domain.text import clean_text
from market.models.livelihood import BudgetItem, Enterprise, SupportApplication, Tranche


class NoSuchApplication(Missing):
    """No application of this community, or of this entrepreneur, has this id."""

    sentence = N_("没有找到这份申请，请从申请列表重新进入。")


class NoLongerDraft(Refused):
    """Something of an application is changed that was handed in."""

    sentence = N_("这份申请已经提交，不能再改。需要改的话，请先撤回，再写一份新的。")


class AlreadyApplying(Refused):
    """Two applications at a time."""

    sentence = N_("已经有一份申请还在填写或等人审核，请先把那一份办完。")


class NothingToWithdraw(Refused):
    """What was decided, or taken back before."""

    sentence = N_("这份申请现在是“%(state)s”，不能撤回了。")


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """An application, and by whom it may be looked for. `enterprise_id` on an entrepreneur's pages."""

    community_id: int
    application_id: int
    enterprise_id: int | None = None


def begin_application(
    session: Session,
    community_id: int,
    enterprise_id: int,
    origin: Origin,
    *,
    by_id: int,
    now: datetime,
) -> SupportApplication:
    """An empty application. Raises NoSuchEnterprise, AlreadyApplying."""
    enterprise = enterprise_of(session, community_id, enterprise_id)
    standing = select(SupportApplication.id).where(
        SupportApplication.enterprise_id == enterprise.id,
        SupportApplication.state.in_(["draft", "submitted"]),
    )
    if session.scalar(standing.limit(1)) is not None:
        raise AlreadyApplying
    application = SupportApplication(
        enterprise_id=enterprise.id,
        origin=str(origin),
        goal="",
        state=str(ApplicationState.DRAFT),
        round=1,
        entered_by_id=by_id,
        entered_at=now,
        changed_at=now,
    )
    session.add(application)
    session.flush()
    return application


def say_goal(session: Session, whose: Whose, goal: str, *, now: datetime) -> None:
    """What is to become of it. Raises NoSuchApplication, NoLongerDraft, and as `clean_text`."""
    application = _draft(session, whose, now)
    application.goal = clean_text(goal, most=MOST_GOAL, lines=True)


def add_item(session: Session, whose: Whose, item: BudgetLine, *, now: datetime) -> None:
    """One more thing that money is for.

    Raises NoSuchApplication, NoLongerDraft, TooManyLines, and as `clean_text` and `check_minor`.
    """
    application = _draft(session, whose, now)
    last, count = session.execute(
        select(func.coalesce(func.max(BudgetItem.number), 0), func.count()).where(
            BudgetItem.application_id == application.id
        )
    ).one()
    if count >= MOST_ITEMS:
        raise TooManyLines(most=MOST_ITEMS)
    session.add(
        BudgetItem(
            application_id=application.id,
            number=last + 1,
            name=clean_text(item.name, most=MOST_ITEM),
            amount_minor=check_minor(item.amount_minor, least_minor=1),
        )
    )
    session.flush()


def drop_item(session: Session, whose: Whose, number: int, *, now: datetime) -> None:
    """Take a line of the budget out again; one that is gone already is no matter."""
    application = _draft(session, whose, now)
    session.execute(
        delete(BudgetItem).where(
            BudgetItem.application_id == application.id, BudgetItem.number == number
        )
    )


def add_step(session: Session, whose: Whose, step: Step, *, now: datetime) -> None:
    """One more step of the plan, at its end.

    Raises NoSuchApplication, NoLongerDraft, TooManyLines, StepInThePast, and as `clean_text`.
    """
    application = _draft(session, whose, now)
    if step.due_on < _today(session, whose, now):
        raise StepInThePast(field="due_on")
    count = session.scalar(
        select(func.count()).select_from(Tranche).where(Tranche.application_id == application.id)
    )
    if (count or 0) >= MOST_STEPS:
        raise TooManyLines(most=MOST_STEPS)
    session.add(
        Tranche(
            application_id=application.id,
            number=(count or 0) + 1,
            kind=str(step.kind),
            milestone=clean_text(step.milestone, most=MOST_MILESTONE),
            due_on=step.due_on,
            amount_minor=check_minor(step.amount_minor),
            funded_minor=0,
        )
    )
    session.flush()


def drop_step(session: Session, whose: Whose, number: int, *, now: datetime) -> None:
    """Take a step out again; those behind it move up."""
    application = _draft(session, whose, now)
    later = session.scalars(
        select(Tranche)
        .where(Tranche.application_id == application.id, Tranche.number >= number)
        .order_by(Tranche.number)
    ).all()
    for one in later:
        if one.number == number:
            session.delete(one)
        else:
            one.number -= 1
        # One after the other: two steps may never bear the same number.
        session.flush()


def submit_application(
    session: Session, whose: Whose, *, by_id: int, now: datetime
) -> SupportApplication:
    """Hand it in for two people to look at.

    Raises NoSuchApplication, NoLongerDraft, PlanNotWhole, StepsOutOfOrder, StepInThePast,
    StepsBeyondBudget.
    """
    application = _draft(session, whose, now)
    plan = plan_of(session, application)
    plan.check_whole()
    if plan.steps[0].due_on < _today(session, whose, now):
        raise StepInThePast
    application.state = str(ApplicationState.SUBMITTED)
    application.submitted_at = now
    session.flush()
    note(
        session,
        "support_applied",
        community_id=whose.community_id,
        now=now,
        application=application.id,
        origin=application.origin,
        support=plan.support_minor,
        by=by_id,
    )
    return application


def withdraw_application(session: Session, whose: Whose, *, by_id: int, now: datetime) -> None:
    """Take it back while nobody has decided. Raises NoSuchApplication, NothingToWithdraw."""
    application = application_of(session, whose)
    state = ApplicationState(application.state)
    if state not in {ApplicationState.DRAFT, ApplicationState.SUBMITTED}:
        raise NothingToWithdraw(state=state.label)
    application.state = str(ApplicationState.WITHDRAWN)
    application.submitted_at = application.submitted_at or now
    application.changed_at = now
    note(
        session,
        "support_withdrawn",
        community_id=whose.community_id,
        now=now,
        application=application.id,
        by=by_id,
    )


def application_of(session: Session, whose: Whose) -> SupportApplication:
    """The application, locked, if it may be looked for there. Raises NoSuchApplication."""
    question = (
        select(SupportApplication)
        .join(Enterprise, Enterprise.id == SupportApplication.enterprise_id)
        .where(
            SupportApplication.id == whose.application_id,
            Enterprise.community_id == whose.community_id,
        )
        .with_for_update(of=SupportApplication)
        .execution_options(populate_existing=True)
    )
    if whose.enterprise_id is not None:
        question = question.where(Enterprise.id == whose.enterprise_id)
    found = session.scalar(question)
    if found is None:
        raise NoSuchApplication
    return found


def plan_of(session: Session, application: SupportApplication) -> Plan:
    """What the application says, in the domain's words."""
    items = session.scalars(
        select(BudgetItem)
        .where(BudgetItem.application_id == application.id)
        .order_by(BudgetItem.number)
    )
    steps = session.scalars(
        select(Tranche).where(Tranche.application_id == application.id).order_by(Tranche.number)
    )
    return Plan(
        application.goal,
        tuple(BudgetLine(item.name, item.amount_minor) for item in items),
        tuple(
            Step(SupportKind(step.kind), step.milestone, step.due_on, step.amount_minor)
            for step in steps
        ),
    )


def _draft(session: Session, whose: Whose, now: datetime) -> SupportApplication:
    application = application_of(session, whose)
    if application.state != ApplicationState.DRAFT:
        raise NoLongerDraft
    application.changed_at = now
    return application


def _today(session: Session, whose: Whose, now: datetime) -> date:
    return local_day(session, whose.community_id, now)
