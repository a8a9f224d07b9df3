"""A payee signs for a payout in cash before it is let go: drawn, on her own phone, or on paper."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.ledger.audit import note
from market.actions.ledger.move_records import NoSuchMove, waiting_move
from market.domain.errors import N_, Invalid, Refused
from market.domain.ledger.account import AccountKind
from market.domain.ledger.moves import MoveKind, SignWay
from market.domain.sales.signature import clean_strokes
from market.domain.text import clean_text
from market.models.ledger import Account, MoneyMove, PayoutSignature

MOST_SLIP = 80


class NotSigned(Refused):
    """Cash leaves nobody's hands without the word of whoever took it."""

    sentence = N_("付现金要先有收款人的签名，才能同意。请收款人在这一页签名，或用自己的手机确认。")


class NothingToSign(Refused):
    """No cash, or no payout."""

    sentence = N_("这一笔不是付给寄售人的现金，不用签名。")


class SignatureMissing(Invalid):
    """Neither a name nor the number of a slip."""

    sentence = N_("请收款人写下签名，或填上她签过的纸质收条的编号。")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignPayout:
    """The payee's word on a payout. `own_party_id`: she says it herself, on her own phone."""

    community_id: int
    move_id: int
    strokes: str = ""
    slip: str = ""
    own_party_id: int | None = None


def sign_payout(
    session: Session, command: SignPayout, *, by_id: int, now: datetime
) -> PayoutSignature:
    """Keep the payee's signature; said again, the first one stays.

    Raises NoSuchMove, AlreadyDecided, NothingToSign, SignatureMissing, and what `clean_strokes`
    raises.
    """
    move = waiting_move(session, command.move_id, community_id=command.community_id)
    if command.own_party_id is not None and command.own_party_id != move.party_id:
        raise NoSuchMove
    if not _is_cash_payout(session, move):
        raise NothingToSign
    known = session.get(PayoutSignature, move.id)
    if known is not None:
        return known
    strokes = clean_strokes(command.strokes)
    slip = "" if strokes else clean_text(command.slip, most=MOST_SLIP, least=0)
    signature = PayoutSignature(
        move_id=move.id,
        way=str(_way(command, strokes, slip)),
        strokes=strokes,
        slip=slip,
        by_id=by_id,
        signed_at=now,
    )
    session.add(signature)
    session.flush()
    note(
        session,
        "payout_signed",
        community_id=move.community_id,
        now=now,
        move=move.id,
        way=signature.way,
        by=by_id,
    )
    return signature


def require_signed(session: Session, move: MoneyMove) -> None:
    """Raise NotSigned where cash would be paid out that nobody has signed for."""
    if _is_cash_payout(session, move) and session.get(PayoutSignature, move.id) is None:
        raise NotSigned


def _way(command: SignPayout, strokes: str, slip: str) -> SignWay:
    if strokes:
        return SignWay.DRAWN
    if slip:
        return SignWay.PAPER
    if command.own_party_id is None:
        raise SignatureMissing(field="strokes")
    return SignWay.PHONE


def _is_cash_payout(session: Session, move: MoneyMove) -> bool:
    if move.kind != MoveKind.PAYOUT:
        return False
    kind = session.scalar(select(Account.kind).where(Account.id == move.from_account_id))
    return kind == AccountKind.CASH_SAFE
