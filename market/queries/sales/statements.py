"""A payment code's day: its sales against what its platform says, in three piles and what was said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from market.domain.errors import N_, Missing
from market.domain.sales.piles import three_piles
from market.domain.sales.sale import Tender
from market.models.ledger import Holder
from market.models.sales import (
    MarketDay,
    PaymentCode,
)
from market.queries.sales.statement_rows import (
    WITH_STATEMENTS,
    BookedSale,
    CodeNow,
    PaidLine,
    StatementTaken,
    Word,
    booked_under,
    files_of,
    hints_for,
    paid_under,
    sales_named,
    sums_of,
    words_of,
)


class NoSuchPaymentCode(Missing):
    """The market day takes no money by this tender, or no platform writes statements for it."""

    sentence = N_("这次市集没有用这种收款码，请回到市集页面重新选择。")


class NoSuchStatementLine(Missing):
    """No line of this code's statements has this id, and no sale of it this one."""

    sentence = N_("没有找到这一笔，请回到对账页面重新选择。")


About = TypeVar("About")


@dataclass(frozen=True, slots=True)
class Open(Generic[About]):
    """Something without its counterpart, what was said of it, and which sales it may be.

    The last word counts; those it corrects stay to be read.
    """

    about: About
    words: tuple[Word, ...]
    hints: tuple[BookedSale, ...] = ()


@dataclass(frozen=True, slots=True)
class Settled:
    """What two people deal with in the books, or what one has brought together.

    `words`: the one that counts last, after those it corrects.
    """

    line: PaidLine | None
    sale: BookedSale | None
    words: tuple[Word, ...]

    @property
    def word(self) -> Word:
        return self.words[-1]


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
    sold, paid, files = sums_of(session, market_day_id)
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
    booked = booked_under(session, code)
    paid = paid_under(session, code)
    words = words_of(session, code)
    said = _Said(words)
    dealt = [word for word in words if word.settles and said.stands(word)]
    lines_dealt = {word.line_id for word in dealt}
    sales_dealt = {word.sale_id for word in dealt}
    piles = three_piles(
        [sale for sale in booked if sale.is_refund or sale.sale_id not in sales_dealt],
        [line for line in paid if line.id not in lines_dealt],
    )
    hints = hints_for(session, code, piles.without_sale)
    return Reckoning(
        code=code,
        files=files_of(session, code),
        matched=piles.matched,
        without_money=tuple(
            Open(sale, () if sale.is_refund else tuple(said.of_sale[sale.sale_id]))
            for sale in piles.without_money
        ),
        without_sale=tuple(
            Open(line, tuple(said.of_line[line.id]), hints.get(line.id, ()))
            for line in piles.without_sale
        ),
        undone=piles.undone,
        settled=_settled(session, [said.until(word) for word in dealt], booked, paid),
        fee_minor=sum(line.fee_minor for line in paid),
    )


class _Said:
    """All that was said, by what it is about, the oldest first."""

    def __init__(self, words: Sequence[Word]) -> None:
        self.of_line: defaultdict[int, list[Word]] = defaultdict(list)
        self.of_sale: defaultdict[UUID, list[Word]] = defaultdict(list)
        for word in words:
            if word.line_id is not None:
                self.of_line[word.line_id].append(word)
            if word.sale_id is not None:
                self.of_sale[word.sale_id].append(word)

    def stands(self, word: Word) -> bool:
        """Whether nothing newer that counts was said of what it is about."""
        return all(
            next(one for one in reversed(words) if one is word or not one.void) is word
            for words in self._about(word)
        )

    def until(self, word: Word) -> tuple[Word, ...]:
        """This word, after those that were said of the same before."""
        before = {id(one): one for words in self._about(word) for one in words}
        return tuple(sorted(before.values(), key=lambda one: (one.at, one is word)))

    def _about(self, word: Word) -> list[list[Word]]:
        lines = [self.of_line[word.line_id]] if word.line_id is not None else []
        sales = [self.of_sale[word.sale_id]] if word.sale_id is not None else []
        return lines + sales


def _settled(
    session: Session,
    dealt: Sequence[tuple[Word, ...]],
    booked: Sequence[BookedSale],
    paid: Sequence[PaidLine],
) -> tuple[Settled, ...]:
    lines = {line.id: line for line in paid}
    sales = {sale.sale_id: sale for sale in booked if not sale.is_refund}
    # A sale written down as cash is not among the code's own.
    others = {words[-1].sale_id for words in dealt if words[-1].sale_id} - set(sales)
    if others:
        sales |= {sale.sale_id: sale for sale in sales_named(session, others)}
    return tuple(
        Settled(
            lines.get(words[-1].line_id) if words[-1].line_id is not None else None,
            sales.get(words[-1].sale_id) if words[-1].sale_id is not None else None,
            words,
        )
        for words in dealt
    )
