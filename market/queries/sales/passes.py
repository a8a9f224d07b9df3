"""Stall passes and the phones that joined by them, for the desk and for who scans one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session, aliased

from market.domain.sales.stall_pass import valid_until
from market.models.people import Community
from market.models.sales import (
    DayDigits,
    Device,
    DeviceHolder,
    MarketDay,
    MarketOpening,
    Stall,
    StallPass,
)
from market.queries.sales.offers import NoSuchStall


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneNow:
    """A phone that joined a stall. `unsent` is how many records it last said to hold."""

    id: int
    letter: str
    name: str
    since: datetime
    stall_id: int
    stall_number: str
    stall: str
    market_day_id: int
    joined_at: datetime
    seen_at: datetime | None
    unsent: int
    last_sequence: int
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PassNow:
    """The pass of a stall that stands or stood last; `id` is null where it never had one."""

    stall_id: int
    number: str
    stall: str
    market_day_id: int
    id: int | None
    salt: bytes | None
    token_hash: bytes | None
    seats: int
    taken: int
    made_at: datetime | None
    revoked_at: datetime | None

    @property
    def stands(self) -> bool:
        return self.id is not None and self.revoked_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class PassFound:
    """What whoever scans a pass may know before they joined."""

    id: int
    stall_id: int
    number: str
    stall: str
    seats: int
    taken: int
    revoked: bool
    market_day_id: int
    market_day: str
    held_on: date
    starts_at: time
    ends_at: time
    place: str
    opened: bool
    community_id: int
    community: str
    time_zone: str

    @property
    def valid_until(self) -> datetime:
        return valid_until(self.held_on, self.time_zone)

    @property
    def full(self) -> bool:
        return self.taken >= self.seats


def passes_of(session: Session, market_day_id: int) -> list[PassNow]:
    """The passes of a market day's stalls, by their numbers."""
    rows = session.execute(
        _passes()
        .where(Stall.market_day_id == market_day_id)
        .order_by(func.length(Stall.number), Stall.number, Stall.id)
    )
    return [_pass(row) for row in rows]


def pass_of(session: Session, community_id: int, stall_id: int) -> PassNow:
    """The pass of a stall of this community; raises NoSuchStall."""
    row = session.execute(
        _passes()
        .join(MarketDay, MarketDay.id == Stall.market_day_id)
        .where(Stall.id == stall_id, MarketDay.community_id == community_id)
    ).one_or_none()
    if row is None:
        raise NoSuchStall
    return _pass(row)


def pass_by_token(session: Session, token_hash: bytes) -> PassFound | None:
    """The pass whose code somebody scanned, whether it still lets anybody in or not."""
    row = session.execute(
        select(
            StallPass.id,
            Stall.id.label("stall_id"),
            Stall.number,
            Stall.name.label("stall"),
            StallPass.seats,
            StallPass.taken,
            StallPass.revoked_at.is_not(None).label("revoked"),
            MarketDay.id.label("market_day_id"),
            MarketDay.name.label("market_day"),
            MarketDay.held_on,
            MarketDay.starts_at,
            MarketDay.ends_at,
            MarketDay.place,
            MarketOpening.market_day_id.is_not(None).label("opened"),
            Community.id.label("community_id"),
            Community.name.label("community"),
            Community.time_zone,
        )
        .join(Stall, Stall.id == StallPass.stall_id)
        .join(MarketDay, MarketDay.id == Stall.market_day_id)
        .join(Community, Community.id == MarketDay.community_id)
        .outerjoin(MarketOpening, MarketOpening.market_day_id == MarketDay.id)
        .where(StallPass.token_hash == token_hash)
    ).one_or_none()
    return None if row is None else PassFound(**row._mapping)  # noqa: SLF001 - its public name


def stalls_without_pass(session: Session, market_day_id: int) -> int:
    """How many stalls of a market day no phone can join."""
    stands = (
        select(StallPass.id)
        .where(StallPass.stall_id == Stall.id, StallPass.revoked_at.is_(None))
        .exists()
    )
    return (
        session.scalar(
            select(func.count())
            .select_from(Stall)
            .where(Stall.market_day_id == market_day_id, ~stands)
        )
        or 0
    )


def digits_of(session: Session, market_day_id: int) -> DayDigits | None:
    """The market day's four digits, once there are passes."""
    return session.scalar(select(DayDigits).where(DayDigits.market_day_id == market_day_id))


def phones_of(
    session: Session, market_day_id: int, stall_ids: Collection[int] | None = None
) -> list[PhoneNow]:
    """The phones that joined stalls of a market day, those that were shown out last."""
    question = _phones().where(Device.market_day_id == market_day_id)
    if stall_ids is not None:
        question = question.where(Stall.id.in_(stall_ids))
    rows = session.execute(question.order_by(Device.revoked_at.is_not(None), Device.id))
    return [PhoneNow(**row._mapping) for row in rows]  # noqa: SLF001 - its public name


def phone_now(session: Session, community_id: int, device_id: int) -> PhoneNow | None:
    """A phone that joined a stall of this community."""
    row = session.execute(
        _phones()
        .join(MarketDay, MarketDay.id == Device.market_day_id)
        .where(Device.id == device_id, MarketDay.community_id == community_id)
    ).one_or_none()
    return None if row is None else PhoneNow(**row._mapping)  # noqa: SLF001 - its public name


def _passes() -> Select[*tuple[object, ...]]:
    newer = aliased(StallPass)
    newest = (
        select(func.max(newer.id)).where(newer.stall_id == Stall.id).correlate(Stall)
    ).scalar_subquery()
    return select(
        Stall.id.label("stall_id"),
        Stall.number,
        Stall.name.label("stall"),
        Stall.market_day_id,
        StallPass.id,
        StallPass.salt,
        StallPass.token_hash,
        func.coalesce(StallPass.seats, 0).label("seats"),
        func.coalesce(StallPass.taken, 0).label("taken"),
        StallPass.made_at,
        StallPass.revoked_at,
    ).outerjoin(StallPass, StallPass.id == newest)


def _pass(row: Row[*tuple[object, ...]]) -> PassNow:
    return PassNow(**row._mapping)  # noqa: SLF001 - its public name


def _phones() -> Select[*tuple[object, ...]]:
    """Phones with whose hands they are in now."""
    later = aliased(DeviceHolder)
    last = (
        select(func.max(later.id)).where(later.device_id == Device.id).correlate(Device)
    ).scalar_subquery()
    return (
        select(
            Device.id,
            Device.letter,
            func.coalesce(DeviceHolder.name, "").label("name"),
            func.coalesce(DeviceHolder.since, Device.created_at).label("since"),
            Stall.id.label("stall_id"),
            Stall.number.label("stall_number"),
            Stall.name.label("stall"),
            Device.market_day_id,
            Device.created_at.label("joined_at"),
            Device.seen_at,
            Device.unsent,
            Device.last_sequence,
            Device.revoked_at,
        )
        .join(StallPass, StallPass.id == Device.pass_id)
        .join(Stall, Stall.id == StallPass.stall_id)
        .outerjoin(DeviceHolder, DeviceHolder.id == last)
        .where(Device.token_hash.is_not(None))
    )
