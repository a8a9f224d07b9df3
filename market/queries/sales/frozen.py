"""The sales of a closure as it froze them, hashed for the audit chain."""

from __future__ import annotations

from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from market.domain.sales.frozen import FrozenSale, FrozenSales
from market.models.sales import Sale, SaleLine, SalePosition, SaleVoid

_AT_ONCE = 5_000


def frozen_hash(session: Session, closure_id: int) -> str:
    """The hash over what the server added to a closure's sales, in their order; one stream."""
    rows = session.execute(
        select(
            Sale.id,
            Sale.stall_id,
            Sale.day_number,
            Sale.phone_at,
            Sale.recorded_at,
            Sale.received_at,
            Sale.person_id,
            SaleVoid.voided_by_id,
            SaleVoid.phone_at,
            SaleVoid.voided_at,
            SaleLine.consignor_id,
            SaleLine.share_bp,
            SaleLine.fixed_minor,
            SaleLine.consignor_minor,
        )
        .select_from(SalePosition)
        .join(Sale, Sale.id == SalePosition.sale_id)
        .join(SaleLine, SaleLine.sale_id == Sale.id)
        .outerjoin(SaleVoid, SaleVoid.sale_id == Sale.id)
        .where(SalePosition.closure_id == closure_id)
        .order_by(SalePosition.ordinal, SaleLine.number),
        execution_options={"yield_per": _AT_ONCE},
    )
    frozen = FrozenSales()
    for own, lines in groupby(rows, key=lambda row: row[:10]):
        sale_id, stall_id, day_number, phone_at, recorded_at, received_at, person_id, *void = own
        frozen.add(
            FrozenSale(
                sale_id,
                stall_id,
                day_number,
                phone_at,
                recorded_at,
                received_at,
                person_id,
                None if void[1] is None else (void[0], void[1], void[2]),
                [line[10:] for line in lines],
            )
        )
    return frozen.hexdigest()
