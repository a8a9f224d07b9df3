"""Support for an enterprise, step by step: `agreed_plan(session, stage, made)` may be released."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.livelihood.applications import (
    Whose,
    add_item,
    add_step,
    begin_application,
    say_goal,
    submit_application,
)
from market.actions.livelihood.milestones import (
    DecideEvidence,
    TellReached,
    decide_evidence,
    tell_reached,
)
from market.actions.livelihood.reviews import ReviewApplication, review_application
from market.actions.livelihood.spending import (
    DecideSpending,
    ProposeSpending,
    decide_spending,
    propose_spending,
)
from market.actions.proceeds.approval import Approved, ApproveProposal, approve_proposal
from market.actions.proceeds.proposals import (
    ProposeAllocations,
    ProposedItem,
    propose_allocations,
)
from market.actions.proceeds.returns import (
    DecideReturn,
    ProposeReturn,
    decide_return,
    propose_return,
)
from market.domain.ledger.account import AccountRef
from market.domain.livelihood.plan import BudgetLine, Origin, Step, SupportKind
from market.domain.proceeds.ranking import AllocationRule
from market.models.ledger import MoneyMove, MoneyMoveDecision
from market.models.livelihood import Tranche
from market.models.proceeds import Allocation, Proposal
from tests.factories import NOW, make_fund
from tests.livelihood import MadeEnterprise, make_enterprise
from tests.market_day import Day
from tests.wishes import Stage, lay_money, make_stage

DUE = date(2027, 1, 31)
STEPS = (
    Step(SupportKind.GOODS, "列好要买的布和线", DUE, 300_00),
    Step(SupportKind.TRAINING, "学会给布包上里衬", DUE, 0),
    Step(SupportKind.MONEY, "做好三十个布包", DUE, 200_00),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Support(Stage):
    """Who decides, whose money it is, and whom it is for."""

    made: MadeEnterprise


def make_support(session: Session, *, laid_minor: int = 450_00) -> Support:
    """An entrepreneur with a card, and a fund that may support them."""
    stage = make_stage(session)
    fund = make_fund(session, stage.community, purpose="enterprise", name="助残创业专款")
    lay_money(session, stage, laid_minor, fund)
    made = make_enterprise(session, stage.community, stage.cast.social_worker)
    return Support(
        community=stage.community, cast=stage.cast, fund=fund, safe=stage.safe, made=made
    )


def support_on(session: Session, day: Day) -> Support:
    """The same on a market day whose enterprise fund has what its tills laid there."""
    made = make_enterprise(session, day.community, day.cast.social_worker)
    return Support(
        community=day.community,
        cast=day.cast,
        fund=day.enterprise,
        safe=day.custodian,
        made=made,
    )


def draft(
    session: Session, support: Support, steps: tuple[Step, ...] = STEPS, now: datetime = NOW
) -> Whose:
    """What she asks for, written down by herself and not handed in."""
    her = support.made.person_id
    application = begin_application(
        session, support.community.id, support.made.enterprise.id, Origin.OWN, by_id=her, now=now
    )
    whose = Whose(community_id=support.community.id, application_id=application.id)
    say_goal(session, whose, "一年里让布包养活自己", now=now)
    add_item(session, whose, BudgetLine("布和线", 350_00), now=now)
    add_item(session, whose, BudgetLine("二手缝纫机", 250_00), now=now)
    for step in steps:
        add_step(session, whose, step, now=now)
    return whose


def review(
    session: Session, whose: Whose, by_id: int, *, approved: bool = True, reason: str = ""
) -> None:
    word = ReviewApplication(whose=whose, approved=approved, no_interest=True, reason=reason)
    review_application(session, word, by_id=by_id, now=NOW)


def agreed_plan(
    session: Session, support: Support, steps: tuple[Step, ...] = STEPS
) -> list[Tranche]:
    """Handed in, and two people said yes; gives its tranches in order."""
    whose = draft(session, support, steps)
    submit_application(session, whose, by_id=support.made.person_id, now=NOW)
    review(session, whose, support.by)
    review(session, whose, support.second)
    return list(
        session.scalars(
            select(Tranche)
            .where(Tranche.application_id == whose.application_id)
            .order_by(Tranche.number)
        )
    )


def reach(session: Session, support: Support, tranche: Tranche) -> None:
    """She says how, the social worker sees that it is so."""
    told = tell_reached(
        session,
        TellReached(
            community_id=support.community.id, tranche_id=tranche.id, words="照片在社工站看过"
        ),
        by_id=support.made.person_id,
        now=NOW,
    )
    decide_evidence(
        session,
        DecideEvidence(community_id=support.community.id, evidence_id=told.id, accepted=True),
        by_id=support.by,
        now=NOW,
    )


def propose_release(
    session: Session,
    support: Support,
    tranche: Tranche,
    amount_minor: int | None = None,
    by_id: int | None = None,
) -> Proposal:
    amount = tranche.amount_minor if amount_minor is None else amount_minor
    command = ProposeAllocations(
        community_id=support.community.id,
        fund_id=support.fund.id,
        rule=AllocationRule.BY_HAND,
        items=(ProposedItem(tranche_id=tranche.id, amount_minor=amount),),
    )
    return propose_allocations(session, command, by_id=by_id or support.by, now=NOW)


def approve(
    session: Session, support: Support, proposal: Proposal, by_id: int | None = None
) -> Approved:
    command = ApproveProposal(community_id=support.community.id, proposal_id=proposal.id)
    return approve_proposal(session, command, by_id=by_id or support.second, now=NOW)


def release(
    session: Session, support: Support, tranche: Tranche, amount_minor: int | None = None
) -> Allocation:
    """Proposed by one, approved by another; gives the allocation."""
    approve(session, support, propose_release(session, support, tranche, amount_minor))
    session.refresh(tranche)
    newest = select(Allocation).where(Allocation.tranche_id == tranche.id)
    return session.scalars(newest.order_by(Allocation.id.desc()).limit(1)).one()


def propose_spend(
    session: Session,
    support: Support,
    tranche: Tranche,
    amount_minor: int,
    by_id: int | None = None,
    paid_from: AccountRef | None = None,
) -> MoneyMove:
    command = ProposeSpending(
        community_id=support.community.id,
        tranche_id=tranche.id,
        amount_minor=amount_minor,
        paid_from=paid_from or AccountRef.cash_safe(support.safe.id),
        evidence="布店小票 2026-33",
        note="布和线",
    )
    return propose_spending(session, command, by_id=by_id or support.by, now=NOW)


def spend(
    session: Session, support: Support, tranche: Tranche, amount_minor: int
) -> MoneyMoveDecision:
    """Told with its receipt by one, let go by another."""
    move = propose_spend(session, support, tranche, amount_minor)
    return decide_spend(session, support, move)


def decide_spend(
    session: Session, support: Support, move: MoneyMove, by_id: int | None = None
) -> MoneyMoveDecision:
    command = DecideSpending(community_id=support.community.id, move_id=move.id, approved=True)
    return decide_spending(session, command, by_id=by_id or support.second, now=NOW)


def give_back(session: Session, support: Support, allocation: Allocation) -> None:
    """All that was not spent goes back to the fund."""
    back = ProposeReturn(
        community_id=support.community.id, allocation_id=allocation.id, reason="没用完"
    )
    move = propose_return(session, back, by_id=support.by, now=NOW)
    yes = DecideReturn(community_id=support.community.id, move_id=move.id, approved=True)
    decide_return(session, yes, by_id=support.second, now=NOW)
