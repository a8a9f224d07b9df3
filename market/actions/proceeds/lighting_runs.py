"""Carrying a lighting plan out: what the last closure of a market day does with its takings.

It is handed to the ledger room by `app.py` (see `market/actions/ledger/day_end.py`), runs in the
closure's own unit of work, and goes by the same guarded statements as any batch of allocations.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from market.actions.ledger.audit import note
from market.actions.ledger.day_end import DayEnd
from market.actions.ledger.posting import local_day
from market.actions.proceeds.approval import carry_out as give_out
from market.domain.proceeds.lighting import GIVEN, Outcome, carry_out
from market.domain.proceeds.ranking import AllocationRule
from market.models.ledger import Fund
from market.models.proceeds import (
    LightingLine,
    LightingOutcome,
    LightingRun,
    Proposal,
    ProposalDecision,
    ProposalItem,
    Wish,
)
from market.queries.proceeds.lighting import (
    LineNow,
    PlanRow,
    lines_of,
    plan_of,
    standing_plans,
)
from market.queries.proceeds.lighting_takings import takings_of


class CarryOutPlans:
    """The act at a market day's end: light what its approved plans say, as far as the money goes.

    What an earlier run of the same plan has lit is done with; a till opened after the day's end and
    closed again leads to another run, over what is still dark.
    """

    def lock(self, session: Session, market_day_id: int) -> None:
        """The wishes of the plans that hold, in the order of their ids."""
        plans = standing_plans(session, market_day_id)
        if plans:
            session.execute(
                select(Wish.id)
                .join(LightingLine, LightingLine.wish_id == Wish.id)
                .where(LightingLine.plan_id.in_(plans.values()))
                .order_by(Wish.id)
                .with_for_update(of=Wish)
            )

    def act(self, session: Session, end: DayEnd) -> None:
        """Carry out the plan of each fund."""
        for fund_id, plan_id in standing_plans(session, end.market_day_id).items():
            plan = plan_of(session, end.community_id, plan_id)
            today = local_day(session, end.community_id, end.now)
            lines = [line for line in lines_of(session, [plan_id], today=today) if not line.done]
            if lines:
                _run(session, end, plan, lines, _budget_minor(session, end, fund_id))

    def failed(self, session: Session, end: DayEnd) -> None:
        """Leave a record with each plan, so that the desk says it and somebody lights by hand."""
        for plan_id in standing_plans(session, end.market_day_id).values():
            _record(session, end, plan_id, budget_minor=0, failed=True)


def _budget_minor(session: Session, end: DayEnd, fund_id: int) -> int:
    """What of the day's takings is in the fund and free."""
    free = session.scalar(select(Fund.laid_minor - Fund.taken_minor).where(Fund.id == fund_id))
    takings = takings_of(session, end.market_day_id).get(fund_id)
    return max(0, min(free or 0, takings.laid_minor if takings else 0))


def _run(
    session: Session, end: DayEnd, plan: PlanRow, lines: Sequence[LineNow], budget_minor: int
) -> None:
    outcomes = carry_out(budget_minor, [line.planned for line in lines])
    given = [one for one in outcomes if one.fate in GIVEN]
    proposal_id = None
    if given:
        proposal_id = _give_out(session, end, plan, lines, given)
    run = _record(session, end, plan.id, budget_minor=budget_minor, proposal_id=proposal_id)
    session.execute(
        insert(LightingOutcome),
        [
            {
                "run_id": run.id,
                "ordinal": one.ordinal,
                "fate": str(one.fate),
                "amount_minor": one.amount_minor,
                "short_minor": one.short_minor,
            }
            for one in outcomes
        ],
    )


def _give_out(
    session: Session,
    end: DayEnd,
    plan: PlanRow,
    lines: Sequence[LineNow],
    given: Sequence[Outcome],
) -> int:
    """The plan's two people have agreed on this batch: theirs are the names in the books."""
    if plan.decided_by_id is None or plan.decided_at is None:
        message = f"lighting plan {plan.id} holds, and nobody has approved it"
        raise LookupError(message)
    proposal = Proposal(
        community_id=end.community_id,
        fund_id=plan.fund_id,
        rule=str(AllocationRule.LIGHTING_PLAN),
        note=plan.note,
        proposed_by_id=plan.proposed_by_id,
        proposed_at=plan.proposed_at,
    )
    session.add(proposal)
    session.flush()
    wish_of = {line.ordinal: line.wish_id for line in lines}
    session.execute(
        insert(ProposalItem),
        [
            {
                "proposal_id": proposal.id,
                "ordinal": ordinal,
                "wish_id": wish_of[one.ordinal],
                "market_day_id": None,
                "amount_minor": one.amount_minor,
            }
            for ordinal, one in enumerate(given, start=1)
        ],
    )
    session.add(
        ProposalDecision(
            proposal_id=proposal.id,
            approved=True,
            reason="",
            decided_by_id=plan.decided_by_id,
            decided_at=plan.decided_at,
        )
    )
    session.flush()
    give_out(session, proposal, by_id=plan.decided_by_id, now=end.now)
    return proposal.id


def _record(
    session: Session,
    end: DayEnd,
    plan_id: int,
    *,
    budget_minor: int,
    proposal_id: int | None = None,
    failed: bool = False,
) -> LightingRun:
    run = LightingRun(
        plan_id=plan_id,
        closure_id=end.closure_id,
        proposal_id=proposal_id,
        budget_minor=budget_minor,
        failed=failed,
        at=end.now,
    )
    session.add(run)
    session.flush()
    note(
        session,
        "lighting_plan_carried_out",
        community_id=end.community_id,
        now=end.now,
        plan=plan_id,
        closure=end.closure_id,
        budget=budget_minor,
        proposal=proposal_id or 0,
        failed=int(failed),
        by=end.by_id,
    )
    return run
