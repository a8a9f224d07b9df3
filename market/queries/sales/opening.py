"""What there is to choose from when a till is opened: market days, stalls, custodians."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from market.models.ledger import Account, Holder
from market.models.people import Community
from market.models.sales import Closure, MarketDay, MarketOpening, Stall, Till, TillStall
from market.queries.sales.tills import NoSuchMarketDay, first_closure, in_open_till


@dataclass(frozen=True, slots=True, kw_only=True)
class DayToOpenAt:
    """A market day at which tills may be opened."""

    id: int
    community: str
    name: str
    held_on: date
    place: str
    free_stalls: int


@dataclass(frozen=True, slots=True)
class StallChoice:
    """A stall that a new till may serve, or the name of the open till that does already."""

    id: int
    number: str
    name: str
    taken_by: str | None


@dataclass(frozen=True, slots=True)
class Safe:
    """A custodian's cash: where a float comes from and where the counted money goes."""

    holder_id: int
    name: str
    balance_minor: int


def days_to_open_at(
    session: Session, community_ids: Collection[int], *, since: date
) -> list[DayToOpenAt]:
    """Market days that sell for real, from `since` on, the latest first."""
    free = (
        select(func.count())
        .where(Stall.market_day_id == MarketDay.id, ~in_open_till())
        .correlate(MarketDay)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            MarketDay.id,
            Community.slug,
            MarketDay.name,
            MarketDay.held_on,
            MarketDay.place,
            free.label("free_stalls"),
        )
        .join(MarketOpening, MarketOpening.market_day_id == MarketDay.id)
        .join(Community, Community.id == MarketDay.community_id)
        .where(MarketDay.community_id.in_(community_ids), MarketDay.held_on >= since)
        .order_by(MarketDay.held_on.desc(), MarketDay.id.desc())
    )
    return [
        DayToOpenAt(
            id=row.id,
            community=row.slug,
            name=row.name,
            held_on=row.held_on,
            place=row.place,
            free_stalls=row.free_stalls,
        )
        for row in rows
    ]


def market_day_name(session: Session, community_id: int, market_day_id: int) -> str:
    """The name of a market day of this community; raises NoSuchMarketDay."""
    name = session.scalar(
        select(MarketDay.name).where(
            MarketDay.id == market_day_id, MarketDay.community_id == community_id
        )
    )
    if name is None:
        raise NoSuchMarketDay
    return name


def stalls_to_open(session: Session, market_day_id: int) -> list[StallChoice]:
    """The stalls of a market day, each with the open till that serves it, if any."""
    taken_by = (
        select(Till.name)
        .join(TillStall, TillStall.till_id == Till.id)
        .outerjoin(Closure, first_closure())
        .where(TillStall.stall_id == Stall.id, Closure.id.is_(None))
        .correlate(Stall)
        .limit(1)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Stall.id, Stall.number, Stall.name, taken_by)
        .where(Stall.market_day_id == market_day_id)
        .order_by(func.length(Stall.number), Stall.number, Stall.id)
    )
    return [StallChoice(*row) for row in rows]


def safes_of(session: Session, community_id: int) -> list[Safe]:
    """Custodians who may give change and take the counted cash."""
    rows = session.execute(
        select(Holder.id, Holder.name, func.coalesce(Account.balance_minor, 0))
        .outerjoin(Account, and_(Account.holder_id == Holder.id, Account.kind == "cash_safe"))
        .where(
            Holder.community_id == community_id,
            Holder.kind == "custodian",
            Holder.closed_at.is_(None),
        )
        .order_by(Holder.id)
    )
    return [Safe(*row) for row in rows]
