"""Lighting plans are proposed by one person and approved by another, before the market day is over.

A plan is never changed: another one is proposed, and holds once it is approved.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from market.actions.ledger.approvers import require_approver
from market.actions.ledger.audit import note
from market.actions.ledger.day_end import lock_market_day
from market.actions.ledger.posting import local_day
from market.actions.proceeds.proposals import (
    MOST_ITEMS,
    MOST_NOTE,
    NoSuchUse,
    NothingProposed,
    TooManyItems,
    require_waiting,
)
from market.domain.errors import N_, Refused
from market.domain.money import Money, check_minor
from market.domain.people import two_people
from market.domain.text import clean_text
from market.models.proceeds import LightingDecision, LightingLine, LightingPlan
from market.queries.proceeds.funds import NoSuchFund
from market.queries.proceeds.lighting import (
    DayOfPlans,
    PlanRow,
    day_of_plans,
    plan_of,
    wishes_funds_of,
)


class DayIsOver(Refused):
    """Every till of the market day is closed: its plan, if any, has been carried out."""

    sentence = N_("“%(day)s”的收银班次都已收摊，清单不能再改。请到专款页面直接安排款项。")


class OnlyAPart(Refused):
    """Less than a wish misses, on a line that may not give a part."""

    sentence = N_(
        "心愿 %(code)s 还差 %(missing)s，只写 %(amount)s 点不亮它。请写足，或勾选“可以先备一部分”。"
    )


class PlanDecided(Refused):
    """Somebody was quicker."""

    sentence = N_("这份点亮清单已经有人处理过了，请刷新页面看结果。")


class NewerPlanHolds(Refused):
    """A plan proposed later has been approved already."""

    sentence = N_("已经有一份更新的点亮清单批准了，这一份不能再批准。")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedLine:
    """So much for one wish; with `in_part` it may be lit a part at a time."""

    wish_id: int
    amount_minor: int
    in_part: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposePlan:
    """What a market day's takings in one fund are to light, in this order."""

    community_id: int
    market_day_id: int
    fund_id: int
    lines: tuple[PlannedLine, ...]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidePlan:
    """The second person's word; a refusal, or taking one's own plan back, needs a reason."""

    community_id: int
    plan_id: int
    approved: bool
    reason: str = ""


def propose_plan(
    session: Session, command: ProposePlan, *, by_id: int, now: datetime
) -> LightingPlan:
    """Write a plan down for a second person; it may well be longer than the takings.

    Raises NoSuchDay, NoSuchFund, DayIsOver, NothingProposed, TooManyItems, NoSuchUse,
    WishNotWaiting, WishMayNotBeLit, WishNeedsLess, OnlyAPart.
    """
    day = day_of_plans(session, command.community_id, command.market_day_id)
    _require_not_over(day)
    if command.fund_id not in {fund.id for fund in wishes_funds_of(session, day.id)}:
        raise NoSuchFund
    _check_shape(command.lines)
    _require_waiting(session, command, local_day(session, command.community_id, now))
    plan = LightingPlan(
        market_day_id=day.id,
        fund_id=command.fund_id,
        note=clean_text(command.note, most=MOST_NOTE, least=0),
        proposed_by_id=by_id,
        proposed_at=now,
    )
    session.add(plan)
    session.flush()
    session.execute(
        insert(LightingLine),
        [
            {
                "plan_id": plan.id,
                "ordinal": ordinal,
                "wish_id": line.wish_id,
                "amount_minor": line.amount_minor,
                "in_part": line.in_part,
            }
            for ordinal, line in enumerate(command.lines, start=1)
        ],
    )
    note(
        session,
        "lighting_plan_proposed",
        community_id=command.community_id,
        now=now,
        plan=plan.id,
        market_day=day.id,
        fund=command.fund_id,
        lines=len(command.lines),
        amount=sum(line.amount_minor for line in command.lines),
        by=by_id,
    )
    return plan


def decide_plan(
    session: Session, command: DecidePlan, *, by_id: int, now: datetime
) -> LightingDecision:
    """Approve a plan of somebody else, or refuse one, or take one's own back.

    An approved plan holds from then on, in place of an older one. Raises NoSuchPlan,
    NoLongerApprover, SamePerson, DayIsOver, NewerPlanHolds, PlanDecided, and as `clean_text`.
    """
    plan = plan_of(session, command.community_id, command.plan_id)
    reason = clean_text(command.reason, most=MOST_NOTE, least=0 if command.approved else 1)
    if command.approved:
        require_approver(session, command.community_id, by_id)
        two_people(plan.proposed_by_id, by_id)
        _require_may_hold(session, command.community_id, plan)
    decided = _decide(session, command, reason, by_id=by_id, now=now)
    note(
        session,
        "lighting_plan_decided",
        community_id=command.community_id,
        now=now,
        plan=plan.id,
        approved=int(command.approved),
        by=by_id,
    )
    return decided


def _require_not_over(day: DayOfPlans) -> None:
    if day.over:
        raise DayIsOver(day=day.name)


def _check_shape(lines: tuple[PlannedLine, ...]) -> None:
    if not lines:
        raise NothingProposed
    if len(lines) > MOST_ITEMS:
        raise TooManyItems(most=MOST_ITEMS)
    for line in lines:
        check_minor(line.amount_minor, least_minor=1)
    if len({line.wish_id for line in lines}) < len(lines):
        raise NoSuchUse


def _require_waiting(session: Session, command: ProposePlan, today: date) -> None:
    lines = {line.wish_id: line for line in command.lines}
    amounts = {wish_id: line.amount_minor for wish_id, line in lines.items()}
    for wish in require_waiting(session, command.community_id, amounts, today):
        line = lines[wish.id]
        if line.amount_minor < wish.missing_minor and not line.in_part:
            raise OnlyAPart(
                code=wish.code,
                missing=Money(wish.missing_minor),
                amount=Money(line.amount_minor),
            )


def _require_may_hold(session: Session, community_id: int, plan: PlanRow) -> None:
    """Whoever ends the day meanwhile is waited for: a plan approved too late would never be lit."""
    lock_market_day(session, plan.market_day_id)
    _require_not_over(day_of_plans(session, community_id, plan.market_day_id))
    if plan_of(session, community_id, plan.id).newer:
        raise NewerPlanHolds


def _decide(
    session: Session, command: DecidePlan, reason: str, *, by_id: int, now: datetime
) -> LightingDecision:
    """Once: whoever comes second waits for the first, then is refused."""
    add = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    decided: LightingDecision | None = session.scalar(
        add(LightingDecision)
        .values(
            plan_id=command.plan_id,
            approved=command.approved,
            reason=reason,
            decided_by_id=by_id,
            decided_at=now,
        )
        .on_conflict_do_nothing()
        .returning(LightingDecision)
    )
    if decided is None:
        raise PlanDecided
    return decided
