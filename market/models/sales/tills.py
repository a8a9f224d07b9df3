"""Tills, the devices that record into them, and cash put in or taken out."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    LargeBinary,
    String,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from market.models.base import POSTED, Base, Minor


class Till(Base):
    """One cash box from opening to closing; it may serve several stalls."""

    __tablename__ = "till"
    __table_args__ = (
        UniqueConstraint("market_day_id", "number"),
        CheckConstraint("float_minor >= 0", name="float_not_negative"),
        POSTED,
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    market_day_id: Mapped[int] = mapped_column(ForeignKey("market_day.id"))
    number: Mapped[int]
    name: Mapped[str] = mapped_column(String(40))
    safe_holder_id: Mapped[int] = mapped_column(ForeignKey("holder.id"))
    float_minor: Mapped[int] = mapped_column(Minor)
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    opened_at: Mapped[datetime]


class TillStall(Base):
    """A stall whose sales go into a till."""

    __tablename__ = "till_stall"
    __table_args__ = (POSTED,)
    till_id: Mapped[int] = mapped_column(ForeignKey("till.id"), primary_key=True)
    stall_id: Mapped[int] = mapped_column(ForeignKey("stall.id"), primary_key=True, index=True)


class TillTotal(Base):
    """What a till has taken by one tender: kept with each sale, recomputed by the ledger check.

    Voided sales have left these figures. `due_minor` = lines + gift = `net_minor` + consignors'.
    """

    __tablename__ = "till_total"
    till_id: Mapped[int] = mapped_column(ForeignKey("till.id"), primary_key=True)
    tender: Mapped[str] = mapped_column(String(10), primary_key=True)
    sales: Mapped[int] = mapped_column(default=0)
    due_minor: Mapped[int] = mapped_column(Minor, default=0)
    net_minor: Mapped[int] = mapped_column(Minor, default=0)


class Device(Base):
    """A phone (or an import, or a paper tally) that records sales at one market day.

    A phone that came by a pass holds a token, we its SHA-256. `unsent` is how many records it last
    said to hold; up to `due_ms` (since 1970) its requests are paid for, which slows down one that
    has gone mad. The plain forms of phone `phone_id` are numbered here, so under a device of their
    own: what the phone itself has numbered may still be on its way. `voids_ahead` says whether it has
    ever undone a sale that had not arrived yet.
    """

    __tablename__ = "device"
    __table_args__ = (
        UniqueConstraint("market_day_id", "letter"),
        CheckConstraint("kind IN ('form','phone','import','paper')", name="known_kind"),
        CheckConstraint("unsent >= 0", name="unsent_not_negative"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    market_day_id: Mapped[int] = mapped_column(ForeignKey("market_day.id"))
    letter: Mapped[str] = mapped_column(String(4))
    kind: Mapped[str] = mapped_column(String(8))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    last_sequence: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    pass_id: Mapped[int | None] = mapped_column(ForeignKey("stall_pass.id"), index=True)
    phone_id: Mapped[int | None] = mapped_column(ForeignKey("device.id"), unique=True)
    token_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)
    seen_at: Mapped[datetime | None]
    unsent: Mapped[int] = mapped_column(default=0)
    due_ms: Mapped[int] = mapped_column(BigInteger, default=0)
    voids_ahead: Mapped[bool] = mapped_column(default=False, server_default=false())
    revoked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    revoked_at: Mapped[datetime | None]


class TillMove(Base):
    """Cash put into or taken out of a till between opening and closing."""

    __tablename__ = "till_move"
    __table_args__ = (
        CheckConstraint("kind IN ('pay_in','pay_out')", name="known_kind"),
        CheckConstraint("amount_minor > 0", name="positive"),
        POSTED,
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    till_id: Mapped[int] = mapped_column(ForeignKey("till.id"), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    amount_minor: Mapped[int] = mapped_column(Minor)
    note: Mapped[str] = mapped_column(String(200))
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    voucher_id: Mapped[int] = mapped_column(ForeignKey("voucher.id"))
