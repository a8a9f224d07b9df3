"""收支公示: what was published of a market day's money, exactly as it was then."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from market.models.base import POSTED, Base


class Disclosure(Base):
    """One published state of a market day's sums; the next one stands behind it, never over it.

    `figures` are sums and counts alone (market/domain/public/disclosure.py), so that nobody has
    to be taken out of them later; `hash` is SHA-256 over them, and is in the audit chain too.
    `why` explains what is other than in the one before.
    """

    __tablename__ = "disclosure"
    __table_args__ = (
        UniqueConstraint("market_day_id", "number"),
        CheckConstraint("number > 0", name="counts_from_one"),
        POSTED,
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"), index=True)
    market_day_id: Mapped[int] = mapped_column(ForeignKey("market_day.id"))
    number: Mapped[int]
    figures: Mapped[dict[str, object]] = mapped_column(JSON)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    why: Mapped[str] = mapped_column(String(400))
    published_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    published_at: Mapped[datetime]
