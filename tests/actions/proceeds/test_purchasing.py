"""A lit wish is bought: paid from what is committed to it, oldest first, and the rest goes back."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.ledger.approvers import NoLongerApprover
from market.actions.ledger.move_kinds import NoSuchAccount
from market.actions.ledger.move_records import AlreadyDecided
from market.actions.ledger.posting import NotEnoughMoney, post
from market.actions.proceeds.purchasing import (
    AlreadyProposed,
    DecidePurchase,
    NotAPurchase,
    ProposePurchase,
    SpendsTooMuch,
    WrongPayer,
    decide_purchase,
    propose_purchase,
)
from market.actions.proceeds.returns import ProposeReturn, propose_return
from market.domain.errors import Invalid
from market.domain.ledger.account import AccountRef
from market.domain.ledger.posting_table import deposit
from market.domain.money import AmountNegative, AmountNotWhole, AmountTooSmall
from market.domain.people import PayeeMayNotApprove, RelativeMayNotApprove, SamePerson
from market.domain.proceeds.wish import StepNotAllowed
from market.domain.text import TextMissing
from market.models.ledger import MoneyMove, MoneyMoveDecision, Posting, Voucher
from market.models.people import DeclaredInterest
from market.models.proceeds import Wish, WishStep
from tests.factories import NOW, make_fund, make_holder, make_party
from tests.wishes import (
    Stage,
    allocate,
    allocations_of,
    balance,
    lay_money,
    make_open_wish,
    make_stage,
)


@pytest.fixture
def stage(session: Session) -> Stage:
    return make_stage(session, laid_minor=100_00)


@pytest.fixture
def wish(session: Session, stage: Stage) -> Wish:
    """A lit wish of ¥60, from two allocations: ¥25, then ¥35."""
    wish = make_open_wish(session, stage, 60_00)
    allocate(session, stage, (wish, 25_00))
    allocate(session, stage, (wish, 35_00))
    session.refresh(wish)
    return wish


def test_a_wish_is_bought_and_the_rest_goes_back(
    session: Session, stage: Stage, wish: Wish
) -> None:
    buy(session, stage, wish, 52_00)
    session.refresh(wish)
    session.refresh(stage.fund)
    assert (wish.state, wish.funded_minor) == ("bought", 52_00)
    assert stage.fund.laid_minor - stage.fund.taken_minor == 48_00
    assert balance(session, stage, AccountRef.committed(stage.fund.id)) == 0
    assert balance(session, stage, AccountRef.cash_safe(stage.safe.id)) == 48_00


@pytest.mark.parametrize(
    ("spent", "expected"),
    [
        (52_00, [(25_00, 0), (27_00, 8_00)]),
        (60_00, [(25_00, 0), (35_00, 0)]),
        (20_00, [(20_00, 5_00), (0, 35_00)]),
    ],
)
def test_the_oldest_allocation_pays_first(
    session: Session, stage: Stage, wish: Wish, spent: int, expected: list[tuple[int, int]]
) -> None:
    buy(session, stage, wish, spent)
    rows = allocations_of(session, wish)
    assert [(row.spent_minor, row.returned_minor) for row in rows] == expected


def test_a_purchase_is_recorded_with_its_evidence(
    session: Session, stage: Stage, wish: Wish
) -> None:
    buy(session, stage, wish, 60_00)
    last = session.scalars(select(WishStep).order_by(WishStep.id.desc()).limit(1)).one()
    assert (last.state, last.evidence, last.by_id) == ("bought", "小票 2 号", stage.second)


def test_one_voucher_pays_from_two_funds(session: Session, stage: Stage) -> None:
    other = make_fund(session, stage.community, name="六一专款")
    lay_money(session, stage, 50_00, other)
    wish = make_open_wish(session, stage, 120_00)
    allocate(session, stage, (wish, 100_00))
    allocate(session, stage, (wish, 20_00), fund=other)
    decision = buy(session, stage, wish, 110_00)
    amounts = session.scalars(
        select(Posting.amount_minor).where(Posting.voucher_id == decision.voucher_id)
    )
    assert sorted(amounts) == [-110_00, 10_00, 100_00]
    session.refresh(other)
    assert other.laid_minor - other.taken_minor == 40_00


@pytest.mark.parametrize("payer", ["bank", "payable"])
def test_a_purchase_is_paid_by_the_bank_or_owed_to_whoever_advanced_it(
    session: Session, stage: Stage, wish: Wish, payer: str
) -> None:
    if payer == "bank":
        paid_from = AccountRef.bank(bank_with(session, stage, 60_00))
        left = 0
    else:
        paid_from = AccountRef.payable(make_party(session, stage.community, kind="person").id)
        left = -60_00
    buy(session, stage, wish, 60_00, paid_from=paid_from)
    assert balance(session, stage, paid_from) == left


def test_more_than_is_committed_is_refused_with_the_way_to_mend_it(
    session: Session, stage: Stage, wish: Wish
) -> None:
    with pytest.raises(SpendsTooMuch) as refusal:
        ask(session, stage, wish, 60_01)
    assert str(refusal.value.facts["committed"]) == "¥60.00"
    assert "费用" in str(refusal.value)


def test_less_is_committed_by_the_time_of_the_second_word(
    session: Session, stage: Stage, wish: Wish
) -> None:
    move = ask(session, stage, wish, 60_00)
    first = allocations_of(session, wish)[0]
    first.returned_minor = 10_00
    session.flush()
    with pytest.raises(SpendsTooMuch):
        decide(session, stage, move)


def test_an_empty_bank_pays_nothing(session: Session, stage: Stage, wish: Wish) -> None:
    bank = AccountRef.bank(make_holder(session, stage.community, kind="bank").id)
    with pytest.raises(NotEnoughMoney):
        ask(session, stage, wish, 60_00, paid_from=bank)


def test_a_purchase_is_not_paid_by_another_community(
    session: Session, stage: Stage, wish: Wish
) -> None:
    elsewhere = make_stage(session, laid_minor=100_00)
    with pytest.raises(NoSuchAccount):
        ask(session, stage, wish, 60_00, paid_from=AccountRef.cash_safe(elsewhere.safe.id))


@pytest.mark.parametrize("code", ["tender:1:wechat", "cash_till:1", "fund_unallocated:1"])
def test_a_purchase_is_not_paid_from_just_anywhere(
    session: Session, stage: Stage, wish: Wish, code: str
) -> None:
    with pytest.raises(WrongPayer):
        ask(session, stage, wish, 60_00, paid_from=AccountRef.parse(code))


def test_whoever_proposes_a_purchase_does_not_approve_it(
    session: Session, stage: Stage, wish: Wish
) -> None:
    move = ask(session, stage, wish, 60_00)
    with pytest.raises(SamePerson):
        decide(session, stage, move, by=stage.by)


def test_a_purchase_is_approved_by_a_role_that_approves(
    session: Session, stage: Stage, wish: Wish
) -> None:
    move = ask(session, stage, wish, 60_00)
    with pytest.raises(NoLongerApprover):
        decide(session, stage, move, by=stage.cast.auditor.id)


def test_whoever_gets_the_money_has_no_word_in_it(
    session: Session, stage: Stage, wish: Wish
) -> None:
    advanced = make_party(session, stage.community, kind="person", person_id=stage.second)
    move = ask(session, stage, wish, 60_00, paid_from=AccountRef.payable(advanced.id))
    with pytest.raises(PayeeMayNotApprove):
        decide(session, stage, move)
    own = make_party(session, stage.community, kind="person", person_id=stage.by)
    decide(session, stage, move, approved=False, reason="换人", by=stage.cast.treasurer.id)
    with pytest.raises(PayeeMayNotApprove):
        ask(session, stage, wish, 60_00, paid_from=AccountRef.payable(own.id))


def test_a_declared_relative_does_not_approve(session: Session, stage: Stage, wish: Wish) -> None:
    advanced = make_party(session, stage.community, kind="person")
    session.add(DeclaredInterest(person_id=stage.second, party_id=advanced.id, declared_at=NOW))
    session.flush()
    move = ask(session, stage, wish, 60_00, paid_from=AccountRef.payable(advanced.id))
    with pytest.raises(RelativeMayNotApprove):
        decide(session, stage, move)


def test_one_purchase_waits_at_a_time(session: Session, stage: Stage, wish: Wish) -> None:
    move = ask(session, stage, wish, 60_00)
    with pytest.raises(AlreadyProposed):
        ask(session, stage, wish, 59_00)
    decide(session, stage, move, approved=False, reason="小票不清楚")
    ask(session, stage, wish, 59_00)


def test_a_purchase_is_decided_once(session: Session, stage: Stage, wish: Wish) -> None:
    move = ask(session, stage, wish, 60_00)
    decide(session, stage, move)
    with pytest.raises(AlreadyDecided):
        decide(session, stage, move)


def test_a_wish_is_bought_once(session: Session, stage: Stage, wish: Wish) -> None:
    buy(session, stage, wish, 50_00)
    with pytest.raises(StepNotAllowed):
        ask(session, stage, wish, 1_00)


def test_a_waiting_wish_is_not_bought(session: Session, stage: Stage) -> None:
    wish = make_open_wish(session, stage, 60_00)
    allocate(session, stage, (wish, 59_00))
    with pytest.raises(StepNotAllowed):
        ask(session, stage, wish, 59_00)


def test_a_wish_that_waits_again_is_not_bought(session: Session, stage: Stage, wish: Wish) -> None:
    move = ask(session, stage, wish, 60_00)
    wish.state = "draft"
    session.flush()
    with pytest.raises(StepNotAllowed):
        decide(session, stage, move)


def test_a_return_is_no_purchase(session: Session, stage: Stage, wish: Wish) -> None:
    command = ProposeReturn(
        community_id=stage.community.id,
        allocation_id=allocations_of(session, wish)[0].id,
        reason="不用了",
    )
    back = propose_return(session, command, by_id=stage.by, now=NOW)
    with pytest.raises(NotAPurchase):
        decide(session, stage, back)


@pytest.mark.parametrize(
    ("amount", "error"),
    [(0, AmountTooSmall), (-1, AmountNegative), (0.5, AmountNotWhole), (True, AmountNotWhole)],
)
def test_a_purchase_is_a_whole_amount_above_nothing(
    session: Session, stage: Stage, wish: Wish, amount: Any, error: type[Invalid]
) -> None:
    with pytest.raises(error):
        ask(session, stage, wish, amount)


def test_a_purchase_needs_evidence(session: Session, stage: Stage, wish: Wish) -> None:
    with pytest.raises(TextMissing):
        ask(session, stage, wish, 60_00, evidence=" ")


def test_the_voucher_names_both_people(session: Session, stage: Stage, wish: Wish) -> None:
    decision = buy(session, stage, wish, 60_00)
    voucher = session.get_one(Voucher, decision.voucher_id)
    assert (voucher.kind, voucher.by_id, voucher.second_id) == (
        "spending",
        stage.by,
        stage.second,
    )


def ask(
    session: Session,
    stage: Stage,
    wish: Wish,
    amount_minor: int,
    *,
    paid_from: AccountRef | None = None,
    evidence: str = "小票 2 号",
) -> MoneyMove:
    command = ProposePurchase(
        community_id=stage.community.id,
        wish_id=wish.id,
        amount_minor=amount_minor,
        paid_from=paid_from or AccountRef.cash_safe(stage.safe.id),
        evidence=evidence,
        note="在文具店买的",
    )
    return propose_purchase(session, command, by_id=stage.by, now=NOW)


def decide(
    session: Session,
    stage: Stage,
    move: MoneyMove,
    *,
    approved: bool = True,
    reason: str = "",
    by: int | None = None,
) -> MoneyMoveDecision:
    command = DecidePurchase(
        community_id=stage.community.id, move_id=move.id, approved=approved, reason=reason
    )
    return decide_purchase(session, command, by_id=by or stage.second, now=NOW)


def buy(
    session: Session,
    stage: Stage,
    wish: Wish,
    amount_minor: int,
    *,
    paid_from: AccountRef | None = None,
) -> MoneyMoveDecision:
    return decide(session, stage, ask(session, stage, wish, amount_minor, paid_from=paid_from))


def bank_with(session: Session, stage: Stage, amount_minor: int) -> int:
    """A bank account that got so much from the safe."""
    bank = make_holder(session, stage.community, kind="bank")
    entry = deposit(
        "", safe_holder_id=stage.safe.id, bank_holder_id=bank.id, amount_minor=amount_minor
    )
    post(session, entry, community_id=stage.community.id, by_id=stage.by, now=NOW)
    return bank.id
