"""Where a sale's money went, and whose money lit a wish: intersections on the funds' lines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import BigInteger, Integer, Row, column, func, select, values
from sqlalchemy.orm import Session, aliased

from market.domain.proceeds.line import Piece, Span, follow, look_back, owned
from market.domain.proceeds.split import part, positions
from market.models.ledger import Fund, Laying, Taking
from market.models.proceeds import Allocation
from market.models.sales import Closure, PolicyShare, SalePosition, Till
from market.queries.ledger.line import (
    Source,
    Use,
    layings_over,
    moves_after,
    moves_into,
    takings_over,
)


@dataclass(frozen=True, slots=True)
class Place:
    """So much of the money asked about, on one fund's line, and what it was used for.

    Both ids None: not yet allocated.
    """

    fund_id: int
    amount_minor: int
    allocation_id: int | None
    refund_id: int | None


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one sale gave to the money asked about; `sale_id` None is box income."""

    fund_id: int
    closure_id: int | None
    sale_id: UUID | None
    amount_minor: int


@dataclass(frozen=True, slots=True)
class _Closed:
    """A closure's frozen split and its size, in minor units."""

    weights: tuple[int, ...]
    total_minor: int


def places_of_sale(session: Session, sale_id: UUID) -> list[Place]:
    """Where a closed sale's net proceeds are now; empty before closing. They sum to its net."""
    at = session.execute(
        select(SalePosition.closure_id, SalePosition.start_minor, SalePosition.end_minor).where(
            SalePosition.sale_id == sale_id
        )
    ).one_or_none()
    if at is None:
        return []
    return places_of_closure(session, at.closure_id, Span(at.start_minor, at.end_minor))


def places_of_closure(session: Session, closure_id: int, span: Span | None = None) -> list[Place]:
    """Where a closure's positions (all, or those of `span`) are now, fund by fund."""
    layings = session.execute(
        select(
            Laying.fund_id, Laying.fund_ordinal, Laying.start_minor, Laying.end_minor, Laying.step
        )
        .where(Laying.closure_id == closure_id)
        .order_by(Laying.fund_ordinal)
    ).all()
    if not layings:
        return []
    weights = _closed(session, {closure_id})[closure_id].weights
    places: list[Place] = []
    for laying in layings:
        own = (
            Span(0, laying.end_minor - laying.start_minor)
            if span is None
            else part(span, weights, laying.fund_ordinal)
        )
        piece = Piece(own.shifted(laying.start_minor), laying.step, 0)
        places.extend(places_of_pieces(session, laying.fund_id, [piece]))
    return places


def places_of_pieces(session: Session, fund_id: int, pieces: Sequence[Piece]) -> list[Place]:
    """Where the money of `pieces` is now, summed by what it was used for."""
    present = follow(pieces, moves_after(session, fund_id))
    takings = takings_over(session, fund_id, [piece.span for piece in present])
    sums: dict[Use | None, int] = defaultdict(int)
    for piece, use in owned(present, takings):
        sums[use] += piece.span.length
    unused = Use(None, None)
    return [
        Place(fund_id, amount, (use or unused).allocation_id, (use or unused).refund_id)
        for use, amount in sums.items()
    ]


def contributions(session: Session, allocation_ids: Iterable[int]) -> list[Contribution]:
    """Whose money the allocations hold now, sale by sale; they sum to what was not returned."""
    return [
        row
        for fund_id, spans in _standing_spans(session, allocation_ids).items()
        for row in _contributions_on(session, fund_id, spans)
    ]


def _standing_spans(
    session: Session, allocation_ids: Iterable[int]
) -> dict[int, list[tuple[Span, int]]]:
    """Per fund: each allocation's places that were not returned, and the fund's present step."""
    rows = session.execute(
        select(
            Taking.fund_id,
            Taking.start_minor,
            Taking.end_minor,
            Allocation.returned_minor,
            Fund.step,
        )
        .join(Allocation, Allocation.id == Taking.allocation_id)
        .join(Fund, Fund.id == Taking.fund_id)
        .where(Taking.allocation_id.in_(list(allocation_ids)))
    )
    spans: dict[int, list[tuple[Span, int]]] = defaultdict(list)
    for fund_id, start, end, returned_minor, step in rows:
        if end - returned_minor > start:
            spans[fund_id].append((Span(start, end - returned_minor), step))
    return spans


