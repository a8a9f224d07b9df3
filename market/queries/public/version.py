"""How far the books are: a number that changes with every act the public could see."""

from __future__ import annotations

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from market.models.ledger import AuditHead
from market.models.sales import MarketDay, Sale, Till, TillTotal, TurnCount
from market.queries.asking import ask

# Asked by every visit to a public page, so they are put together once and go past the ORM.
_BOOKS = select(func.sum(AuditHead.number))
_SOLD = (
    select(func.sum(TillTotal.sales))
    .join(Till, Till.id == TillTotal.till_id)
    .where(Till.market_day_id == MarketDay.id)
    .scalar_subquery()
)
_TURNS = select(TurnCount.changes).where(TurnCount.market_day_id == MarketDay.id).scalar_subquery()
_MARKET = select(_BOOKS.scalar_subquery(), _SOLD, _TURNS).where(MarketDay.slug == bindparam("slug"))
_RECEIPT = select(_BOOKS.scalar_subquery()).where(Sale.code == bindparam("code"))


def books_version(session: Session) -> int:
    """Grows with every audited act of any community (vouchers, voids, wishes, consents, …)."""
    return ask(session, _BOOKS).scalar() or 0


def market_version(session: Session, slug: str) -> str | None:
    """`books_version`, and the sales and turns of one market day, which are not audited one by one.

    None where there is no such market day.
    """
    row = ask(session, _MARKET, {"slug": slug}).one_or_none()
    return None if row is None else f"{row[0]}.{row[1] or 0}.{row[2] or 0}"


def receipt_version(session: Session, code: str) -> str | None:
    """`books_version` where a sale with this code has arrived, else None."""
    row = ask(session, _RECEIPT, {"code": code}).one_or_none()
    return None if row is None else f"{row[0]}"
