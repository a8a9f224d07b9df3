"""How people are signed in: sessions, one-time links, and counted misses."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
)
from sqlalchemy.orm import Mapped, mapped_column

from market.models.base import Base


class WebSession(Base):
    """A sign-in on one browser. The browser holds the token, we hold its SHA-256.

    `proved_at` is when a code from the person's phone or card was last given in it.
    """

    __tablename__ = "web_session"
    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    proved_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class SecondFactor(Base):
    """An app on somebody's phone that shows codes, or a card on paper. Both are derived, never kept.

    `last_step` is the half minute of the last code that was taken, or the number of the card's last
    question that was answered: it and those before are spent.
    `lost_at`: an administrator says that it is gone; somebody else has yet to confirm it.
    """

    __tablename__ = "second_factor"
    __table_args__ = (
        CheckConstraint("(lost_at IS NULL) = (lost_by_id IS NULL)", name="lost_by_somebody"),
    )
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    on_paper: Mapped[bool] = mapped_column(default=False)
    salt: Mapped[bytes] = mapped_column(LargeBinary(32))
    last_step: Mapped[int] = mapped_column(BigInteger)
    set_up_at: Mapped[datetime]
    lost_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    lost_at: Mapped[datetime | None]


class Miss(Base):
    """A failed guess (password, link, receipt code). `key_hash` hides whose it was."""

    __tablename__ = "miss"
    __table_args__ = (Index("ix_miss_key_hash_at", "key_hash", "at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    key_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    at: Mapped[datetime]


class OneTimeLink(Base):
    """An invitation or a password reset: works once, until it expires. Stored hashed."""

    __tablename__ = "one_time_link"
    __table_args__ = (CheckConstraint("purpose IN ('invite','reset')", name="known_purpose"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    purpose: Mapped[str] = mapped_column(String(10))
    community_id: Mapped[int | None] = mapped_column(ForeignKey("community.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    roles: Mapped[list[str]] = mapped_column(JSON, default=list)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
