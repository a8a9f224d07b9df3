"""What phones fetch before they sell, and what they send beside their sales."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from market.models.base import POSTED, Base


class Slip(Base):
    """A receipt code given to a phone before it sells; without a sale it is on its way, or unused."""

    __tablename__ = "slip"
    __table_args__ = (POSTED,)
    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    device_id: Mapped[int] = mapped_column(ForeignKey("device.id"), index=True)
    minted_at: Mapped[datetime]


class PhoneVoid(Base):
    """A void as a phone fixed it. Its sale may not have arrived yet, or have been closed before.

    In time it makes a `SaleVoid`, after the closing a `RefundRequest`; both are found by its id.
    """

    __tablename__ = "phone_void"
    __table_args__ = (
        UniqueConstraint("device_id", "sale_id"),
        UniqueConstraint("device_id", "sequence"),
        CheckConstraint("sequence > 0", name="sequence_positive"),
        POSTED,
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    device_id: Mapped[int] = mapped_column(ForeignKey("device.id"))
    sale_id: Mapped[UUID]
    reason: Mapped[str] = mapped_column(String(200))
    sequence: Mapped[int]
    phone_at: Mapped[datetime]
    received_at: Mapped[datetime]
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class DeviceSignOff(Base):
    """A phone's word that a till has all of its records, up to `last_sequence`; the latest counts."""

    __tablename__ = "device_sign_off"
    __table_args__ = (CheckConstraint("last_sequence >= 0", name="sequence_not_negative"),)
    till_id: Mapped[int] = mapped_column(ForeignKey("till.id"), primary_key=True)
    device_id: Mapped[int] = mapped_column(ForeignKey("device.id"), primary_key=True)
    last_sequence: Mapped[int]
    at: Mapped[datetime]
