"""The demo's support: the weaver's plan, agreed to, its first tranche released and partly spent."""

from __future__ import annotations

from datetime import datetime, timedelta

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
from market.actions.proceeds.approval import ApproveProposal, approve_proposal
from market.actions.proceeds.proposals import (
    ProposeAllocations,
    ProposedItem,
    propose_allocations,
)
from market.cli.demo.neighbourhood import Neighbourhood
from market.domain.ledger.account import AccountRef
from market.domain.livelihood.plan import BudgetLine, Origin, Step, SupportKind
from market.domain.proceeds.purpose import FundPurpose
from market.domain.proceeds.ranking import AllocationRule
from market.models.livelihood import Enterprise, Tranche


def support_weaving(
    session: Session, place: Neighbourhood, enterprise_id: int, *, begun: datetime, now: datetime
) -> None:
    """Her helper wrote it down, two people agreed, the yarn is bought, the next step is told."""
    here, helper = place.community_id, place.id_of("nangua")
    known = begin_application(session, here, enterprise_id, Origin.HELPER, by_id=helper, now=begun)
    whose = Whose(community_id=here, application_id=known.id)
    say_goal(session, whose, "一年以后，每个月靠编织多挣三百块", now=begun)
    for line in (BudgetLine("棉线和染料", 60_00), BudgetLine("二手卷线机", 90_00)):
        add_item(session, whose, line, now=begun)
    soon, later = now + timedelta(days=6), now + timedelta(days=60)
    for step in (
        Step(SupportKind.GOODS, "试染出三种颜色", (begun + timedelta(days=6)).date(), 40_00),
        Step(SupportKind.TRAINING, "学会给杯垫拍照", soon.date(), 0),
        Step(SupportKind.MONEY, "编好二十个杯垫", later.date(), 60_00),
        Step(SupportKind.FREE_STALL, "腊八市集自己摆一次摊", later.date(), 0),
    ):
        add_step(session, whose, step, now=begun)
    submit_application(session, whose, by_id=helper, now=begun + timedelta(hours=1))
    for name in ("zhima", "doubao"):
        word = ReviewApplication(whose=whose, approved=True, no_interest=True)
        review_application(session, word, by_id=place.id_of(name), now=begun + timedelta(days=1))
    tranches = session.scalars(
        select(Tranche.id).where(Tranche.application_id == known.id).order_by(Tranche.number)
    ).all()
    _reached(session, place, tranches[0], now=begun + timedelta(days=4))
    _released(session, place, tranches[0], 40_00, now=begun + timedelta(days=5))
    _spent(session, place, tranches[0], 26_00, now=begun + timedelta(days=6))
    tell_reached(
        session,
        TellReached(
            community_id=here, tranche_id=tranches[1], words="五张照片放在社工站的相册里了"
        ),
        by_id=helper,
        now=now - timedelta(days=1),
    )


def begin_on_paper(session: Session, place: Neighbourhood, *, now: datetime) -> None:
    """The baker filled in a sheet of paper; somebody has begun to enter it."""
    baker = session.scalars(
        select(Enterprise.id).where(
            Enterprise.community_id == place.community_id, Enterprise.name == "小满米糕"
        )
    ).one()
    by = place.id_of("zhima")
    known = begin_application(session, place.community_id, baker, Origin.PAPER, by_id=by, now=now)
    whose = Whose(community_id=place.community_id, application_id=known.id)
    say_goal(session, whose, "米糕能在每场市集上卖，包装像样一点", now=now)
    add_item(session, whose, BudgetLine("蒸笼和包装盒", 120_00), now=now)


def _reached(session: Session, place: Neighbourhood, tranche_id: int, *, now: datetime) -> None:
    told = tell_reached(
        session,
        TellReached(
            community_id=place.community_id,
            tranche_id=tranche_id,
            words="三种颜色的线样挂在社工站墙上，大家都看过",
        ),
        by_id=place.id_of("nangua"),
        now=now,
    )
    decide_evidence(
        session,
        DecideEvidence(community_id=place.community_id, evidence_id=told.id, accepted=True),
        by_id=place.id_of("zhima"),
        now=now,
    )


def _released(
    session: Session, place: Neighbourhood, tranche_id: int, amount_minor: int, *, now: datetime
) -> None:
    wanted = ProposeAllocations(
        community_id=place.community_id,
        fund_id=place.funds[FundPurpose.ENTERPRISE],
        rule=AllocationRule.BY_HAND,
        items=(ProposedItem(tranche_id=tranche_id, amount_minor=amount_minor),),
        note="线样看过了",
    )
    proposal = propose_allocations(session, wanted, by_id=place.id_of("zhima"), now=now)
    yes = ApproveProposal(community_id=place.community_id, proposal_id=proposal.id)
    approve_proposal(session, yes, by_id=place.id_of("doubao"), now=now)


def _spent(
    session: Session, place: Neighbourhood, tranche_id: int, amount_minor: int, *, now: datetime
) -> None:
    """Paid, with its receipt; a second payment waits for somebody to look at it."""
    for amount, what, slip in (
        (amount_minor, "棉线六斤", "小票 31 号"),
        (9_00, "栀子和靛蓝染料", "小票 32 号"),
    ):
        move = propose_spending(
            session,
            ProposeSpending(
                community_id=place.community_id,
                tranche_id=tranche_id,
                amount_minor=amount,
                paid_from=AccountRef.bank(place.bank_id),
                evidence=slip,
                note=what,
            ),
            by_id=place.id_of("zhima"),
            now=now,
        )
        if amount == amount_minor:
            yes = DecideSpending(community_id=place.community_id, move_id=move.id, approved=True)
            decide_spending(session, yes, by_id=place.id_of("qingning"), now=now)
