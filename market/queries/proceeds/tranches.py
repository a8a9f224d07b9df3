"""Tranches of plans as they stand: what was given to each, what is left, whether it was reached."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.domain.livelihood.plan import ApplicationState, SupportKind, TrancheNow
from market.models.livelihood import Enterprise, MilestoneEvidence, SupportApplication, Tranche
from market.models.proceeds import Allocation


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanNow:
    """An application's tranches in order. `party_id` is the entrepreneur's."""

    application_id: int
    community_id: int
    enterprise_id: int
    party_id: int
    enterprise: str
    state: ApplicationState
    tranches: tuple[TrancheNow, ...]


_LEFT = (
    select(
        func.coalesce(
            func.sum(Allocation.amount_minor - Allocation.spent_minor - Allocation.returned_minor),
            0,
        )
    )
    .where(Allocation.tranche_id == Tranche.id)
    .scalar_subquery()
)
_RELEASED = select(Allocation.id).where(Allocation.tranche_id == Tranche.id).exists()
_REACHED = (
    select(MilestoneEvidence.id)
    .where(MilestoneEvidence.tranche_id == Tranche.id, MilestoneEvidence.accepted.is_(True))
    .exists()
)


def plans_of_tranches(session: Session, tranche_ids: Iterable[int]) -> list[PlanNow]:
    """The whole plans that these tranches belong to, by application."""
    wanted = select(Tranche.application_id).where(Tranche.id.in_(list(tranche_ids)))
    ids = session.scalars(wanted.distinct()).all()
    return plans_of(session, ids)


def plans_of(session: Session, application_ids: Iterable[int]) -> list[PlanNow]:
    """Applications with their tranches as they stand, in order of id."""
    ids = sorted(set(application_ids))
    tranches: dict[int, list[TrancheNow]] = {number: [] for number in ids}
    for application_id, *row in session.execute(
        select(
            Tranche.application_id,
            Tranche.id,
            Tranche.number,
            Tranche.kind,
            Tranche.amount_minor,
            Tranche.funded_minor,
            _LEFT,
            _RELEASED,
            _REACHED,
        )
        .where(Tranche.application_id.in_(ids))
        .order_by(Tranche.application_id, Tranche.number)
    ):
        number, ordinal, kind, amount, funded, left, released, reached = row
        tranches[application_id].append(
            TrancheNow(
                id=number,
                number=ordinal,
                kind=SupportKind(kind),
                amount_minor=amount,
                funded_minor=funded,
                left_minor=int(left),
                released=bool(released),
                reached=bool(reached),
            )
        )
    rows = session.execute(
        select(
            SupportApplication.id,
            SupportApplication.state,
            Enterprise.id,
            Enterprise.community_id,
            Enterprise.party_id,
            Enterprise.name,
        )
        .join(Enterprise, Enterprise.id == SupportApplication.enterprise_id)
        .where(SupportApplication.id.in_(ids))
        .order_by(SupportApplication.id)
    )
    return [
        PlanNow(
            application_id=application_id,
            community_id=community_id,
            enterprise_id=enterprise_id,
            party_id=party_id,
            enterprise=name,
            state=ApplicationState(state),
            tranches=tuple(tranches[application_id]),
        )
        for application_id, state, enterprise_id, community_id, party_id, name in rows
    ]
