"""What an enterprise asks for and is given: applications, their plans, reviews, appeals, evidence."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from market.models.base import POSTED, Base, Minor


class SupportApplication(Base):
    """A goal and a plan, reviewed by two people. `round` counts reviews: an appeal opens another."""

    __tablename__ = "support_application"
    __table_args__ = (
        Index("ix_support_application_enterprise_id", "enterprise_id"),
        CheckConstraint("origin IN ('own','helper','paper')", name="known_origin"),
        CheckConstraint(
            "state IN ('draft','submitted','approved','refused','withdrawn')", name="known_state"
        ),
        CheckConstraint("state = 'draft' OR submitted_at IS NOT NULL", name="submitted_has_time"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"))
    origin: Mapped[str] = mapped_column(String(8))
    goal: Mapped[str] = mapped_column(String(400), default="")
    state: Mapped[str] = mapped_column(String(12), default="draft")
    round: Mapped[int] = mapped_column(default=1)
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    entered_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]


class BudgetItem(Base):
    """One thing that a plan's money is for."""

    __tablename__ = "budget_item"
    __table_args__ = (CheckConstraint("amount_minor > 0", name="positive"),)
    application_id: Mapped[int] = mapped_column(
        ForeignKey("support_application.id"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    amount_minor: Mapped[int] = mapped_column(Minor)


class Tranche(Base):
    """One step of a plan: what is to be reached, by when, and the support that follows from it.

    A free stall and training cost nothing. `funded_minor` is kept beside the allocations it
    follows from: what was allocated and has not gone back.
    """

    __tablename__ = "tranche"
    __table_args__ = (
        UniqueConstraint("application_id", "number"),
        CheckConstraint("kind IN ('money','goods','free_stall','training')", name="known_kind"),
        CheckConstraint(
            "(kind IN ('money','goods')) = (amount_minor > 0) AND amount_minor >= 0",
            name="money_where_due",
        ),
        CheckConstraint("0 <= funded_minor AND funded_minor <= amount_minor", name="within_plan"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("support_application.id"))
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(12))
    milestone: Mapped[str] = mapped_column(String(200))
    due_on: Mapped[date]
    amount_minor: Mapped[int] = mapped_column(Minor)
    funded_minor: Mapped[int] = mapped_column(Minor, default=0)


class MilestoneEvidence(Base):
    """How a milestone was reached, in words; somebody else looks at it and says whether it was."""

    __tablename__ = "milestone_evidence"
    __table_args__ = (
        Index("ix_milestone_evidence_tranche_id", "tranche_id"),
        CheckConstraint("decided_by_id IS NULL OR decided_by_id <> by_id", name="two_people"),
        CheckConstraint(
            "(decided_by_id IS NULL) = (decided_at IS NULL)"
            " AND (decided_by_id IS NULL) = (accepted IS NULL)",
            name="decided_whole",
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    tranche_id: Mapped[int] = mapped_column(ForeignKey("tranche.id"))
    words: Mapped[str] = mapped_column(String(400))
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    accepted: Mapped[bool | None]
    note: Mapped[str] = mapped_column(String(200), default="")
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]


class ApplicationReview(Base):
    """One of two people's word on an application; both have said that they have no interest in it."""

    __tablename__ = "application_review"
    __table_args__ = (UniqueConstraint("application_id", "round", "by_id"), POSTED)
    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("support_application.id"))
    round: Mapped[int]
    approved: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(400), default="")
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class ApplicationAppeal(Base):
    """An entrepreneur's note against a refusal, and the answer of somebody who had not refused."""

    __tablename__ = "application_appeal"
    __table_args__ = (
        CheckConstraint(
            "(answered_by_id IS NULL) = (answered_at IS NULL)"
            " AND (answered_by_id IS NULL) = (granted IS NULL)",
            name="answered_whole",
        ),
        CheckConstraint("answered_by_id IS NULL OR answered_by_id <> by_id", name="two_people"),
    )
    application_id: Mapped[int] = mapped_column(
        ForeignKey("support_application.id"), primary_key=True
    )
    round: Mapped[int] = mapped_column(primary_key=True)
    words: Mapped[str] = mapped_column(String(400))
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    granted: Mapped[bool | None]
    answer: Mapped[str] = mapped_column(String(400), default="")
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[datetime | None]
