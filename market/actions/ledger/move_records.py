"""What every kind of money move shares: its two rows, its turn, and the rule of two people."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.ledger.audit import note
from market.actions.ledger.move_kinds import NoSuchAccount, ProposeMove, Sides
from market.actions.ledger.posting import account_id
from market.domain.errors import N_, Missing, Refused
from market.domain.ledger.account import AccountRef
from market.domain.ledger.posting_table import FeeTooLarge
from market.domain.money import MOST_TOTAL_MINOR, check_minor
from market.domain.people import PayeeMayNotApprove, RelativeMayNotApprove, two_people
from market.domain.text import clean_text
from market.models.ledger import MoneyMove, MoneyMoveDecision, Party
from market.models.people import Community, DeclaredInterest
from market.models.proceeds import Allocation
from market.models.sales import MarketDay, Till

MOST_NOTE = 200


class NoSuchMove(Missing):
    """No money move of this community has this id."""

    sentence = N_("没有找到这笔资金调拨。")


class AlreadyWaiting(Refused):
    """The same proposal twice, perhaps by the same tap."""

    sentence = N_("同样的一笔已经在等人复核。如果确实是另外一笔，请在说明里写清区别再提交。")


class AlreadyDecided(Refused):
    """Somebody was quicker."""

    sentence = N_("这笔资金调拨已经有人处理过了，请刷新页面查看结果。")


def record_proposal(
    session: Session, command: ProposeMove, sides: Sides, *, by_id: int, now: datetime
) -> MoneyMove:
    """The row of a proposal, its sides made accounts. The proposer may not be the payee."""
    _require_stranger(session, command.party_id, by_id)
    amount_minor = check_minor(command.amount_minor, least_minor=1, most_minor=MOST_TOTAL_MINOR)
    fee_minor = check_minor(command.fee_minor)
    if fee_minor > amount_minor:
        raise FeeTooLarge
    community_id = command.community_id
    move = MoneyMove(
        community_id=community_id,
        kind=str(command.kind),
        amount_minor=amount_minor,
        fee_minor=fee_minor,
        from_account_id=_row_of(session, community_id, sides.source),
        to_account_id=_row_of(session, community_id, sides.target),
        party_id=command.party_id,
        till_id=command.till_id,
        wish_id=command.wish_id,
        allocation_id=command.allocation_id,
        market_day_id=_market_day_of(session, command),
        reverses_id=command.reverses_id,
        note=clean_text(command.note, most=MOST_NOTE),
        evidence=clean_text(command.evidence, most=MOST_NOTE, least=0),
        proposed_by_id=by_id,
        proposed_at=now,
    )
    session.add(move)
    session.flush()
    note_proposal(session, move, now=now)
    return move


def note_proposal(session: Session, move: MoneyMove, *, now: datetime) -> None:
    """The proposal's link in the audit chain."""
    note(
        session,
        "move_proposed",
        community_id=move.community_id,
        now=now,
        move=move.id,
        kind=move.kind,
        amount=move.amount_minor,
        by=move.proposed_by_id,
    )


def require_first(session: Session, move: MoneyMove) -> None:
    """Refuse what the same person has proposed in the same words and nobody has decided on yet."""
    _take_turn(session, move.community_id)
    same = [
        column == getattr(move, column.key)
        for column in (
            MoneyMove.community_id,
            MoneyMove.kind,
            MoneyMove.amount_minor,
            MoneyMove.fee_minor,
            MoneyMove.from_account_id,
            MoneyMove.to_account_id,
            MoneyMove.wish_id,
            MoneyMove.allocation_id,
            MoneyMove.reverses_id,
            MoneyMove.note,
            MoneyMove.proposed_by_id,
        )
    ]
    waiting = session.scalar(
        select(MoneyMove.id)
        .outerjoin(MoneyMoveDecision, MoneyMoveDecision.move_id == MoneyMove.id)
        .where(*same, MoneyMove.id != move.id, MoneyMoveDecision.move_id.is_(None))
        .limit(1)
    )
    if waiting is not None:
        raise AlreadyWaiting


