"""Allocations: proposed by one, approved by another; all of a batch, or nothing."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.actions.ledger.approvers import NoLongerApprover
from market.actions.ledger.audit import seal_events
from market.actions.ledger.line import NotEnoughFree
from market.actions.proceeds.approval import ApproveProposal, approve_proposal
from market.actions.proceeds.consents import WithdrawConsents, withdraw_consents
from market.actions.proceeds.proposals import (
    DeclineProposal,
    NoSuchUse,
    NothingProposed,
    ProposalDecided,
    ProposeAllocations,
    ProposedItem,
    TooManyItems,
    WishMayNotBeLit,
    WishNeedsLess,
    WishNotWaiting,
    WrongPurpose,
    decline_proposal,
    propose_allocations,
)
from market.actions.proceeds.steps import EndWish, end_wish
from market.domain.errors import Invalid, MarketError
from market.domain.ledger.account import AccountRef
from market.domain.money import AmountNegative, AmountNotWhole, AmountTooSmall
from market.domain.people import SamePerson
from market.domain.proceeds.consent import Purpose
from market.domain.proceeds.ranking import AllocationRule
from market.domain.text import TextMissing
from market.extensions import unit_of_work
from market.models.ledger import AuditEvent, Fund, Taking, Voucher
from market.models.people import RoleGrant
from market.models.proceeds import Allocation, Proposal, ProposalDecision, Wish, WishStep
from market.queries.proceeds.allocations import NoSuchProposal
from market.queries.proceeds.funds import NoSuchFund
from tests.factories import NOW, make_fund, make_market_day
from tests.wishes import (
    RAN_OUT,
    Stage,
    allocate,
    allocations_of,
    approve,
    balance,
    lay_money,
    make_open_wish,
    make_stage,
    propose,
    review,
)


@pytest.fixture
def stage(session: Session) -> Stage:
    return make_stage(session, laid_minor=100_00)


def test_an_approved_wish_with_all_it_needs_is_lit(session: Session, stage: Stage) -> None:
    wish = make_open_wish(session, stage, 60_00)
    approved = allocate(session, stage, (wish, 60_00))
    session.refresh(wish)
    assert approved.lit == (wish.id,)
    assert (wish.state, wish.funded_minor) == ("lit", 60_00)
    last = session.scalars(select(WishStep).order_by(WishStep.id.desc()).limit(1)).one()
    assert (last.state, last.by_id) == ("lit", stage.second)


def test_a_part_leaves_a_wish_waiting(session: Session, stage: Stage) -> None:
    wish = make_open_wish(session, stage, 60_00)
    assert allocate(session, stage, (wish, 59_99)).lit == ()
    session.refresh(wish)
    assert (wish.state, wish.funded_minor) == ("open", 59_99)


def test_the_money_is_taken_from_the_head_in_the_order_of_the_batch(
    session: Session, stage: Stage
) -> None:
    first, second = make_open_wish(session, stage, 60_00), make_open_wish(session, stage, 30_00)
    allocate(session, stage, (second, 30_00), (first, 60_00))
    rows = session.execute(
        select(Allocation.wish_id, Taking.start_minor, Taking.end_minor)
        .join(Allocation, Allocation.id == Taking.allocation_id)
        .order_by(Taking.start_minor)
    )
    assert list(map(tuple, rows)) == [(second.id, 0, 30_00), (first.id, 30_00, 90_00)]


def test_a_batch_is_one_step_of_its_fund_s_line(session: Session, stage: Stage) -> None:
    first, second = make_open_wish(session, stage, 60_00), make_open_wish(session, stage, 30_00)
    allocate(session, stage, (first, 60_00), (second, 30_00))
    session.refresh(stage.fund)
    assert set(session.scalars(select(Taking.step))) == {stage.fund.step} == {2}


def test_one_voucher_promises_the_whole_batch(session: Session, stage: Stage) -> None:
    first, second = make_open_wish(session, stage, 60_00), make_open_wish(session, stage, 30_00)
    approved = allocate(session, stage, (first, 60_00), (second, 30_00))
    voucher = session.get(Voucher, approved.voucher_id)
    assert voucher is not None
    assert (voucher.kind, voucher.by_id, voucher.second_id) == (
        "allocation",
        stage.by,
        stage.second,
    )
    assert balance(session, stage, AccountRef.unallocated(stage.fund.id)) == -10_00
    assert balance(session, stage, AccountRef.committed(stage.fund.id)) == -90_00


def test_whoever_proposes_does_not_approve(session: Session, stage: Stage) -> None:
    wish = make_open_wish(session, stage, 60_00)
    proposal = propose(session, stage, (wish, 60_00))
    with pytest.raises(SamePerson):
        approve_proposal(session, approval_of(stage, proposal), by_id=stage.by, now=NOW)


@pytest.mark.parametrize("who", ["volunteer", "auditor"])
def test_an_approver_has_a_role_that_approves(session: Session, stage: Stage, who: str) -> None:
    proposal = propose(session, stage, (make_open_wish(session, stage), 86_00))
    person = getattr(stage.cast, who)
    with pytest.raises(NoLongerApprover):
        approve_proposal(session, approval_of(stage, proposal), by_id=person.id, now=NOW)


def test_an_approver_who_lost_the_role_in_between_is_denied(session: Session, stage: Stage) -> None:
    proposal = propose(session, stage, (make_open_wish(session, stage), 86_00))
    grants = select(RoleGrant).where(RoleGrant.person_id == stage.second)
    for grant in session.scalars(grants):
        grant.revoked_at = NOW
    session.flush()
    with pytest.raises(NoLongerApprover):
        approve(session, stage, proposal)


def test_a_role_elsewhere_approves_nothing_here(session: Session, stage: Stage) -> None:
    proposal = propose(session, stage, (make_open_wish(session, stage), 86_00))
    elsewhere = make_stage(session)
    with pytest.raises(NoLongerApprover):
        approve_proposal(session, approval_of(stage, proposal), by_id=elsewhere.second, now=NOW)
    with pytest.raises(NoSuchProposal):
        approve_proposal(session, approval_of(elsewhere, proposal), by_id=elsewhere.second, now=NOW)


def test_a_proposal_is_approved_once(session: Session, stage: Stage) -> None:
    proposal = propose(session, stage, (make_open_wish(session, stage, 60_00), 30_00))
    approve(session, stage, proposal)
    with pytest.raises(ProposalDecided):
        approve(session, stage, proposal)


def test_a_declined_proposal_says_why_and_stays_declined(session: Session, stage: Stage) -> None:
    proposal = propose(session, stage, (make_open_wish(session, stage, 60_00), 30_00))
    decline(session, stage, proposal, "先等一等")
    decision = session.get(ProposalDecision, proposal.id)
    assert decision is not None
    assert (decision.approved, decision.reason) == (False, "先等一等")
    with pytest.raises(ProposalDecided):
        approve(session, stage, proposal)


def test_a_no_needs_a_reason(session: Session, stage: Stage) -> None:
    proposal = propose(session, stage, (make_open_wish(session, stage, 60_00), 30_00))
    with pytest.raises(TextMissing):
        decline(session, stage, proposal, "  ")


def test_a_proposal_reserves_nothing(session: Session, stage: Stage) -> None:
    wish = make_open_wish(session, stage, 100_00)
    propose(session, stage, (wish, 100_00))
    propose(session, stage, (wish, 100_00))
    session.refresh(stage.fund)
    assert stage.fund.taken_minor == 0


def test_a_wish_somebody_else_lit_is_explained(session: Session, stage: Stage) -> None:
    lay_money(session, stage, 100_00)
    wish = make_open_wish(session, stage, 60_00)
    late = propose(session, stage, (wish, 60_00))
    allocate(session, stage, (wish, 60_00))
    with pytest.raises(WishNotWaiting) as refusal:
        approve(session, stage, late)
    assert refusal.value.facts["code"] == wish.code


def test_a_wish_that_needs_less_by_now_is_explained(session: Session, stage: Stage) -> None:
    wish = make_open_wish(session, stage, 60_00)
    late = propose(session, stage, (wish, 60_00))
    allocate(session, stage, (wish, 20_00))
    with pytest.raises(WishNeedsLess) as refusal:
        approve(session, stage, late)
    assert str(refusal.value.facts["missing"]) == "¥40.00"


def test_a_fund_that_is_shorter_by_now_is_explained(session: Session, stage: Stage) -> None:
    wishes = [make_open_wish(session, stage, 60_00) for _ in range(2)]
    late = propose(session, stage, (wishes[0], 60_00))
    allocate(session, stage, (wishes[1], 60_00))
    with pytest.raises(NotEnoughFree):
        approve(session, stage, late)


def test_a_wish_whose_consent_was_taken_back_is_not_lit(session: Session, stage: Stage) -> None:
    wish = make_open_wish(session, stage)
    proposal = propose(session, stage, (wish, 86_00))
    take_back(session, stage, wish, Purpose.PROCESS)
    with pytest.raises(WishNotWaiting):
        approve(session, stage, proposal)


def test_a_wish_that_its_guardian_wants_unseen_is_lit_all_the_same(
    session: Session, stage: Stage
) -> None:
    wish = make_open_wish(session, stage)
    take_back(session, stage, wish, Purpose.PUBLISH_TEXT)
    allocate(session, stage, (wish, 86_00))
    session.refresh(wish)
    assert wish.state == "lit"


def take_back(session: Session, stage: Stage, wish: Wish, purpose: Purpose) -> None:
    command = WithdrawConsents(
        community_id=stage.community.id,
        reference=wish.consent_ref,
        purposes=frozenset({purpose}),
    )
    withdraw_consents(session, command, by_id=stage.by, now=NOW)


def test_a_wish_whose_consent_ran_out_is_not_lit(session: Session, stage: Stage) -> None:
    proposal = propose(session, stage, (make_open_wish(session, stage), 86_00))
    command = approval_of(stage, proposal)
    with pytest.raises(WishMayNotBeLit):
        approve_proposal(session, command, by_id=stage.second, now=RAN_OUT)


def test_a_wish_sent_back_by_its_reader_is_not_lit(session: Session, stage: Stage) -> None:
    wish = make_open_wish(session, stage)
    proposal = propose(session, stage, (wish, 86_00))
    review(session, stage, wish, note="太具体", neighbours_could_guess=True)
    with pytest.raises(WishNotWaiting):
        approve(session, stage, proposal)


def test_a_refused_batch_leaves_nothing_half_written(session: Session) -> None:
    with unit_of_work() as work:
        stage = make_stage(work, laid_minor=200_00)
        good, gone = make_open_wish(work, stage, 60_00), make_open_wish(work, stage, 60_00)
        proposal = propose(work, stage, (good, 60_00), (gone, 60_00))
    with unit_of_work() as work:
        end = EndWish(
            community_id=stage.community.id, wish_id=gone.id, expired=False, note="搬家了"
        )
        end_wish(work, end, by_id=stage.by, now=NOW)
    with pytest.raises(WishNotWaiting), unit_of_work() as work:
        approve(work, stage, proposal)
    left, fund = session.get_one(Wish, good.id), session.get_one(Fund, stage.fund.id)
    assert (left.state, left.funded_minor, fund.taken_minor) == ("open", 0, 0)
    assert session.scalar(select(func.count()).select_from(Allocation)) == 0
    assert session.get(ProposalDecision, proposal.id) is None


@pytest.mark.parametrize("purpose", ["enterprise", "running_costs"])
def test_other_money_does_not_go_to_wishes(session: Session, stage: Stage, purpose: str) -> None:
    fund = make_fund(session, stage.community, purpose=purpose)
    lay_money(session, stage, 100_00, fund)
    with pytest.raises(WrongPurpose):
        propose(session, stage, (make_open_wish(session, stage), 86_00), fund=fund)


def test_money_for_wishes_does_not_pay_for_costs(session: Session, stage: Stage) -> None:
    with pytest.raises(WrongPurpose):
        propose_costs(session, stage, stage.fund.id)


def test_running_costs_pay_for_a_market_day(session: Session, stage: Stage) -> None:
    fund = make_fund(session, stage.community, purpose="running_costs", name="运营")
    lay_money(session, stage, 100_00, fund)
    proposal = propose_costs(session, stage, fund.id)
    assert approve(session, stage, proposal).lit == ()
    row = session.scalars(select(Allocation)).one()
    assert (row.wish_id, row.amount_minor) == (None, 50_00)
    assert row.market_day_id is not None


def test_a_market_day_of_another_community_is_not_paid_for(session: Session, stage: Stage) -> None:
    fund = make_fund(session, stage.community, purpose="running_costs", name="运营")
    lay_money(session, stage, 100_00, fund)
    elsewhere = make_stage(session)
    day = make_market_day(session, elsewhere.community, elsewhere.cast.social_worker)
    with pytest.raises(NoSuchUse):
        propose_costs(session, stage, fund.id, day.id)


def test_a_wish_of_another_community_is_not_proposed(session: Session, stage: Stage) -> None:
    elsewhere = make_open_wish(session, make_stage(session))
    with pytest.raises(NoSuchUse):
        propose(session, stage, (elsewhere, 1_00))


def test_a_fund_of_another_community_is_not_found(session: Session, stage: Stage) -> None:
    elsewhere = make_stage(session, laid_minor=100_00)
    with pytest.raises(NoSuchFund):
        propose(session, stage, (make_open_wish(session, stage), 1_00), fund=elsewhere.fund)


def test_no_more_is_proposed_than_is_free(session: Session, stage: Stage) -> None:
    wishes = [make_open_wish(session, stage, 60_00) for _ in range(2)]
    with pytest.raises(NotEnoughFree):
        propose(session, stage, (wishes[0], 60_00), (wishes[1], 40_01))


def test_no_more_is_proposed_than_a_wish_misses(session: Session, stage: Stage) -> None:
    with pytest.raises(WishNeedsLess):
        propose(session, stage, (make_open_wish(session, stage, 60_00), 60_01))


def test_a_wish_for_company_takes_no_money(session: Session, stage: Stage) -> None:
    with pytest.raises(WishNeedsLess):
        propose(session, stage, (make_open_wish(session, stage, cost_minor=0), 1))


def test_a_wish_stands_in_a_batch_once(session: Session, stage: Stage) -> None:
    wish = make_open_wish(session, stage)
    with pytest.raises(NoSuchUse):
        propose(session, stage, (wish, 1_00), (wish, 1_00))


@pytest.mark.parametrize(
    ("amount", "error"),
    [
        (0, AmountTooSmall),
        (-1, AmountNegative),
        (1.0, AmountNotWhole),
        (True, AmountNotWhole),
        ("1", AmountNotWhole),
    ],
)
def test_an_amount_is_whole_and_above_nothing(
    session: Session, stage: Stage, amount: int, error: type[Invalid]
) -> None:
    with pytest.raises(error):
        propose(session, stage, (make_open_wish(session, stage), amount))


@pytest.mark.parametrize(("items", "error"), [(0, NothingProposed), (61, TooManyItems)])
def test_a_batch_is_neither_empty_nor_endless(
    session: Session, stage: Stage, items: int, error: type[MarketError]
) -> None:
    command = ProposeAllocations(
        community_id=stage.community.id,
        fund_id=stage.fund.id,
        rule=AllocationRule.BY_HAND,
        items=tuple(ProposedItem(wish_id=number, amount_minor=1) for number in range(items)),
    )
    with pytest.raises(error):
        propose_allocations(session, command, by_id=stage.by, now=NOW)


def test_two_funds_may_light_one_wish(session: Session, stage: Stage) -> None:
    other = make_fund(session, stage.community, name="六一专款")
    lay_money(session, stage, 50_00, other)
    wish = make_open_wish(session, stage, 120_00)
    allocate(session, stage, (wish, 100_00))
    allocate(session, stage, (wish, 20_00), fund=other)
    session.refresh(wish)
    assert wish.state == "lit"
    assert [row.fund_id for row in allocations_of(session, wish)] == [stage.fund.id, other.id]


def test_the_chain_vouches_for_proposal_decision_and_allocation(
    session: Session, stage: Stage
) -> None:
    allocate(session, stage, (make_open_wish(session, stage, 60_00), 60_00))
    seal_events(session)
    kinds = session.scalars(select(AuditEvent.kind).order_by(AuditEvent.number)).all()
    wanted = ["allocation_proposed", "allocation_decided", "voucher", "wish_step", "allocated"]
    assert [kind for kind in kinds if kind in wanted][-5:] == wanted


def test_a_second_approver_hears_that_somebody_was_quicker(session: Session) -> None:
    with unit_of_work() as work:
        stage = make_stage(work, laid_minor=100_00)
        proposal = propose(work, stage, (make_open_wish(work, stage, 60_00), 60_00))
    command = approval_of(stage, proposal)
    with unit_of_work() as work:
        approve_proposal(work, command, by_id=stage.second, now=NOW)
    with pytest.raises(ProposalDecided), unit_of_work() as work:
        approve_proposal(work, command, by_id=stage.cast.treasurer.id, now=NOW)
    assert session.scalar(select(func.count()).select_from(Allocation)) == 1


def approval_of(stage: Stage, proposal: Proposal) -> ApproveProposal:
    return ApproveProposal(community_id=stage.community.id, proposal_id=proposal.id)


def decline(session: Session, stage: Stage, proposal: Proposal, reason: str) -> None:
    command = DeclineProposal(
        community_id=stage.community.id, proposal_id=proposal.id, reason=reason
    )
    decline_proposal(session, command, by_id=stage.second, now=NOW)


def propose_costs(
    session: Session, stage: Stage, fund_id: int, market_day_id: int | None = None
) -> Proposal:
    if market_day_id is None:
        market_day_id = make_market_day(session, stage.community, stage.cast.social_worker).id
    command = ProposeAllocations(
        community_id=stage.community.id,
        fund_id=fund_id,
        rule=AllocationRule.BY_HAND,
        items=(ProposedItem(market_day_id=market_day_id, amount_minor=50_00),),
    )
    return propose_allocations(session, command, by_id=stage.by, now=NOW)
