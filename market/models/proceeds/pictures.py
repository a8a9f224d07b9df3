"""Pictures of things, as the public may see them: covered copies that a second person passed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from market.models.base import Base


class WishPicture(Base):
    """A copy encoded anew, with what could tell somebody burnt out; what was uploaded is not here.

    `address` is random and all that leads to it. A row goes when the picture is taken back.
    """

    __tablename__ = "wish_picture"
    __table_args__ = (
        Index("ix_wish_picture_wish_id", "wish_id"),
        CheckConstraint("uploaded_by_id <> approved_by_id", name="two_people"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    wish_id: Mapped[int] = mapped_column(ForeignKey("wish.id"))
    address: Mapped[str] = mapped_column(String(43), unique=True)
    webp: Mapped[bytes] = mapped_column(LargeBinary)
    width: Mapped[int]
    height: Mapped[int]
    uploaded_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    approved_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    approved_at: Mapped[datetime]
