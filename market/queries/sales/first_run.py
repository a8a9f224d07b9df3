"""How far a community is on its way to its first market."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import Session

from market.domain.people import Role
from market.models.ledger import Fund, Holder
from market.models.people import Person, RoleGrant
from market.models.sales import Listing, MarketDay, MarketOpening, Stall, StallPass


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstRun:
    """What there is of all that a first market needs. `market_day_id` is the first one planned."""

    deciders: int
    custodians: int
    banks: int
    funds: int
    market_day_id: int | None
    stalls: int
    listings: int
    passes: int
    volunteers: int


def first_run(session: Session, community_id: int, deciders: frozenset[Role]) -> FirstRun | None:
    """The same as counts; None once a market day has opened: then there is nothing first to do."""
    opened = session.scalar(
        select(MarketOpening.market_day_id)
        .join(MarketDay, MarketDay.id == MarketOpening.market_day_id)
        .where(MarketDay.community_id == community_id)
        .limit(1)
    )
    if opened is not None:
        return None
    first = (
        select(func.min(MarketDay.id)).where(MarketDay.community_id == community_id)
    ).scalar_subquery()
    row = session.execute(
        select(
            _people(community_id, deciders).label("deciders"),
            _people(community_id, frozenset({Role.VOLUNTEER})).label("volunteers"),
            _holders(community_id, "custodian").label("custodians"),
            _holders(community_id, "bank", "charity").label("banks"),
            select(func.count())
            .select_from(Fund)
            .where(Fund.community_id == community_id)
            .scalar_subquery()
            .label("funds"),
            first.label("market_day_id"),
            select(func.count())
            .select_from(Stall)
            .where(Stall.market_day_id == first)
            .scalar_subquery()
            .label("stalls"),
            select(func.count())
            .select_from(Listing)
            .join(Stall, Stall.id == Listing.stall_id)
            .where(Stall.market_day_id == first, Listing.retired_at.is_(None))
            .scalar_subquery()
            .label("listings"),
            select(func.count())
            .select_from(StallPass)
            .join(Stall, Stall.id == StallPass.stall_id)
            .where(Stall.market_day_id == first)
            .scalar_subquery()
            .label("passes"),
        )
    ).one()
    return FirstRun(**dict(zip(row._fields, row, strict=True)))


def _people(community_id: int, roles: frozenset[Role]) -> ScalarSelect[int]:
    """Accounts that stand and hold one of these roles."""
    return (
        select(func.count(RoleGrant.person_id.distinct()))
        .join(Person, Person.id == RoleGrant.person_id)
        .where(
            RoleGrant.community_id == community_id,
            RoleGrant.role.in_(sorted(str(role) for role in roles)),
            RoleGrant.revoked_at.is_(None),
            Person.closed_at.is_(None),
        )
        .scalar_subquery()
    )


def _holders(community_id: int, *kinds: str) -> ScalarSelect[int]:
    return (
        select(func.count())
        .select_from(Holder)
        .where(
            Holder.community_id == community_id,
            Holder.kind.in_(kinds),
            Holder.closed_at.is_(None),
        )
        .scalar_subquery()
    )
