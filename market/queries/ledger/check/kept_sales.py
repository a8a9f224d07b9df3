"""Sales as they are kept, streamed with their lines: those of closures in order, then the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from market.models.base import Base
from market.models.sales import Closure, MarketDay, Till

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
    by_id: int | None
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


# Bare tables, read by the connection: the ORM's way with rows takes longer than the database does.
_SALE_TABLE = Base.metadata.tables["sale"]
_LINE_TABLE = Base.metadata.tables["sale_line"]
_VOID_TABLE = Base.metadata.tables["sale_void"]
_PLACE_TABLE = Base.metadata.tables["sale_position"]
_S, _L, _V, _P = _SALE_TABLE.c, _LINE_TABLE.c, _VOID_TABLE.c, _PLACE_TABLE.c
_SALE = (
    _P.closure_id,
    _P.ordinal,
    _P.start_minor,
    _P.end_minor,
    _S.id,
    _S.till_id,
    _S.device_id,
    _S.sequence,
    _S.code,
    _S.tender,
    _S.gift_minor,
    _S.tendered_minor,
    _S.phone_at,
    _S.hash,
    _S.lines_minor,
    _S.consignor_minor,
    _S.net_minor,
    _S.stall_id,
    _S.day_number,
    _S.recorded_at,
    _S.received_at,
    _S.person_id,
)
_VOID = (
    _V.id,
    _V.reason,
    _V.sequence,
    _V.phone_at,
    _V.voided_by_id,
    _V.voided_at,
    _V.hash,
)
_LINE = (
    _L.number,
    _L.listing_id,
    _L.name,
    _L.quantity,
    _L.unit_price_minor,
    _L.consignor_id,
    _L.share_bp,
    _L.fixed_minor,
    _L.consignor_minor,
)
_WIDTH = len(_SALE)
_ID = _SALE.index(_S.id)
_NO_LINES: tuple[object, Iterable[Sequence[Any]]] = (None, ())


def closed_sales(session: Session, closures: Sequence[Closure]) -> Iterator[KeptSale]:
    """The sales of closures (by ascending id), each closure's in the order of its positions."""
    for some in _chunks(closures):
        ids = [closure.id for closure in some]
        order = (_P.closure_id, _P.ordinal)
        yield from _merged(
            session,
            select(*_SALE, *_VOID)
            .select_from(
                _PLACE_TABLE.join(_SALE_TABLE, _S.id == _P.sale_id).outerjoin(
                    _VOID_TABLE, _V.sale_id == _S.id
                )
            )
            .where(_P.closure_id.in_(ids))
            .order_by(*order),
            # A sale's place names it as well as its id does, and is read much faster.
            select(_P.closure_id, _P.ordinal, *_LINE)
            .select_from(_PLACE_TABLE.join(_LINE_TABLE, _L.sale_id == _P.sale_id))
            .where(_P.closure_id.in_(ids))
            .order_by(*order, _L.number),
            names=slice(2),
        )


def open_sales(session: Session, community_id: int) -> Iterator[KeptSale]:
    """The sales that no closure holds yet, by id."""
    tills = (
        select(Till.id)
        .join(MarketDay, MarketDay.id == Till.market_day_id)
        .where(MarketDay.community_id == community_id)
    )
    waiting = _SALE_TABLE.outerjoin(_PLACE_TABLE, _P.sale_id == _S.id)
    yield from _merged(
        session,
        select(*_SALE, *_VOID)
        .select_from(waiting.outerjoin(_VOID_TABLE, _V.sale_id == _S.id))
        .where(_S.till_id.in_(tills), _P.sale_id.is_(None))
        .order_by(_S.id),
        select(_S.id, *_LINE)
        .select_from(waiting.join(_LINE_TABLE, _L.sale_id == _S.id))
        .where(_S.till_id.in_(tills), _P.sale_id.is_(None))
        .order_by(_S.id, _L.number),
        names=slice(_ID, _ID + 1),
    )


def _merged(
    session: Session,
    sales: Select[*tuple[Any, ...]],
    lines: Select[*tuple[Any, ...]],
    *,
    names: slice,
) -> Iterator[KeptSale]:
    """Two streams in the same order made one; a sale whose lines are missing has none.

    `names` are the columns of a sale that its lines begin with.
    """
    width = names.stop - (names.start or 0)
    streaming = {"yield_per": _AT_ONCE}
    connection = session.connection()
    with (
        connection.execute(sales, execution_options=streaming) as sale_rows,
        connection.execute(lines, execution_options=streaming) as line_rows,
    ):
        groups = groupby(line_rows, key=lambda row: row[:width])
        ahead, own = next(groups, _NO_LINES)
        for row in sale_rows:
            kept: list[KeptLine] = []
            if row[names] == ahead:
                kept = [KeptLine._make(line[width:]) for line in own]
                ahead, own = next(groups, _NO_LINES)
            void = None if row[_WIDTH] is None else KeptVoid._make(row[_WIDTH:])
            yield KeptSale._make((*row[:_WIDTH], void, kept))


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
