"""Who is who: communities, people, and what they may do."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from market.models.base import Base, Minor


class Community(Base):
    """A neighbourhood that holds markets. Its settings are amounts in minor units."""

    __tablename__ = "community"
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    currency: Mapped[str] = mapped_column(String(3), default="CNY")
    time_zone: Mapped[str] = mapped_column(String(40), default="Asia/Shanghai")
    contact: Mapped[str] = mapped_column(String(200), default="")
    small_refund_minor: Mapped[int] = mapped_column(Minor, default=100_00)
    variance_reason_minor: Mapped[int] = mapped_column(Minor, default=5_00)
    wish_ceiling_minor: Mapped[int] = mapped_column(Minor, default=300_00)
    second_factor_required: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class Person(Base):
    """Somebody who can sign in. `password_hash` is null until an invitation is taken up."""

    __tablename__ = "person"
    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(40))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    locale: Mapped[str | None] = mapped_column(String(10))
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class RoleGrant(Base):
    """One role of one person in one community, until it is revoked."""

    __tablename__ = "role_grant"
    __table_args__ = (
        Index(
            "uq_role_grant_standing",
            "person_id",
            "community_id",
            "role",
            unique=True,
            sqlite_where=text("revoked_at IS NULL"),
            postgresql_where=text("revoked_at IS NULL"),
        ),
        CheckConstraint(
            "role IN ('volunteer','treasurer','social_worker','reviewer','auditor','administrator')",
            name="known_role",
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"), index=True)
    role: Mapped[str] = mapped_column(String(20))
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    granted_at: Mapped[datetime]
    revoked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    revoked_at: Mapped[datetime | None]


class DeclaredInterest(Base):
    """A person who is the payee, or a relative of one: may not approve what is paid to them."""

    __tablename__ = "declared_interest"
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"), primary_key=True)
    declared_at: Mapped[datetime]
