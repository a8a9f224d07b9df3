"""Cash put into or taken out of a till while it is open."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.ledger.posting import post
from market.actions.sales.tills import lock_till, require_open
from market.domain.errors import N_, Refused
from market.domain.ledger import posting_table
from market.domain.money import check_minor
from market.domain.sales.sale import Tender
from market.domain.sales.till import expected_cash
from market.domain.text import clean_text
from market.models.sales import TillMove, TillTotal
from market.queries.sales.closings import cash_moves
from market.queries.sales.tills import TillNow

MOST_NOTE = 200


class NotEnoughInTill(Refused):
    """More is taken out than is known to have gone in."""

    sentence = N_(
        "记在这个钱箱里的现金没有这么多，请检查金额；如果有现金义卖还没有记，请先记上再登记付款。"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveCash:
    """An amount that goes into or out of a till, and what for."""

    community_id: int
    till_id: int
    amount_minor: int
    note: str


def pay_in(session: Session, command: MoveCash, *, by_id: int, now: datetime) -> TillMove:
    """Put more change from the custodian into an open till.

    Raises NoSuchTill, TillNotOpen, what `check_minor` and `clean_text` raise, and what `post` does.
    """
    till = lock_till(session, command.community_id, command.till_id)
    words = _checked(till, command)
    entry = posting_table.pay_in(
        words,
        till_id=till.id,
        safe_holder_id=till.safe_holder_id,
        amount_minor=command.amount_minor,
    )
    posted = post(session, entry, community_id=till.community_id, by_id=by_id, now=now)
    return _kept(session, "pay_in", command, words, posted.voucher_id, by_id=by_id, now=now)


def pay_out(session: Session, command: MoveCash, *, by_id: int, now: datetime) -> TillMove:
    """Pay a purchase out of an open till's box. Raises as `pay_in`, and NotEnoughInTill."""
    till = lock_till(session, command.community_id, command.till_id)
    words = _checked(till, command)
    if command.amount_minor > _in_the_box(session, till):
        raise NotEnoughInTill
    entry = posting_table.pay_out(words, till_id=till.id, amount_minor=command.amount_minor)
    posted = post(session, entry, community_id=till.community_id, by_id=by_id, now=now)
    return _kept(session, "pay_out", command, words, posted.voucher_id, by_id=by_id, now=now)


def _checked(till: TillNow, command: MoveCash) -> str:
    check_minor(command.amount_minor, least_minor=1)
    require_open(till)
    return clean_text(command.note, most=MOST_NOTE)


def _in_the_box(session: Session, till: TillNow) -> int:
    """What is known to be in the box: phones that were offline may have taken more."""
    moves = cash_moves(session, till.community_id, till.id)
    sold = session.scalar(
        select(TillTotal.due_minor).where(
            TillTotal.till_id == till.id, TillTotal.tender == str(Tender.CASH)
        )
    )
    return expected_cash(replace(moves, cash_sales_minor=sold or 0))


def _kept(
    session: Session,
    kind: str,
    command: MoveCash,
    words: str,
    voucher_id: int,
    *,
    by_id: int,
    now: datetime,
) -> TillMove:
    move = TillMove(
        till_id=command.till_id,
        kind=kind,
        amount_minor=command.amount_minor,
        note=words,
        by_id=by_id,
        at=now,
        voucher_id=voucher_id,
    )
    session.add(move)
    session.flush()
    return move
