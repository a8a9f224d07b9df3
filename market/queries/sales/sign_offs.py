"""Phones at closing: which have said that all of theirs is here, and what is missing of the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from market.domain.sales.holes import Hole, holes
from market.domain.sales.set_aside import SaidSale, read_said
from market.models.sales import (
    Closure,
    ClosurePhone,
    Device,
    DeviceSignOff,
    PhoneVoid,
    QuarantinedSale,
    Sale,
    Slip,
    StallPass,
    TillStall,
)
from market.queries.sales.passes import PhoneNow, phones_of


class SignOff(StrEnum):
    """How far a phone is: it has signed off; it has, and records are missing; it has not; or it need
    not, because it sold by plain forms alone and so holds nothing."""

    DONE = "done"
    HOLES = "holes"
    OPEN = "open"
    PLAIN = "plain"

    @property
    def settled(self) -> bool:
        """Whether nothing more is waited for."""
        return self in {SignOff.DONE, SignOff.PLAIN}


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneAtTill:
    """A phone of a till. `missing` numbers it has given to records have not come; what it last said
    to hold is `phone.unsent`. `plain_only`: it has sold by plain forms, and never by its own program."""

    phone: PhoneNow
    signed_off_at: datetime | None
    missing: int
    holes: tuple[Hole, ...] = ()
    plain_only: bool = False

    @property
    def state(self) -> SignOff:
        if self.plain_only:
            return SignOff.PLAIN
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
    plain = _by_forms_alone(session, phones)
    words = {phone.id: signed.get(phone.id) for phone in phones}
    last = {
        phone.id: max(phone.last_sequence, word.last_sequence if word else 0)
        for phone in phones
        for word in [words[phone.id]]
    }
    missing = {one: max(0, last[one] - received.get(one, 0)) for one in last}
    gaps = _holes(session, {one: last[one] for one in last if missing[one]})
    return [
        PhoneAtTill(
            phone=phone,
            signed_off_at=word.at if word and word.last_sequence >= phone.last_sequence else None,
            missing=missing[phone.id],
            holes=gaps.get(phone.id, ()),
            plain_only=phone.id in plain and not missing[phone.id],
        )
        for phone in phones
        for word in [words[phone.id]]
    ]


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
    """How many of a phone's numbers have come, as sales, voids, or set aside under no number of those."""
    found: Counter[int] = Counter()
    for column in (Sale.device_id, PhoneVoid.device_id):
        counted = session.execute(
            select(column, func.count()).where(column.in_(device_ids)).group_by(column)
        )
        found.update(dict(counted.all()))
    aside = _numbers_aside(session, device_ids)
    if aside:
        came = _numbers(session, aside, set().union(*aside.values()))
        for device_id, numbers in aside.items():
            found[device_id] += len(numbers - came[device_id])
    return found


def _numbers_aside(session: Session, device_ids: Collection[int]) -> Mapping[int, set[int]]:
    """The numbers of records that these phones sent and that were set aside, where they can be read."""
    found: dict[int, set[int]] = {}
    rows = session.execute(
        select(QuarantinedSale.device_id, QuarantinedSale.content).where(
            QuarantinedSale.device_id.in_(device_ids)
        )
    )
    for device_id, content in rows:
        said = read_said(content)
        of_another = isinstance(said, SaidSale) and said.device_id != device_id
        if said is not None and device_id is not None and not of_another:
            found.setdefault(device_id, set()).add(said.sequence)
    return found


def _numbers(
    session: Session, device_ids: Collection[int], wanted: Collection[int] | None = None
) -> dict[int, set[int]]:
    """The numbers of these phones' sales and voids: all of them, or those that are wanted."""
    found: dict[int, set[int]] = {device_id: set() for device_id in device_ids}
    for row in (Sale, PhoneVoid):
        question = select(row.device_id, row.sequence).where(row.device_id.in_(device_ids))
        if wanted is not None:
            question = question.where(row.sequence.in_(wanted))
        for device_id, number in session.execute(question):
            found[device_id].add(number)
    return found


def _holes(session: Session, last: Mapping[int, int]) -> Mapping[int, tuple[Hole, ...]]:
    """What has not come of the numbers up to the last one of each phone."""
    if not last:
        return {}
    came, aside = _numbers(session, last), _numbers_aside(session, last)
    return {one: holes(last[one], came[one] | aside.get(one, set())) for one in last}


def _by_forms_alone(session: Session, phones: Collection[PhoneNow]) -> set[int]:
    """Phones that have sold by plain forms and whose own program never ran: it would have fetched
    receipt slips first. Such a phone holds nothing."""
    quiet = [one.id for one in phones if not one.last_sequence and not one.unsent]
    forms, fetched = aliased(Device), exists().where(Slip.device_id == Device.id)
    return set(
        session.scalars(
            select(Device.id)
            .join(forms, forms.phone_id == Device.id)
            .where(Device.id.in_(quiet), forms.last_sequence > 0, ~fetched)
        )
    )
