"""Buying what a wish hopes for: paid from its committed money, and the rest goes back at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from market.actions.ledger.approvers import require_approver
from market.actions.ledger.line import settle_refunds
from market.actions.ledger.move_kinds import ProposeMove, Sides, require_ours
from market.actions.ledger.move_limits import left_of_allocation, require_room, spend_committed
from market.actions.ledger.move_records import (
    decline,
    record_decision,
    record_proposal,
    require_second_person,
    waiting_move,
)
from market.actions.ledger.posting import post
from market.actions.proceeds.returns import give_back
from market.actions.proceeds.steps import locked_wish, step
from market.domain.errors import N_, Invalid, Missing, Refused
from market.domain.ledger.account import AccountKind, AccountRef
from market.domain.ledger.entry import Entry, EntryKind
from market.domain.ledger.moves import MoveKind
from market.domain.ledger.posting_table import spending
from market.domain.money import Money, check_minor
from market.domain.proceeds.purchase import BoughtItem, NothingBought, check_items
from market.domain.proceeds.wish import StepNotAllowed, WishState
from market.domain.text import clean_text
from market.models.ledger import Account, MoneyMove, MoneyMoveDecision
from market.models.proceeds import Allocation, PurchaseItem, Wish

MOST_EVIDENCE = 200


class NotAPurchase(Missing):
    """A money move of another kind."""

    sentence = N_("没有找到这笔采购付款，请从心愿页面重新进入。")


class SpendsTooMuch(Refused):
    """A purchase dearer than what is committed to the wish."""

    sentence = N_(
        "实际花了 %(actual)s，但这个心愿只备了 %(committed)s，超出的部分不能付。"
        "请先在心愿页把费用改成实际金额，请同事复读、补足款项，再来登记采购。"
    )


class AlreadyProposed(Refused):
    """Two purchases of one wish at a time."""

    sentence = N_("这个心愿已经有一笔采购在等人复核，请先处理那一笔。")


class WrongPayer(Invalid):
    """Money that a purchase cannot be paid with."""

    sentence = N_("采购只能从银行、保管现金付，或登记为某人垫付。请重新选择。")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposePurchase:
    """What a wish really cost, item by item where they are known; who paid; where the receipt is."""

    community_id: int
    wish_id: int
    amount_minor: int
    paid_from: AccountRef
    evidence: str
    note: str
    items: tuple[BoughtItem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidePurchase:
    """The second person's word on a purchase; a no says why."""

    community_id: int
    move_id: int
    approved: bool
    reason: str = ""


def propose_purchase(
    session: Session, command: ProposePurchase, *, by_id: int, now: datetime
) -> MoneyMove:
    """Write a purchase down for a second person. Refuses what could not be approved now.

    Raises NoSuchWish, StepNotAllowed, NothingBought, ItemsDoNotAddUp, SpendsTooMuch,
    AlreadyProposed, WrongPayer, PayeeMayNotApprove, RelativeMayNotApprove, NotEnoughMoney.
    """
    wish = locked_wish(session, command.community_id, command.wish_id)
    _require_lit(wish)
    if command.items and not command.amount_minor:
        raise NothingBought
    check_minor(command.amount_minor, least_minor=1)
    check_items(command.items, command.amount_minor)
    evidence = clean_text(command.evidence, most=MOST_EVIDENCE)
    payer = command.paid_from
    if payer.kind not in {AccountKind.BANK, AccountKind.CASH_SAFE, AccountKind.PAYABLE}:
        raise WrongPayer(field="paid_from")
    require_ours(session, command.community_id, payer)
    _require_no_other(session, wish)
    committed = _committed(session, wish)
    shares = _spread(committed, command.amount_minor)
    entry = _entry(f"M-{wish.code}", _by_fund(committed, shares), payer)
    require_room(session, command.community_id, entry)
    only = {row.fund_id for row in committed}
    move = record_proposal(
        session,
        ProposeMove(
            community_id=command.community_id,
            kind=MoveKind.SPENDING,
            amount_minor=command.amount_minor,
            note=command.note,
            evidence=evidence,
            party_id=payer.holder_id if payer.kind is AccountKind.PAYABLE else None,
            wish_id=wish.id,
        ),
        Sides(payer, AccountRef.committed(only.pop()) if len(only) == 1 else None),
        by_id=by_id,
        now=now,
    )
    session.add_all(
        PurchaseItem(
            move_id=move.id,
            number=number,
            name=item.name,
            estimated_minor=item.estimated_minor,
            amount_minor=item.amount_minor,
            difference=str(item.difference),
        )
        for number, item in enumerate(command.items, start=1)
    )
    session.flush()
    return move


