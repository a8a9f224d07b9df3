"""The proceeds line: what is laid at a fund's end and taken from its head."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from market.models.base import POSTED, Base, Minor


class Fund(Base):
    """Money for one purpose, measured as a line of minor units from 0.

    What comes in is laid at the end, what goes out is taken from the head. `step` counts what
    happened to the line, so that moves on it have a total order.
    """

    __tablename__ = "fund"
    __table_args__ = (
        UniqueConstraint("community_id", "code"),
        CheckConstraint("0 <= taken_minor AND taken_minor <= laid_minor", name="taken_within_laid"),
        CheckConstraint("purpose IN ('wishes','enterprise','running_costs')", name="known_purpose"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    code: Mapped[str] = mapped_column(String(20))
    purpose: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(40))
    name_en: Mapped[str] = mapped_column(String(60), default="")
    laid_minor: Mapped[int] = mapped_column(Minor, default=0)
    taken_minor: Mapped[int] = mapped_column(Minor, default=0)
    step: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]


class Laying(Base):
    """A piece laid at the end of a fund's line: a closure's part, box income, or a return.

    For a closure `fund_ordinal` is the fund's place in the frozen split of its market day.
    """

    __tablename__ = "laying"
    __table_args__ = (
        UniqueConstraint("fund_id", "start_minor"),
        Index("ix_laying_closure_id", "closure_id"),
        CheckConstraint("end_minor > start_minor", name="forward"),
        CheckConstraint(
            "(CASE WHEN closure_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN box_move_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN return_id IS NULL THEN 0 ELSE 1 END) = 1",
            name="one_source",
        ),
        POSTED,
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    fund_id: Mapped[int] = mapped_column(ForeignKey("fund.id"))
    start_minor: Mapped[int] = mapped_column(Minor)
    end_minor: Mapped[int] = mapped_column(Minor)
    step: Mapped[int]
    closure_id: Mapped[int | None] = mapped_column(ForeignKey("closure.id"))
    fund_ordinal: Mapped[int | None]
    box_move_id: Mapped[int | None] = mapped_column(ForeignKey("money_move.id"))
    return_id: Mapped[int | None] = mapped_column(ForeignKey("allocation_return.id"))


class Taking(Base):
    """A piece taken from the head of a fund's line: for an allocation or a settled refund."""

    __tablename__ = "taking"
    __table_args__ = (
        UniqueConstraint("fund_id", "start_minor"),
        CheckConstraint("end_minor > start_minor", name="forward"),
        CheckConstraint("(allocation_id IS NULL) <> (refund_id IS NULL)", name="one_use"),
        POSTED,
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    fund_id: Mapped[int] = mapped_column(ForeignKey("fund.id"))
    start_minor: Mapped[int] = mapped_column(Minor)
    end_minor: Mapped[int] = mapped_column(Minor)
    step: Mapped[int]
    allocation_id: Mapped[int | None] = mapped_column(ForeignKey("allocation.id"), unique=True)
    refund_id: Mapped[int | None] = mapped_column(ForeignKey("refund.id"), index=True)


class LineMove(Base):
    """At `step` the money at `[start, start + length)` of a fund's line went to `to_start`.

    A return is one row; an exchange is two, each the other's mirror. Rows are short, so that
    whatever overlaps a range is found by an index range.
    """

    __tablename__ = "line_move"
    __table_args__ = (
        Index("ix_line_move_fund_id_start_minor", "fund_id", "start_minor"),
        Index("ix_line_move_fund_id_to_start_minor", "fund_id", "to_start_minor"),
        CheckConstraint("length_minor > 0", name="positive"),
        POSTED,
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    fund_id: Mapped[int] = mapped_column(ForeignKey("fund.id"))
    step: Mapped[int]
    start_minor: Mapped[int] = mapped_column(Minor)
    length_minor: Mapped[int] = mapped_column(Minor)
    to_start_minor: Mapped[int] = mapped_column(Minor)


class RefundClaim(Base):
    """The places of a fund's line on which refunded money was first laid, to be given back."""

    __tablename__ = "refund_claim"
    __table_args__ = (
        CheckConstraint("end_minor > start_minor", name="forward"),
        POSTED,
    )
    refund_id: Mapped[int] = mapped_column(ForeignKey("refund.id"), primary_key=True)
    fund_id: Mapped[int] = mapped_column(ForeignKey("fund.id"), primary_key=True)
    start_minor: Mapped[int] = mapped_column(Minor)
    end_minor: Mapped[int] = mapped_column(Minor)
    step: Mapped[int]


class RefundSettlement(Base):
    """The lines have given the refunded money back, for all funds at once.

    `voucher_id` is null where the whole refund was the consignors' part.
    """

    __tablename__ = "refund_settlement"
    __table_args__ = (POSTED,)
    refund_id: Mapped[int] = mapped_column(ForeignKey("refund.id"), primary_key=True)
    voucher_id: Mapped[int | None] = mapped_column(ForeignKey("voucher.id"))
    settled_at: Mapped[datetime]
