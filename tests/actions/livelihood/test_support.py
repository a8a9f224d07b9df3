"""Support from the application to the last fen: who may say what, in which order, and how far."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.actions.ledger.audit import seal_events
from market.actions.ledger.holders import declare_interest
from market.actions.ledger.moves import DecidedElsewhere, DecideMove, decide_move
from market.actions.livelihood.applications import (
    AlreadyApplying,
    NoLongerDraft,
    NoSuchApplication,
    Whose,
    add_step,
    begin_application,
    drop_step,
    plan_of,
    submit_application,
    withdraw_application,
)
from market.actions.livelihood.enterprises import name_helper
from market.actions.livelihood.milestones import (
    DecideEvidence,
    EvidenceWaits,
    TellReached,
    decide_evidence,
    tell_reached,
)
from market.actions.livelihood.reviews import (
    AlreadyReviewed,
    AnswerAppeal,
    RefuserMayNotAnswer,
    ReviewApplication,
    answer_appeal,
    appeal,
    review_application,
)
from market.actions.livelihood.spending import NothingReleased, SpendsMoreThanReleased
from market.domain.errors import MarketError
from market.domain.ledger.account import AccountRef
from market.domain.livelihood.plan import (
    ApplicantMayNotDecide,
    BeyondPlan,
    EarlierFirst,
    HelperMayNotDecide,
    InterestNotDeclared,
    MilestoneNotReached,
    Origin,
    ReasonMissing,
    RelativeMayNotDecide,
    Step,
    StepInThePast,
    SupportKind,
)
from market.domain.people import PayeeMayNotApprove, RelativeMayNotApprove, Role, SamePerson
from market.models.ledger import MoneyMoveDecision, Posting, Taking
from market.models.livelihood import ApplicationReview, SupportApplication, Tranche
from market.models.people import RoleGrant
from market.models.proceeds import Allocation
from market.queries.ledger.check import check_community
from tests.factories import NOW, make_party
from tests.livelihood import make_enterprise
from tests.support import (
    STEPS,
    Support,
    agreed_plan,
    approve,
    decide_spend,
    draft,
    give_back,
    make_support,
    propose_release,
    propose_spend,
    reach,
    release,
    review,
    spend,
)
from tests.wishes import balance

SQLITE_ONLY = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


@pytest.fixture
def support(session: Session) -> Support:
    return make_support(session)


def keep(session: Session) -> None:
    """As a unit of work ends: the audit chain last."""
    seal_events(session)
    session.commit()


def state_of(session: Session, whose: Whose) -> str:
    return session.get_one(SupportApplication, whose.application_id).state


def submitted(session: Session, support: Support) -> Whose:
    whose = draft(session, support)
    submit_application(session, whose, by_id=support.made.person_id, now=NOW)
    return whose


def wrong(session: Session, support: Support) -> dict[str, tuple[str, ...]]:
    found = check_community(session, support.community.id)
    return {one.name: one.wrong for one in found if not one.holds}


@SQLITE_ONLY
def test_a_draft_is_written_bit_by_bit_and_no_longer_after_it_was_handed_in(
    session: Session, support: Support
) -> None:
    whose = draft(session, support)
    drop_step(session, whose, 1, now=NOW)
    application = session.get_one(SupportApplication, whose.application_id)
    assert plan_of(session, application).steps == STEPS[1:]
    with pytest.raises(StepInThePast):
        add_step(session, whose, Step(SupportKind.TRAINING, "昨天", date(2026, 1, 1), 0), now=NOW)
    submit_application(session, whose, by_id=support.made.person_id, now=NOW)
    with pytest.raises(NoLongerDraft):
        drop_step(session, whose, 1, now=NOW)
    with pytest.raises(AlreadyApplying):
        draft(session, support)
    withdraw_application(session, whose, by_id=support.made.person_id, now=NOW)
    assert draft(session, support).application_id != whose.application_id


@SQLITE_ONLY
def test_an_application_is_found_only_where_it_belongs(session: Session, support: Support) -> None:
    whose = draft(session, support)
    other = make_enterprise(session, support.community, support.cast.social_worker, "另一位")
    hers = Whose(
        community_id=whose.community_id,
        application_id=whose.application_id,
        enterprise_id=other.enterprise.id,
    )
    with pytest.raises(NoSuchApplication):
        withdraw_application(session, hers, by_id=other.person_id, now=NOW)


@SQLITE_ONLY
def test_two_people_without_interest_agree_each_once(session: Session, support: Support) -> None:
    whose = submitted(session, support)
    silent = ReviewApplication(whose=whose, approved=True, no_interest=False)
    with pytest.raises(InterestNotDeclared):
        review_application(session, silent, by_id=support.by, now=NOW)
    review(session, whose, support.by)
    with pytest.raises(AlreadyReviewed):
        review(session, whose, support.by)
    assert state_of(session, whose) == "submitted"
    review(session, whose, support.second)
    assert state_of(session, whose) == "approved"


@SQLITE_ONLY
def test_neither_she_nor_a_relative_nor_a_helper_reviews_it(
    session: Session, support: Support
) -> None:
    whose = submitted(session, support)
    here, party_id = support.community.id, support.made.enterprise.party_id
    grant = {"role": str(Role.REVIEWER), "granted_at": NOW}
    session.add(RoleGrant(person_id=support.made.person_id, community_id=here, **grant))
    treasurer, administrator = support.cast.treasurer.id, support.cast.administrator.id
    declare_interest(
        session, here, person_id=treasurer, party_id=party_id, by_id=treasurer, now=NOW
    )
    name_helper(
        session,
        support.made.enterprise.id,
        administrator,
        community_id=here,
        by_id=support.made.person_id,
        now=NOW,
    )
    for person_id, rule in (
        (support.made.person_id, ApplicantMayNotDecide),
        (treasurer, RelativeMayNotDecide),
        (administrator, HelperMayNotDecide),
    ):
        with pytest.raises(rule):
            review(session, whose, person_id)
    assert session.scalar(select(func.count()).select_from(ApplicationReview)) == 0


@SQLITE_ONLY
def test_a_refusal_has_a_reason_and_an_appeal_is_answered_by_somebody_else(
    session: Session, support: Support
) -> None:
    whose = submitted(session, support)
    with pytest.raises(ReasonMissing):
        review(session, whose, support.by, approved=False)
    review(session, whose, support.by, approved=False, reason="缝纫机有人捐")
    assert state_of(session, whose) == "refused"
    appeal(session, whose, "捐的那台修不好", by_id=support.made.person_id, now=NOW)
    yes = AnswerAppeal(whose=whose, granted=True, answer="确实修不好，再看一遍")
    with pytest.raises(RefuserMayNotAnswer):
        answer_appeal(session, yes, by_id=support.by, now=NOW)
    answer_appeal(session, yes, by_id=support.second, now=NOW)
    assert state_of(session, whose) == "submitted"
    review(session, whose, support.by)
    review(session, whose, support.second)
    assert state_of(session, whose) == "approved"


def test_a_year_of_support_keeps_the_books(session: Session, support: Support) -> None:
    first, taught, last = agreed_plan(session, support)
    reach(session, support, first)
    allocation = release(session, support, first)
    spend(session, support, first, 120_00)
    spend(session, support, first, 100_00)
    give_back(session, support, allocation)
    session.refresh(first)
    assert first.funded_minor == 220_00
    reach(session, support, taught)
    reach(session, support, last)
    release(session, support, last, 200_00)
    spend(session, support, last, 50_00)
    committed = AccountRef.committed(support.fund.id)
    free = AccountRef.unallocated(support.fund.id)
    assert balance(session, support, committed) == -150_00
    assert balance(session, support, free) == -(450_00 - 220_00 - 200_00)
    keep(session)
    assert wrong(session, support) == {}


def test_what_breaks_a_rule_is_refused_and_posts_nothing(
    session: Session, support: Support
) -> None:
    first, _, last = agreed_plan(session, support)
    here, party_id = support.community.id, support.made.enterprise.party_id
    keep(session)

    def posted() -> tuple[int | None, ...]:
        return tuple(
            session.scalar(select(func.count()).select_from(table))
            for table in (Posting, Taking, Allocation, MoneyMoveDecision)
        )

    before = posted()

    def refused(rule: type[MarketError], act: object, *args: object, **named: object) -> None:
        with pytest.raises(rule):
            act(session, support, *args, **named)  # type: ignore[operator]
        session.info.clear()
        session.rollback()

    refused(MilestoneNotReached, propose_release, first)
    reach(session, support, first)
    keep(session)
    refused(BeyondPlan, propose_release, first, 300_01)
    refused(EarlierFirst, propose_release, last)
    refused(NothingReleased, propose_spend, first, 1)
    proposal = propose_release(session, support, first)
    again = propose_release(session, support, first)
    keep(session)
    refused(SamePerson, approve, proposal, support.by)
    declare_interest(
        session, here, person_id=support.second, party_id=party_id, by_id=support.second, now=NOW
    )
    keep(session)
    refused(RelativeMayNotApprove, approve, proposal)
    assert posted() == before
    approve(session, support, proposal, support.cast.treasurer.id)
    keep(session)
    refused(MarketError, approve, again, support.cast.treasurer.id)
    refused(SpendsMoreThanReleased, propose_spend, first, 300_01)
    move = propose_spend(session, support, first, 10_00)
    keep(session)
    refused(RelativeMayNotApprove, decide_spend, move)
    with pytest.raises(DecidedElsewhere):
        decide_move(
            session,
            DecideMove(community_id=here, move_id=move.id, approved=True),
            by_id=support.cast.treasurer.id,
            now=NOW,
        )
    session.rollback()
    grant = {"role": str(Role.REVIEWER), "granted_at": NOW}
    session.add(RoleGrant(person_id=support.made.person_id, community_id=here, **grant))
    keep(session)
    refused(PayeeMayNotApprove, decide_spend, move, support.made.person_id)
    decide_spend(session, support, move, support.cast.treasurer.id)
    keep(session)
    assert wrong(session, support) == {}


@SQLITE_ONLY
def test_whoever_paid_in_advance_lets_no_money_go_for_themselves(
    session: Session, support: Support
) -> None:
    [first, *_] = agreed_plan(session, support)
    reach(session, support, first)
    release(session, support, first)
    lender = make_party(
        session, support.community, kind="person", person_id=support.cast.treasurer.id
    )
    payer = AccountRef.payable(lender.id)
    move = propose_spend(session, support, first, 10_00, paid_from=payer)
    with pytest.raises(PayeeMayNotApprove):
        decide_spend(session, support, move, support.cast.treasurer.id)
    decide_spend(session, support, move)


@SQLITE_ONLY
def test_evidence_is_looked_at_by_somebody_else_and_may_be_told_again(
    session: Session, support: Support
) -> None:
    [first, *_] = agreed_plan(session, support)
    tell = TellReached(community_id=support.community.id, tranche_id=first.id, words="清单好了")
    told = tell_reached(session, tell, by_id=support.by, now=NOW)
    with pytest.raises(EvidenceWaits):
        tell_reached(session, tell, by_id=support.by, now=NOW)
    yes = DecideEvidence(community_id=support.community.id, evidence_id=told.id, accepted=True)
    with pytest.raises(SamePerson):
        decide_evidence(session, yes, by_id=support.by, now=NOW)
    no = DecideEvidence(
        community_id=support.community.id, evidence_id=told.id, accepted=False, note="看不清"
    )
    decide_evidence(session, no, by_id=support.second, now=NOW)
    tell_reached(session, tell, by_id=support.by, now=NOW)


@SQLITE_ONLY
def test_an_application_from_paper_may_be_entered_by_one_of_the_two(
    session: Session, support: Support
) -> None:
    enterprise = support.made.enterprise
    begun = begin_application(
        session, support.community.id, enterprise.id, Origin.PAPER, by_id=support.by, now=NOW
    )
    assert (begun.origin, begun.entered_by_id) == ("paper", support.by)


def test_the_check_finds_a_tranche_that_was_tampered_with(
    session: Session, support: Support
) -> None:
    first, *_ = agreed_plan(session, support)
    reach(session, support, first)
    release(session, support, first, 100_00)
    session.get_one(Tranche, first.id).funded_minor = 99_99
    session.flush()
    assert "tranches_recorded" in wrong(session, support)
