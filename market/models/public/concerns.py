"""What somebody says about a page of ours, and what was answered."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from market.models.base import Base


class Concern(Base):
    """A word from the public about one page. Who said it is not kept: its `code` finds it again.

    `words` is emptied some time after the answer; that there was one stays.
    """

    __tablename__ = "concern"
    __table_args__ = (
        Index("ix_concern_community_id_said_at", "community_id", "said_at"),
        CheckConstraint("kind IN ('privacy','wrong','other')", name="known_kind"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    code: Mapped[str] = mapped_column(String(12), unique=True)
    kind: Mapped[str] = mapped_column(String(10))
    about: Mapped[str] = mapped_column(String(200))
    words: Mapped[str] = mapped_column(Text)
    said_at: Mapped[datetime]


class ConcernAnswer(Base):
    """What became of it, in words that whoever said it may read."""

    __tablename__ = "concern_answer"
    concern_id: Mapped[int] = mapped_column(ForeignKey("concern.id"), primary_key=True)
    words: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
