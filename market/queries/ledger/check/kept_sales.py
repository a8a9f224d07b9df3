"""Sales as they are kept, streamed with their lines: those of closures in order, then the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from market.models.sales import Closure, MarketDay, Sale, SaleLine, SalePosition, SaleVoid, Till

_AT_ONCE = 5_000
_CLOSURES_AT_ONCE = 20_000


class KeptLine(NamedTuple):
    """A line's columns."""

    number: int
    listing_id: int
    name: str
    quantity: int
    unit_price_minor: int
    consignor_id: int | None
    share_bp: int | None
    fixed_minor: int | None
    consignor_minor: int


class KeptVoid(NamedTuple):
    """A void's columns."""

    id: UUID
    reason: str
    sequence: int
    phone_at: datetime
    by_id: int
    at: datetime
    hash: bytes


class KeptSale(NamedTuple):
    """A sale's columns with its lines and, where it is in a closure, its place there."""

    closure_id: int | None
    ordinal: int | None
    start_minor: int | None
    end_minor: int | None
    id: UUID
    till_id: int
    device_id: int
    sequence: int
    code: str
    tender: str
    gift_minor: int
    tendered_minor: int | None
    phone_at: datetime
    hash: bytes
    lines_minor: int
    consignor_minor: int
    net_minor: int
    stall_id: int
    day_number: str
    recorded_at: datetime
    received_at: datetime
    person_id: int | None
    void: KeptVoid | None
    lines: list[KeptLine]


_SALE = (
    SalePosition.closure_id,
    SalePosition.ordinal,
    SalePosition.start_minor,
    SalePosition.end_minor,
    Sale.id,
    Sale.till_id,
    Sale.device_id,
    Sale.sequence,
    Sale.code,
    Sale.tender,
    Sale.gift_minor,
    Sale.tendered_minor,
    Sale.phone_at,
    Sale.hash,
    Sale.lines_minor,
    Sale.consignor_minor,
    Sale.net_minor,
    Sale.stall_id,
    Sale.day_number,
    Sale.recorded_at,
    Sale.received_at,
    Sale.person_id,
)
_NO_LINES: tuple[object, Iterable[Sequence[Any]]] = (None, ())
_VOID = (
    SaleVoid.id,
    SaleVoid.reason,
    SaleVoid.sequence,
    SaleVoid.phone_at,
    SaleVoid.voided_by_id,
    SaleVoid.voided_at,
    SaleVoid.hash,
)
_LINE = (
    SaleLine.sale_id,
    SaleLine.number,
    SaleLine.listing_id,
    SaleLine.name,
    SaleLine.quantity,
    SaleLine.unit_price_minor,
    SaleLine.consignor_id,
    SaleLine.share_bp,
    SaleLine.fixed_minor,
    SaleLine.consignor_minor,
)


def closed_sales(session: Session, closures: Sequence[Closure]) -> Iterator[KeptSale]:
    """The sales of closures (by ascending id), each closure's in the order of its positions."""
    for some in _chunks(closures):
        ids = [closure.id for closure in some]
        order = (SalePosition.closure_id, SalePosition.ordinal)
        yield from _merged(
            session,
            select(*_SALE, *_VOID)
            .select_from(SalePosition)
            .join(Sale, Sale.id == SalePosition.sale_id)
            .outerjoin(SaleVoid, SaleVoid.sale_id == Sale.id)
            .where(SalePosition.closure_id.in_(ids))
            .order_by(*order),
            select(*_LINE)
            .select_from(SalePosition)
            .join(SaleLine, SaleLine.sale_id == SalePosition.sale_id)
            .where(SalePosition.closure_id.in_(ids))
            .order_by(*order, SaleLine.number),
        )


def open_sales(session: Session, community_id: int) -> Iterator[KeptSale]:
    """The sales that no closure holds yet, by id."""
    tills = (
        select(Till.id)
        .join(MarketDay, MarketDay.id == Till.market_day_id)
        .where(MarketDay.community_id == community_id)
    )
    yield from _merged(
        session,
        select(*_SALE, *_VOID)
        .select_from(Sale)
        .outerjoin(SalePosition, SalePosition.sale_id == Sale.id)
        .outerjoin(SaleVoid, SaleVoid.sale_id == Sale.id)
        .where(Sale.till_id.in_(tills), SalePosition.sale_id.is_(None))
        .order_by(Sale.id),
        select(*_LINE)
        .select_from(Sale)
        .outerjoin(SalePosition, SalePosition.sale_id == Sale.id)
        .join(SaleLine, SaleLine.sale_id == Sale.id)
        .where(Sale.till_id.in_(tills), SalePosition.sale_id.is_(None))
        .order_by(Sale.id, SaleLine.number),
    )


def _merged(
    session: Session, sales: Select[*tuple[object, ...]], lines: Select[*tuple[object, ...]]
) -> Iterator[KeptSale]:
    """Two streams in the same order made one; a sale whose lines are missing has none."""
    streaming = {"yield_per": _AT_ONCE}
    width = len(_SALE)
    with (
        session.execute(sales, execution_options=streaming) as sale_rows,
        session.execute(lines, execution_options=streaming) as line_rows,
    ):
        groups = groupby(line_rows, key=lambda row: row[0])
        ahead, own = next(groups, _NO_LINES)
        for row in sale_rows:
            kept: list[KeptLine] = []
            if row[4] == ahead:
                kept = [KeptLine._make(line[1:]) for line in own]
                ahead, own = next(groups, _NO_LINES)
            void = None if row[width] is None else KeptVoid._make(row[width:])
            yield KeptSale._make((*row[:width], void, kept))


def _chunks(closures: Sequence[Closure]) -> Iterator[list[Closure]]:
    """Closures in runs of so many sales that one question for each run is little beside them."""
    some: list[Closure] = []
    sales = 0
    for closure in closures:
        some.append(closure)
        sales += closure.sales + 1
        if sales >= _CLOSURES_AT_ONCE:
            yield some
            some, sales = [], 0
    if some:
        yield some
