"""Money moved by two people: proposed by one, let go or declined by another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from market.actions.ledger.approvers import require_approver
from market.actions.ledger.line import lay_box_income, lock_all_funds, settle_refunds
from market.actions.ledger.move_entries import entry_of
from market.actions.ledger.move_kinds import ProposeMove, sides_of
from market.actions.ledger.move_limits import require_reversible, require_room, spend_committed
from market.actions.ledger.move_records import (
    decline,
    record_decision,
    record_proposal,
    require_first,
    require_second_person,
    waiting_move,
)
from market.actions.ledger.payout_signatures import require_signed
from market.actions.ledger.posting import post, posted_entry, reverse
from market.domain.errors import N_, Refused
from market.domain.ledger.account import AccountKind
from market.domain.ledger.entry import Entry
from market.domain.ledger.moves import MoveKind
from market.models.ledger import MoneyMove, MoneyMoveDecision

_OTHERS_DECIDE = frozenset({MoveKind.SPENDING, MoveKind.RETURN})


class DecidedElsewhere(Refused):
    """Purchases and returns of wishes are approved where the wish is looked at."""

    sentence = N_("心愿的付款和退回请在心愿页面上复核。")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeReversal:
    """The voucher that is to be undone, and why."""

    community_id: int
    voucher_id: int
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideMove:
    """The second person's word; a refusal says why."""

    community_id: int
    move_id: int
    approved: bool
    reason: str = ""


def propose_move(session: Session, command: ProposeMove, *, by_id: int, now: datetime) -> MoneyMove:
    """Write down what is to move; nothing is reserved. Refuses what could not be approved now."""
    if command.kind in _OTHERS_DECIDE:
        raise DecidedElsewhere
    sides = sides_of(session, command)
    move = record_proposal(session, command, sides, by_id=by_id, now=now)
    require_first(session, move)
    require_room(session, move.community_id, entry_of(session, move))
    return move


def propose_reversal(
    session: Session, command: ProposeReversal, *, by_id: int, now: datetime
) -> MoneyMove:
    """Write down that a voucher is to be undone; the rule of the payee holds for it too."""
    require_reversible(session, command.community_id, command.voucher_id)
    entry = posted_entry(session, command.voucher_id)
    owed = [
        line.account.holder_id
        for line in entry.postings
        if line.account.kind is AccountKind.PAYABLE
    ]
    reversal = ProposeMove(
        community_id=command.community_id,
        kind=MoveKind.REVERSAL,
        amount_minor=entry.total_minor,
        note=command.note,
        party_id=owed[0] if owed else None,
        reverses_id=command.voucher_id,
    )
    return propose_move(session, reversal, by_id=by_id, now=now)


def decide_move(
    session: Session, command: DecideMove, *, by_id: int, now: datetime
) -> MoneyMoveDecision:
    """Let the money go, or decline. An approval checks everything again and posts the voucher.

    Locks the community's turn, the funds or the allocation, the month, the accounts. Raises
    NoLongerApprover, NoSuchMove, AlreadyDecided, DecidedElsewhere, NotSigned, CommittedLess, and
    what `two_people` and `require_room` raise.
    """
    require_approver(session, command.community_id, by_id)
    move = waiting_move(session, command.move_id, community_id=command.community_id)
    if not command.approved:
        return decline(session, move, command.reason, by_id=by_id, now=now)
    if move.kind in _OTHERS_DECIDE:
        raise DecidedElsewhere
    require_second_person(session, move, by_id)
    require_signed(session, move)
    if move.kind == MoveKind.OVER_CLEARED:
        lock_all_funds(session, move.community_id)
    if move.allocation_id is not None:
        spend_committed(session, move.allocation_id, move.amount_minor)
    voucher_id = _post(session, move, by_id=by_id, now=now)
    if move.kind == MoveKind.OVER_CLEARED:
        lay_box_income(session, move.id, _credited_funds(entry_of(session, move)))
        settle_refunds(session, move.community_id, by_id=by_id, now=now)
    return record_decision(session, move, voucher_id=voucher_id, by_id=by_id, now=now)


def _post(session: Session, move: MoneyMove, *, by_id: int, now: datetime) -> int:
    """The move's voucher, in the names of both."""
    entry = entry_of(session, move)
    if move.reverses_id is None:
        posted = post(
            session,
            entry,
            community_id=move.community_id,
            by_id=move.proposed_by_id,
            second_id=by_id,
            now=now,
        )
    else:
        require_reversible(session, move.community_id, move.reverses_id)
        posted = reverse(
            session,
            move.reverses_id,
            move.note,
            by_id=move.proposed_by_id,
            second_id=by_id,
            now=now,
        )
    # Only now are the accounts locked, so only now is it certain what is left in them.
    require_room(session, move.community_id, entry, posted=True)
    return posted.voucher_id


def _credited_funds(entry: Entry) -> dict[int, int]:
    return {
        line.account.holder_id: line.credit_minor
        for line in entry.postings
        if line.account.kind is AccountKind.FUND_UNALLOCATED and line.account.holder_id
    }
