"""One buyer of the demo's past market brings a thing back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.sales.refunding import (
    DecideRefund,
    ProposeRefund,
    decide_refund,
    propose_refund,
)
from market.cli.demo.markets import DemoMarket
from market.cli.demo.neighbourhood import Neighbourhood
from market.domain.sales.refund import PaidFrom, Refund, RefundedLine
from market.models.sales import Sale, SaleLine


def refund_one(
    session: Session, place: Neighbourhood, market: DemoMarket, *, now: datetime
) -> None:
    """A whole line is refunded from the safe, and the reviewer looks at it at the day's end."""
    sale_id, number, quantity, unit_price_minor = session.execute(
        select(SaleLine.sale_id, SaleLine.number, SaleLine.quantity, SaleLine.unit_price_minor)
        .join(Sale, Sale.id == SaleLine.sale_id)
        .where(Sale.till_id == market.tills[0], SaleLine.name == "手工皂")
        .order_by(Sale.recorded_at, Sale.id)
        .limit(1)
    ).one()
    back = RefundedLine(number=number, quantity=quantity, amount_minor=quantity * unit_price_minor)
    asked = propose_refund(
        session,
        ProposeRefund(
            community_id=place.community_id,
            sale_id=sale_id,
            refund=Refund(lines=(back,)),
            paid_from=PaidFrom.SAFE,
            safe_holder_id=place.custodian_id,
            reason="包装压坏了",
            known_requests=0,
        ),
        by_id=place.id_of("qingning"),
        now=now,
    )
    decide_refund(
        session,
        DecideRefund(community_id=place.community_id, request_id=asked.request.id, approved=True),
        by_id=place.id_of("doubao"),
        now=now,
    )
