"""Properties of lighting plans: agreed on by two, carried out by closures of their day, once."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, Select, and_, func, select
from sqlalchemy.orm import Session, aliased

from market.domain.money import Money
from market.models.ledger import Laying
from market.models.proceeds import (
    Allocation,
    LightingDecision,
    LightingLine,
    LightingOutcome,
    LightingPlan,
    LightingRun,
    Proposal,
    ProposalDecision,
    ProposalItem,
)
from market.models.sales import Closure, MarketDay, Till
from market.queries.ledger.check.verdict import Verdict, verdict


def plans_are_carried_out(session: Session, community_id: int) -> Verdict:
    """What plans have given is what two agreed on, is in the books, and came from their day.

    No run gives more than it had, no line more than it may, all runs of a day and a fund no more
    than the closures of that day have laid there; and no batch says it is a plan's that is not.
    """
    runs = session.execute(_runs(community_id)).all()
    wrong = [
        *(f"lighting_run {run.id}" for run in runs if not _holds(run)),
        *(f"lighting_line {row[0]}.{row[1]}" for row in session.execute(_unlike(community_id))),
        *(f"lighting_plan {row[0]}" for row in session.execute(_beyond_the_day(community_id))),
        *(f"lighting_plan {row[0]}" for row in session.execute(_by_one(community_id))),
        *(f"proposal {number}" for number in session.scalars(_without_a_run(community_id))),
    ]
    return verdict(
        "plans_carried_out",
        "lighting plans gave what two agreed on, once, out of their day's takings",
        wrong,
        ("runs", len(runs)),
        ("given", Money(sum(int(run.given) for run in runs))),
    )


def _holds(run: Row[*tuple[Any, ...]]) -> bool:
    """A run: on an approved plan, by a closure of its day, and its batch is as its outcomes say."""
    agreed = run.approved and run.closed_day == run.market_day_id
    within = run.given <= run.budget_minor and run.given == run.allocated
    if run.proposal_id is None:
        return bool(agreed and within and not run.given)
    same_people = (run.batch_by, run.batch_decided_by) == (run.proposed_by_id, run.decided_by_id)
    same_fund = run.batch_fund == run.fund_id and run.rule == "lighting_plan"
    return bool(agreed and within and run.given and same_people and same_fund)


def _runs(community_id: int) -> Select[*tuple[Any, ...]]:
    given = (
        select(func.coalesce(func.sum(LightingOutcome.amount_minor), 0))
        .where(LightingOutcome.run_id == LightingRun.id)
        .scalar_subquery()
    )
    allocated = (
        select(func.coalesce(func.sum(Allocation.amount_minor), 0))
        .join(ProposalItem, ProposalItem.id == Allocation.item_id)
        .where(
            ProposalItem.proposal_id == LightingRun.proposal_id,
            Allocation.amount_minor == ProposalItem.amount_minor,
            Allocation.wish_id == ProposalItem.wish_id,
        )
        .scalar_subquery()
    )
    return (
        select(
            LightingRun.id,
            LightingRun.budget_minor,
            LightingRun.proposal_id,
            LightingPlan.market_day_id,
            LightingPlan.fund_id,
            LightingPlan.proposed_by_id,
            LightingDecision.approved,
            LightingDecision.decided_by_id,
            Till.market_day_id.label("closed_day"),
            Proposal.rule,
            Proposal.fund_id.label("batch_fund"),
            Proposal.proposed_by_id.label("batch_by"),
            ProposalDecision.decided_by_id.label("batch_decided_by"),
            given.label("given"),
            allocated.label("allocated"),
        )
        .join(LightingPlan, LightingPlan.id == LightingRun.plan_id)
        .join(MarketDay, MarketDay.id == LightingPlan.market_day_id)
        .join(Closure, Closure.id == LightingRun.closure_id)
        .join(Till, Till.id == Closure.till_id)
        .outerjoin(LightingDecision, LightingDecision.plan_id == LightingPlan.id)
        .outerjoin(Proposal, Proposal.id == LightingRun.proposal_id)
        .outerjoin(ProposalDecision, ProposalDecision.proposal_id == Proposal.id)
        .where(MarketDay.community_id == community_id)
        .order_by(LightingRun.id)
    )


def _unlike(community_id: int) -> Select[int, int]:
    """Lines that gave more than they may, or to another wish than theirs."""
    item = aliased(ProposalItem)
    return (
        select(LightingLine.plan_id, LightingLine.ordinal)
        .join(LightingPlan, LightingPlan.id == LightingLine.plan_id)
        .join(MarketDay, MarketDay.id == LightingPlan.market_day_id)
        .join(LightingRun, LightingRun.plan_id == LightingLine.plan_id)
        .join(
            LightingOutcome,
            and_(
                LightingOutcome.run_id == LightingRun.id,
                LightingOutcome.ordinal == LightingLine.ordinal,
            ),
        )
        .outerjoin(
            item,
            and_(item.proposal_id == LightingRun.proposal_id, item.wish_id == LightingLine.wish_id),
        )
        .where(MarketDay.community_id == community_id)
        .group_by(LightingLine.plan_id, LightingLine.ordinal, LightingLine.amount_minor)
        .having(
            (func.sum(LightingOutcome.amount_minor) > LightingLine.amount_minor)
            | (
                func.sum(LightingOutcome.amount_minor)
                != func.sum(func.coalesce(item.amount_minor, 0))
            )
        )
        .order_by(LightingLine.plan_id, LightingLine.ordinal)
    )


def _beyond_the_day(community_id: int) -> Select[int]:
    """The newest plan of each day and fund whose plans gave more than the day has laid there."""
    laid = (
        select(func.coalesce(func.sum(Laying.end_minor - Laying.start_minor), 0))
        .join(Closure, Closure.id == Laying.closure_id)
        .join(Till, Till.id == Closure.till_id)
        .where(
            Till.market_day_id == LightingPlan.market_day_id, Laying.fund_id == LightingPlan.fund_id
        )
        .correlate(LightingPlan)
        .scalar_subquery()
    )
    return (
        select(func.max(LightingPlan.id))
        .join(MarketDay, MarketDay.id == LightingPlan.market_day_id)
        .join(LightingRun, LightingRun.plan_id == LightingPlan.id)
        .join(LightingOutcome, LightingOutcome.run_id == LightingRun.id)
        .where(MarketDay.community_id == community_id)
        .group_by(LightingPlan.market_day_id, LightingPlan.fund_id)
        .having(func.sum(LightingOutcome.amount_minor) > laid)
    )


def _by_one(community_id: int) -> Select[int]:
    """Plans approved by whoever proposed them."""
    return (
        select(LightingPlan.id)
        .join(MarketDay, MarketDay.id == LightingPlan.market_day_id)
        .join(LightingDecision, LightingDecision.plan_id == LightingPlan.id)
        .where(
            MarketDay.community_id == community_id,
            LightingDecision.approved,
            LightingDecision.decided_by_id == LightingPlan.proposed_by_id,
        )
        .order_by(LightingPlan.id)
    )


def _without_a_run(community_id: int) -> Select[int]:
    """Batches that claim a plan's agreement and that no run has made."""
    return (
        select(Proposal.id)
        .outerjoin(LightingRun, LightingRun.proposal_id == Proposal.id)
        .where(
            Proposal.community_id == community_id,
            Proposal.rule == "lighting_plan",
            LightingRun.id.is_(None),
        )
        .order_by(Proposal.id)
    )
