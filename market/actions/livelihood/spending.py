"""What a tranche's money was spent on: told by one with the receipt, let go by another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.ledger.approvers import require_approver
from market.actions.ledger.move_kinds import ProposeMove, Sides, require_ours
from market.actions.ledger.move_limits import left_of_allocation, require_room, spend_committed
from market.actions.ledger.move_records import (
    decline,
    record_decision,
    record_proposal,
    require_first,
    require_second_person,
    waiting_move,
)
from market.actions.ledger.posting import post
from market.actions.proceeds.interests import require_no_interest
from market.actions.proceeds.tranches import NoSuchTranche, lock_plans
from market.domain.errors import N_, Invalid, Missing, Refused
from market.domain.ledger.account import AccountKind, AccountRef
from market.domain.ledger.moves import MoveKind
from market.domain.ledger.posting_table import spending
from market.domain.money import Money, check_minor
from market.domain.text import clean_text
from market.models.ledger import Account, MoneyMove, MoneyMoveDecision
from market.models.livelihood import Enterprise, SupportApplication, Tranche
from market.models.proceeds import Allocation

MOST_EVIDENCE = 200


class NothingReleased(Refused):
    """Spending of a tranche that has no money left."""

    sentence = N_("第 %(number)s 批还没有放款，或者已经用完了。")


class SpendsMoreThanReleased(Refused):
    """More than what is left of the tranche."""

    sentence = N_("第 %(number)s 批只剩 %(left)s 没有用，付不了 %(amount)s。")


class WrongPayer(Invalid):
    """Money that support cannot be paid with."""

    sentence = N_("支持款只能从银行、保管现金付，或登记为某人垫付。请重新选择。")


class NotASpending(Missing):
    """A money move of another kind."""

    sentence = N_("没有找到这笔用款，请从创业支持页面重新进入。")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeSpending:
    """So much of a tranche, what it was for, and where the receipt is."""

    community_id: int
    tranche_id: int
    amount_minor: int
    paid_from: AccountRef
    evidence: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideSpending:
    """The second person's word on it; a no says why."""

    community_id: int
    move_id: int
    approved: bool
    reason: str = ""


def propose_spending(
    session: Session, command: ProposeSpending, *, by_id: int, now: datetime
) -> MoneyMove:
    """Write it down for a second person. Refuses what could not be approved now.

    Raises NoSuchTranche, NothingReleased, SpendsMoreThanReleased, WrongPayer, AlreadyWaiting,
    NotEnoughMoney, and as `require_no_interest`.
    """
    lock_plans(session, [command.tranche_id])
    number, party_id = _tranche(session, command)
    require_no_interest(session, [party_id], by_id)
    amount = check_minor(command.amount_minor, least_minor=1)
    evidence = clean_text(command.evidence, most=MOST_EVIDENCE)
    payer = command.paid_from
    if payer.kind not in {AccountKind.BANK, AccountKind.CASH_SAFE, AccountKind.PAYABLE}:
        raise WrongPayer(field="paid_from")
    require_ours(session, command.community_id, payer)
    allocation = session.execute(
        select(Allocation.id, Allocation.fund_id, left_of_allocation().label("left")).where(
            Allocation.tranche_id == command.tranche_id, left_of_allocation() > 0
        )
    ).one_or_none()
    if allocation is None:
        raise NothingReleased(number=number)
    if amount > allocation.left:
        raise SpendsMoreThanReleased(
            number=number, left=Money(allocation.left), amount=Money(amount), field="amount"
        )
    entry = spending("", fund_id=allocation.fund_id, paid_from=payer, amount_minor=amount)
    require_room(session, command.community_id, entry)
    move = record_proposal(
        session,
        ProposeMove(
            community_id=command.community_id,
            kind=MoveKind.SPENDING,
            amount_minor=amount,
            note=command.note,
            evidence=evidence,
            party_id=party_id,
            allocation_id=allocation.id,
        ),
        Sides(payer, AccountRef.committed(allocation.fund_id)),
        by_id=by_id,
        now=now,
    )
    require_first(session, move)
    return move


def decide_spending(
    session: Session, command: DecideSpending, *, by_id: int, now: datetime
) -> MoneyMoveDecision:
    """Pay from the tranche's allocation, or decline.

    Locks the community's turn, the allocation, the month, the accounts. Raises NoLongerApprover,
    NoSuchMove, AlreadyDecided, NotASpending, CommittedLess, NotEnoughMoney, SamePerson, and as
    `require_no_interest`.
    """
    require_approver(session, command.community_id, by_id)
    move = waiting_move(session, command.move_id, community_id=command.community_id)
    if move.kind != MoveKind.SPENDING or move.allocation_id is None or move.party_id is None:
        raise NotASpending
    if not command.approved:
        return decline(session, move, command.reason, by_id=by_id, now=now)
    payer = AccountRef.parse(
        session.scalars(select(Account.code).where(Account.id == move.from_account_id)).one()
    )
    require_second_person(session, move, by_id)
    interested = [move.party_id]
    if payer.kind is AccountKind.PAYABLE and payer.holder_id is not None:
        interested.append(payer.holder_id)
    for person_id in (by_id, move.proposed_by_id):
        require_no_interest(session, interested, person_id)
    spend_committed(session, move.allocation_id, move.amount_minor)
    fund_id = session.scalars(
        select(Allocation.fund_id).where(Allocation.id == move.allocation_id)
    ).one()
    posted = post(
        session,
        spending(f"M{move.id}", fund_id=fund_id, paid_from=payer, amount_minor=move.amount_minor),
        community_id=move.community_id,
        by_id=move.proposed_by_id,
        second_id=by_id,
        now=now,
    )
    return record_decision(session, move, voucher_id=posted.voucher_id, by_id=by_id, now=now)


def _tranche(session: Session, command: ProposeSpending) -> tuple[int, int]:
    """Its number, and the entrepreneur's party."""
    row = session.execute(
        select(Tranche.number, Enterprise.party_id)
        .join(SupportApplication, SupportApplication.id == Tranche.application_id)
        .join(Enterprise, Enterprise.id == SupportApplication.enterprise_id)
        .where(Tranche.id == command.tranche_id, Enterprise.community_id == command.community_id)
    ).one_or_none()
    if row is None:
        raise NoSuchTranche
    return row.number, row.party_id
