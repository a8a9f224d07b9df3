"""What came to a till after it had closed, and who took its envelope."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from market.models.ledger import Holder
from market.models.people import Person
from market.models.sales import (
    CashHandOver,
    Closure,
    Device,
    Sale,
    SalePosition,
    SaleVoid,
)

MOST_LISTED = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class LateSale:
    """A sale that came late. `closure` is the number of the supplement that holds it, else None."""

    id: UUID
    day_number: str
    tender: str
    due_minor: int
    voided: bool
    recorded_at: datetime
    received_at: datetime
    letter: str
    closure: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver:
    """Who took the counted cash, and where it is now; `strokes` is the taker's drawn name."""

    amount_minor: int
    giver: str
    taker: str
    strokes: str
    holder: str
    move_id: int | None
    by: str
    at: datetime


def late_sales_of(session: Session, till_id: int) -> list[LateSale]:
    """The sales of a closed till that its first closure does not hold, in the order they came."""
    rows = session.execute(
        select(
            Sale.id,
            Sale.day_number,
            Sale.tender,
            (Sale.lines_minor + Sale.gift_minor).label("due_minor"),
            SaleVoid.sale_id.is_not(None).label("voided"),
            Sale.recorded_at,
            Sale.received_at,
            Device.letter,
            Closure.number,
        )
        .join(Device, Device.id == Sale.device_id)
        .outerjoin(SaleVoid, SaleVoid.sale_id == Sale.id)
        .outerjoin(SalePosition, SalePosition.sale_id == Sale.id)
        .outerjoin(Closure, Closure.id == SalePosition.closure_id)
        .where(Sale.till_id == till_id, or_(Closure.number.is_(None), Closure.number > 1))
        .order_by(Sale.received_at, Sale.id)
        .limit(MOST_LISTED)
    )
    return [
        LateSale(
            id=row[0],
            day_number=row[1],
            tender=row[2],
            due_minor=row[3],
            voided=row[4],
            recorded_at=row[5],
            received_at=row[6],
            letter=row[7],
            closure=row[8],
        )
        for row in rows
    ]


def hand_over_of(session: Session, till_id: int) -> HandedOver | None:
    """The hand-over of a till's cash, once it has happened."""
    row = session.execute(
        select(CashHandOver, Holder.name, Person.name)
        .join(Holder, Holder.id == CashHandOver.holder_id)
        .join(Person, Person.id == CashHandOver.by_id)
        .where(CashHandOver.till_id == till_id)
    ).one_or_none()
    if row is None:
        return None
    handed, holder, by = row
    return HandedOver(
        amount_minor=handed.amount_minor,
        giver=handed.giver,
        taker=handed.taker,
        strokes=handed.strokes,
        holder=holder,
        move_id=handed.move_id,
        by=by,
        at=handed.at,
    )
