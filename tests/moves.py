"""Money moved by two people, for tests, on a market day."""

from __future__ import annotations

from sqlalchemy.orm import Session

from market.actions.ledger.move_kinds import ProposeMove
from market.actions.ledger.moves import (
    DecideMove,
    ProposeReversal,
    decide_move,
    propose_move,
    propose_reversal,
)
from market.actions.ledger.payout_signatures import SignPayout, sign_payout
from market.domain.ledger.account import AccountKind, AccountRef
from market.domain.ledger.moves import MoveKind
from market.models.ledger import MoneyMove, MoneyMoveDecision
from tests.market_day import LATER, Day


def proposing(day: Day, kind: MoveKind, amount_minor: int, **more: object) -> ProposeMove:
    """What is to move."""
    given = {
        "community_id": day.community.id,
        "kind": kind,
        "amount_minor": amount_minor,
        "note": "按清单办理",
    }
    return ProposeMove(**{**given, **more})  # type: ignore[arg-type]


def propose(
    session: Session, day: Day, kind: MoveKind, amount_minor: int, **more: object
) -> MoneyMove:
    """The treasurer proposes."""
    command = proposing(day, kind, amount_minor, **more)
    return propose_move(session, command, by_id=day.cast.treasurer.id, now=LATER)


def decide(
    session: Session, day: Day, move: MoneyMove, *, approved: bool = True, reason: str = ""
) -> MoneyMoveDecision:
    """The reviewer decides."""
    command = DecideMove(
        community_id=day.community.id, move_id=move.id, approved=approved, reason=reason
    )
    return decide_move(session, command, by_id=day.cast.reviewer.id, now=LATER)


def move(
    session: Session, day: Day, kind: MoveKind, amount_minor: int, **more: object
) -> MoneyMoveDecision:
    """Proposed by the treasurer, signed for where it is a payout in cash, approved by the reviewer."""
    moved = propose(session, day, kind, amount_minor, **more)
    source = more.get("source")
    in_cash = isinstance(source, AccountRef) and source.kind is AccountKind.CASH_SAFE
    if kind is MoveKind.PAYOUT and in_cash:
        sign(session, day, moved)
    return decide(session, day, moved)


def sign(session: Session, day: Day, move: MoneyMove) -> None:
    """The payee has signed a slip of paper."""
    command = SignPayout(community_id=day.community.id, move_id=move.id, slip="收条 7")
    sign_payout(session, command, by_id=day.cast.treasurer.id, now=LATER)


def reverse(session: Session, day: Day, voucher_id: int) -> MoneyMoveDecision:
    """Undone by the same two."""
    command = ProposeReversal(
        community_id=day.community.id, voucher_id=voucher_id, note="填错了账户"
    )
    proposed = propose_reversal(session, command, by_id=day.cast.treasurer.id, now=LATER)
    return decide(session, day, proposed)


def safe(day: Day) -> AccountRef:
    """The custodian's cash."""
    return AccountRef.cash_safe(day.custodian.id)


def bank(day: Day) -> AccountRef:
    """The account the market's money belongs in."""
    return AccountRef.bank(day.holder.id)


def wechat(day: Day) -> AccountRef:
    """What the payment code has taken."""
    return AccountRef.tender(day.platform.id, "wechat")
