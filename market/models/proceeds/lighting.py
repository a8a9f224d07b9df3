"""Lighting plans: agreed on by two before a market day, carried out by its last closure."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from market.models.base import POSTED, Base, Minor


class LightingPlan(Base):
    """What a market day's takings are to light, out of one fund, as one person proposes it.

    It is never changed: the newest approved one of a market day and a fund is the one that holds.
    """

    __tablename__ = "lighting_plan"
    __table_args__ = (
        Index("ix_lighting_plan_market_day_id_fund_id", "market_day_id", "fund_id", "id"),
        POSTED,
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    market_day_id: Mapped[int] = mapped_column(ForeignKey("market_day.id"))
    fund_id: Mapped[int] = mapped_column(ForeignKey("fund.id"))
    note: Mapped[str] = mapped_column(String(200), default="")
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[datetime]


class LightingLine(Base):
    """A wish of a plan, in its place, and what it may get; a part only where `in_part`."""

    __tablename__ = "lighting_line"
    __table_args__ = (
        UniqueConstraint("plan_id", "wish_id"),
        CheckConstraint("amount_minor > 0", name="positive"),
        POSTED,
    )
    plan_id: Mapped[int] = mapped_column(ForeignKey("lighting_plan.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    wish_id: Mapped[int] = mapped_column(ForeignKey("wish.id"), index=True)
    amount_minor: Mapped[int] = mapped_column(Minor)
    in_part: Mapped[bool]


class LightingDecision(Base):
    """The second person's word on a plan."""

    __tablename__ = "lighting_decision"
    __table_args__ = (POSTED,)
    plan_id: Mapped[int] = mapped_column(ForeignKey("lighting_plan.id"), primary_key=True)
    approved: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(200), default="")
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime]


class LightingRun(Base):
    """A plan carried out by a closure that left no till of its market day open.

    `budget_minor` is what of the day's takings its fund had for it. A till opened afterwards leads
    to a further run, for what is still dark. `proposal_id` is the batch that the money went out by,
    none where nothing was given; `failed` where the books would not have it.
    """

    __tablename__ = "lighting_run"
    __table_args__ = (
        UniqueConstraint("plan_id", "closure_id"),
        CheckConstraint("budget_minor >= 0", name="not_negative"),
        POSTED,
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("lighting_plan.id"))
    closure_id: Mapped[int] = mapped_column(ForeignKey("closure.id"), index=True)
    proposal_id: Mapped[int | None] = mapped_column(ForeignKey("proposal.id"), unique=True)
    budget_minor: Mapped[int] = mapped_column(Minor)
    failed: Mapped[bool]
    at: Mapped[datetime]


class LightingOutcome(Base):
    """What became of one line in one run: its fate, what it got, what its wish still misses."""

    __tablename__ = "lighting_outcome"
    __table_args__ = (
        CheckConstraint(
            "fate IN ('lit','part','short','behind','already','ended','not_open','hidden','dearer')",
            name="known_fate",
        ),
        CheckConstraint(
            "short_minor >= 0 AND (amount_minor > 0) = (fate IN ('lit','part'))",
            name="given_or_dark",
        ),
        POSTED,
    )
    run_id: Mapped[int] = mapped_column(ForeignKey("lighting_run.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    fate: Mapped[str] = mapped_column(String(10))
    amount_minor: Mapped[int] = mapped_column(Minor)
    short_minor: Mapped[int] = mapped_column(Minor)
