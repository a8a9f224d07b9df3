"""A payment code's day: its sales against what its platform says, in three piles and what was said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Generic, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session, aliased

from market.domain.errors import N_, Missing
from market.domain.sales.piles import three_piles
from market.domain.sales.sale import Tender
from market.models.ledger import Holder, MoneyMoveDecision, Voucher
from market.models.people import Community, Person
from market.models.sales import (
    MarketDay,
    PaymentCode,
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


class NoSuchPaymentCode(Missing):
    """The market day takes no money by this tender, or no platform writes statements for it."""

    sentence = N_("这次市集没有用这种收款码，请回到市集页面重新选择。")


class NoSuchStatementLine(Missing):
    """No line of this code's statements has this id, and no sale of it this one."""

    sentence = N_("没有找到这一笔，请回到对账页面重新选择。")


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
    """What somebody said; `move_id` is the difference on its way into the books."""

    line_id: int | None
    sale_id: UUID | None
    move_id: int | None
    approved: bool
    note: str
    by: str
    at: datetime

    @property
    def settles(self) -> bool:
        """Whether what it is about is dealt with, or waits only for a second person."""
        return self.move_id is not None or (self.line_id is not None and self.sale_id is not None)


About = TypeVar("About")


@dataclass(frozen=True, slots=True)
class Open(Generic[About]):
    """Something without its counterpart, what was said of it, and which sales it may be."""

    about: About
    word: Word | None
    hints: tuple[BookedSale, ...] = ()


@dataclass(frozen=True, slots=True)
class Settled:
    """What two people deal with in the books, or what one has brought together."""

    line: PaidLine | None
    sale: BookedSale | None
    word: Word


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoning:
    """The three piles of a code, what is dealt with, and the files they come from."""

    code: CodeNow
    files: tuple[StatementTaken, ...]
    matched: tuple[tuple[BookedSale, PaidLine], ...]
    without_money: tuple[Open[BookedSale], ...]
    without_sale: tuple[Open[PaidLine], ...]
    undone: tuple[PaidLine, ...]
    settled: tuple[Settled, ...]
    fee_minor: int

    @property
    def difference_minor(self) -> int:
        """What the piles that are left come to: above zero the platform has more than we sold."""
        return sum(one.about.amount_minor for one in self.without_sale) - sum(
            one.about.amount_minor for one in self.without_money
        )


def codes_of(session: Session, community_id: int, market_day_id: int) -> list[CodeNow]:
    """The codes of a market day that have statements, in the order of tenders."""
    rows = session.execute(
        select(PaymentCode.tender, Holder.id, Holder.name)
        .join(Holder, Holder.id == PaymentCode.holder_id)
        .join(MarketDay, MarketDay.id == PaymentCode.market_day_id)
        .where(
            PaymentCode.market_day_id == market_day_id,
            PaymentCode.tender.in_(WITH_STATEMENTS),
            MarketDay.community_id == community_id,
        )
    ).all()
    sold, paid, files = _sums(session, market_day_id)
    return [
        CodeNow(
            market_day_id=market_day_id,
            tender=Tender(tender),
            holder_id=holder_id,
            holder=holder,
            sales=sold.get(tender, (0, 0))[0],
            sales_minor=sold.get(tender, (0, 0))[1],
            statements=files.get(tender, 0),
            lines=paid.get(tender, (0, 0))[0],
            lines_minor=paid.get(tender, (0, 0))[1],
        )
        for tender, holder_id, holder in sorted(rows, key=lambda row: WITH_STATEMENTS.index(row[0]))
    ]


def code_now(session: Session, community_id: int, market_day_id: int, tender: str) -> CodeNow:
    """One code; raises NoSuchPaymentCode."""
    for code in codes_of(session, community_id, market_day_id):
        if code.tender == tender:
            return code
    raise NoSuchPaymentCode


def reckoning(session: Session, community_id: int, market_day_id: int, tender: str) -> Reckoning:
    """A code's day in piles, worked out anew: a sale that comes late finds its money by itself.

    Raises NoSuchPaymentCode.
    """
    code = code_now(session, community_id, market_day_id, tender)
    booked = _booked(session, code)
    paid = _paid(session, code)
    words = _words(session, code)
    of_line = {word.line_id: word for word in words if word.line_id is not None}
    of_sale = {word.sale_id: word for word in words if word.sale_id is not None}
    dealt = [word for word in words if word.settles and _stands(word, of_line, of_sale)]
    lines_dealt = {word.line_id for word in dealt}
    sales_dealt = {word.sale_id for word in dealt}
    piles = three_piles(
        [sale for sale in booked if sale.is_refund or sale.sale_id not in sales_dealt],
        [line for line in paid if line.id not in lines_dealt],
    )
    hints = _hints(session, code, piles.without_sale)
    return Reckoning(
        code=code,
        files=_files(session, code),
        matched=piles.matched,
        without_money=tuple(
            Open(sale, None if sale.is_refund else of_sale.get(sale.sale_id))
            for sale in piles.without_money
        ),
        without_sale=tuple(
            Open(line, of_line.get(line.id), hints.get(line.id, ())) for line in piles.without_sale
        ),
        undone=piles.undone,
        settled=_settled(session, dealt, booked, paid),
        fee_minor=sum(line.fee_minor for line in paid),
    )


