"""Allocations: proposed by one, approved by another, spent or returned."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from market.models.base import POSTED, Base, Minor

_ONE_USE = (
    "(CASE WHEN wish_id IS NULL THEN 0 ELSE 1 END)"
    " + (CASE WHEN market_day_id IS NULL THEN 0 ELSE 1 END)"
    " + (CASE WHEN tranche_id IS NULL THEN 0 ELSE 1 END) = 1"
)


class Proposal(Base):
    """A batch of allocations one person proposes. It reserves nothing."""

    __tablename__ = "proposal"
    __table_args__ = (
        CheckConstraint(
            "rule IN ('by_hand','oldest_first','smallest_gap','lighting_plan')", name="known_rule"
        ),
        Index("ix_proposal_community_id_id", "community_id", "id"),
        POSTED,
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    fund_id: Mapped[int] = mapped_column(ForeignKey("fund.id"))
    rule: Mapped[str] = mapped_column(String(16))
    note: Mapped[str] = mapped_column(String(200), default="")
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[datetime]


class ProposalItem(Base):
    """One wish, one market day's costs or one tranche, and the amount proposed for it."""

    __tablename__ = "proposal_item"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="positive"),
        CheckConstraint(_ONE_USE, name="one_use"),
        POSTED,
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"), index=True)
    ordinal: Mapped[int]
    wish_id: Mapped[int | None] = mapped_column(ForeignKey("wish.id"))
    market_day_id: Mapped[int | None] = mapped_column(ForeignKey("market_day.id"))
    tranche_id: Mapped[int | None] = mapped_column(ForeignKey("tranche.id"))
    amount_minor: Mapped[int] = mapped_column(Minor)


class ProposalDecision(Base):
    """The second person's word on a proposal."""

    __tablename__ = "proposal_decision"
    __table_args__ = (POSTED,)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"), primary_key=True)
    approved: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(200), default="")
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime]


class Allocation(Base):
    """Fund money committed to one wish, to one market day's costs, or to one tranche.

    `spent_minor` and `returned_minor` are kept totals; the rest of the row never changes.
    """

    __tablename__ = "allocation"
    __table_args__ = (
        Index("ix_allocation_wish_id", "wish_id"),
        CheckConstraint("amount_minor > 0", name="positive"),
        CheckConstraint(
            "spent_minor >= 0 AND returned_minor >= 0"
            " AND spent_minor + returned_minor <= amount_minor",
            name="within",
        ),
        CheckConstraint(_ONE_USE, name="one_use"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    fund_id: Mapped[int] = mapped_column(ForeignKey("fund.id"))
    item_id: Mapped[int] = mapped_column(ForeignKey("proposal_item.id"), unique=True)
    wish_id: Mapped[int | None] = mapped_column(ForeignKey("wish.id"))
    market_day_id: Mapped[int | None] = mapped_column(ForeignKey("market_day.id"), index=True)
    tranche_id: Mapped[int | None] = mapped_column(ForeignKey("tranche.id"), index=True)
    amount_minor: Mapped[int] = mapped_column(Minor)
    spent_minor: Mapped[int] = mapped_column(Minor, default=0)
    returned_minor: Mapped[int] = mapped_column(Minor, default=0)
    voucher_id: Mapped[int] = mapped_column(ForeignKey("voucher.id"))
    allocated_at: Mapped[datetime]


class AllocationReturn(Base):
    """Committed money that goes back to its fund: the tail of what was left of an allocation."""

    __tablename__ = "allocation_return"
    __table_args__ = (CheckConstraint("amount_minor > 0", name="positive"), POSTED)
    id: Mapped[int] = mapped_column(primary_key=True)
    allocation_id: Mapped[int] = mapped_column(ForeignKey("allocation.id"), index=True)
    amount_minor: Mapped[int] = mapped_column(Minor)
    reason: Mapped[str] = mapped_column(String(200))
    voucher_id: Mapped[int] = mapped_column(ForeignKey("voucher.id"))
    returned_at: Mapped[datetime]
