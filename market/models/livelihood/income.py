"""What an enterprise earned elsewhere, as its entrepreneur or her helper reports it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from market.models.base import Base, Minor


class ReportedIncome(Base):
    """What came in beside our markets in a month ('2026-11'), in the reporter's own words.

    Only the entrepreneur and the helpers she named see it. Struck out, it counts no longer.
    """

    __tablename__ = "reported_income"
    __table_args__ = (
        Index("ix_reported_income_party_id_month", "party_id", "month"),
        CheckConstraint("amount_minor > 0", name="positive"),
        CheckConstraint("(struck_at IS NULL) = (struck_by_id IS NULL)", name="struck_whole"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    month: Mapped[str] = mapped_column(String(7))
    amount_minor: Mapped[int] = mapped_column(Minor)
    note: Mapped[str] = mapped_column(String(120), default="")
    reported_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    reported_at: Mapped[datetime]
    struck_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    struck_at: Mapped[datetime | None]
