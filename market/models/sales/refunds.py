"""Money paid back after closing."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from market.models.base import POSTED, Base, Minor


class RefundRequest(Base):
    """What is to be paid back and why. `lines` = [[line number, pieces, amount_minor], …].

    It is paid out of an open till's box, out of a custodian's cash, or by the sale's own tender;
    or it was paid out of the box of the sale's own till before that was counted ("box"). A person
    asked for it, or a phone's void that came after the closing.
    """

    __tablename__ = "refund_request"
    __table_args__ = (
        CheckConstraint("paid_from IN ('till','safe','tender','box')", name="known_source"),
        CheckConstraint(
            "(paid_from = 'safe') = (safe_holder_id IS NOT NULL)"
            " AND (paid_from = 'till') = (till_id IS NOT NULL)",
            name="source_named",
        ),
        CheckConstraint("(proposed_by_id IS NULL) = (void_id IS NOT NULL)", name="asked_by_one"),
        POSTED,
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    sale_id: Mapped[UUID] = mapped_column(ForeignKey("sale.id"), index=True)
    lines: Mapped[list[list[int]]] = mapped_column(JSON)
    gift_minor: Mapped[int] = mapped_column(Minor, default=0)
    amount_minor: Mapped[int] = mapped_column(Minor)
    paid_from: Mapped[str] = mapped_column(String(8))
    safe_holder_id: Mapped[int | None] = mapped_column(ForeignKey("holder.id"))
    till_id: Mapped[int | None] = mapped_column(ForeignKey("till.id"), index=True)
    reason: Mapped[str] = mapped_column(String(200))
    proposed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    void_id: Mapped[UUID | None] = mapped_column(ForeignKey("phone_void.id"), unique=True)
    proposed_at: Mapped[datetime]


class RefundDecision(Base):
    """The second person's word on a refund: before it (large ones) or at day's end (small ones)."""

    __tablename__ = "refund_decision"
    __table_args__ = (POSTED,)
    request_id: Mapped[int] = mapped_column(ForeignKey("refund_request.id"), primary_key=True)
    approved: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(200), default="")
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime]


class Refund(Base):
    """Money paid back after closing. Its net part is the tail `[start, end)` of what was left
    of the sale's position; `consignor_minor` is the consignors' part."""

    __tablename__ = "refund"
    __table_args__ = (
        UniqueConstraint("sale_id", "number"),
        CheckConstraint("amount_minor > 0", name="positive"),
        CheckConstraint("end_minor >= start_minor", name="forward"),
        CheckConstraint(
            "amount_minor = consignor_minor + end_minor - start_minor", name="parts_sum"
        ),
        POSTED,
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("refund_request.id"), unique=True)
    sale_id: Mapped[UUID] = mapped_column(ForeignKey("sale.id"))
    number: Mapped[int]
    amount_minor: Mapped[int] = mapped_column(Minor)
    consignor_minor: Mapped[int] = mapped_column(Minor)
    start_minor: Mapped[int] = mapped_column(Minor)
    end_minor: Mapped[int] = mapped_column(Minor)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    voucher_id: Mapped[int] = mapped_column(ForeignKey("voucher.id"))
    paid_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    paid_at: Mapped[datetime]


class RefundLine(Base):
    """What of one sale line was paid back, and the consignor's part of it."""

    __tablename__ = "refund_line"
    __table_args__ = (POSTED,)
    refund_id: Mapped[int] = mapped_column(ForeignKey("refund.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    quantity: Mapped[int]
    amount_minor: Mapped[int] = mapped_column(Minor)
    consignor_minor: Mapped[int] = mapped_column(Minor)
