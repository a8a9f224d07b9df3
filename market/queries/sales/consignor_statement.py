"""What one market day sold for a consignor: the lines of her statement, and what came back since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.models.sales import (
    Closure,
    Refund,
    RefundLine,
    RefundRequest,
    Sale,
    SaleLine,
    SalePosition,
    SaleVoid,
    Till,
)
from market.queries.sales.consignments import (
    ConsignorNow,
    DayEarned,
    NoSuchConsignor,
    consignor_now,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SoldLine:
    """What was sold of one thing at one price on one understanding; amounts are minor units."""

    name: str
    unit_price_minor: int
    quantity: int
    amount_minor: int
    share_bp: int | None
    fixed_minor: int | None
    owed_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CameBack:
    """A line of a refund: what of hers came back, why, and what she gives back of it."""

    name: str
    day_number: str
    paid_at: datetime
    quantity: int
    amount_minor: int
    taken_back_minor: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsignorStatement:
    """A market day's statement. The lines sum to what its closings owe, the refunds to what is less."""

    consignor: ConsignorNow
    day: DayEarned
    closed_on: Sequence[date]
    lines: Sequence[SoldLine]
    came_back: Sequence[CameBack]

    @property
    def sold_minor(self) -> int:
        """What buyers paid for her things."""
        return sum(line.amount_minor for line in self.lines)

    @property
    def pieces(self) -> int:
        return sum(line.quantity for line in self.lines)


def consignor_statement(
    session: Session, community_id: int, party_id: int, market_day_id: int
) -> ConsignorStatement:
    """The statement of a consignor for a market day; raises NoSuchConsignor."""
    consignor = consignor_now(session, community_id, party_id)
    day = next((one for one in consignor.days if one.market_day_id == market_day_id), None)
    if day is None:
        raise NoSuchConsignor
    closures = session.scalars(
        select(Closure.id)
        .join(Till, Till.id == Closure.till_id)
        .where(Till.market_day_id == market_day_id)
    ).all()
    return ConsignorStatement(
        consignor=consignor,
        day=day,
        closed_on=sorted(
            {
                due.earned.closed_on
                for due in consignor.account.dues
                if due.earned.closure_id in set(closures)
            }
        ),
        lines=_sold(session, party_id, closures),
        came_back=_came_back(session, party_id, closures),
    )


def _sold(session: Session, party_id: int, closures: Sequence[int]) -> list[SoldLine]:
    amount = SaleLine.quantity * SaleLine.unit_price_minor
    terms = (SaleLine.name, SaleLine.unit_price_minor, SaleLine.share_bp, SaleLine.fixed_minor)
    rows = session.execute(
        select(
            *terms,
            func.sum(SaleLine.quantity).label("quantity"),
            func.sum(amount).label("amount"),
            func.sum(SaleLine.consignor_minor).label("owed"),
        )
        .join(SalePosition, SalePosition.sale_id == SaleLine.sale_id)
        .outerjoin(SaleVoid, SaleVoid.sale_id == SaleLine.sale_id)
        .where(
            SalePosition.closure_id.in_(closures),
            SaleLine.consignor_id == party_id,
            SaleVoid.sale_id.is_(None),
        )
        .group_by(*terms)
        .order_by(*terms)
    )
    return [
        SoldLine(
            name=row.name,
            unit_price_minor=row.unit_price_minor,
            share_bp=row.share_bp,
            fixed_minor=row.fixed_minor,
            quantity=int(row.quantity),
            amount_minor=int(row.amount),
            owed_minor=int(row.owed),
        )
        for row in rows
    ]


def _came_back(session: Session, party_id: int, closures: Sequence[int]) -> list[CameBack]:
    rows = session.execute(
        select(
            SaleLine.name,
            Sale.day_number,
            Refund.paid_at,
            RefundLine.quantity,
            RefundLine.amount_minor,
            RefundLine.consignor_minor,
            RefundRequest.reason,
        )
        .join(Refund, Refund.id == RefundLine.refund_id)
        .join(RefundRequest, RefundRequest.id == Refund.request_id)
        .join(Sale, Sale.id == Refund.sale_id)
        .join(SalePosition, SalePosition.sale_id == Sale.id)
        .join(SaleLine, (SaleLine.sale_id == Sale.id) & (SaleLine.number == RefundLine.number))
        .where(SalePosition.closure_id.in_(closures), SaleLine.consignor_id == party_id)
        .order_by(Refund.id, RefundLine.number)
    )
    return [
        CameBack(
            name=row.name,
            day_number=row.day_number,
            paid_at=row.paid_at,
            quantity=row.quantity,
            amount_minor=row.amount_minor,
            taken_back_minor=row.consignor_minor,
            reason=row.reason,
        )
        for row in rows
    ]
