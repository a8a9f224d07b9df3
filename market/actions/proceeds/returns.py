"""Committed money that goes back to its fund: proposed by one person, approved by another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from market.actions.ledger.approvers import require_approver
from market.actions.ledger.audit import note
from market.actions.ledger.line import lay_return, lock_all_funds, settle_refunds
from market.actions.ledger.move_kinds import ProposeMove, Sides
from market.actions.ledger.move_limits import CommittedLess, left_of_allocation
from market.actions.ledger.move_records import (
    decline,
    record_decision,
    record_proposal,
    require_second_person,
    waiting_move,
)
from market.actions.ledger.posting import post
from market.actions.proceeds.steps import locked_wish, step
from market.actions.proceeds.tranches import lock_plans, take_back
from market.domain.errors import N_, Missing, Refused
from market.domain.ledger.account import AccountRef
from market.domain.ledger.line import Span, tail
from market.domain.ledger.moves import MoveKind
from market.domain.ledger.posting_table import returned as return_entry
from market.domain.money import Money, check_minor
from market.domain.proceeds.wish import WishState
from market.models.ledger import Fund, MoneyMove, MoneyMoveDecision, Taking
from market.models.proceeds import Allocation, AllocationReturn, Wish


class NoSuchAllocation(Missing):
    """No allocation of this community has this id."""

    sentence = N_("没有找到这笔款项安排，请从款项安排列表重新进入。")


class NothingLeft(Refused):
    """All of it is spent or has gone back."""

    sentence = N_("这笔款项已经全部用完或退回，没有可以退的了。")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeReturn:
    """So much of an allocation is to go back; None for all that is left of it."""

    community_id: int
    allocation_id: int
    reason: str
    amount_minor: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideReturn:
    """The second person's word on a return; a no says why."""

    community_id: int
    move_id: int
    approved: bool
    reason: str = ""


def propose_return(
    session: Session, command: ProposeReturn, *, by_id: int, now: datetime
) -> MoneyMove:
    """Write down what is to go back. Raises NoSuchAllocation, NothingLeft, CommittedLess."""
    row = session.execute(
        select(Allocation.fund_id, Allocation.wish_id, left_of_allocation().label("left"))
        .join(Fund, Fund.id == Allocation.fund_id)
        .where(Allocation.id == command.allocation_id, Fund.community_id == command.community_id)
    ).one_or_none()
    if row is None:
        raise NoSuchAllocation
    if not row.left:
        raise NothingLeft
    amount = row.left if command.amount_minor is None else command.amount_minor
    check_minor(amount, least_minor=1)
    if amount > row.left:
        raise CommittedLess(left=Money(row.left), field="amount")
    return record_proposal(
        session,
        ProposeMove(
            community_id=command.community_id,
            kind=MoveKind.RETURN,
            amount_minor=amount,
            note=command.reason,
            allocation_id=command.allocation_id,
            wish_id=row.wish_id,
        ),
        Sides(AccountRef.unallocated(row.fund_id), AccountRef.committed(row.fund_id)),
        by_id=by_id,
        now=now,
    )


def decide_return(
    session: Session, command: DecideReturn, *, by_id: int, now: datetime
) -> MoneyMoveDecision:
    """Let it go back, or decline. A lit wish that misses money again waits again.

    Locks the wish or the plan, the funds, the month, the accounts. Raises NoSuchMove,
    AlreadyDecided, NoLongerApprover, SamePerson, CommittedLess.
    """
    require_approver(session, command.community_id, by_id)
    move = waiting_move(session, command.move_id, community_id=command.community_id)
    if move.kind != MoveKind.RETURN or move.allocation_id is None:
        raise NoSuchAllocation
    if not command.approved:
        return decline(session, move, command.reason, by_id=by_id, now=now)
    require_second_person(session, move, by_id)
    wish = locked_wish(session, move.community_id, move.wish_id) if move.wish_id else None
    tranche_id = session.scalar(
        select(Allocation.tranche_id).where(Allocation.id == move.allocation_id)
    )
    if tranche_id is not None:
        lock_plans(session, [tranche_id])
    back = {move.allocation_id: move.amount_minor}
    voucher_id = give_back(session, move, back, wish, reason=move.note, by_id=by_id, now=now)
    if tranche_id is not None:
        take_back(session, tranche_id, move.amount_minor)
    if wish is not None and wish.state == WishState.LIT:
        step(session, wish, WishState.OPEN, remark=move.note, by_id=by_id, now=now)
    decision = record_decision(session, move, voucher_id=voucher_id, by_id=by_id, now=now)
    settle_refunds(session, move.community_id, by_id=by_id, now=now)
    return decision


def give_back(
    session: Session,
    move: MoneyMove,
    amounts: Mapping[int, int],
    wish: Wish | None,
    *,
    reason: str,
    by_id: int,
    now: datetime,
) -> int:
    """Return the tails of allocations (id → minor units) of one locked wish; gives the voucher's id.

    All the community's funds are locked first: what becomes free may settle refunds on any of them.
    Raises CommittedLess. Call `settle_refunds` afterwards.
    """
    lock_all_funds(session, move.community_id)
    tails = [_cut_tail(session, number, amounts[number]) for number in sorted(amounts)]
    if wish is not None:
        wish.funded_minor -= sum(amounts.values())
        wish.changed_at = now
        session.flush()
    funds: dict[int, int] = {}
    for cut in tails:
        funds[cut.fund_id] = funds.get(cut.fund_id, 0) + cut.span.length
    posted = post(
        session,
        return_entry(f"M{move.id}", funds=funds),
        community_id=move.community_id,
        by_id=move.proposed_by_id,
        second_id=by_id,
        now=now,
    )
    _lay(session, tails, posted.voucher_id, reason, now)
    note(
        session,
        "returned",
        community_id=move.community_id,
        now=now,
        move=move.id,
        voucher=posted.voucher_id,
        amount=sum(amounts.values()),
        by=by_id,
    )
    return posted.voucher_id


@dataclass(frozen=True, slots=True)
class _Tail:
    allocation_id: int
    fund_id: int
    span: Span


def _cut_tail(session: Session, allocation_id: int, amount_minor: int) -> _Tail:
    """Count so much of an allocation as returned; gives the places it held until now."""
    row = session.execute(
        update(Allocation)
        .where(Allocation.id == allocation_id, left_of_allocation() >= amount_minor)
        .values(returned_minor=Allocation.returned_minor + amount_minor)
        .returning(Allocation.fund_id, Allocation.returned_minor)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if row is None:
        left = session.scalar(select(left_of_allocation()).where(Allocation.id == allocation_id))
        raise CommittedLess(left=Money(left or 0))
    taken = session.execute(
        select(Taking.start_minor, Taking.end_minor).where(Taking.allocation_id == allocation_id)
    ).one()
    remaining = Span(taken.start_minor, taken.end_minor - (row.returned_minor - amount_minor))
    return _Tail(allocation_id, row.fund_id, tail(remaining, amount_minor))


def _lay(
    session: Session, tails: Sequence[_Tail], voucher_id: int, reason: str, now: datetime
) -> None:
    rows = [
        AllocationReturn(
            allocation_id=cut.allocation_id,
            amount_minor=cut.span.length,
            reason=reason,
            voucher_id=voucher_id,
            returned_at=now,
        )
        for cut in tails
    ]
    session.add_all(rows)
    session.flush()
    for cut, row in zip(tails, rows, strict=True):
        lay_return(session, cut.fund_id, cut.span, return_id=row.id)
