"""Preparing a service: who serves, how turns are taken, and the times that can be booked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from market.actions.ledger.audit import note
from market.actions.sales.stalls import stall_to_write
from market.actions.sales.turn_changes import start_counting, turns_changed
from market.domain.errors import N_, Invalid, Refused
from market.domain.sales.bookings import slots_between
from market.domain.sales.turns import MOST_PROVIDER, CareIsNotLeft, Way
from market.domain.text import clean_text
from market.models.sales import Service, Slot, Turn
from market.queries.sales.services import ServiceNow, service_now, slots_of


class WayFixed(Refused):
    """Turns were taken in the way it is."""

    sentence = N_("已经有人取号、预约或留件，轮候方式不能再改；由谁来做还可以改。")


class MinutesUnknown(Refused):
    """Slots are as long as a service takes, and nobody has said how long that is."""

    sentence = N_("先在服务里填上“做一次要多少分钟”，再来开时段。")


class NotBySlots(Refused):
    """A service whose turns are numbers or things that are left."""

    sentence = N_("这项服务不是“预约时段”，没有时段可开。")


class SlotsOutsideMarket(Invalid):
    """A time at which there is no market."""

    sentence = N_("时段要在市集时间 %(starts)s–%(ends)s 之内。")


class NoNewSlots(Invalid):
    """All of them run into slots that are there."""

    sentence = N_("这些时间和已有的时段重叠，没有加上新的。")


class SlotGone(Refused):
    """Not there, or somebody has it."""

    sentence = N_("这个时段已经有人预约，或已经去掉了，请看一下现在的时段。")


@dataclass(frozen=True, slots=True, kw_only=True)
class SetService:
    """Who serves, and the one way of taking turns. `care` is looking after children."""

    community_id: int
    listing_id: int
    way: Way
    provider: str
    care: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSlots:
    """Slots from a time on, over by another, each as long as the service takes."""

    community_id: int
    listing_id: int
    first: time
    last: time


def set_service(session: Session, command: SetService, *, by_id: int, now: datetime) -> Service:
    """Say how a service is served; the way stays as soon as somebody has taken a turn.

    Raises NoSuchService, CareIsNotLeft, WayFixed, and what `clean_text` raises.
    """
    service = _to_write(session, command.community_id, command.listing_id)
    provider = clean_text(command.provider, most=MOST_PROVIDER)
    if command.care and command.way is Way.LEFT:
        raise CareIsNotLeft(field="way")
    known = session.get(Service, service.listing_id)
    if known is None:
        start_counting(session, service.market_day_id)
        known = Service(listing_id=service.listing_id)
        session.add(known)
    elif (known.way, known.care) != (command.way, command.care):
        if _has_turns(session, service.listing_id):
            raise WayFixed(field="way")
        session.execute(delete(Slot).where(Slot.listing_id == service.listing_id))
    known.way, known.provider, known.care = str(command.way), provider, command.care
    _note(session, "service_set", service, by_id=by_id, now=now)
    return known


def open_slots(session: Session, command: OpenSlots, *, by_id: int, now: datetime) -> int:
    """Add slots that run into none that is there; gives how many.

    Raises NoSuchService, NotBySlots, MinutesUnknown, SlotsOutsideMarket, NoNewSlots, and what
    `slots_between` raises.
    """
    service = _to_write(session, command.community_id, command.listing_id)
    if service.way is not Way.SLOT:
        raise NotBySlots
    if service.minutes is None:
        raise MinutesUnknown
    if command.first < service.starts_at or command.last > service.ends_at:
        raise SlotsOutsideMarket(
            starts=f"{service.starts_at:%H:%M}",
            ends=f"{service.ends_at:%H:%M}",
            field="first" if command.first < service.starts_at else "last",
        )
    known = [slot.at for slot in slots_of(session, service.listing_id)]
    new = slots_between(command.first, command.last, service.minutes, taken=known)
    if not new:
        raise NoNewSlots(field="first")
    session.execute(
        insert(Slot), [{"listing_id": service.listing_id, "at": at, "turn_id": None} for at in new]
    )
    _note(session, "slots_opened", service, by_id=by_id, now=now, slots=len(new))
    return len(new)


def close_slot(
    session: Session, community_id: int, listing_id: int, at: time, *, by_id: int, now: datetime
) -> None:
    """Take a free slot away. Raises NoSuchService, SlotGone."""
    service = _to_write(session, community_id, listing_id)
    gone = session.execute(
        delete(Slot)
        .where(Slot.listing_id == service.listing_id, Slot.at == at, Slot.turn_id.is_(None))
        .returning(Slot.at)
    ).all()
    if not gone:
        raise SlotGone
    turns_changed(session, service.market_day_id)
    _note(session, "slot_closed", service, by_id=by_id, now=now)


def _to_write(session: Session, community_id: int, listing_id: int) -> ServiceNow:
    """A service, with whoever else prepares its stall waiting."""
    service = service_now(session, community_id, listing_id)
    stall_to_write(session, community_id, service.stall_id)
    # Asked again: what was read before the wait may have changed during it.
    return service_now(session, community_id, listing_id)


def _has_turns(session: Session, listing_id: int) -> bool:
    taken = select(func.count()).select_from(Turn).where(Turn.listing_id == listing_id)
    return bool(session.scalar(taken))


def _note(
    session: Session, kind: str, service: ServiceNow, *, by_id: int, now: datetime, **more: int
) -> None:
    community_id, listing = service.community_id, service.listing_id
    note(session, kind, community_id=community_id, now=now, listing=listing, by=by_id, **more)
