"""What is written of a sale: its row and those of its lines, in the order of their columns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from market.domain.sales.sale import Sale, SaleLine, recorded_at
from market.queries.sales.counter import Counter


@dataclass(frozen=True, slots=True)
class Fixed:
    """A sale that may be recorded: hashed, with its stall and its number of the day."""

    place: int
    sale: Sale
    hash: bytes
    stall_id: int
    day_number: str


@dataclass(frozen=True, slots=True)
class Stamp:
    """When records came in, from whom, and how far behind the phones' clock was."""

    received_at: datetime
    by_id: int | None
    offset: timedelta = timedelta()


class SaleRow(NamedTuple):
    """The columns of `sale`, in their order."""

    id: UUID
    till_id: int
    device_id: int
    stall_id: int
    sequence: int
    code: str
    day_number: str
    tender: str
    lines_minor: int
    gift_minor: int
    tendered_minor: int | None
    consignor_minor: int
    net_minor: int
    phone_at: datetime
    recorded_at: datetime
    received_at: datetime
    person_id: int | None
    hash: bytes


class LineRow(NamedTuple):
    """The columns of `sale_line`, in their order."""

    sale_id: UUID
    number: int
    listing_id: int
    name: str
    quantity: int
    unit_price_minor: int
    consignor_id: int | None
    share_bp: int | None
    fixed_minor: int | None
    consignor_minor: int


def sale_row(one: Fixed, counter: Counter, stamp: Stamp) -> SaleRow:
    sale = one.sale
    lines_minor, consignor_minor = sale.lines_minor, sale.consignor_minor
    return SaleRow(
        sale.id,
        sale.till_id,
        sale.device_id,
        one.stall_id,
        sale.sequence,
        sale.code,
        one.day_number,
        sale.tender.value,
        lines_minor,
        sale.gift_minor,
        sale.tendered_minor,
        consignor_minor,
        lines_minor + sale.gift_minor - consignor_minor,
        sale.phone_at,
        recorded_at(
            sale.phone_at,
            stamp.offset,
            opened_at=counter.opened_at,
            received_at=stamp.received_at,
        ),
        stamp.received_at,
        stamp.by_id,
        one.hash,
    )


def line_row(sale: Sale, line: SaleLine) -> LineRow:
    terms = line.terms
    return LineRow(
        sale.id,
        line.number,
        line.listing_id,
        line.name,
        line.quantity,
        line.unit_price_minor,
        terms.consignor_id if terms else None,
        terms.share_bp if terms else None,
        terms.fixed_minor if terms else None,
        line.consignor_minor,
    )
