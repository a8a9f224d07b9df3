"""Phones at closing: which have said that all of theirs is here, and what is missing of the others."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from market.models.sales import (
    Closure,
    ClosurePhone,
    Device,
    DeviceSignOff,
    PhoneVoid,
    QuarantinedSale,
    Sale,
    StallPass,
    TillStall,
)
from market.queries.sales.passes import PhoneNow, phones_of


class SignOff(StrEnum):
    """How far a phone is: it has signed off; it has, and records are missing; it has not."""

    DONE = "done"
    HOLES = "holes"
    OPEN = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneAtTill:
    """A phone of a till. `missing` numbers it has given to records have not come; what it last said
    to hold is `phone.unsent`."""

    phone: PhoneNow
    signed_off_at: datetime | None
    missing: int

    @property
    def state(self) -> SignOff:
        if self.signed_off_at is None:
            return SignOff.OPEN
        return SignOff.HOLES if self.missing else SignOff.DONE


@dataclass(frozen=True, slots=True)
class PhoneNamed:
    """A phone as a closure names it: as it stood when the till was closed."""

    letter: str
    name: str
    signed_off_at: datetime | None
    seen_at: datetime | None
    unsent: int
    missing: int
    reason: str


def phones_at(session: Session, market_day_id: int, till_id: int) -> list[PhoneAtTill]:
    """The phones that sold into a till, and those that stand at its stalls."""
    sold = select(Sale.device_id).where(Sale.till_id == till_id)
    stands = (
        select(Device.id)
        .join(StallPass, StallPass.id == Device.pass_id)
        .join(TillStall, TillStall.stall_id == StallPass.stall_id)
        .where(TillStall.till_id == till_id, Device.revoked_at.is_(None))
    )
    ids = set(
        session.scalars(
            select(Device.id).where(
                Device.market_day_id == market_day_id,
                Device.kind == "phone",
                Device.pass_id.is_not(None),
                or_(Device.id.in_(sold), Device.id.in_(stands)),
            )
        )
    )
    phones = [phone for phone in phones_of(session, market_day_id) if phone.id in ids]
    return with_sign_offs(session, phones, till_ids=[till_id])


def with_sign_offs(
    session: Session, phones: Collection[PhoneNow], *, till_ids: Collection[int]
) -> list[PhoneAtTill]:
    """The phones with their word for one of these tills; a word given before a later sale is void."""
    signed = {
        row.device_id: row
        for row in session.execute(
            select(DeviceSignOff.device_id, DeviceSignOff.last_sequence, DeviceSignOff.at)
            .where(DeviceSignOff.till_id.in_(till_ids))
            .order_by(DeviceSignOff.at)
        )
    }
    received = _received(session, [phone.id for phone in phones])
    found = []
    for phone in phones:
        word = signed.get(phone.id)
        last = max(phone.last_sequence, word.last_sequence if word else 0)
        stands = word is not None and word.last_sequence >= phone.last_sequence
        found.append(
            PhoneAtTill(
                phone=phone,
                signed_off_at=word.at if word is not None and stands else None,
                missing=max(0, last - received.get(phone.id, 0)),
            )
        )
    return found


def named_by(session: Session, closure_id: int) -> list[PhoneNamed]:
    """The phones a closure names."""
    rows = session.execute(
        select(
            Device.letter,
            ClosurePhone.name,
            ClosurePhone.signed_off_at,
            ClosurePhone.seen_at,
            ClosurePhone.unsent,
            ClosurePhone.missing,
            ClosurePhone.reason,
        )
        .join(Device, Device.id == ClosurePhone.device_id)
        .join(Closure, Closure.id == ClosurePhone.closure_id)
        .where(Closure.id == closure_id)
        .order_by(Device.id)
    )
    return [PhoneNamed(*row) for row in rows]


def _received(session: Session, device_ids: Collection[int]) -> Mapping[int, int]:
    """How many of a phone's numbers have come, as sales, voids, or set aside."""
    found: dict[int, int] = {}
    columns: tuple[InstrumentedAttribute[int] | InstrumentedAttribute[int | None], ...] = (
        Sale.device_id,
        PhoneVoid.device_id,
        QuarantinedSale.device_id,
    )
    for column in columns:
        counted = session.execute(
            select(column, func.count()).where(column.in_(device_ids)).group_by(column)
        )
        for device_id, number in counted:
            if device_id is not None:
                found[device_id] = found.get(device_id, 0) + number
    return found