def day_of(session: Session, market_day_id: int) -> tuple[datetime, datetime]:
    """When a market day begins and ends on its community's clock."""
    held_on, zone = session.execute(
        select(MarketDay.held_on, Community.time_zone)
        .join(Community, Community.id == MarketDay.community_id)
        .where(MarketDay.id == market_day_id)
    ).one()
    start = datetime.combine(held_on, time.min, tzinfo=ZoneInfo(zone))
    return start, datetime.combine(held_on + timedelta(days=1), time.min, tzinfo=ZoneInfo(zone))


def _stands(word: Word, of_line: Mapping[int, Word], of_sale: Mapping[UUID, Word]) -> bool:
    """Whether nothing newer was said of what it is about."""
    return (word.line_id is None or of_line[word.line_id] is word) and (
        word.sale_id is None or of_sale[word.sale_id] is word
    )


def _sums(
    session: Session, market_day_id: int
) -> tuple[dict[str, tuple[int, int]], dict[str, tuple[int, int]], dict[str, int]]:
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


def _sales(market_day_id: int) -> Select[UUID, datetime, int, str, str, int, str, UUID | None]:
    """The sales of a market day that were not voided; the last column is null until closed."""
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
        .where(Till.market_day_id == market_day_id, SaleVoid.sale_id.is_(None))
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


def _booked(session: Session, code: CodeNow) -> list[BookedSale]:
    """Sales that cost something, and refunds paid back the same day by the same way."""
    question = _sales(code.market_day_id).where(
        Sale.tender == code.tender, Sale.lines_minor + Sale.gift_minor > 0
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


def _paid(session: Session, code: CodeNow) -> list[PaidLine]:
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


def _words(session: Session, code: CodeNow) -> list[Word]:
    """What was said and still stands, the oldest first."""
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
        )
        .join(Person, Person.id == StatementWord.said_by_id)
        .outerjoin(MoneyMoveDecision, MoneyMoveDecision.move_id == StatementWord.move_id)
        .outerjoin(undone, undone.reverses_id == MoneyMoveDecision.voucher_id)
        .where(
            StatementWord.market_day_id == code.market_day_id,
            StatementWord.tender == code.tender,
            undone.id.is_(None),
            MoneyMoveDecision.approved.is_(None) | MoneyMoveDecision.approved,
        )
        .order_by(StatementWord.id)
    )
    return [Word(row[0], row[1], row[2], bool(row[3]), row[4], row[5], row[6]) for row in rows]


def _settled(
    session: Session, dealt: Sequence[Word], booked: Sequence[BookedSale], paid: Sequence[PaidLine]
) -> tuple[Settled, ...]:
    lines = {line.id: line for line in paid}
    sales = {sale.sale_id: sale for sale in booked if not sale.is_refund}
    # A sale written down as cash is not among the code's own.
    others = {word.sale_id for word in dealt if word.sale_id} - set(sales)
    if others:
        days = select(Till.market_day_id).join(Sale, Sale.till_id == Till.id)
        for day_id in set(session.scalars(days.where(Sale.id.in_(others)))):
            found = _booked_sales(session, _sales(day_id).where(Sale.id.in_(others)))
            sales |= {sale.sale_id: sale for sale in found}
    return tuple(
        Settled(
            lines.get(word.line_id) if word.line_id is not None else None,
            sales.get(word.sale_id) if word.sale_id is not None else None,
            word,
        )
        for word in dealt
    )


def _files(session: Session, code: CodeNow) -> tuple[StatementTaken, ...]:
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


def _hints(
    session: Session, code: CodeNow, lines: Iterable[PaidLine]
) -> Mapping[int, tuple[BookedSale, ...]]:
    """For money without a sale: sales of the same sum, written down under another tender."""
    wanted = {line.amount_minor for line in lines if line.amount_minor > 0}
    if not wanted:
        return {}
    others = _booked_sales(
        session,
        _sales(code.market_day_id).where(
            and_(
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
