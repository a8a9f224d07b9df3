"""What of the sales waits for a second person."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.models.sales import MarketDay, RefundDecision, RefundRequest, Sale, Till


def refunds_waiting(session: Session, community_id: int, person_id: int) -> int:
    """Refunds asked for by others that nobody else has looked at yet, paid already or not."""
    return (
        session.scalar(
            select(func.count())
            .select_from(RefundRequest)
            .join(Sale, Sale.id == RefundRequest.sale_id)
            .join(Till, Till.id == Sale.till_id)
            .join(MarketDay, MarketDay.id == Till.market_day_id)
            .outerjoin(RefundDecision, RefundDecision.request_id == RefundRequest.id)
            .where(
                MarketDay.community_id == community_id,
                RefundRequest.proposed_by_id.is_distinct_from(person_id),
                RefundDecision.request_id.is_(None),
            )
        )
        or 0
    )
