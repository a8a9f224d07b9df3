"""How far the books are: a number that changes with every act the public could see."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.models.ledger import AuditHead
from market.models.sales import MarketDay, Sale, Till, TillTotal


def books_version(session: Session) -> int:
    """Grows with every audited act of any community (vouchers, voids, wishes, consents, …)."""
    return session.scalar(select(func.sum(AuditHead.number))) or 0


def market_version(session: Session, slug: str) -> str:
    """`books_version`, and the sales of one market day, which are not audited one by one."""
    sales = session.scalar(
        select(func.sum(TillTotal.sales))
        .join(Till, Till.id == TillTotal.till_id)
        .join(MarketDay, MarketDay.id == Till.market_day_id)
        .where(MarketDay.slug == slug)
    )
    return f"{books_version(session)}.{sales or 0}"


def receipt_version(session: Session, code: str) -> str | None:
    """`books_version` where a sale with this code has arrived, else None."""
    row = session.execute(
        select(Sale.id, select(func.sum(AuditHead.number)).scalar_subquery()).where(
            Sale.code == code
        )
    ).one_or_none()
    return None if row is None else f"{row[1]}"
