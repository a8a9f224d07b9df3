"""Micro-wishes, anonymous by construction, and the steps they take."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from market.models.base import POSTED, Base, Minor


class Wish(Base):
    """What a child hopes for, anonymous by construction.

    `state` and `funded_minor` are kept beside the records they follow from (steps, allocations)
    and recomputed by the ledger check. `consent_ref` is an opaque reference; without valid
    consent rows behind it nothing renders. `written_by_id` is the author of the present content,
    who may not be its second reader, and who gives the `reason` why something in it that the linter
    found must stand. `age_band` is set by the vault's pages alone, as '6-8', and
    only while at least five children of the community share it; '' says 一位小朋友.
    """

    __tablename__ = "wish"
    __table_args__ = (
        Index("ix_wish_community_id_state_opened_at", "community_id", "state", "opened_at", "id"),
        CheckConstraint("kind IN ('goods','learning','experience','company')", name="known_kind"),
        CheckConstraint(
            "state IN ('draft','reviewed','open','lit','bought','delivered','followed_up',"
            "'withdrawn','expired')",
            name="known_state",
        ),
        CheckConstraint("cost_minor >= 0", name="cost_not_negative"),
        CheckConstraint("0 <= funded_minor AND funded_minor <= cost_minor", name="not_overfunded"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    code: Mapped[str] = mapped_column(String(12), unique=True)
    kind: Mapped[str] = mapped_column(String(12))
    theme: Mapped[str] = mapped_column(String(20), default="")
    text: Mapped[str] = mapped_column(Text)
    text_en: Mapped[str] = mapped_column(Text, default="")
    month: Mapped[str] = mapped_column(String(7))
    reason: Mapped[str] = mapped_column(String(200), default="", server_default="")
    age_band: Mapped[str] = mapped_column(String(8), default="", server_default="")
    state: Mapped[str] = mapped_column(String(12), default="draft")
    cost_minor: Mapped[int] = mapped_column(Minor)
    funded_minor: Mapped[int] = mapped_column(Minor, default=0)
    consent_ref: Mapped[str] = mapped_column(String(36), index=True)
    content_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    written_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    entered_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]


class WishCost(Base):
    """One item of what a wish is expected to cost."""

    __tablename__ = "wish_cost"
    __table_args__ = (CheckConstraint("amount_minor > 0", name="positive"),)
    wish_id: Mapped[int] = mapped_column(ForeignKey("wish.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    amount_minor: Mapped[int] = mapped_column(Minor)


class WishReview(Base):
    """A second reader's three answers about exactly this content (by hash)."""

    __tablename__ = "wish_review"
    __table_args__ = (Index("ix_wish_review_wish_id", "wish_id"), POSTED)
    id: Mapped[int] = mapped_column(primary_key=True)
    wish_id: Mapped[int] = mapped_column(ForeignKey("wish.id"))
    content_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    neighbours_could_guess: Mapped[bool]
    school_could_guess: Mapped[bool]
    child_would_be_hurt: Mapped[bool]
    note: Mapped[str] = mapped_column(String(200), default="")
    reviewed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    reviewed_at: Mapped[datetime]


class WishStep(Base):
    """A wish's step from one state to the next: who, when, and the evidence's reference."""

    __tablename__ = "wish_step"
    __table_args__ = (Index("ix_wish_step_wish_id", "wish_id"), POSTED)
    id: Mapped[int] = mapped_column(primary_key=True)
    wish_id: Mapped[int] = mapped_column(ForeignKey("wish.id"))
    state: Mapped[str] = mapped_column(String(12))
    evidence: Mapped[str] = mapped_column(String(200), default="")
    note: Mapped[str] = mapped_column(String(200), default="")
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class WishPriority(Base):
    """A wish put before the others, or no longer, with the reason in writing; the latest row rules."""

    __tablename__ = "wish_priority"
    __table_args__ = (Index("ix_wish_priority_wish_id_id", "wish_id", "id"), POSTED)
    id: Mapped[int] = mapped_column(primary_key=True)
    wish_id: Mapped[int] = mapped_column(ForeignKey("wish.id"))
    first: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(200))
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class Companions(Base):
    """Two volunteers for a wish that costs nothing: named by one person, confirmed by another."""

    __tablename__ = "companions"
    __table_args__ = (
        CheckConstraint("first_id <> second_id", name="two_companions"),
        CheckConstraint(
            "confirmed_by_id IS NULL OR confirmed_by_id <> proposed_by_id", name="two_people"
        ),
        CheckConstraint(
            "(confirmed_by_id IS NULL) = (confirmed_at IS NULL)", name="confirmed_whole"
        ),
    )
    wish_id: Mapped[int] = mapped_column(ForeignKey("wish.id"), primary_key=True)
    first_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    second_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[datetime]
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    confirmed_at: Mapped[datetime | None]
