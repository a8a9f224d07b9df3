"""The rows of every fund's line as the tables keep them, written and read by the domain's code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from market.domain.ledger.line import (
    LONGEST_MOVE,
    Move,
    Piece,
    Span,
    exchanged,
    follow,
    look_back,
    merged,
    owned,
    returned,
    tail,
    without_tail,
)
from market.domain.ledger.split import cut, part, positions
from tests.domain.line_oracle import Owner, Source, Unit


@dataclass
class FundRows:
    """A fund's numbers and its layings (place, step, source), takings and moves."""

    laid: int = 0
    taken: int = 0
    step: int = 0
    layings: list[tuple[Span, int, Source]] = field(default_factory=list)
    takings: list[tuple[Span, Owner]] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    lookups: int = 0

    @property
    def free(self) -> int:
        return self.laid - self.taken

    def lay(self, amount: int, source: Source) -> None:
        if not amount:
            return
        self.step += 1
        self.layings.append((Span(self.laid, self.laid + amount), self.step, source))
        self.laid += amount

    def take(self, amount: int, owner: Owner) -> Span:
        self.step += 1
        span = Span(self.taken, self.taken + amount)
        self.takings.append((span, owner))
        self.taken += amount
        return span

    def follow(self, pieces: Sequence[Piece]) -> list[Piece]:
        return follow(pieces, self._moves_after)

    def look_back(self, spans: Sequence[Span]) -> list[Piece]:
        return look_back([Piece(span, self.step, span.start) for span in spans], self._moves_into)

    def _moves_after(self, questions: Sequence[tuple[Span, int]]) -> list[Move]:
        self.lookups += 1
        return [
            move
            for span, step in questions
            for move in self.moves
            if move.step > step and _overlaps(move.start, move.length, span)
        ]

    def _moves_into(self, questions: Sequence[tuple[Span, int]]) -> list[Move]:
        self.lookups += 1
        return [
            move
            for span, step in questions
            for move in self.moves
            if move.step <= step and _overlaps(move.to_start, move.length, span)
        ]


def _overlaps(start: int, length: int, span: Span) -> bool:
    # The index range of the real query: only the first two conditions use the index.
    return start < span.end and start > span.start - LONGEST_MOVE and start + length > span.start


@dataclass(frozen=True)
class ClosureRow:
    weights: tuple[int, ...]
    total: int
    sales: dict[int, Span]


@dataclass
class RefundRow:
    sale: int
    positions: Span
    settled: bool = False


