"""The envelope with a closed till's cash goes from one person to another: who, to whom, how much."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.ledger.audit import note
from market.actions.ledger.move_kinds import ProposeMove
from market.actions.ledger.moves import propose_move
from market.actions.sales.closing import NotClosed
from market.actions.sales.tills import NoSuchSafe, lock_till
from market.domain.errors import N_, Invalid, Refused
from market.domain.ledger.account import AccountRef
from market.domain.ledger.moves import MoveKind
from market.domain.sales.signature import clean_strokes
from market.domain.sales.till import counters
from market.models.ledger import Holder
from market.models.sales import CashHandOver
from market.queries.sales.closings import count_of
from market.queries.sales.tills import TillNow, TillState


class AlreadyHandedOver(Refused):
    """An envelope is handed over once; what follows are money moves."""

    sentence = N_("这一班的现金已经由 %(taker)s 收下了。再转给别人，请到“资金调拨”登记交接。")


class NothingToHandOver(Refused):
    """There was no cash in the box."""

    sentence = N_("这一班没有点出现金，不用交接。")


class NotTaken(Invalid):
    """The taker's name was typed in by the giver, and nobody signed."""

    sentence = N_("请 %(taker)s 当面点清后签名，或勾选“我当面点清，收下了”。")


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """Who gives and who takes the envelope, and whose keeping the cash is in from then on.

    `strokes` is the taker's drawn name; `taken`: she has said so on this phone instead.
    """

    community_id: int
    till_id: int
    giver: str
    taker: str
    holder_id: int
    strokes: str = ""
    taken: bool = False


def hand_over(session: Session, command: HandOver, *, by_id: int, now: datetime) -> CashHandOver:
    """Write down that the counted cash of a till has changed hands, the two being two.

    The count has put it into the keeping of the till's custodian; if it goes to another one, the
    move is proposed, and a second person decides on it. Raises NoSuchTill, NotClosed,
    NothingToHandOver, AlreadyHandedOver, NoSuchSafe, NotTaken, and what `counters`,
    `clean_strokes` and `propose_move` raise.
    """
    till = lock_till(session, command.community_id, command.till_id)
    amount_minor = _to_hand_over(session, till)
    giver, taker = counters(command.giver, command.taker)
    strokes = clean_strokes(command.strokes)
    if not strokes and not command.taken:
        raise NotTaken(taker=taker)
    _require_safe(session, till, command.holder_id)
    move_id = None
    if command.holder_id != till.safe_holder_id:
        move = ProposeMove(
            community_id=till.community_id,
            kind=MoveKind.HAND_OVER,
            amount_minor=amount_minor,
            note=f"{till.market_day} {till.name}: {giver} → {taker}",
            source=AccountRef.cash_safe(till.safe_holder_id),
            target=AccountRef.cash_safe(command.holder_id),
            market_day_id=till.market_day_id,
        )
        move_id = propose_move(session, move, by_id=by_id, now=now).id
    handed = CashHandOver(
        till_id=till.id,
        amount_minor=amount_minor,
        giver=giver,
        taker=taker,
        strokes=strokes,
        holder_id=command.holder_id,
        move_id=move_id,
        by_id=by_id,
        at=now,
    )
    session.add(handed)
    note(
        session,
        "cash_handed_over",
        community_id=till.community_id,
        now=now,
        till=till.id,
        amount=amount_minor,
        holder=command.holder_id,
        by=by_id,
    )
    session.flush()
    return handed


def _to_hand_over(session: Session, till: TillNow) -> int:
    if till.state is not TillState.CLOSED:
        raise NotClosed(till=till.name)
    count = count_of(session, till.id)
    if count is None or not count.counted_minor:
        raise NothingToHandOver
    before = session.get(CashHandOver, till.id)
    if before is not None:
        raise AlreadyHandedOver(taker=before.taker)
    return count.counted_minor


def _require_safe(session: Session, till: TillNow, holder_id: int) -> None:
    found = session.scalar(
        select(Holder.id).where(
            Holder.id == holder_id,
            Holder.community_id == till.community_id,
            Holder.kind == "custodian",
            Holder.closed_at.is_(None),
        )
    )
    if found is None:
        raise NoSuchSafe
