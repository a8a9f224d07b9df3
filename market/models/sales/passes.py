"""Stall passes, the day's four digits, and whose hands a phone is in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from market.models.base import Base


class StallPass(Base):
    """What lets phones sell at a stall: its printed code holds a token, we hold its SHA-256.

    `salt` and the installation's secret make the token again for another print. `taken` seats are
    phones that joined and stand. A renewed pass is revoked and its phones belong to the next one.
    """

    __tablename__ = "stall_pass"
    __table_args__ = (
        Index(
            "uq_stall_pass_standing",
            "stall_id",
            unique=True,
            sqlite_where=text("revoked_at IS NULL"),
            postgresql_where=text("revoked_at IS NULL"),
        ),
        CheckConstraint("0 <= taken AND taken <= seats", name="taken_within_seats"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    stall_id: Mapped[int] = mapped_column(ForeignKey("stall.id"), index=True)
    salt: Mapped[bytes] = mapped_column(LargeBinary(16))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    seats: Mapped[int]
    taken: Mapped[int] = mapped_column(default=0)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    revoked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    revoked_at: Mapped[datetime | None]


class DayDigits(Base):
    """The four digits of a market day, told at the briefing; a pass is worth nothing without them."""

    __tablename__ = "day_digits"
    market_day_id: Mapped[int] = mapped_column(ForeignKey("market_day.id"), primary_key=True)
    digits: Mapped[str] = mapped_column(String(4))
    changed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    changed_at: Mapped[datetime]


class DeviceHolder(Base):
    """Who has a phone in hand since when: the volunteer changes, the device does not."""

    __tablename__ = "device_holder"
    __table_args__ = (Index("ix_device_holder_device_id_id", "device_id", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    device_id: Mapped[int] = mapped_column(ForeignKey("device.id"))
    name: Mapped[str] = mapped_column(String(20))
    since: Mapped[datetime]