def decide_purchase(
    session: Session, command: DecidePurchase, *, by_id: int, now: datetime
) -> MoneyMoveDecision:
    """Pay from the wish's allocations, oldest first, give the rest back, or decline it all.

    Locks the wish, the funds, the month, the accounts. Raises NoSuchMove, AlreadyDecided,
    NoLongerApprover, StepNotAllowed, SpendsTooMuch, NotEnoughMoney, and as `two_people`.
    """
    require_approver(session, command.community_id, by_id)
    move = waiting_move(session, command.move_id, community_id=command.community_id)
    if move.kind != MoveKind.SPENDING or move.wish_id is None:
        raise NotAPurchase
    if not command.approved:
        return decline(session, move, command.reason, by_id=by_id, now=now)
    require_second_person(session, move, by_id)
    wish = locked_wish(session, move.community_id, move.wish_id)
    committed = _committed(session, wish)
    shares = _spread(committed, move.amount_minor)
    rest = {
        row.id: row.left - shares.get(row.id, 0)
        for row in committed
        if row.left > shares.get(row.id, 0)
    }
    if rest:
        # The rest goes first: what is given back locks the funds, and those come before the month.
        give_back(session, move, rest, wish, reason=move.note, by_id=by_id, now=now)
        settle_refunds(session, move.community_id, by_id=by_id, now=now)
    for allocation_id, amount in shares.items():
        spend_committed(session, allocation_id, amount)
    payer = _payer(session, move)
    posted = post(
        session,
        _entry(f"M{move.id}", _by_fund(committed, shares), payer),
        community_id=move.community_id,
        by_id=move.proposed_by_id,
        second_id=by_id,
        now=now,
    )
    step(session, wish, WishState.BOUGHT, evidence=move.evidence, by_id=by_id, now=now)
    return record_decision(session, move, voucher_id=posted.voucher_id, by_id=by_id, now=now)


def _require_lit(wish: Wish) -> None:
    state = WishState(wish.state)
    if state is not WishState.LIT or not wish.cost_minor:
        raise StepNotAllowed(now=state.label, then=WishState.BOUGHT.label)


def _require_no_other(session: Session, wish: Wish) -> None:
    waiting = session.scalar(
        select(MoneyMove.id)
        .outerjoin(MoneyMoveDecision, MoneyMoveDecision.move_id == MoneyMove.id)
        .where(
            MoneyMove.wish_id == wish.id,
            MoneyMove.kind == str(MoveKind.SPENDING),
            MoneyMoveDecision.move_id.is_(None),
        )
        .limit(1)
    )
    if waiting is not None:
        raise AlreadyProposed


def _committed(session: Session, wish: Wish) -> Sequence[Row[int, int, int]]:
    """The wish's allocations that have something left (id, fund_id, left), oldest first."""
    return session.execute(
        select(Allocation.id, Allocation.fund_id, left_of_allocation().label("left"))
        .where(Allocation.wish_id == wish.id, left_of_allocation() > 0)
        .order_by(Allocation.id)
    ).all()


def _spread(committed: Sequence[Row[int, int, int]], amount_minor: int) -> dict[int, int]:
    """Allocation id → what is spent of it, oldest first. Raises SpendsTooMuch."""
    left = amount_minor
    shares: dict[int, int] = {}
    for row in committed:
        share = min(row.left, left)
        if share:
            shares[row.id] = share
            left -= share
    if left:
        raise SpendsTooMuch(
            actual=Money(amount_minor), committed=Money(amount_minor - left), field="amount"
        )
    return shares


def _by_fund(committed: Sequence[Row[int, int, int]], shares: Mapping[int, int]) -> dict[int, int]:
    funds: dict[int, int] = {}
    for row in committed:
        if row.id in shares:
            funds[row.fund_id] = funds.get(row.fund_id, 0) + shares[row.id]
    return funds


def _entry(memo: str, funds: Mapping[int, int], payer: AccountRef) -> Entry:
    """One voucher for the whole purchase, however many funds lit the wish."""
    parts = [
        spending(memo, fund_id=fund_id, paid_from=payer, amount_minor=minor)
        for fund_id, minor in sorted(funds.items())
    ]
    return Entry(EntryKind.SPENDING, memo, tuple(row for part in parts for row in part.postings))


def _payer(session: Session, move: MoneyMove) -> AccountRef:
    code = session.scalars(select(Account.code).where(Account.id == move.from_account_id)).one()
    return AccountRef.parse(code)
