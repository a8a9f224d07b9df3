"""Services of a market day: who serves, how turns are taken, and which times are still free."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Row, Select, case, false, func, or_, select
from sqlalchemy.orm import Session

from market.domain.errors import N_, Missing
from market.domain.sales.turns import Way
from market.models.people import Community
from market.models.sales import (
    CashCount,
    Closure,
    LegalBasis,
    Listing,
    MarketDay,
    MarketOpening,
    Service,
    Slot,
    Stall,
    TillStall,
    Turn,
)
from market.queries.sales.changes import is_off

SERVICE = "service"


class NoSuchService(Missing):
    """No service with this number, or none that anybody can take a turn at."""

    sentence = N_("没有找到这项服务，请回到市集页重新选择。")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceNow:
    """A service listing with the day it belongs to. `way` is None until somebody said it.

    `price_minor` None is an open price, 0 a service for the neighbours' sake.
    """

    listing_id: int
    name: str
    price_minor: int | None
    minutes: int | None
    retired: bool
    stall_id: int
    stall_number: str
    stall: str
    way: Way | None
    provider: str
    care: bool
    market_day_id: int
    market_day: str
    slug: str
    held_on: date
    starts_at: time
    ends_at: time
    place: str
    community_id: int
    time_zone: str
    opened: bool
    has_basis: bool

    def moment(self, at: time) -> datetime:
        """A time of its market day, in UTC."""
        zone = ZoneInfo(self.time_zone)
        return datetime.combine(self.held_on, at, tzinfo=zone).astimezone(UTC)

    def is_past(self, at: time, *, now: datetime) -> bool:
        """Whether a time of its market day has begun."""
        return self.moment(at) <= now


@dataclass(frozen=True, slots=True)
class SlotNow:
    """A time that can be had, or who has it."""

    at: time
    turn_id: UUID | None


def service_now(session: Session, community_id: int, listing_id: int) -> ServiceNow:
    """A service listing of this community, retired or not; raises NoSuchService."""
    row = session.execute(
        _services().where(Listing.id == listing_id, MarketDay.community_id == community_id)
    ).one_or_none()
    if row is None:
        raise NoSuchService
    return _service(row)


def service_at(session: Session, slug: str, listing_id: int) -> ServiceNow:
    """A service of the market day with this address; raises NoSuchService."""
    row = session.execute(
        _services().where(Listing.id == listing_id, MarketDay.slug == slug)
    ).one_or_none()
    if row is None:
        raise NoSuchService
    return _service(row)


def services_of(
    session: Session, market_day_id: int, *, with_queues: bool = False
) -> list[ServiceNow]:
    """The services a market day offers and that say how turns are taken, in the stalls' order.

    `with_queues` those too that were taken off, as long as somebody has a turn there.
    """
    queued = Listing.id.in_(select(Turn.listing_id)) if with_queues else false()
    rows = session.execute(
        _services()
        .where(
            Stall.market_day_id == market_day_id,
            or_(Listing.retired_at.is_(None), queued),
            Service.way.is_not(None),
        )
        .order_by(func.length(Stall.number), Stall.number, Listing.position, Listing.id)
    )
    return [_service(row) for row in rows]


def slots_of(session: Session, listing_id: int) -> list[SlotNow]:
    """A service's slots in their order, free or taken."""
    rows = session.execute(
        select(Slot.at, Slot.turn_id).where(Slot.listing_id == listing_id).order_by(Slot.at)
    )
    return [SlotNow(*row) for row in rows]


def free_slots(session: Session, service: ServiceNow, *, now: datetime) -> list[time]:
    """The times of a service that nobody has and that have not begun."""
    return free_slots_of(session, [service], now=now).get(service.listing_id, [])


def free_slots_of(
    session: Session, services: Sequence[ServiceNow], *, now: datetime
) -> dict[int, list[time]]:
    """The same for several services at once, by listing."""
    by_id = {service.listing_id: service for service in services if service.way is Way.SLOT}
    rows = session.execute(
        select(Slot.listing_id, Slot.at)
        .where(Slot.listing_id.in_(by_id), Slot.turn_id.is_(None))
        .order_by(Slot.listing_id, Slot.at)
    )
    free: dict[int, list[time]] = {}
    for listing_id, at in rows:
        if not by_id[listing_id].is_past(at, now=now):
            free.setdefault(listing_id, []).append(at)
    return free


def open_till_of(session: Session, stall_id: int) -> int | None:
    """The till where a stall's things are paid now, if there is one that still sells."""
    return session.scalar(
        select(TillStall.till_id)
        .outerjoin(Closure, Closure.till_id == TillStall.till_id)
        .outerjoin(CashCount, CashCount.till_id == TillStall.till_id)
        .where(TillStall.stall_id == stall_id, Closure.id.is_(None), CashCount.till_id.is_(None))
        .order_by(TillStall.till_id.desc())
        .limit(1)
    )


def _services() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Listing.id,
            Listing.name,
            Listing.price_minor,
            Listing.minutes,
            Listing.retired_at,
            Stall.id.label("stall_id"),
            Stall.number.label("stall_number"),
            Stall.name.label("stall"),
            Service.way,
            func.coalesce(Service.provider, "").label("provider"),
            func.coalesce(Service.care, False).label("care"),
            MarketDay.id.label("market_day_id"),
            MarketDay.name.label("market_day"),
            MarketDay.slug,
            MarketDay.held_on,
            MarketDay.starts_at,
            MarketDay.ends_at,
            MarketDay.place,
            Community.id.label("community_id"),
            Community.time_zone,
            MarketOpening.opened_at,
            # Nothing is booked at a market that is called off.
            case((is_off(), None), else_=LegalBasis.kind).label("basis"),
        )
        .join(Stall, Stall.id == Listing.stall_id)
        .join(MarketDay, MarketDay.id == Stall.market_day_id)
        .join(Community, Community.id == MarketDay.community_id)
        .outerjoin(Service, Service.listing_id == Listing.id)
        .outerjoin(MarketOpening, MarketOpening.market_day_id == MarketDay.id)
        .outerjoin(LegalBasis, LegalBasis.market_day_id == MarketDay.id)
        .where(Listing.kind == SERVICE)
    )


def _service(row: Row[*tuple[Any, ...]]) -> ServiceNow:
    return ServiceNow(
        listing_id=row.id,
        name=row.name,
        price_minor=row.price_minor,
        minutes=row.minutes,
        retired=row.retired_at is not None,
        stall_id=row.stall_id,
        stall_number=row.stall_number,
        stall=row.stall,
        way=Way(row.way) if row.way else None,
        provider=row.provider,
        care=bool(row.care),
        market_day_id=row.market_day_id,
        market_day=row.market_day,
        slug=row.slug,
        held_on=row.held_on,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        place=row.place,
        community_id=row.community_id,
        time_zone=row.time_zone,
        opened=row.opened_at is not None,
        has_basis=row.basis is not None,
    )
