"""Money moved by two people: what each kind books, how far it may go, and who may let it go."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.actions.ledger.approvers import NoLongerApprover
from market.actions.ledger.move_kinds import (
    AccountNotChosen,
    AllocationNotChosen,
    NoSuchAccount,
    NotForRunningCosts,
    PartyNotChosen,
    TillNotChosen,
    TillNotClosed,
)
from market.actions.ledger.move_limits import (
    AlreadyReversed,
    CommittedLess,
    NotReversible,
    OwedLess,
    VarianceLess,
)
from market.actions.ledger.move_records import AlreadyDecided, AlreadyWaiting, NoSuchMove
from market.actions.ledger.moves import (
    DecidedElsewhere,
    DecideMove,
    ProposeReversal,
    decide_move,
    propose_move,
    propose_reversal,
)
from market.actions.ledger.posting import NoSuchVoucher, NotEnoughMoney
from market.actions.proceeds.approval import ApproveProposal, approve_proposal
from market.actions.proceeds.proposals import (
    ProposeAllocations,
    ProposedItem,
    propose_allocations,
)
from market.domain.ledger.account import AccountRef
from market.domain.ledger.moves import MoveKind
from market.domain.ledger.posting_table import FeeTooLarge, SameAccount, WrongAccount
from market.domain.money import AmountNegative, AmountTooLarge, AmountTooSmall
from market.domain.people import PayeeMayNotApprove, RelativeMayNotApprove, SamePerson
from market.domain.proceeds.ranking import AllocationRule
from market.domain.sales.sale import Tender
from market.domain.text import TextMissing, TextTooLong
from market.models.ledger import Fund, Laying, MoneyMove, MoneyMoveDecision, Voucher
from market.models.people import DeclaredInterest
from market.models.proceeds import Allocation
from tests import factories
from tests.factories import NOW
from tests.market_day import LATER, Day, balance, close, count, make_day
from tests.moves import bank, decide, move, propose, proposing, reverse, safe, wechat
from tests.refunds import recorded_sale, stage_of
from tests.wishes import allocate, make_open_wish


@pytest.fixture
def day(session: Session) -> Day:
    """¥200 with the custodian, counted back out of the till, and ¥15 taken by WeChat."""
    day = make_day(session)
    recorded_sale(session, day, tender=Tender.WECHAT)
    return day


def _close(session: Session, day: Day, counted_minor: int | None = None) -> None:
    count(session, day, counted_minor=counted_minor)
    session.flush()
    close(session, day, reason="找零差错")
    session.expire_all()


def _costs_fund(session: Session, day: Day, amount_minor: int) -> Allocation:
    """Running costs that were laid, allocated to the day, and not yet spent."""
    fund = factories.make_fund(session, day.community, purpose="running_costs", name="市集成本")
    later = factories.make_market_day(session, day.community, day.cast.social_worker)
    factories.make_legal_basis(session, later, day.holder)
    factories.make_policy(session, later, (fund, 1))
    factories.make_opening(session, later, day.cast.social_worker)
    stall = factories.make_stall(session, later)
    till = factories.make_till(session, later, [stall], day.cast.volunteer)
    listing = factories.make_listing(session, stall, price_minor=amount_minor)
    device = factories.make_device(session, later, day.cast.volunteer)
    other = replace(day, day=later, till=till, device=device, soap=listing)
    recorded_sale(session, other, listing)
    _close(session, other)
    proposal = propose_allocations(
        session,
        ProposeAllocations(
            community_id=day.community.id,
            fund_id=fund.id,
            rule=AllocationRule.BY_HAND,
            items=(ProposedItem(amount_minor=amount_minor, market_day_id=day.day.id),),
        ),
        by_id=day.cast.social_worker.id,
        now=LATER,
    )
    approve_proposal(
        session,
        ApproveProposal(community_id=day.community.id, proposal_id=proposal.id),
        by_id=day.cast.reviewer.id,
        now=LATER,
    )
    return session.scalars(select(Allocation).where(Allocation.fund_id == fund.id)).one()


def test_cash_is_brought_to_the_bank(session: Session, day: Day) -> None:
    _close(session, day)
    move(session, day, MoveKind.DEPOSIT, 120_00, source=safe(day), target=bank(day))
    assert balance(session, day, safe(day).code) == 80_00
    assert balance(session, day, bank(day).code) == 120_00


def test_nothing_moves_before_the_second_person_has_spoken(session: Session, day: Day) -> None:
    _close(session, day)
    propose(session, day, MoveKind.DEPOSIT, 120_00, source=safe(day), target=bank(day))
    assert balance(session, day, safe(day).code) == 200_00


def test_the_voucher_bears_both_names(session: Session, day: Day) -> None:
    _close(session, day)
    decided = move(session, day, MoveKind.DEPOSIT, 1_00, source=safe(day), target=bank(day))
    voucher = session.get_one(Voucher, decided.voucher_id)
    assert (voucher.by_id, voucher.second_id) == (day.cast.treasurer.id, day.cast.reviewer.id)
    assert voucher.memo == "按清单办理"


def test_an_envelope_is_handed_over(session: Session, day: Day) -> None:
    _close(session, day)
    other = factories.make_holder(session, day.community)
    target = AccountRef.cash_safe(other.id)
    move(session, day, MoveKind.HAND_OVER, 50_00, source=safe(day), target=target)
    assert balance(session, day, target.code) == 50_00


def test_a_platform_pays_out_less_its_fee(session: Session, day: Day) -> None:
    _close(session, day)
    move(
        session, day, MoveKind.SETTLEMENT, 15_00, fee_minor=9, source=wechat(day), target=bank(day)
    )
    assert balance(session, day, wechat(day).code) == 0
    assert balance(session, day, bank(day).code) == 14_91
    assert balance(session, day, "costs_to_settle") == 9


def test_a_platform_pays_out_no_more_than_it_took(session: Session, day: Day) -> None:
    _close(session, day)
    with pytest.raises(NotEnoughMoney):
        propose(session, day, MoveKind.SETTLEMENT, 15_01, source=wechat(day), target=bank(day))


def test_a_consignor_is_paid_what_is_owed_and_no_more(session: Session, day: Day) -> None:
    recorded_sale(session, day, day.scarf)
    _close(session, day)
    with pytest.raises(OwedLess):
        propose(session, day, MoveKind.PAYOUT, 48_01, party_id=day.weaver.id, source=safe(day))
    move(session, day, MoveKind.PAYOUT, 48_00, party_id=day.weaver.id, source=safe(day))
    assert balance(session, day, f"payable:{day.weaver.id}") == 0


def test_who_paid_a_cost_is_reimbursed(session: Session, day: Day) -> None:
    _close(session, day)
    helper = factories.make_party(session, day.community, kind="person")
    move(session, day, MoveKind.COST_ADVANCED, 30_00, party_id=helper.id)
    assert balance(session, day, "costs_to_settle") == 30_00
    assert balance(session, day, f"payable:{helper.id}") == -30_00
    move(session, day, MoveKind.REIMBURSEMENT, 30_00, party_id=helper.id, source=safe(day))
    assert balance(session, day, f"payable:{helper.id}") == 0


def test_somebody_lends_the_first_change(session: Session, day: Day) -> None:
    helper = factories.make_party(session, day.community, kind="person")
    move(session, day, MoveKind.CASH_ADVANCED, 100_00, party_id=helper.id, target=safe(day))
    assert balance(session, day, safe(day).code) == 100_00
    assert balance(session, day, f"payable:{helper.id}") == -100_00


def test_costs_are_charged_to_running_costs_that_were_allocated(session: Session, day: Day) -> None:
    allocation = _costs_fund(session, day, 40_00)
    helper = factories.make_party(session, day.community, kind="person")
    move(session, day, MoveKind.COST_ADVANCED, 30_00, party_id=helper.id)
    move(session, day, MoveKind.COST_CLEARED, 30_00, allocation_id=allocation.id)
    session.refresh(allocation)
    assert allocation.spent_minor == 30_00
    assert balance(session, day, "costs_to_settle") == 0
    assert balance(session, day, f"fund_committed:{allocation.fund_id}") == -10_00


def test_costs_never_exceed_their_allocation(session: Session, day: Day) -> None:
    allocation = _costs_fund(session, day, 20_00)
    helper = factories.make_party(session, day.community, kind="person")
    move(session, day, MoveKind.COST_ADVANCED, 30_00, party_id=helper.id)
    with pytest.raises(CommittedLess):
        propose(session, day, MoveKind.COST_CLEARED, 20_01, allocation_id=allocation.id)
    first = propose(session, day, MoveKind.COST_CLEARED, 15_00, allocation_id=allocation.id)
    second = propose(
        session, day, MoveKind.COST_CLEARED, 14_00, note="第二笔", allocation_id=allocation.id
    )
    decide(session, day, first)
    with pytest.raises(CommittedLess):
        decide(session, day, second)


def test_only_what_waits_to_be_settled_is_charged(session: Session, day: Day) -> None:
    allocation = _costs_fund(session, day, 20_00)
    with pytest.raises(NotEnoughMoney):
        propose(session, day, MoveKind.COST_CLEARED, 1_00, allocation_id=allocation.id)


def test_money_for_wishes_bears_no_costs(session: Session, day: Day) -> None:
    _close(session, day)
    wish = make_open_wish(session, stage_of(day), 5_00)
    allocate(session, stage_of(day), (wish, 5_00))
    allocation = session.scalars(select(Allocation)).one()
    with pytest.raises(NotForRunningCosts):
        propose(session, day, MoveKind.COST_CLEARED, 1_00, allocation_id=allocation.id)


def test_an_over_becomes_box_income_by_the_frozen_split(session: Session, day: Day) -> None:
    _close(session, day, counted_minor=203_33)
    before = {fund.id: fund.laid_minor for fund in session.scalars(select(Fund))}
    decided = move(session, day, MoveKind.OVER_CLEARED, 3_33, till_id=day.till.id)
    laid = {
        laying.fund_id: laying.end_minor - laying.start_minor
        for laying in session.scalars(select(Laying).where(Laying.box_move_id == decided.move_id))
    }
    assert laid == {day.wishes.id: 2_33, day.enterprise.id: 1_00}
    assert balance(session, day, f"over_short:{day.till.id}") == 0
    session.expire_all()
    after = {fund.id: fund.laid_minor for fund in session.scalars(select(Fund))}
    assert {fund: after[fund] - before[fund] for fund in laid} == laid


def test_no_more_of_an_over_is_cleared_than_there_was(session: Session, day: Day) -> None:
    _close(session, day, counted_minor=203_00)
    with pytest.raises(VarianceLess):
        propose(session, day, MoveKind.OVER_CLEARED, 3_01, till_id=day.till.id)
    move(session, day, MoveKind.OVER_CLEARED, 2_00, till_id=day.till.id)
    with pytest.raises(VarianceLess):
        propose(session, day, MoveKind.OVER_CLEARED, 1_01, till_id=day.till.id)


def test_a_short_is_no_over(session: Session, day: Day) -> None:
    _close(session, day, counted_minor=190_00)
    with pytest.raises(VarianceLess):
        propose(session, day, MoveKind.OVER_CLEARED, 1_00, till_id=day.till.id)


def test_a_short_is_paid_in(session: Session, day: Day) -> None:
    _close(session, day, counted_minor=190_00)
    with pytest.raises(VarianceLess):
        propose(session, day, MoveKind.SHORT_PAID_IN, 10_01, till_id=day.till.id, target=safe(day))
    move(session, day, MoveKind.SHORT_PAID_IN, 10_00, till_id=day.till.id, target=safe(day))
    assert balance(session, day, f"over_short:{day.till.id}") == 0
    assert balance(session, day, safe(day).code) == 200_00


def test_a_short_is_borne_by_running_costs(session: Session, day: Day) -> None:
    _close(session, day, counted_minor=190_00)
    allocation = _costs_fund(session, day, 12_00)
    move(
        session,
        day,
        MoveKind.SHORT_CLEARED,
        10_00,
        till_id=day.till.id,
        allocation_id=allocation.id,
    )
    session.refresh(allocation)
    assert allocation.spent_minor == 10_00
    assert balance(session, day, f"over_short:{day.till.id}") == 0


def test_before_the_count_there_is_no_variance(session: Session, day: Day) -> None:
    with pytest.raises(TillNotClosed):
        propose(session, day, MoveKind.OVER_CLEARED, 1_00, till_id=day.till.id)


def test_a_payout_is_undone_by_its_reversal(session: Session, day: Day) -> None:
    recorded_sale(session, day, day.scarf)
    _close(session, day)
    paid = move(session, day, MoveKind.PAYOUT, 48_00, party_id=day.weaver.id, source=safe(day))
    assert paid.voucher_id is not None
    undone = reverse(session, day, paid.voucher_id)
    assert balance(session, day, f"payable:{day.weaver.id}") == -48_00
    voucher = session.get_one(Voucher, undone.voucher_id)
    assert (voucher.kind, voucher.reverses_id) == ("reversal", paid.voucher_id)


def test_a_voucher_is_reversed_once(session: Session, day: Day) -> None:
    _close(session, day)
    moved = move(session, day, MoveKind.DEPOSIT, 10_00, source=safe(day), target=bank(day))
    assert moved.voucher_id is not None
    again = ProposeReversal(
        community_id=day.community.id, voucher_id=moved.voucher_id, note="又错了"
    )
    waiting = propose_reversal(session, again, by_id=day.cast.treasurer.id, now=LATER)
    reverse(session, day, moved.voucher_id)
    with pytest.raises(AlreadyReversed):
        propose_reversal(session, again, by_id=day.cast.treasurer.id, now=LATER)
    with pytest.raises(AlreadyReversed):
        decide(session, day, waiting)


def test_what_has_left_again_cannot_be_reversed(session: Session, day: Day) -> None:
    _close(session, day)
    moved = move(session, day, MoveKind.DEPOSIT, 10_00, source=safe(day), target=bank(day))
    move(session, day, MoveKind.HAND_OVER, 10_00, source=bank(day), target=safe(day))
    assert moved.voucher_id is not None
    with pytest.raises(NotEnoughMoney):
        reverse(session, day, moved.voucher_id)


def test_closures_counts_and_reversals_are_not_reversed(session: Session, day: Day) -> None:
    _close(session, day)
    moved = move(session, day, MoveKind.DEPOSIT, 10_00, source=safe(day), target=bank(day))
    assert moved.voucher_id is not None
    reverse(session, day, moved.voucher_id)
    kinds = dict(
        session.execute(select(Voucher.kind, func.min(Voucher.id)).group_by(Voucher.kind)).all()
    )
    for kind in ("closure", "count", "reversal", "opening_float"):
        with pytest.raises(NotReversible):
            reverse(session, day, kinds[kind])


def test_the_proposer_is_not_the_approver(session: Session, day: Day) -> None:
    _close(session, day)
    moved = propose(session, day, MoveKind.DEPOSIT, 10_00, source=safe(day), target=bank(day))
    command = DecideMove(community_id=day.community.id, move_id=moved.id, approved=True)
    with pytest.raises(SamePerson):
        decide_move(session, command, by_id=day.cast.treasurer.id, now=LATER)


def test_the_payee_neither_proposes_nor_approves(session: Session, day: Day) -> None:
    recorded_sale(session, day, day.scarf)
    _close(session, day)
    session.get_one(type(day.weaver), day.weaver.id).person_id = day.cast.reviewer.id
    session.flush()
    given = {"party_id": day.weaver.id, "source": safe(day)}
    command = proposing(day, MoveKind.PAYOUT, 10_00, **given)
    with pytest.raises(PayeeMayNotApprove):
        propose_move(session, command, by_id=day.cast.reviewer.id, now=LATER)
    moved = propose(session, day, MoveKind.PAYOUT, 10_00, **given)
    with pytest.raises(PayeeMayNotApprove):
        decide(session, day, moved)


def test_neither_does_a_declared_relative(session: Session, day: Day) -> None:
    recorded_sale(session, day, day.scarf)
    _close(session, day)
    moved = propose(session, day, MoveKind.PAYOUT, 10_00, party_id=day.weaver.id, source=safe(day))
    session.add(
        DeclaredInterest(person_id=day.cast.reviewer.id, party_id=day.weaver.id, declared_at=NOW)
    )
    session.flush()
    with pytest.raises(RelativeMayNotApprove):
        decide(session, day, moved)


def test_the_rule_of_the_payee_holds_for_a_reversal_too(session: Session, day: Day) -> None:
    recorded_sale(session, day, day.scarf)
    _close(session, day)
    paid = move(session, day, MoveKind.PAYOUT, 48_00, party_id=day.weaver.id, source=safe(day))
    session.add(
        DeclaredInterest(person_id=day.cast.reviewer.id, party_id=day.weaver.id, declared_at=NOW)
    )
    session.flush()
    assert paid.voucher_id is not None
    with pytest.raises(RelativeMayNotApprove):
        reverse(session, day, paid.voucher_id)


def test_who_has_lost_the_role_decides_nothing(session: Session, day: Day) -> None:
    _close(session, day)
    moved = propose(session, day, MoveKind.DEPOSIT, 10_00, source=safe(day), target=bank(day))
    command = DecideMove(community_id=day.community.id, move_id=moved.id, approved=True)
    with pytest.raises(NoLongerApprover):
        decide_move(session, command, by_id=day.cast.volunteer.id, now=LATER)


def test_it_is_decided_once(session: Session, day: Day) -> None:
    _close(session, day)
    moved = propose(session, day, MoveKind.DEPOSIT, 10_00, source=safe(day), target=bank(day))
    decide(session, day, moved)
    with pytest.raises(AlreadyDecided):
        decide(session, day, moved)


def test_a_refusal_says_why_and_moves_nothing(session: Session, day: Day) -> None:
    _close(session, day)
    moved = propose(session, day, MoveKind.DEPOSIT, 10_00, source=safe(day), target=bank(day))
    with pytest.raises(TextMissing):
        decide(session, day, moved, approved=False)
    decided = decide(session, day, moved, approved=False, reason="金额和存单不符")
    assert (decided.approved, decided.voucher_id) == (False, None)
    assert balance(session, day, bank(day).code) == 0


def test_an_approval_checks_again_what_is_there(session: Session, day: Day) -> None:
    _close(session, day)
    first = propose(session, day, MoveKind.DEPOSIT, 150_00, source=safe(day), target=bank(day))
    second = propose(session, day, MoveKind.DEPOSIT, 60_00, source=safe(day), target=bank(day))
    decide(session, day, first)
    with pytest.raises(NotEnoughMoney):
        decide(session, day, second)
    assert session.get(MoneyMoveDecision, second.id) is None


def test_the_same_tap_twice_proposes_once(session: Session, day: Day) -> None:
    _close(session, day)
    given = {"source": safe(day), "target": bank(day)}
    first = propose(session, day, MoveKind.DEPOSIT, 10_00, **given)
    with pytest.raises(AlreadyWaiting), session.begin_nested():
        propose(session, day, MoveKind.DEPOSIT, 10_00, **given)
    propose(session, day, MoveKind.DEPOSIT, 10_00, note="第二次存", **given)
    decide(session, day, first)
    propose(session, day, MoveKind.DEPOSIT, 10_00, **given)


def test_purchases_are_decided_where_the_wish_is(session: Session, day: Day) -> None:
    with pytest.raises(DecidedElsewhere):
        propose(session, day, MoveKind.SPENDING, 10_00, source=safe(day))


@pytest.mark.parametrize(
    ("kind", "given", "refusal"),
    [
        (MoveKind.HAND_OVER, {}, AccountNotChosen),
        (MoveKind.PAYOUT, {"source": "safe"}, PartyNotChosen),
        (MoveKind.OVER_CLEARED, {}, TillNotChosen),
        (MoveKind.COST_CLEARED, {}, AllocationNotChosen),
        (MoveKind.COST_CLEARED, {"allocation_id": 999}, NoSuchAccount),
        (MoveKind.DEPOSIT, {"source": "bank", "target": "bank"}, WrongAccount),
        (MoveKind.SETTLEMENT, {"source": "safe", "target": "bank"}, WrongAccount),
        (MoveKind.HAND_OVER, {"source": "safe", "target": "safe"}, SameAccount),
        (
            MoveKind.SETTLEMENT,
            {"source": "wechat", "target": "bank", "fee_minor": 10_01},
            FeeTooLarge,
        ),
    ],
)
def test_what_is_missing_or_does_not_fit_is_said(
    session: Session,
    day: Day,
    kind: MoveKind,
    given: dict[str, object],
    refusal: type[Exception],
) -> None:
    _close(session, day)
    places = {"safe": safe(day), "bank": bank(day), "wechat": wechat(day)}
    more = {name: places.get(str(value), value) for name, value in given.items()}
    with pytest.raises(refusal):
        propose(session, day, kind, 10_00, **more)


@pytest.mark.parametrize(
    ("amount_minor", "refusal"),
    [(0, AmountTooSmall), (-1, AmountTooSmall), (10**16, AmountTooLarge)],
)
def test_an_absurd_amount_is_refused(
    session: Session, day: Day, amount_minor: int, refusal: type[Exception]
) -> None:
    _close(session, day)
    with pytest.raises((refusal, AmountNegative)):
        propose(session, day, MoveKind.DEPOSIT, amount_minor, source=safe(day), target=bank(day))


def test_a_move_says_what_it_is_for(session: Session, day: Day) -> None:
    _close(session, day)
    for note, refusal in ((" ", TextMissing), ("长" * 201, TextTooLong)):
        with pytest.raises(refusal):
            propose(
                session,
                day,
                MoveKind.DEPOSIT,
                1_00,
                source=safe(day),
                target=bank(day),
                note=note,
            )


def test_accounts_parties_and_moves_of_others_are_not_found(session: Session, day: Day) -> None:
    _close(session, day)
    other = make_day(session)
    _close(session, other)
    with pytest.raises(NoSuchAccount):
        propose(session, day, MoveKind.DEPOSIT, 1_00, source=safe(day), target=bank(other))
    with pytest.raises(NoSuchAccount):
        propose(session, day, MoveKind.COST_ADVANCED, 1_00, party_id=other.weaver.id)
    with pytest.raises(NoSuchAccount):
        propose(session, day, MoveKind.OVER_CLEARED, 1_00, till_id=other.till.id)
    with pytest.raises(NoSuchAccount):
        propose(
            session,
            day,
            MoveKind.COST_ADVANCED,
            1_00,
            party_id=day.weaver.id,
            market_day_id=other.day.id,
        )
    moved = propose(session, day, MoveKind.DEPOSIT, 1_00, source=safe(day), target=bank(day))
    with pytest.raises(NoSuchMove):
        decide(session, other, moved)
    decided = decide(session, day, moved)
    assert decided.voucher_id is not None
    with pytest.raises(NoSuchVoucher):
        reverse(session, other, decided.voucher_id)


def test_a_move_about_a_till_belongs_to_its_market_day(session: Session, day: Day) -> None:
    _close(session, day, counted_minor=203_00)
    proposed = propose(session, day, MoveKind.OVER_CLEARED, 3_00, till_id=day.till.id)
    assert session.get_one(MoneyMove, proposed.id).market_day_id == day.day.id
