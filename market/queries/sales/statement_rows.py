"""What a payment code's day is made of: its sales, its platform's lines, what was said of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session, aliased

from market.domain.sales.sale import Tender
from market.models.ledger import MoneyMoveDecision, Voucher
from market.models.people import Community, Person
from market.models.sales import (
    MarketDay,
    Refund,
    RefundRequest,
    Sale,
    SalePosition,
    SaleVoid,
    Statement,
    StatementLine,
    StatementWord,
    Till,
)

WITH_STATEMENTS = (Tender.WECHAT, Tender.ALIPAY)
_NEAR = timedelta(hours=1)
_MOST_HINTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedSale:
    """A sale written down under the code's tender, or money paid back by it (below zero).

    `closed`: a closure holds it, so the books know it. `is_refund`: nothing can be said of it.
    """

    sale_id: UUID
    at: datetime
    amount_minor: int
    day_number: str
    tender: str
    till_id: int
    till: str
    closed: bool
    is_refund: bool = False


@dataclass(frozen=True, slots=True)
class PaidLine:
    """A line of the platform's statement; `tail` are the last four signs of its number."""

    id: int
    at: datetime
    amount_minor: int
    fee_minor: int
    tail: str


@dataclass(frozen=True, slots=True)
class Word:
    """What somebody said; `move_id` is the difference on its way into the books.

    `void`: the second person declined it, or it was reversed later; what it was about is open again.
    """

    line_id: int | None
    sale_id: UUID | None
    move_id: int | None
    approved: bool
    note: str
    by: str
    at: datetime
    void: bool

    @property
    def settles(self) -> bool:
        """Whether what it is about is dealt with, or waits only for a second person."""
        both = self.line_id is not None and self.sale_id is not None
        return not self.void and (self.move_id is not None or both)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementTaken:
    """A file that was taken in."""

    kept: int
    known: int
    elsewhere: int
    ignored: int
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeNow:
    """A payment code of a market day: who holds it, what was sold by it, what the platform says."""

    market_day_id: int
    tender: Tender
    holder_id: int
    holder: str
    sales: int
    sales_minor: int
    statements: int
    lines: int
    lines_minor: int


def day_of(session: Session, market_day_id: int) -> tuple[datetime, datetime]:
    """When a market day begins and ends on its community's clock."""
    held_on, zone = session.execute(
        select(MarketDay.held_on, Community.time_zone)
        .join(Community, Community.id == MarketDay.community_id)
        .where(MarketDay.id == market_day_id)
    ).one()
    start = datetime.combine(held_on, time.min, tzinfo=ZoneInfo(zone))
    return start, datetime.combine(held_on + timedelta(days=1), time.min, tzinfo=ZoneInfo(zone))


def sums_of(
    session: Session, market_day_id: int
) -> tuple[dict[str, tuple[int, int]], dict[str, tuple[int, int]], dict[str, int]]:
    """By tender: sales and their sum, statement lines and theirs, files taken in."""
    sold = session.execute(
        select(Sale.tender, func.count(), func.sum(Sale.lines_minor + Sale.gift_minor))
        .join(Till, Till.id == Sale.till_id)
        .outerjoin(SaleVoid, SaleVoid.sale_id == Sale.id)
        .where(Till.market_day_id == market_day_id, SaleVoid.sale_id.is_(None))
        .group_by(Sale.tender)
    )
    paid = session.execute(
        select(StatementLine.tender, func.count(), func.sum(StatementLine.amount_minor))
        .where(StatementLine.market_day_id == market_day_id)
        .group_by(StatementLine.tender)
    )
    files = session.execute(
        select(Statement.tender, func.count())
        .where(Statement.market_day_id == market_day_id)
        .group_by(Statement.tender)
    )
    return (
        {row[0]: (row[1], int(row[2])) for row in sold},
        {row[0]: (row[1], int(row[2])) for row in paid},
        {row[0]: row[1] for row in files},
    )


def _sales() -> Select[UUID, datetime, int, str, str, int, str, UUID | None]:
    """Sales that were not voided; the last column is null until closed."""
    return (
        select(
            Sale.id,
            Sale.recorded_at,
            (Sale.lines_minor + Sale.gift_minor).label("due_minor"),
            Sale.day_number,
            Sale.tender,
            Till.id.label("till_id"),
            Till.name,
            SalePosition.sale_id.label("placed"),
        )
        .join(Till, Till.id == Sale.till_id)
        .outerjoin(SaleVoid, SaleVoid.sale_id == Sale.id)
        .outerjoin(SalePosition, SalePosition.sale_id == Sale.id)
        .where(SaleVoid.sale_id.is_(None))
    )


def _booked_sales(
    session: Session, question: Select[UUID, datetime, int, str, str, int, str, UUID | None]
) -> list[BookedSale]:
    return [
        BookedSale(
            sale_id=row[0],
            at=row[1],
            amount_minor=row[2],
            day_number=row[3],
            tender=row[4],
            till_id=row[5],
            till=row[6],
            closed=row[7] is not None,
        )
        for row in session.execute(question)
    ]


