"""What a market day sold: by stall, hour, tender and listing, its closures, what is not closed yet.

Every question goes by the index on (till, time) of this one market day, or asks kept totals.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, case, func, literal, select
from sqlalchemy.orm import Session

from market.domain.sales.sale import Tender
from market.models.ledger import Account, Party, Posting, Voucher
from market.models.sales import (
    CashCount,
    Closure,
    Listing,
    QuarantinedSale,
    Sale,
    SaleLine,
    SaleVoid,
    Stall,
    Till,
    TillTotal,
)
from market.queries.sales.set_aside import still_waits


@dataclass(frozen=True, slots=True)
class Part:
    """One row of a breakdown: `key` is an id, an hour (None: outside the day) or a tender."""

    key: int | str | None
    label: str
    count: int
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosureRow:
    """A closure with its vouchers; amounts None where a supplement counts no cash."""

    till_id: int
    till: str
    number: int
    sales: int
    net_minor: int
    box_minor: int
    counted_minor: int | None
    variance_minor: int | None
    reason: str
    closed_at: datetime
    voucher_id: int | None
    voucher: str


@dataclass(frozen=True, slots=True)
class ConsignedRow:
    """What a market day owes a consignor, by its closures."""

    party_id: int
    account_id: int
    name: str
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sold:
    """What a market day sold.

    `due_minor` is what buyers paid for all sales that stand, closed or not; `open_minor` of it is
    in no closure yet. Breakdowns by stall, hour and listing sum to `due_minor`; the one by tender
    to `counted_minor`: nobody is told what was paid in cash before a till is counted.
    """

    sales: int
    due_minor: int
    open_minor: int
    counted_minor: int
    uncounted_tills: int
    by_stall: tuple[Part, ...]
    by_hour: tuple[Part, ...]
    by_tender: tuple[Part, ...]
    by_listing: tuple[Part, ...]
    voids: int
    voided_minor: int
    set_aside: int
    closures: tuple[ClosureRow, ...]
    consigned: tuple[ConsignedRow, ...]


@dataclass(frozen=True, slots=True)
class _Cell:
    """The sales of one stall and hour."""

    stall_id: int
    hour: int
    sales: int
    due_minor: int
    gift_minor: int


@dataclass(frozen=True, slots=True)
class _Offered:
    """What was sold of one listing; a count of pieces."""

    listing_id: int
    name: str
    stall_id: int
    pieces: int
    amount_minor: int


def market_sold(session: Session, market_day_id: int, hours: Sequence[datetime]) -> Sold:
    """What was sold. `hours` are the moments between which sales are counted together."""
    till_ids = session.scalars(select(Till.id).where(Till.market_day_id == market_day_id)).all()
    cells = _cells(session, till_ids, hours)
    offered = _offered(session, till_ids)
    closures = _closures(session, market_day_id)
    consigned = _consigned(session, [row.voucher_id for row in closures if row.voucher_id])
    totals, counted = _totals(session, till_ids)
    due_minor = sum(amount for _, _, _, amount in totals)
    closed_minor = sum(row.net_minor for row in closures) + sum(
        row.amount_minor for row in consigned
    )
    by_tender = _by_tender(totals, counted)
    voids, voided_minor = _voids(session, till_ids)
    return Sold(
        sales=sum(sales for _, _, sales, _ in totals),
        due_minor=due_minor,
        open_minor=due_minor - closed_minor,
        counted_minor=sum(part.amount_minor for part in by_tender),
        uncounted_tills=len(till_ids) - len(counted),
        by_stall=_by_stall(session, market_day_id, cells, offered),
        by_hour=_by_hour(cells),
        by_tender=by_tender,
        by_listing=_by_listing(cells, offered),
        voids=voids,
        voided_minor=voided_minor,
        set_aside=_set_aside(session, till_ids),
        closures=tuple(closures),
        consigned=tuple(consigned),
    )


def _cells(session: Session, till_ids: Sequence[int], hours: Sequence[datetime]) -> list[_Cell]:
    hour = _hour_of(hours)
    rows = session.execute(
        select(
            Sale.stall_id,
            hour,
            func.count(),
            func.sum(Sale.lines_minor + Sale.gift_minor),
            func.sum(Sale.gift_minor),
        )
        .outerjoin(SaleVoid, SaleVoid.sale_id == Sale.id)
        .where(Sale.till_id.in_(till_ids), SaleVoid.sale_id.is_(None))
        .group_by(Sale.stall_id, hour)
    )
    return [_Cell(row[0], row[1], row[2], int(row[3]), int(row[4])) for row in rows]


def _hour_of(hours: Sequence[datetime]) -> ColumnElement[int]:
    """The number of the hour that a sale falls into: 0 before the first, the last after all."""
    steps = [(Sale.recorded_at < moment, literal(number)) for number, moment in enumerate(hours)]
    return case(*steps, else_=literal(len(hours))).label("hour")


def _offered(session: Session, till_ids: Sequence[int]) -> list[_Offered]:
    rows = session.execute(
        select(
            Listing.id,
            Listing.name,
            Listing.stall_id,
            func.sum(SaleLine.quantity),
            func.sum(SaleLine.quantity * SaleLine.unit_price_minor),
        )
        .select_from(Sale)
        .join(SaleLine, SaleLine.sale_id == Sale.id)
        .join(Listing, Listing.id == SaleLine.listing_id)
        .outerjoin(SaleVoid, SaleVoid.sale_id == Sale.id)
        .where(Sale.till_id.in_(till_ids), SaleVoid.sale_id.is_(None))
        .group_by(Listing.id, Listing.name, Listing.stall_id)
    )
    return [_Offered(row[0], row[1], row[2], int(row[3]), int(row[4])) for row in rows]


def _by_stall(
    session: Session, market_day_id: int, cells: Sequence[_Cell], offered: Sequence[_Offered]
) -> tuple[Part, ...]:
    """What each stall's own things brought; a gift goes to the stall where it was sold."""
    sales: dict[int, int] = defaultdict(int)
    amounts: dict[int, int] = defaultdict(int)
    for cell in cells:
        sales[cell.stall_id] += cell.sales
        amounts[cell.stall_id] += cell.gift_minor
    for one in offered:
        amounts[one.stall_id] += one.amount_minor
    stalls = session.execute(
        select(Stall.id, Stall.number, Stall.name)
        .where(Stall.market_day_id == market_day_id)
        .order_by(func.length(Stall.number), Stall.number, Stall.id)
    )
    return tuple(
        Part(id_, f"{number} {name}", sales[id_], amounts[id_]) for id_, number, name in stalls
    )