class LineBook:
    """The same acts as the oracle's, by spans and moves."""

    def __init__(self, funds: int) -> None:
        self.funds = [FundRows() for _ in range(funds)]
        self.closures: list[ClosureRow] = []
        self.sales: list[tuple[int, Span]] = []
        self.remaining: list[Span] = []
        self.allocations: list[tuple[int, Span]] = []
        self.refunds: list[RefundRow] = []
        self._incomes = 0

    def close(self, nets: Sequence[int], box_income: int, weights: tuple[int, ...]) -> None:
        number, position = len(self.closures), 0
        sales: dict[int, Span] = {}
        for net in nets:
            sales[len(self.sales)] = span = Span(position, position + net)
            self.sales.append((number, span))
            self.remaining.append(span)
            position += net
        total = position + box_income
        self.closures.append(ClosureRow(weights, total, sales))
        for fund, amount in zip(self.funds, cut(total, weights), strict=True):
            fund.lay(amount, ("closure", number))

    def lay_income(self, fund: int, amount: int) -> None:
        self.funds[fund].lay(amount, ("income", self._incomes))
        self._incomes += 1

    def allocate(self, fund: int, amount: int) -> bool:
        if self.funds[fund].free < amount:
            return False
        owner = ("allocation", len(self.allocations))
        self.allocations.append((fund, self.funds[fund].take(amount, owner)))
        return True

    def give_back(self, allocation: int, amount: int) -> None:
        number, remaining = self.allocations[allocation]
        fund = self.funds[number]
        leaving, landing = tail(remaining, amount), fund.laid
        self.allocations[allocation] = (number, without_tail(remaining, amount))
        fund.lay(amount, ("return", allocation))
        fund.moves.extend(returned(leaving, landing, fund.step))

    def file_refund(self, sale: int, amount: int) -> None:
        self.refunds.append(RefundRow(sale, tail(self.remaining[sale], amount)))
        self.remaining[sale] = without_tail(self.remaining[sale], amount)

    def settle(self, refund: int) -> bool:
        row = self.refunds[refund]
        laid = [self.first_laid(row.sale, row.positions, fund) for fund in range(len(self.funds))]
        if any(fund.free < piece.span.length for fund, piece in zip(self.funds, laid, strict=True)):
            return False
        for fund, piece in zip(self.funds, laid, strict=True):
            if piece.span.length:
                present = self.places_to_exchange(fund, piece)
                taken = fund.take(piece.span.length, ("refund", refund))
                fund.moves.extend(exchanged(present, taken, fund.step))
        row.settled = True
        return True

    def places_to_exchange(self, fund: FundRows, laid: Piece, /) -> list[Span]:
        return [piece.span for piece in fund.follow([laid])]

    def first_laid(self, sale: int, span: Span, fund: int) -> Piece:
        """Where those positions' part of the fund was laid; its origin is the unit's number."""
        number, _ = self.sales[sale]
        share = part(span, self.closures[number].weights, fund)
        for laying, step, source in self.funds[fund].layings:
            if source == ("closure", number):
                return Piece(share.shifted(laying.start), step, share.start)
        assert not share.length
        return Piece(share, 0, share.start)

    def trace(self, sale: int) -> list[list[Owner | None]]:
        """For each fund: who has each unit the sale brought it, in the order of its units."""
        _, span = self.sales[sale]
        result: list[list[Owner | None]] = []
        for number, fund in enumerate(self.funds):
            laid = self.first_laid(sale, span, number)
            result.append(
                [
                    owner
                    for run, owner in owned(fund.follow([laid]), fund.takings)
                    for _ in range(run.span.length)
                ]
            )
        return result

    def held_by(self, owner: Owner) -> list[list[Unit]]:
        """For each fund: the units an allocation or a refund has, in the order of its places."""
        return [
            [
                (source, self._position(source, number, run.span.start - laying.start + unit))
                for run, laying, source in self._first_layings(number, owner)
                for unit in range(run.span.length)
            ]
            for number in range(len(self.funds))
        ]

    def receipts(self, owner: Owner) -> Counter[int]:
        """What each sale brought to an allocation or a refund, by spans of sales alone."""
        result: Counter[int] = Counter()
        for number in range(len(self.funds)):
            for run, laying, (kind, at) in self._first_layings(number, owner):
                if kind == "closure":
                    closure = self.closures[at]
                    asked = run.span.shifted(-laying.start)
                    found = positions(asked, closure.weights, number, total_minor=closure.total)
                    for sale, span in closure.sales.items():
                        if span.intersect(found) is not None:
                            mine = part(span, closure.weights, number).intersect(asked)
                            result[sale] += mine.length if mine is not None else 0
        return +result

    def _first_layings(self, number: int, owner: Owner) -> list[tuple[Piece, Span, Source]]:
        fund = self.funds[number]
        taken = [span for span, who in fund.takings if who == owner]
        if not taken:
            return []
        if owner[0] == "allocation":
            taken = [self.allocations[owner[1]][1]]
        laid_at = [(span, (span, source)) for span, _, source in fund.layings]
        result: list[tuple[Piece, Span, Source]] = []
        for run, laying in owned(fund.look_back(merged(taken)), laid_at):
            assert laying is not None
            result.append((run, *laying))
        return result

    def _position(self, source: Source, fund: int, place: int) -> int:
        kind, number = source
        if kind == "income":
            return place
        assert kind == "closure"
        closure = self.closures[number]
        found = positions(Span(place, place + 1), closure.weights, fund, total_minor=closure.total)
        return found.start