def sales_named(session: Session, sale_ids: Collection[UUID]) -> list[BookedSale]:
    """These sales, whatever their tender, but for voided ones."""
    return _booked_sales(session, _sales().where(Sale.id.in_(sale_ids)))


def booked_under(session: Session, code: CodeNow) -> list[BookedSale]:
    """Sales that cost something, and refunds paid back the same day by the same way."""
    question = _sales().where(
        Till.market_day_id == code.market_day_id,
        Sale.tender == code.tender,
        Sale.lines_minor + Sale.gift_minor > 0,
    )
    return _booked_sales(session, question) + _refunded(session, code)


def _refunded(session: Session, code: CodeNow) -> list[BookedSale]:
    start, end = day_of(session, code.market_day_id)
    rows = session.execute(
        select(
            Sale.id,
            Refund.paid_at,
            Refund.amount_minor,
            Sale.day_number,
            Till.id.label("till_id"),
            Till.name,
        )
        .join(RefundRequest, RefundRequest.id == Refund.request_id)
        .join(Sale, Sale.id == Refund.sale_id)
        .join(Till, Till.id == Sale.till_id)
        .where(
            Till.market_day_id == code.market_day_id,
            Sale.tender == code.tender,
            RefundRequest.paid_from == "tender",
            Refund.paid_at >= start,
            Refund.paid_at < end,
        )
    )
    return [
        BookedSale(
            sale_id=row[0],
            at=row[1],
            amount_minor=-row[2],
            day_number=row[3],
            tender=code.tender,
            till_id=row[4],
            till=row[5],
            closed=True,
            is_refund=True,
        )
        for row in rows
    ]


def paid_under(session: Session, code: CodeNow) -> list[PaidLine]:
    """The lines of all its statements, in order of time."""
    rows = session.execute(
        select(
            StatementLine.id,
            StatementLine.at,
            StatementLine.amount_minor,
            StatementLine.fee_minor,
            StatementLine.tail,
        )
        .where(
            StatementLine.market_day_id == code.market_day_id, StatementLine.tender == code.tender
        )
        .order_by(StatementLine.at, StatementLine.id)
    )
    return [PaidLine(*row) for row in rows]


def words_of(session: Session, code: CodeNow) -> list[Word]:
    """All that was said, the oldest first; nothing is ever taken out."""
    undone = aliased(Voucher)
    rows = session.execute(
        select(
            StatementWord.line_id,
            StatementWord.sale_id,
            StatementWord.move_id,
            MoneyMoveDecision.approved,
            StatementWord.note,
            Person.name,
            StatementWord.said_at,
            undone.id,
        )
        .join(Person, Person.id == StatementWord.said_by_id)
        .outerjoin(MoneyMoveDecision, MoneyMoveDecision.move_id == StatementWord.move_id)
        .outerjoin(undone, undone.reverses_id == MoneyMoveDecision.voucher_id)
        .where(
            StatementWord.market_day_id == code.market_day_id,
            StatementWord.tender == code.tender,
        )
        .order_by(StatementWord.id)
    )
    return [
        Word(*row[:3], bool(row[3]), *row[4:7], void=row[3] is False or row[7] is not None)
        for row in rows
    ]


def files_of(session: Session, code: CodeNow) -> tuple[StatementTaken, ...]:
    """The files that were taken in, in order."""
    rows = session.execute(
        select(Statement, Person.name)
        .join(Person, Person.id == Statement.imported_by_id)
        .where(Statement.market_day_id == code.market_day_id, Statement.tender == code.tender)
        .order_by(Statement.id)
    )
    return tuple(
        StatementTaken(
            kept=file.kept,
            known=file.known,
            elsewhere=file.elsewhere,
            ignored=file.ignored,
            by=name,
            at=file.imported_at,
        )
        for file, name in rows
    )


def hints_for(
    session: Session, code: CodeNow, lines: Iterable[PaidLine]
) -> Mapping[int, tuple[BookedSale, ...]]:
    """For money without a sale: sales of the same sum, written down under another tender."""
    wanted = {line.amount_minor for line in lines if line.amount_minor > 0}
    if not wanted:
        return {}
    others = _booked_sales(
        session,
        _sales().where(
            and_(
                Till.market_day_id == code.market_day_id,
                Sale.tender != code.tender,
                (Sale.lines_minor + Sale.gift_minor).in_(sorted(wanted)),
            )
        ),
    )
    by_amount: dict[int, list[BookedSale]] = defaultdict(list)
    for sale in others:
        by_amount[sale.amount_minor].append(sale)
    found = {}
    for line in lines:
        near = [sale for sale in by_amount[line.amount_minor] if abs(sale.at - line.at) <= _NEAR]
        near.sort(key=lambda sale, at=line.at: abs(sale.at - at))  # type: ignore[misc]  # bound now
        found[line.id] = tuple(near[:_MOST_HINTS])
    return found
