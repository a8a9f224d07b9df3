"""Tranches in a batch of allocations: in order, against evidence, and never beyond the plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from market.actions.proceeds.interests import require_no_interest
from market.domain.errors import N_, Missing
from market.domain.livelihood.plan import check_release
from market.models.livelihood import Enterprise, SupportApplication, Tranche
from market.queries.proceeds.tranches import PlanNow, plans_of_tranches


class NoSuchTranche(Missing):
    """No tranche of this community has this id."""

    sentence = N_("没有找到这一批支持，请从创业支持页面重新进入。")


def require_releasable(
    session: Session, community_id: int, amounts: Mapping[int, int]
) -> list[PlanNow]:
    """The plans of tranches (id → minor units), each of which may be given that much now.

    Raises NoSuchTranche, and as `check_release`.
    """
    if not amounts:
        return []
    plans = plans_of_tranches(session, amounts)
    known = {tranche.id: (plan, tranche) for plan in plans for tranche in plan.tranches}
    for tranche_id, amount in amounts.items():
        if tranche_id not in known or known[tranche_id][0].community_id != community_id:
            raise NoSuchTranche
        plan, tranche = known[tranche_id]
        check_release(plan.state, plan.tranches, tranche.number, amount)
    return plans


def require_stranger_to(session: Session, tranche_ids: Iterable[int], person_id: int) -> None:
    """Require that a person has no interest in these tranches; raises as `require_no_interest`."""
    parties = session.scalars(
        select(Enterprise.party_id)
        .join(SupportApplication, SupportApplication.enterprise_id == Enterprise.id)
        .join(Tranche, Tranche.application_id == SupportApplication.id)
        .where(Tranche.id.in_(list(tranche_ids)))
    ).all()
    require_no_interest(session, parties, person_id)


def lock_plans(session: Session, tranche_ids: Iterable[int]) -> None:
    """Whoever gives to a plan or takes back from it does so one after the other.

    Before the funds, the month and the accounts.
    """
    wanted = select(Tranche.application_id).where(Tranche.id.in_(list(tranche_ids)))
    session.execute(
        select(SupportApplication.id)
        .where(SupportApplication.id.in_(wanted))
        .order_by(SupportApplication.id)
        .with_for_update()
    )


def fund_tranches(session: Session, amounts: Mapping[int, int]) -> None:
    """Add each amount to its tranche; the plans are locked and were looked at by the caller."""
    for tranche_id, amount in amounts.items():
        funded = session.execute(
            update(Tranche)
            .where(Tranche.id == tranche_id, Tranche.funded_minor + amount <= Tranche.amount_minor)
            .values(funded_minor=Tranche.funded_minor + amount)
            .returning(Tranche.id)
            .execution_options(synchronize_session=False)
        ).one_or_none()
        if funded is None:
            message = "a locked plan changed between two statements"
            raise RuntimeError(message)


def take_back(session: Session, tranche_id: int, amount_minor: int) -> None:
    """Count so much of a tranche's money as gone back; its plan is locked."""
    session.execute(
        update(Tranche)
        .where(Tranche.id == tranche_id)
        .values(funded_minor=Tranche.funded_minor - amount_minor)
        .execution_options(synchronize_session=False)
    )
