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
from market.domain.ledger.account import AccountRef
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
    """Proposed by the treasurer, approved by the reviewer."""
    return decide(session, day, propose(session, day, kind, amount_minor, **more))


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
