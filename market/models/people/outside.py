"""Who was asked in from elsewhere to be the second person."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from market.models.base import Base


class OutsideReview(Base):
    """Somebody of another organisation who reviews allocations of one fund, or of all, for a time.

    No role comes with it: whoever takes it up may do nothing else here.
    """

    __tablename__ = "outside_review"
    __table_args__ = (
        CheckConstraint("(person_id IS NULL) = (taken_up_at IS NULL)", name="taken_up_whole"),
        CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by_id IS NULL)", name="withdrawn_whole"
        ),
        CheckConstraint("ends_at > invited_at", name="ends_later"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"), index=True)
    link_id: Mapped[int] = mapped_column(ForeignKey("one_time_link.id"), unique=True)
    organisation: Mapped[str] = mapped_column(String(80))
    fund_id: Mapped[int | None] = mapped_column(ForeignKey("fund.id"))
    invited_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    invited_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    taken_up_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    withdrawn_at: Mapped[datetime | None]
