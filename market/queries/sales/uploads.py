"""What has to be known of a phone's voids, slips and tills before its records are taken in."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, exists, func, or_, select
from sqlalchemy.orm import Session

from market.domain.sales.sale import Void
from market.models.sales import (
    Device,
    MarketDay,
    PhoneVoid,
    Refund,
    Sale,
    SaleLine,
    SalePosition,
    SaleVoid,
    Slip,
    Till,
)
from market.queries.asking import ask

# Asked with each upload, so it is put together once.
_EARLY_VOIDS = select(
    PhoneVoid.id, PhoneVoid.sale_id, PhoneVoid.reason, PhoneVoid.sequence, PhoneVoid.phone_at
).where(
    PhoneVoid.device_id == bindparam("device_id"), ~exists().where(Sale.id == PhoneVoid.sale_id)
)


class KnownVoid(NamedTuple):
    """A void that has arrived before, and what is unique about it."""

    id: UUID
    device_id: int
    sale_id: UUID
    sequence: int
    hash: bytes


class VoidedSale(NamedTuple):
    """A sale that a phone wants to undo, as far as that is decided by it."""

    id: UUID
    till_id: int
    device_id: int
    day_number: str
    tender: str
    due_minor: int
    gift_minor: int
    net_minor: int
    voided: bool
    closed: bool
    refunded: bool


class SoldLine(NamedTuple):
    """A line of such a sale."""

    sale_id: UUID
    number: int
    listing_id: int
    quantity: int
    amount_minor: int


class SlipOnItsWay(NamedTuple):
    """A receipt code that was given to a phone of this market day."""

    market_day: str
    slug: str


def tills_of_day(session: Session, market_day_id: int) -> dict[int, datetime]:
    """When each till of a market day was opened, closed since or not, the first one first."""
    rows = session.execute(
        select(Till.id, Till.opened_at).where(Till.market_day_id == market_day_id).order_by(Till.id)
    )
    return dict(rows.all())


def known_voids(session: Session, device_id: int, voids: Sequence[Void]) -> list[KnownVoid]:
    """Voids that have an id, or of this phone a sale or a number, of one of these."""
    own = or_(
        PhoneVoid.sale_id.in_([void.sale_id for void in voids]),
        PhoneVoid.sequence.in_([void.sequence for void in voids]),
    )
    rows = session.execute(
        select(
            PhoneVoid.id,
            PhoneVoid.device_id,
            PhoneVoid.sale_id,
            PhoneVoid.sequence,
            PhoneVoid.hash,
        ).where(
            or_(
                PhoneVoid.id.in_([void.id for void in voids]),
                (PhoneVoid.device_id == device_id) & own,
            )
        )
    )
    return [KnownVoid(*row) for row in rows]


def early_voids(session: Session, device_id: int) -> dict[UUID, Void]:
    """Voids of this phone whose sale has not arrived, by the sale's id."""
    rows = ask(session, _EARLY_VOIDS, {"device_id": device_id})
    return {
        row.sale_id: Void(
            id=row.id,
            sale_id=row.sale_id,
            reason=row.reason,
            sequence=row.sequence,
            at=row.phone_at,
        )
        for row in rows
    }


def sales_to_void(session: Session, sale_ids: Collection[UUID]) -> dict[UUID, VoidedSale]:
    """Those of these sales that have arrived, by id."""
    refunded = exists().where(Refund.sale_id == Sale.id)
    rows = session.execute(
        select(
            Sale.id,
            Sale.till_id,
            Sale.device_id,
            Sale.day_number,
            Sale.tender,
            Sale.lines_minor + Sale.gift_minor,
            Sale.gift_minor,
            Sale.net_minor,
            SaleVoid.id.is_not(None),
            SalePosition.sale_id.is_not(None),
            refunded,
        )
        .outerjoin(SaleVoid, SaleVoid.sale_id == Sale.id)
        .outerjoin(SalePosition, SalePosition.sale_id == Sale.id)
        .where(Sale.id.in_(sale_ids))
    )
    return {row[0]: VoidedSale(*row) for row in rows}


def lines_sold(session: Session, sale_ids: Collection[UUID]) -> list[SoldLine]:
    """The lines of these sales, in the order of their numbers."""
    rows = session.execute(
        select(
            SaleLine.sale_id,
            SaleLine.number,
            SaleLine.listing_id,
            SaleLine.quantity,
            SaleLine.quantity * SaleLine.unit_price_minor,
        )
        .where(SaleLine.sale_id.in_(sale_ids))
        .order_by(SaleLine.sale_id, SaleLine.number)
    )
    return [SoldLine(*row) for row in rows]


def slips_unused(session: Session, device_id: int) -> int:
    """How many of a phone's slips no sale has used, as far as has been heard."""
    used = exists().where(Sale.code == Slip.code)
    question = select(func.count()).select_from(Slip).where(Slip.device_id == device_id, ~used)
    return session.scalar(question) or 0


def slip_on_its_way(session: Session, code: str) -> SlipOnItsWay | None:
    """Where a code without a sale was given out; None if nobody was given it."""
    row = session.execute(
        select(MarketDay.name, MarketDay.slug)
        .select_from(Slip)
        .join(Device, Device.id == Slip.device_id)
        .join(MarketDay, MarketDay.id == Device.market_day_id)
        .where(Slip.code == code)
    ).one_or_none()
    return None if row is None else SlipOnItsWay(*row)
