"""Sales as the phone fixed them, their lines, and sales undone before closing."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from market.models.base import POSTED, Base, Minor
from market.models.sales.market_days import KNOWN_TENDER


class Sale(Base):
    """What a buyer took and paid. The id was made where "paid" was tapped and never changes.

    `hash` is SHA-256 over the canonical form; the till's letter, day number and totals are
    copies for reading. Insert-only: a void or a refund is a row of its own.
    """

    __tablename__ = "sale"
    __table_args__ = (
        UniqueConstraint("device_id", "sequence"),
        Index("ix_sale_till_id_recorded_at", "till_id", "recorded_at", "id"),
        CheckConstraint(KNOWN_TENDER, name="known_tender"),
        CheckConstraint("gift_minor >= 0", name="gift_not_negative"),
        CheckConstraint("net_minor >= 0", name="net_not_negative"),
        CheckConstraint(
            "lines_minor + gift_minor = net_minor + consignor_minor", name="net_is_rest"
        ),
        CheckConstraint(
            "tendered_minor IS NULL OR tendered_minor >= lines_minor + gift_minor",
            name="tendered_covers",
        ),
        POSTED,
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    till_id: Mapped[int] = mapped_column(ForeignKey("till.id"))
    device_id: Mapped[int] = mapped_column(ForeignKey("device.id"))
    stall_id: Mapped[int] = mapped_column(ForeignKey("stall.id"))
    sequence: Mapped[int]
    code: Mapped[str] = mapped_column(String(12), unique=True)
    day_number: Mapped[str] = mapped_column(String(16))
    tender: Mapped[str] = mapped_column(String(10))
    lines_minor: Mapped[int] = mapped_column(Minor)
    gift_minor: Mapped[int] = mapped_column(Minor)
    tendered_minor: Mapped[int | None] = mapped_column(Minor)
    consignor_minor: Mapped[int] = mapped_column(Minor)
    net_minor: Mapped[int] = mapped_column(Minor)
    phone_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    received_at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class SaleLine(Base):
    """One thing on a receipt, with the price and the consignor's terms copied into it."""

    __tablename__ = "sale_line"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("unit_price_minor >= 0", name="price_not_negative"),
        CheckConstraint(
            "consignor_minor >= 0 AND consignor_minor <= quantity * unit_price_minor",
            name="consignor_within",
        ),
        POSTED,
    )
    sale_id: Mapped[UUID] = mapped_column(ForeignKey("sale.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    listing_id: Mapped[int] = mapped_column(ForeignKey("listing.id"))
    name: Mapped[str] = mapped_column(String(60))
    quantity: Mapped[int]
    unit_price_minor: Mapped[int] = mapped_column(Minor)
    consignor_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"))
    share_bp: Mapped[int | None]
    fixed_minor: Mapped[int | None] = mapped_column(Minor)
    consignor_minor: Mapped[int] = mapped_column(Minor)


class QuarantinedSale(Base):
    """A record set aside for a person to look at: same id with other content, or refused.

    `device_id` is null where it named a device that this market day does not have, `till_id` where
    it named no till of its market day and the phone has none, `sale_id` where it said no such id.
    """

    __tablename__ = "quarantined_sale"
    __table_args__ = (POSTED,)
    id: Mapped[int] = mapped_column(primary_key=True)
    till_id: Mapped[int | None] = mapped_column(ForeignKey("till.id"), index=True)
    device_id: Mapped[int | None] = mapped_column(ForeignKey("device.id"))
    sale_id: Mapped[UUID | None]
    content: Mapped[str] = mapped_column(Text)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    reason: Mapped[str] = mapped_column(String(40))
    received_at: Mapped[datetime]


class AsideDecision(Base):
    """A person's word on a record that was set aside: once, and never changed.

    `sale_id` is the sale that it was taken in as, where it was.
    """

    __tablename__ = "aside_decision"
    __table_args__ = (
        CheckConstraint("outcome IN ('kept','accepted','discarded')", name="known_outcome"),
        CheckConstraint("(outcome = 'accepted') = (sale_id IS NOT NULL)", name="accepted_is_sale"),
        POSTED,
    )
    quarantined_id: Mapped[int] = mapped_column(ForeignKey("quarantined_sale.id"), primary_key=True)
    outcome: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(String(200))
    sale_id: Mapped[UUID | None] = mapped_column(ForeignKey("sale.id"), unique=True)
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime]


class SaleVoid(Base):
    """A sale undone before its till closed: kept, with a reason and a person.

    `phone_at` is when it was fixed, as its hash says; `voided_at` is when we heard of it.
    `voided_by_id` is null where the phone that made the sale undid it: nobody is signed in there.
    """

    __tablename__ = "sale_void"
    __table_args__ = (POSTED,)
    sale_id: Mapped[UUID] = mapped_column(ForeignKey("sale.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(unique=True)
    reason: Mapped[str] = mapped_column(String(200))
    sequence: Mapped[int]
    phone_at: Mapped[datetime]
    voided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    voided_at: Mapped[datetime]
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class ImportBatch(Base):
    """A file of sales that was taken in; the same file again adds nothing."""

    __tablename__ = "import_batch"
    __table_args__ = (POSTED,)
    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    file_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    receipts: Mapped[int]
    rejected: Mapped[int]
    ignored: Mapped[int]
    imported_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    imported_at: Mapped[datetime]
