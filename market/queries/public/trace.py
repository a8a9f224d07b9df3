"""Where a sale's money went, and whose money lit a wish: intersections on the funds' lines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import BigInteger, Integer, Row, column, func, select, values
from sqlalchemy.orm import Session, aliased

from market.domain.ledger.line import Piece, Span, follow, look_back, owned
from market.domain.ledger.split import part, positions
from market.models.ledger import Fund, Laying, Taking
from market.models.proceeds import Allocation
from market.models.sales import Closure, PolicyShare, SalePosition, Till
from market.queries.ledger.line import (
    Use,
    layings_over,
    moves_after,
    moves_into,
    takings_over,
)

_APART = 10**16
"""More than any line is long, in minor units."""


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
    """What one sale gave to an allocation; `sale_id` None is box income."""

    allocation_id: int
    fund_id: int
    closure_id: int | None
    sale_id: UUID | None
    amount_minor: int


class _Giver(NamedTuple):
    allocation_id: int
    closure_id: int | None
    sale_id: UUID | None


class _ClosurePart(NamedTuple):
    """Places of a closure's piece on a fund's line, counted from the piece's start."""

    allocation_id: int
    closure_id: int
    fund_ordinal: int
    span: Span


@dataclass(frozen=True, slots=True)
class _Closed:
    """A closure's frozen split and its size, in minor units."""

    weights: tuple[int, ...]
    total_minor: int


def places_of_sale(session: Session, sale_id: UUID) -> list[Place]:
    """Where a closed sale's net proceeds are now; empty before closing. They sum to its net."""
    rows = session.execute(
        select(
            SalePosition.closure_id,
            SalePosition.start_minor,
            SalePosition.end_minor,
            Laying.fund_id,
            Laying.fund_ordinal,
            Laying.start_minor.label("laid_at"),
            Laying.step,
        )
        .join(Laying, Laying.closure_id == SalePosition.closure_id)
        .where(SalePosition.sale_id == sale_id)
        .order_by(Laying.fund_ordinal)
    ).all()
    if not rows:
        return []
    weights = _closed(session, {rows[0].closure_id})[rows[0].closure_id].weights
    places: list[Place] = []
    for row in rows:
        own = part(Span(row.start_minor, row.end_minor), weights, row.fund_ordinal)
        piece = Piece(own.shifted(row.laid_at), row.step, 0)
        places.extend(_places_on(session, row.fund_id, [piece]))
    return places


def places_of_closures(session: Session, closure_ids: Iterable[int]) -> list[Place]:
    """Where all that these closures laid on the funds' lines is now, summed by use."""
    rows = session.execute(
        select(Laying.fund_id, Laying.start_minor, Laying.end_minor, Laying.step).where(
            Laying.closure_id.in_(list(closure_ids))
        )
    )
    pieces: dict[int, list[Piece]] = defaultdict(list)
    for fund_id, start, end, step in rows:
        pieces[fund_id].append(Piece(Span(start, end), step, start))
    return [
        place for fund_id, laid in pieces.items() for place in _places_on(session, fund_id, laid)
    ]


def _places_on(session: Session, fund_id: int, pieces: Sequence[Piece]) -> list[Place]:
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
        for fund_id, pieces in _standing_pieces(session, allocation_ids).items()
        for row in _contributions_on(session, fund_id, pieces)
    ]


def _standing_pieces(session: Session, allocation_ids: Iterable[int]) -> dict[int, list[Piece]]:
    """Per fund: each allocation's places that were not returned, at the fund's present step.

    Origins of different allocations lie so far apart that no piece ever joins two of them.
    """
    rows = session.execute(
        select(
            Taking.fund_id,
            Taking.allocation_id,
            Taking.start_minor,
            Taking.end_minor - Allocation.returned_minor,
            Fund.step,
        )
        .join(Allocation, Allocation.id == Taking.allocation_id)
        .join(Fund, Fund.id == Taking.fund_id)
        .where(Taking.allocation_id.in_(list(allocation_ids)))
    )
    pieces: dict[int, list[Piece]] = defaultdict(list)
    for fund_id, allocation_id, start, end, step in rows:
        if end > start:
            origin = (allocation_id or 0) * _APART
            pieces[fund_id].append(Piece(Span(start, end), step, origin))
    return pieces


def _contributions_on(
    session: Session, fund_id: int, present: Sequence[Piece]
) -> list[Contribution]:
    first_laid = look_back(present, moves_into(session, fund_id))
    layings = layings_over(session, fund_id, [piece.span for piece in first_laid])
    parts: list[_ClosurePart] = []
    sums: dict[_Giver, int] = defaultdict(int)
    for piece, source in owned(first_laid, layings):
        if source is None or source.return_id is not None:
            message = f"fund {fund_id} holds money at {piece.span} that was never laid"
            raise LookupError(message)
        allocation_id = piece.origin // _APART
        if source.closure_id is None or source.fund_ordinal is None:
            sums[_Giver(allocation_id, None, None)] += piece.span.length
        else:
            own = piece.span.shifted(-source.start_minor)
            parts.append(_ClosurePart(allocation_id, source.closure_id, source.fund_ordinal, own))
    for giver, amount in _given_by_sales(session, parts):
        sums[giver] += amount
    return [
        Contribution(giver.allocation_id, fund_id, giver.closure_id, giver.sale_id, amount)
        for giver, amount in sums.items()
    ]


def _given_by_sales(
    session: Session, parts: Sequence[_ClosurePart]
) -> Iterator[tuple[_Giver, int]]:
    """Cut each closure's places by the sales that own them; what no sale owns is box income."""
    if not parts:
        return
    closed = _closed(session, {one.closure_id for one in parts})
    asked = []
    for number, one in enumerate(parts):
        split = closed[one.closure_id]
        wanted = positions(one.span, split.weights, one.fund_ordinal, total_minor=split.total_minor)
        asked.append((number, one.closure_id, wanted))
    sales: dict[int, list[tuple[UUID, Span]]] = defaultdict(list)
    for number, sale_id, start, end in _sales_over(session, asked):
        sales[number].append((sale_id, Span(start, end)))
    for number, one in enumerate(parts):
        left = one.span.length
        for sale_id, span in sales[number]:
            weights = closed[one.closure_id].weights
            own = part(span, weights, one.fund_ordinal).intersect(one.span)
            if own is not None:
                yield _Giver(one.allocation_id, one.closure_id, sale_id), own.length
                left -= own.length
        if left:
            yield _Giver(one.allocation_id, one.closure_id, None), left


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
