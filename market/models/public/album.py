"""Pictures of a market day for reports: covered before they were sent here, passed by a second person."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from market.models.base import Base


class AlbumPicture(Base):
    """A picture as its sender covered it. It goes into no report before somebody else passed it.

    A row goes when the picture is refused or taken back.
    """

    __tablename__ = "album_picture"
    __table_args__ = (
        Index("ix_album_picture_market_day_id", "market_day_id"),
        CheckConstraint("passed_by_id IS NULL OR passed_by_id <> sent_by_id", name="two_people"),
        CheckConstraint("(passed_by_id IS NULL) = (passed_at IS NULL)", name="passed_whole"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    market_day_id: Mapped[int] = mapped_column(ForeignKey("market_day.id"))
    caption: Mapped[str] = mapped_column(String(80))
    webp: Mapped[bytes] = mapped_column(LargeBinary)
    width: Mapped[int]
    height: Mapped[int]
    sent_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    sent_at: Mapped[datetime]
    passed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    passed_at: Mapped[datetime | None]