def waiting_move(session: Session, move_id: int, *, community_id: int) -> MoneyMove:
    """A move nobody has decided on; until this unit of work ends nobody else will.

    Raises NoSuchMove, AlreadyDecided.
    """
    _take_turn(session, community_id)
    move = session.scalar(
        select(MoneyMove).where(MoneyMove.id == move_id, MoneyMove.community_id == community_id)
    )
    if move is None:
        raise NoSuchMove
    if session.get(MoneyMoveDecision, move_id) is not None:
        raise AlreadyDecided
    return move


def require_second_person(session: Session, move: MoneyMove, by_id: int) -> None:
    """Proposer ≠ approver, and neither the payee nor a declared relative of the payee."""
    payee_id, relatives = _interested(session, move.party_id)
    two_people(move.proposed_by_id, by_id, payee_user_id=payee_id, relatives=relatives)


def decline(
    session: Session, move: MoneyMove, reason: str, *, by_id: int, now: datetime
) -> MoneyMoveDecision:
    """The money stays where it is; the proposer may decline too, which takes the proposal back."""
    reason = clean_text(reason, most=MOST_NOTE)
    return record_decision(session, move, voucher_id=None, reason=reason, by_id=by_id, now=now)


def record_decision(
    session: Session,
    move: MoneyMove,
    *,
    voucher_id: int | None,
    reason: str = "",
    by_id: int,
    now: datetime,
) -> MoneyMoveDecision:
    """The second person's word on a move, approved where there is a voucher."""
    decision = MoneyMoveDecision(
        move_id=move.id,
        approved=voucher_id is not None,
        reason=reason,
        decided_by_id=by_id,
        decided_at=now,
        voucher_id=voucher_id,
    )
    session.add(decision)
    session.flush()
    note(
        session,
        "move_decided",
        community_id=move.community_id,
        now=now,
        move=move.id,
        voucher=voucher_id or 0,
        by=by_id,
    )
    return decision


def _take_turn(session: Session, community_id: int) -> None:
    """Decisions of one community happen one after the other. Taken before any month or account."""
    session.execute(
        select(Community.id).where(Community.id == community_id).with_for_update(key_share=True)
    )


def _interested(session: Session, party_id: int | None) -> tuple[int | None, frozenset[int]]:
    """The payee's own sign-in, if there is one, and who has declared an interest."""
    if party_id is None:
        return None, frozenset()
    payee_id = session.scalar(select(Party.person_id).where(Party.id == party_id))
    relatives = session.scalars(
        select(DeclaredInterest.person_id).where(DeclaredInterest.party_id == party_id)
    )
    return payee_id, frozenset(relatives)


def _require_stranger(session: Session, party_id: int | None, person_id: int) -> None:
    payee_id, relatives = _interested(session, party_id)
    if person_id == payee_id:
        raise PayeeMayNotApprove
    if person_id in relatives:
        raise RelativeMayNotApprove


def _market_day_of(session: Session, command: ProposeMove) -> int | None:
    """The market day a move is about: the one named, or its allocation's, or its till's."""
    if command.allocation_id is not None:
        found = select(Allocation.market_day_id).where(Allocation.id == command.allocation_id)
    elif command.till_id is not None:
        found = select(Till.market_day_id).where(Till.id == command.till_id)
    elif command.market_day_id is not None:
        found = select(MarketDay.id).where(
            MarketDay.id == command.market_day_id, MarketDay.community_id == command.community_id
        )
    else:
        return None
    day_id = session.scalar(found)
    if day_id is None and command.allocation_id is None:
        raise NoSuchAccount
    return day_id


def _row_of(session: Session, community_id: int, account: AccountRef | None) -> int | None:
    return None if account is None else account_id(session, community_id, account)
