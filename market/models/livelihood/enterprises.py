"""Enterprises, as their entrepreneurs show them, and who comes in to their own pages."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from market.models.base import Base


class Enterprise(Base):
    """What an entrepreneur builds: a party's business, with words of the entrepreneur's own.

    Every word has its own flag, which only the entrepreneur or their helper sets; `page_shown` is
    the page itself. Nothing here says anything about a disability: that is in the vault or nowhere.
    """

    __tablename__ = "enterprise"
    __table_args__ = (Index("ix_enterprise_community_id_id", "community_id", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"), unique=True)
    code: Mapped[str] = mapped_column(String(12), unique=True)
    name: Mapped[str] = mapped_column(String(40))
    product: Mapped[str] = mapped_column(String(80), default="")
    words: Mapped[str] = mapped_column(String(600), default="")
    goal: Mapped[str] = mapped_column(String(200), default="")
    buying: Mapped[str] = mapped_column(String(200), default="")
    page_shown: Mapped[bool] = mapped_column(default=False)
    name_shown: Mapped[bool] = mapped_column(default=False)
    product_shown: Mapped[bool] = mapped_column(default=False)
    words_shown: Mapped[bool] = mapped_column(default=False)
    picture_shown: Mapped[bool] = mapped_column(default=False)
    goal_shown: Mapped[bool] = mapped_column(default=False)
    buying_shown: Mapped[bool] = mapped_column(default=False)
    support_shown: Mapped[bool] = mapped_column(default=False)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class EnterpriseAccess(Base):
    """Somebody who may come in to an enterprise's own pages: its entrepreneur, or a helper they named.

    A card is printed once: we hold the hash of what it says, and of the number (PIN) that whoever
    got it chose. A helper with an account of their own needs no card.
    """

    __tablename__ = "enterprise_access"
    __table_args__ = (
        Index(
            "uq_enterprise_access_standing",
            "enterprise_id",
            "person_id",
            unique=True,
            sqlite_where=text("revoked_at IS NULL"),
            postgresql_where=text("revoked_at IS NULL"),
        ),
        Index("ix_enterprise_access_person_id", "person_id"),
        CheckConstraint("kind IN ('own','helper')", name="known_kind"),
        CheckConstraint("pin_hash IS NULL OR token_hash IS NOT NULL", name="pin_of_card"),
        CheckConstraint("(revoked_at IS NULL) = (revoked_by_id IS NULL)", name="revoked_whole"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str] = mapped_column(String(8))
    token_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)
    pin_hash: Mapped[str | None] = mapped_column(String(200))
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    revoked_at: Mapped[datetime | None]


class EnterprisePicture(Base):
    """A picture of a product, encoded anew: what was uploaded, and what it carried, is not kept.

    `address` is random and all that leads to it; another picture takes another address.
    """

    __tablename__ = "enterprise_picture"
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"), primary_key=True)
    address: Mapped[str] = mapped_column(String(43), unique=True)
    webp: Mapped[bytes] = mapped_column(LargeBinary)
    width: Mapped[int]
    height: Mapped[int]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    put_at: Mapped[datetime]
