"""A fund as everybody may see it: what came in, and what of it may be told of where it went."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.domain.livelihood.figures import LEAST_PEOPLE, sum_may_be_shown
from market.domain.proceeds.purpose import FundPurpose
from market.models.ledger import Fund, Laying, Taking
from market.models.livelihood import Enterprise, SupportApplication, Tranche
from market.models.proceeds import Allocation
from market.queries.livelihood.shown import support_shown_condition


@dataclass(frozen=True, slots=True, kw_only=True)
class FundShown:
    """raised = free + given, in minor units; given = spent + promised.

    What would tell what one of fewer than five people got is None: then the three parts are one.
    `people` is 0 where fewer than five were supported.
    """

    id: int
    name: str
    name_en: str
    purpose: FundPurpose
    raised_minor: int
    free_minor: int | None
    given_minor: int | None
    spent_minor: int | None
    supported: bool
    people: int
    wishes: int
    named: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class FundName:
    id: int
    name: str
    name_en: str


def enterprise_funds(session: Session) -> list[FundName]:
    """The funds that support enterprises, in the order they were made."""
    rows = session.execute(
        select(Fund.id, Fund.name, Fund.name_en)
        .where(Fund.purpose == str(FundPurpose.ENTERPRISE))
        .order_by(Fund.id)
    )
    return [FundName(*row) for row in rows]


def fund_shown(session: Session, fund_id: int) -> FundShown | None:
    """One fund, or None."""
    fund = session.get(Fund, fund_id)
    if fund is None:
        return None
    returned = Laying.end_minor - Laying.start_minor
    back = session.scalar(
        select(func.coalesce(func.sum(returned), 0)).where(
            Laying.fund_id == fund_id, Laying.return_id.is_not(None)
        )
    )
    refunded = session.scalar(
        select(func.coalesce(func.sum(Taking.end_minor - Taking.start_minor), 0)).where(
            Taking.fund_id == fund_id, Taking.refund_id.is_not(None)
        )
    )
    given, spent, wishes = session.execute(
        select(
            func.coalesce(func.sum(Allocation.amount_minor - Allocation.returned_minor), 0),
            func.coalesce(func.sum(Allocation.spent_minor), 0),
            func.count(Allocation.wish_id.distinct()),
        ).where(Allocation.fund_id == fund_id)
    ).one()
    people = _supported(session, fund_id)
    named = _named(session, fund_id)
    shown = not people or sum_may_be_shown(people, len(named))
    return FundShown(
        id=fund.id,
        name=fund.name,
        name_en=fund.name_en,
        purpose=FundPurpose(fund.purpose),
        raised_minor=fund.laid_minor - int(back or 0) - int(refunded or 0),
        free_minor=fund.laid_minor - fund.taken_minor if shown else None,
        given_minor=int(given) if shown else None,
        spent_minor=int(spent) if shown else None,
        supported=bool(people),
        people=people if people >= LEAST_PEOPLE else 0,
        wishes=wishes,
        named=named,
    )


def _supported(session: Session, fund_id: int) -> int:
    """How many enterprises got something of it that did not all go back."""
    return (
        session.scalar(
            select(func.count(SupportApplication.enterprise_id.distinct()))
            .join(Tranche, Tranche.application_id == SupportApplication.id)
            .join(Allocation, Allocation.tranche_id == Tranche.id)
            .where(
                Allocation.fund_id == fund_id,
                Allocation.amount_minor > Allocation.returned_minor,
            )
        )
        or 0
    )


def _named(session: Session, fund_id: int) -> tuple[tuple[str, str], ...]:
    """Code and name of those among them that let it be seen."""
    rows = session.execute(
        select(Enterprise.code, Enterprise.name)
        .join(SupportApplication, SupportApplication.enterprise_id == Enterprise.id)
        .join(Tranche, Tranche.application_id == SupportApplication.id)
        .join(Allocation, Allocation.tranche_id == Tranche.id)
        .where(
            Allocation.fund_id == fund_id,
            Allocation.amount_minor > Allocation.returned_minor,
            support_shown_condition(),
        )
        .distinct()
        .order_by(Enterprise.name)
    )
    return tuple((code, name) for code, name in rows)
