"""Saying what becomes of what a platform's statement leaves over: the sale found, a variance, a reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.ledger.move_kinds import ProposeMove, TillNotChosen
from market.actions.ledger.moves import propose_move
from market.actions.sales.taking_in_statements import lock_code
from market.domain.errors import N_, Refused
from market.domain.ledger.account import AccountRef
from market.domain.ledger.moves import MoveKind
from market.domain.text import clean_text
from market.models.people import Community
from market.models.sales import (
    StatementWord,
)
from market.queries.sales.statement_rows import BookedSale, CodeNow, PaidLine
from market.queries.sales.statements import (
    NoSuchStatementLine,
    Reckoning,
    reckoning,
)

MOST_NOTE = 120


class AlreadyMatched(Refused):
    """It has found its counterpart, or somebody has just dealt with it."""

    sentence = N_("这一笔已经对上，或者刚刚有人处理过了。请回到对账页面看最新的结果。")


class SaleNotClosed(Refused):
    """The books do not know the sale yet, so there is nothing to settle in them."""

    sentence = N_("“%(number)s”所在的“%(till)s”还没有结账。请先收摊（或补充结账），再处理差额。")


@dataclass(frozen=True, slots=True, kw_only=True)
class SayOfStatement:
    """What is said: of a line, of a sale without money, or of both as belonging together.

    `till_id` is the till that money without a sale belongs to.
    """

    community_id: int
    market_day_id: int
    tender: str
    note: str
    line_id: int | None = None
    sale_id: UUID | None = None
    till_id: int | None = None


def explain(
    session: Session, command: SayOfStatement, *, by_id: int, now: datetime
) -> StatementWord:
    """Say why something has no counterpart; the books stay as they are.

    Raises NoSuchPaymentCode, NoSuchStatementLine, AlreadyMatched.
    """
    code = lock_code(session, command.community_id, command.market_day_id, command.tender)
    _left_over(session, command)
    return _say(session, code, command, None, by_id=by_id, now=now)


def settle(
    session: Session, command: SayOfStatement, *, by_id: int, now: datetime
) -> StatementWord:
    """Propose that what is left over become a till's over or short; a second person decides.

    Raises what `explain` and `propose_move` raise, TillNotChosen, SaleNotClosed.
    """
    code = lock_code(session, command.community_id, command.market_day_id, command.tender)
    line, sale = _left_over(session, command)
    if sale is not None:
        _require_closed(sale)
        difference_minor, till_id, what = -sale.amount_minor, sale.till_id, sale.day_number
    elif line is not None and command.till_id is not None:
        difference_minor, till_id = line.amount_minor, command.till_id
        what = _line_words(session, command.community_id, line)
    else:
        raise TillNotChosen
    move = _move(command, code, difference_minor, till_id=till_id, what=what)
    move_id = propose_move(session, move, by_id=by_id, now=now).id
    return _say(session, code, command, move_id, by_id=by_id, now=now)


def bring_together(
    session: Session, command: SayOfStatement, *, by_id: int, now: datetime
) -> StatementWord:
    """Say which sale a line has paid, though its sum or its tender was written down otherwise.

    What the books had wrong is proposed as an over or short of the sale's till. Raises what
    `settle` raises.
    """
    code = lock_code(session, command.community_id, command.market_day_id, command.tender)
    reckoned = reckoning(session, command.community_id, code.market_day_id, code.tender)
    line = _open_line(reckoned, command.line_id)
    sale = _possible_sale(reckoned, command)
    _require_closed(sale)
    booked_minor = sale.amount_minor if sale.tender == code.tender else 0
    what = f"{_line_words(session, command.community_id, line)} {sale.day_number}"
    move = _move(command, code, line.amount_minor - booked_minor, till_id=sale.till_id, what=what)
    move_id = propose_move(session, move, by_id=by_id, now=now).id
    return _say(session, code, command, move_id, by_id=by_id, now=now)


def _left_over(
    session: Session, command: SayOfStatement
) -> tuple[PaidLine | None, BookedSale | None]:
    """The line or the sale that has no counterpart; exactly one of them is named."""
    reckoned = reckoning(session, command.community_id, command.market_day_id, command.tender)
    if command.sale_id is not None:
        return None, _open_sale(reckoned, command.sale_id)
    return _open_line(reckoned, command.line_id), None


def _open_line(reckoned: Reckoning, line_id: int | None) -> PaidLine:
    for one in reckoned.without_sale:
        if one.about.id == line_id:
            return one.about
    kept = {line.id for _, line in reckoned.matched} | {line.id for line in reckoned.undone}
    kept |= {one.line.id for one in reckoned.settled if one.line}
    raise AlreadyMatched if line_id in kept else NoSuchStatementLine


def _open_sale(reckoned: Reckoning, sale_id: UUID) -> BookedSale:
    for one in reckoned.without_money:
        if one.about.sale_id == sale_id and not one.about.is_refund:
            return one.about
    kept = {sale.sale_id for sale, _ in reckoned.matched}
    kept |= {one.sale.sale_id for one in reckoned.settled if one.sale}
    raise AlreadyMatched if sale_id in kept else NoSuchStatementLine


def _possible_sale(reckoned: Reckoning, command: SayOfStatement) -> BookedSale:
    """A sale of the code without money, or one of the hints of the line."""
    for one in reckoned.without_sale:
        for sale in one.hints if one.about.id == command.line_id else ():
            if sale.sale_id == command.sale_id:
                if any(sale.sale_id == done.word.sale_id for done in reckoned.settled):
                    raise AlreadyMatched
                return sale
    if command.sale_id is None:
        raise NoSuchStatementLine
    return _open_sale(reckoned, command.sale_id)


def _require_closed(sale: BookedSale) -> None:
    if not sale.closed:
        raise SaleNotClosed(number=sale.day_number, till=sale.till)


def _move(
    command: SayOfStatement, code: CodeNow, difference_minor: int, *, till_id: int, what: str
) -> ProposeMove:
    """Above zero the platform has more than the books say, below zero less."""
    tender = AccountRef.tender(code.holder_id, code.tender)
    found = difference_minor > 0
    return ProposeMove(
        community_id=command.community_id,
        kind=MoveKind.MONEY_FOUND if found else MoveKind.MONEY_MISSING,
        amount_minor=abs(difference_minor),
        note=f"{what} {clean_text(command.note, most=MOST_NOTE)}",
        source=None if found else tender,
        target=tender if found else None,
        till_id=till_id,
    )


def _line_words(session: Session, community_id: int, line: PaidLine) -> str:
    zone = session.scalar(select(Community.time_zone).where(Community.id == community_id))
    return f"{line.at.astimezone(ZoneInfo(zone or 'UTC')):%H:%M} …{line.tail}"


def _say(
    session: Session,
    code: CodeNow,
    command: SayOfStatement,
    move_id: int | None,
    *,
    by_id: int,
    now: datetime,
) -> StatementWord:
    word = StatementWord(
        market_day_id=code.market_day_id,
        tender=code.tender,
        line_id=command.line_id,
        sale_id=command.sale_id,
        move_id=move_id,
        note=clean_text(command.note, most=MOST_NOTE),
        said_by_id=by_id,
        said_at=now,
    )
    session.add(word)
    session.flush()
    return word
