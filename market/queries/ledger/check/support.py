"""Properties of support: tranches keep what was allocated, two people agreed, each in its order."""

from __future__ import annotations

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, aliased

from market.domain.livelihood.plan import REVIEWERS
from market.domain.money import Money
from market.models.livelihood import (
    ApplicationReview,
    Enterprise,
    MilestoneEvidence,
    SupportApplication,
    Tranche,
)
from market.models.proceeds import Allocation
from market.queries.ledger.check.verdict import Verdict, verdict


def tranches_are_records(session: Session, community_id: int) -> Verdict:
    """What a tranche keeps as funded is what was allocated to it and has not gone back."""
    funded = (
        select(func.coalesce(func.sum(Allocation.amount_minor - Allocation.returned_minor), 0))
        .where(Allocation.tranche_id == Tranche.id)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Tranche.id, Tranche.amount_minor, Tranche.funded_minor, funded)
        .join(SupportApplication, SupportApplication.id == Tranche.application_id)
        .join(Enterprise, Enterprise.id == SupportApplication.enterprise_id)
        .where(Enterprise.community_id == community_id)
        .order_by(Tranche.id)
    ).all()
    return verdict(
        "tranches_recorded",
        "each tranche's funding is the sum of its allocations, and within its plan",
        (
            f"tranche {number}"
            for number, planned, kept, recomputed in rows
            if kept != int(recomputed) or kept > planned
        ),
        ("tranches", len(rows)),
        ("funded", Money(sum(row[2] for row in rows))),
    )


def releases_are_earned(session: Session, community_id: int) -> Verdict:
    """Money went only to approved plans, after the milestone's evidence, in the plan's order."""
    earlier, before = aliased(Tranche), aliased(Allocation)
    rows = session.execute(
        select(
            Allocation.id,
            _agreed().label("agreed"),
            _reached(Tranche.id, Allocation.allocated_at).label("reached"),
            select(earlier.id)
            .where(
                earlier.application_id == Tranche.application_id,
                earlier.number < Tranche.number,
                or_(
                    ~_reached(earlier.id, Allocation.allocated_at),
                    (earlier.amount_minor > 0)
                    & ~select(before.id)
                    .where(before.tranche_id == earlier.id, before.id < Allocation.id)
                    .exists(),
                ),
            )
            .exists()
            .label("skipped"),
            SupportApplication.state,
        )
        .join(Tranche, Tranche.id == Allocation.tranche_id)
        .join(SupportApplication, SupportApplication.id == Tranche.application_id)
        .join(Enterprise, Enterprise.id == SupportApplication.enterprise_id)
        .where(Enterprise.community_id == community_id)
        .order_by(Allocation.id)
    ).all()
    return verdict(
        "releases_earned",
        "money went to plans that two people agreed to, milestone by milestone",
        (
            f"allocation {row.id}"
            for row in rows
            if row.state != "approved" or row.agreed < REVIEWERS or not row.reached or row.skipped
        ),
        ("releases", len(rows)),
    )


def _agreed() -> ColumnElement[int]:
    """How many people said yes in the round that counts."""
    return (
        select(func.count())
        .where(
            ApplicationReview.application_id == SupportApplication.id,
            ApplicationReview.round == SupportApplication.round,
            ApplicationReview.approved,
        )
        .scalar_subquery()
    )


def _reached(tranche_id: object, at: object) -> ColumnElement[bool]:
    """Whether a milestone's evidence had been accepted by then."""
    return (
        select(MilestoneEvidence.id)
        .where(
            MilestoneEvidence.tranche_id == tranche_id,
            MilestoneEvidence.accepted.is_(True),
            MilestoneEvidence.decided_at <= at,
        )
        .exists()
    )
