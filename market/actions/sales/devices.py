"""The phones, forms and imports that record sales at a market day, each with its letter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from market.domain.sales.sale import device_letter
from market.models.sales import Device, DeviceHolder, MarketDay
from market.queries.asking import ask
from market.queries.sales.counter import device_of

NAMES_KEPT = timedelta(days=30)
"""So long after a market it is known who sold with which phone."""
_NEXT_OF_FORM = (
    update(Device)
    .where(
        Device.market_day_id == bindparam("market_day"),
        Device.person_id == bindparam("person"),
        Device.kind == "form",
    )
    .values(last_sequence=Device.last_sequence + 1)
    .returning(Device.id, Device.letter, Device.last_sequence)
)
_NEXT_OF_PHONE = (
    update(Device)
    .where(Device.phone_id == bindparam("phone"))
    .values(last_sequence=Device.last_sequence + 1)
    .returning(Device.id, Device.letter, Device.last_sequence)
)


@dataclass(frozen=True, slots=True)
class Seller:
    """Who fills in a plain form: somebody signed in, or a phone that joined a stall."""

    person_id: int | None = None
    phone_id: int | None = None


class FormNumber(NamedTuple):
    """The number of a record that is made by hand, under its device."""

    device_id: int
    letter: str
    sequence: int


def form_device(
    session: Session, market_day_id: int, person_id: int, *, now: datetime
) -> tuple[int, str]:
    """The id and letter a person's plain forms record under at a market day; made when first used."""
    found = device_of(session, market_day_id, person_id)
    if found is not None:
        return found
    lock_market_day(session, market_day_id)
    # Two taps may have come at once: whoever waited for the lock finds the first one's row.
    return device_of(session, market_day_id, person_id) or add_device(
        session, market_day_id, "form", person_id=person_id, now=now
    )


def add_device(
    session: Session, market_day_id: int, kind: str, *, person_id: int | None, now: datetime
) -> tuple[int, str]:
    """A new device of a market day with the next free letter; gives its id and letter."""
    lock_market_day(session, market_day_id)
    known = session.scalar(
        select(func.count()).select_from(Device).where(Device.market_day_id == market_day_id)
    )
    device = Device(
        market_day_id=market_day_id,
        letter=device_letter((known or 0) + 1),
        kind=kind,
        person_id=person_id,
        last_sequence=0,
        created_at=now,
    )
    session.add(device)
    session.flush()
    return device.id, device.letter


def next_of_form(
    session: Session, market_day_id: int, seller: Seller, *, now: datetime
) -> FormNumber:
    """The number of the next record of a seller's plain forms; they wait for this unit to end."""
    if seller.phone_id is not None:
        return _next_of_phone(session, market_day_id, seller.phone_id, now=now)
    if seller.person_id is None:
        message = "somebody sells: a person or a phone"
        raise ValueError(message)
    asked = {"market_day": market_day_id, "person": seller.person_id}
    row = ask(session, _NEXT_OF_FORM, asked).one_or_none()
    if row is None:
        form_device(session, market_day_id, seller.person_id, now=now)
        row = ask(session, _NEXT_OF_FORM, asked).one()
    return FormNumber(*row)


def lock_market_day(session: Session, market_day_id: int) -> None:
    """Hold the row under which a market day's passes and devices change, one after another."""
    session.execute(
        select(MarketDay.id).where(MarketDay.id == market_day_id).with_for_update(key_share=True)
    )


def give_back_sequence(session: Session, device_id: int) -> None:
    """The number just taken was not used: a hole would look like a lost record."""
    session.execute(
        update(Device)
        .where(Device.id == device_id)
        .values(last_sequence=Device.last_sequence - 1)
        .execution_options(synchronize_session=False)
    )


def _next_of_phone(
    session: Session, market_day_id: int, phone_id: int, *, now: datetime
) -> FormNumber:
    """A phone's forms are numbered apart: what it has numbered itself may still be on its way."""
    row = ask(session, _NEXT_OF_PHONE, {"phone": phone_id}).one_or_none()
    if row is None:
        lock_market_day(session, market_day_id)
        # Two taps may have come at once: whoever waited for the lock finds the first one's row.
        row = ask(session, _NEXT_OF_PHONE, {"phone": phone_id}).one_or_none()
    if row is None:
        device_id, _ = add_device(session, market_day_id, "form", person_id=None, now=now)
        session.execute(
            update(Device)
            .where(Device.id == device_id)
            .values(phone_id=phone_id)
            .execution_options(synchronize_session=False)
        )
        row = ask(session, _NEXT_OF_PHONE, {"phone": phone_id}).one()
    return FormNumber(*row)


def erase_old_holders(session: Session, *, now: datetime) -> int:
    """Erase who had which phone at market days more than 30 days ago; gives how many names."""
    old = (
        select(Device.id)
        .join(MarketDay, MarketDay.id == Device.market_day_id)
        .where(MarketDay.held_on < (now - NAMES_KEPT).date())
    )
    erased = session.execute(
        update(DeviceHolder)
        .where(DeviceHolder.device_id.in_(old), DeviceHolder.name != "")
        .values(name="")
        .returning(DeviceHolder.id)
        .execution_options(synchronize_session=False)
    )
    return len(erased.all())
