"""Wish holds: somebody brings the thing itself; here without identity."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from market.models.base import Base

_STANDING = text("ended_at IS NULL")


class WishHold(Base):
    """A promise to bring what a wish hopes for to the station; never two for one wish at a time.

    It lapses at the end of `until_on` unless it was confirmed (which moves that day) and what was
    promised was brought. Who promised is known here only where it is one of us (`volunteer_id`);
    a neighbour's telephone is in the vault under the hold's `reference`.
    """

    __tablename__ = "wish_hold"
    __table_args__ = (
        Index(
            "uq_wish_hold_standing",
            "wish_id",
            unique=True,
            sqlite_where=_STANDING,
            postgresql_where=_STANDING,
        ),
        CheckConstraint("asked_at_desk OR volunteer_id IS NULL", name="volunteers_at_desk"),
        CheckConstraint(
            "(confirmed_at IS NULL) = (confirmed_by_id IS NULL)", name="confirmed_whole"
        ),
        CheckConstraint(
            "received_at IS NULL OR (received_by_id IS NOT NULL AND confirmed_at IS NOT NULL)",
            name="received_whole",
        ),
        CheckConstraint("(ended_at IS NULL) = (ending = '')", name="ended_whole"),
        CheckConstraint(
            "ending IN ('','delivered','undone','lapsed','wish_over')", name="known_ending"
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    wish_id: Mapped[int] = mapped_column(ForeignKey("wish.id"), index=True)
    reference: Mapped[str] = mapped_column(String(36), unique=True)
    asked_at_desk: Mapped[bool]
    volunteer_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    until_on: Mapped[date]
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    confirmed_at: Mapped[datetime | None]
    received_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    received_at: Mapped[datetime | None]
    evidence: Mapped[str] = mapped_column(String(200), default="")
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ending: Mapped[str] = mapped_column(String(10), default="")
    note: Mapped[str] = mapped_column(String(200), default="")