def _by_hour(cells: Sequence[_Cell]) -> tuple[Part, ...]:
    """From the first hour with a sale to the last; `key` is the number of the hour in `hours`."""
    found: dict[int, list[int]] = {}
    for cell in cells:
        row = found.setdefault(cell.hour, [0, 0])
        row[0] += cell.sales
        row[1] += cell.due_minor
    if not found:
        return ()
    first, last = min(found), max(found)
    return tuple(Part(hour, "", *found.get(hour, (0, 0))) for hour in range(first, last + 1))


def _by_listing(cells: Sequence[_Cell], offered: Sequence[_Offered]) -> tuple[Part, ...]:
    """The best sold first, gifts (key None) last; counts are pieces."""
    rows = [Part(one.listing_id, one.name, one.pieces, one.amount_minor) for one in offered]
    rows.sort(key=lambda part: (-part.amount_minor, part.label))
    gift_minor = sum(cell.gift_minor for cell in cells)
    return (*rows, Part(None, "", 0, gift_minor)) if gift_minor else tuple(rows)


def _totals(
    session: Session, till_ids: Sequence[int]
) -> tuple[list[tuple[int, str, int, int]], set[int]]:
    """Each till's kept totals by tender, and which tills have been counted."""
    rows = session.execute(
        select(TillTotal.till_id, TillTotal.tender, TillTotal.sales, TillTotal.due_minor).where(
            TillTotal.till_id.in_(till_ids)
        )
    )
    counted = session.scalars(select(CashCount.till_id).where(CashCount.till_id.in_(till_ids)))
    return [(row[0], row[1], row[2], int(row[3])) for row in rows], set(counted)


def _by_tender(totals: Sequence[tuple[int, str, int, int]], counted: set[int]) -> tuple[Part, ...]:
    found: dict[str, list[int]] = {}
    for till_id, tender, sales, due_minor in totals:
        if till_id in counted and sales:
            row = found.setdefault(tender, [0, 0])
            row[0] += sales
            row[1] += due_minor
    return tuple(Part(str(one), "", *found[one]) for one in Tender if one in found)


def _voids(session: Session, till_ids: Sequence[int]) -> tuple[int, int]:
    row = session.execute(
        select(func.count(), func.sum(Sale.lines_minor + Sale.gift_minor))
        .select_from(Sale)
        .join(SaleVoid, SaleVoid.sale_id == Sale.id)
        .where(Sale.till_id.in_(till_ids))
    ).one()
    return row[0], int(row[1] or 0)


def _set_aside(session: Session, till_ids: Sequence[int]) -> int:
    question = select(func.count()).where(QuarantinedSale.till_id.in_(till_ids), still_waits())
    return session.scalar(question) or 0


def _closures(session: Session, market_day_id: int) -> list[ClosureRow]:
    rows = session.execute(
        select(Closure, Till.name, Voucher.month, Voucher.number)
        .join(Till, Till.id == Closure.till_id)
        .outerjoin(Voucher, Voucher.id == Closure.voucher_id)
        .where(Till.market_day_id == market_day_id)
        .order_by(Till.number, Closure.number)
    )
    return [
        ClosureRow(
            till_id=closure.till_id,
            till=till,
            number=closure.number,
            sales=closure.sales,
            net_minor=closure.net_minor,
            box_minor=closure.box_minor,
            counted_minor=closure.counted_minor,
            variance_minor=closure.variance_minor,
            reason=closure.reason,
            closed_at=closure.closed_at,
            voucher_id=closure.voucher_id,
            voucher=f"{month}-{number:03d}" if month and number else "",
        )
        for closure, till, month, number in rows
    ]


def _consigned(session: Session, voucher_ids: Sequence[int]) -> list[ConsignedRow]:
    owed = -func.sum(Posting.amount_minor)
    rows = session.execute(
        select(Party.id, Account.id, Party.name, owed)
        .select_from(Posting)
        .join(Account, Account.id == Posting.account_id)
        .join(Party, Party.id == Account.party_id)
        .where(Posting.voucher_id.in_(voucher_ids), Account.kind == "payable")
        .group_by(Party.id, Account.id, Party.name)
        .order_by(Party.name, Party.id)
    )
    return [ConsignedRow(row[0], row[1], row[2], int(row[3])) for row in rows]
