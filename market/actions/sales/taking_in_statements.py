"""Taking in a platform's statement: the lines of the market day, each once, and of nobody who paid."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.ledger.audit import note
from market.domain.errors import N_, Invalid
from market.domain.sales.statement import StatementLine as LineRead
from market.domain.sales.statement import read_statement
from market.models.people import Community
from market.models.sales import (
    MarketDay,
    PaymentCode,
    Statement,
    StatementLine,
)
from market.queries.sales.statement_rows import CodeNow, day_of
from market.queries.sales.statements import (
    code_now,
)

_TAIL = 4


class NothingOfThisDay(Invalid):
    """A statement in which no row is of the market day."""

    sentence = N_(
        "这份账单里没有 %(day)s 的收款（它是 %(first)s 到 %(last)s 的），所以没有导入。"
        "请在商户平台重新下载市集当天的账单。"
    )


class NothingInIt(Invalid):
    """A statement without a single payment."""

    sentence = N_("这份账单里一笔收款也没有，所以没有导入。请检查下载时选的日期和收款码。")


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeInStatement:
    """A platform's file for one payment code of a market day."""

    community_id: int
    market_day_id: int
    tender: str
    content: bytes


@dataclass(frozen=True, slots=True)
class StatementIn:
    """How many lines were new, had come before, are of other days, are no takings."""

    kept: int
    known: int
    elsewhere: int
    ignored: int


def take_in_statement(
    session: Session, command: TakeInStatement, *, by_id: int, now: datetime
) -> StatementIn:
    """Keep the lines of the market day; the same file, or the same line in another, adds nothing.

    Raises NoSuchPaymentCode, NothingOfThisDay, NothingInIt, and what `read_statement` raises.
    """
    code = lock_code(session, command.community_id, command.market_day_id, command.tender)
    read = read_statement(command.content, tender=code.tender)
    file_hash = hashlib.sha256(command.content).digest()
    start, end = day_of(session, code.market_day_id)
    of_day = [line for line in read.lines if start <= line.at < end]
    if not of_day:
        _refuse(session, code, read.lines)
    known = _known(session, code)
    new = {_number_hash(line): line for line in of_day}
    fresh = {key: line for key, line in new.items() if key not in known}
    taken = StatementIn(
        kept=len(fresh),
        known=len(new) - len(fresh),
        elsewhere=len(read.lines) - len(of_day),
        ignored=read.ignored,
    )
    if _was_taken_in(session, code, file_hash):
        return taken
    statement = Statement(
        market_day_id=code.market_day_id,
        tender=code.tender,
        file_hash=file_hash,
        kept=taken.kept,
        known=taken.known,
        elsewhere=taken.elsewhere,
        ignored=taken.ignored,
        imported_by_id=by_id,
        imported_at=now,
    )
    session.add(statement)
    session.flush()
    session.add_all(
        StatementLine(
            statement_id=statement.id,
            market_day_id=code.market_day_id,
            tender=code.tender,
            number_hash=key,
            tail=line.number.partition("/")[0][-_TAIL:],
            at=line.at,
            amount_minor=line.amount_minor,
            fee_minor=line.fee_minor,
        )
        for key, line in fresh.items()
    )
    note(
        session,
        "statement_taken_in",
        community_id=command.community_id,
        now=now,
        market_day=code.market_day_id,
        tender=str(code.tender),
        file=file_hash.hex(),
        lines=taken.kept,
        by=by_id,
    )
    return taken


def _refuse(session: Session, code: CodeNow, lines: Sequence[LineRead]) -> None:
    if not lines:
        raise NothingInIt
    held_on, zone = session.execute(
        select(MarketDay.held_on, Community.time_zone)
        .join(Community, Community.id == MarketDay.community_id)
        .where(MarketDay.id == code.market_day_id)
    ).one()
    days: list[date] = [line.at.astimezone(ZoneInfo(zone)).date() for line in lines]
    raise NothingOfThisDay(day=held_on, first=min(days), last=max(days))


def _number_hash(line: LineRead) -> bytes:
    return hashlib.sha256(line.number.encode()).digest()


def _known(session: Session, code: CodeNow) -> set[bytes]:
    return set(
        session.scalars(
            select(StatementLine.number_hash).where(
                StatementLine.market_day_id == code.market_day_id,
                StatementLine.tender == code.tender,
            )
        )
    )


def _was_taken_in(session: Session, code: CodeNow, file_hash: bytes) -> bool:
    found = session.scalar(
        select(Statement.id).where(
            Statement.market_day_id == code.market_day_id,
            Statement.tender == code.tender,
            Statement.file_hash == file_hash,
        )
    )
    return found is not None


def lock_code(session: Session, community_id: int, market_day_id: int, tender: str) -> CodeNow:
    """The code, whose row is the turn of those who say something of its day."""
    code = code_now(session, community_id, market_day_id, tender)
    session.execute(
        select(PaymentCode.tender)
        .where(PaymentCode.market_day_id == market_day_id, PaymentCode.tender == tender)
        .with_for_update()
    ).all()
    return code