def _contributions_on(
    session: Session, fund_id: int, spans: Sequence[tuple[Span, int]]
) -> list[Contribution]:
    present = [Piece(span, step, span.start) for span, step in spans]
    first_laid = look_back(present, moves_into(session, fund_id))
    layings = layings_over(session, fund_id, [piece.span for piece in first_laid])
    by_closure: dict[tuple[int, int], list[Span]] = defaultdict(list)
    box_minor = 0
    for piece, source in owned(first_laid, layings):
        if source is None or source.return_id is not None:
            message = f"fund {fund_id} holds money at {piece.span} that was never laid"
            raise LookupError(message)
        if source.closure_id is None:
            box_minor += piece.span.length
        else:
            key = (source.closure_id, _ordinal(source))
            by_closure[key].append(piece.span.shifted(-source.start_minor))
    box = [Contribution(fund_id, None, None, box_minor)] if box_minor else []
    return _by_sale(session, fund_id, by_closure) + box


def _ordinal(source: Source) -> int:
    return 0 if source.fund_ordinal is None else source.fund_ordinal


def _by_sale(
    session: Session, fund_id: int, by_closure: dict[tuple[int, int], list[Span]]
) -> list[Contribution]:
    """Cut each closure's places by the sales that own them; what no sale owns is box income."""
    if not by_closure:
        return []
    closed = _closed(session, {closure_id for closure_id, _ in by_closure})
    asked = [
        (
            number,
            closure_id,
            ordinal,
            span,
            positions(
                span,
                closed[closure_id].weights,
                ordinal,
                total_minor=closed[closure_id].total_minor,
            ),
        )
        for number, (closure_id, ordinal, span) in enumerate(
            (closure_id, ordinal, span)
            for (closure_id, ordinal), spans in by_closure.items()
            for span in spans
        )
    ]
    rows: dict[int, list[Row[int, UUID, int, int]]] = defaultdict(list)
    for row in _sales_over(session, [(a[0], a[1], a[4]) for a in asked]):
        rows[row[0]].append(row)
    sums: dict[tuple[int, UUID | None], int] = defaultdict(int)
    for number, closure_id, ordinal, span, _ in asked:
        left = span.length
        for _, sale_id, start, end in rows[number]:
            own = part(Span(start, end), closed[closure_id].weights, ordinal).intersect(span)
            if own is not None:
                sums[closure_id, sale_id] += own.length
                left -= own.length
        if left:
            sums[closure_id, None] += left
    return [
        Contribution(fund_id, closure_id, sale_id, amount)
        for (closure_id, sale_id), amount in sums.items()
    ]


def _sales_over(
    session: Session, asked: Sequence[tuple[int, int, Span]]
) -> Sequence[Row[int, UUID, int, int]]:
    """The sales whose positions share a place with each numbered span of a closure.

    Positions follow one another, so the last sale wanted is the first that ends at or after the
    span's end: a range of the index on (closure, end).
    """
    spans = (
        values(
            column("number", Integer),
            column("closure_id", Integer),
            column("start_at", BigInteger),
            column("end_at", BigInteger),
            name="asked",
        )
        .data([(number, closure_id, span.start, span.end) for number, closure_id, span in asked])
        .cte("asked")
    )
    beyond = aliased(SalePosition)
    last_end = (
        select(func.min(beyond.end_minor))
        .where(beyond.closure_id == spans.c.closure_id, beyond.end_minor >= spans.c.end_at)
        .scalar_subquery()
    )
    return session.execute(
        select(
            spans.c.number, SalePosition.sale_id, SalePosition.start_minor, SalePosition.end_minor
        )
        .select_from(spans)
        .join(
            SalePosition,
            (SalePosition.closure_id == spans.c.closure_id)
            & (SalePosition.end_minor > spans.c.start_at)
            & (SalePosition.end_minor <= func.coalesce(last_end, spans.c.end_at)),
        )
        .where(SalePosition.end_minor > SalePosition.start_minor)
    ).all()


def _closed(session: Session, closure_ids: set[int]) -> dict[int, _Closed]:
    rows = session.execute(
        select(Closure.id, Closure.net_minor + Closure.box_minor, PolicyShare.weight)
        .join(Till, Till.id == Closure.till_id)
        .join(PolicyShare, PolicyShare.market_day_id == Till.market_day_id)
        .where(Closure.id.in_(closure_ids))
        .order_by(Closure.id, PolicyShare.ordinal)
    )
    weights: dict[int, list[int]] = defaultdict(list)
    totals: dict[int, int] = {}
    for closure_id, total, weight in rows:
        weights[closure_id].append(weight)
        totals[closure_id] = total
    return {
        closure_id: _Closed(tuple(found), totals[closure_id])
        for closure_id, found in weights.items()
    }
