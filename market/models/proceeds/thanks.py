"""Words of thanks, and what a second reader said of exactly these words."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from market.models.base import Base


class WishThanks(Base):
    """Other words are another row; the latest counts, once somebody else has passed it."""

    __tablename__ = "wish_thanks"
    __table_args__ = (
        Index("ix_wish_thanks_wish_id", "wish_id", "id"),
        CheckConstraint("read_by_id IS NULL OR read_by_id <> written_by_id", name="two_people"),
        CheckConstraint(
            "(read_by_id IS NULL) = (read_at IS NULL) AND (read_by_id IS NULL) = (passed IS NULL)",
            name="read_whole",
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    wish_id: Mapped[int] = mapped_column(ForeignKey("wish.id"))
    text: Mapped[str] = mapped_column(String(200))
    text_en: Mapped[str] = mapped_column(String(400))
    reason: Mapped[str] = mapped_column(String(200))
    written_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    written_at: Mapped[datetime]
    read_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    read_at: Mapped[datetime | None]
    passed: Mapped[bool | None]
    note: Mapped[str] = mapped_column(String(200), default="")
