"""Records that were set aside: what each says, what we hold instead, and what was said of it since."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.orm import Session, aliased

from market.domain.errors import N_, Missing
from market.domain.sales.set_aside import Said, SaidSale, SaidVoid, Settlement, read_said
from market.models.people import Person
from market.models.sales import (
    AsideDecision,
    Device,
    DeviceHolder,
    MarketDay,
    QuarantinedSale,
    Sale,
    SaleLine,
    SalePosition,
    SaleVoid,
    Till,
)
from market.queries.sales.known import Names, known_sales

PAGE_SIZE = 100
_OF_DAY = func.coalesce(Till.market_day_id, Device.market_day_id)


class NoSuchAside(Missing):
    """No record of this community that was set aside has this id."""

    sentence = N_("没有找到这笔待核对的记录，请从“待核对”重新进入。")


# A cached property needs a place to keep what it found.
@dataclass(frozen=True, kw_only=True)
class AsideNow:
    """A record that was set aside. `letter` and `name` are of the phone that sent it."""

    id: int
    market_day_id: int
    market_day: str
    till_id: int | None
    till: str | None
    device_id: int | None
    letter: str | None
    name: str | None
    reason: str
    content: str
    received_at: datetime
    outcome: str | None
    decision_reason: str | None
    decided_by: str | None
    decided_at: datetime | None
    accepted_id: UUID | None
    accepted_number: str | None

    @cached_property
    def said(self) -> Said | None:
        """What it says; None where nobody can read it."""
        return read_said(self.content)

    @property
    def sale(self) -> SaidSale | None:
        return self.said if isinstance(self.said, SaidSale) else None

    @property
    def void(self) -> SaidVoid | None:
        return self.said if isinstance(self.said, SaidVoid) else None

    @property
    def settlement(self) -> Settlement | None:
        return None if self.outcome is None else Settlement(self.outcome)


@dataclass(frozen=True, slots=True)
class HeldLine:
    name: str
    quantity: int
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldSale:
    """A sale of ours that has the id, the code or the number of one that was set aside."""

    id: UUID
    till_id: int
    till: str
    code: str
    day_number: str
    tender: str
    gift_minor: int
    due_minor: int
    recorded_at: datetime
    voided: bool
    closed: bool
    lines: tuple[HeldLine, ...]


def asides_of(
    session: Session,
    community_id: int,
    *,
    market_day_id: int | None = None,
    settled: bool = False,
    before: int | None = None,
) -> tuple[list[AsideNow], int | None]:
    """Records of a community, newest first, those that wait or those that are settled; and before
    which id the older ones are, where there are more."""
    conditions = [MarketDay.community_id == community_id, _settled(settled)]
    if market_day_id is not None:
        conditions.append(MarketDay.id == market_day_id)
    if before is not None:
        conditions.append(QuarantinedSale.id < before)
    rows = session.execute(
        _asides().where(*conditions).order_by(QuarantinedSale.id.desc()).limit(PAGE_SIZE + 1)
    ).all()
    found = [_aside(row) for row in rows[:PAGE_SIZE]]
    return found, found[-1].id if len(rows) > PAGE_SIZE else None


def aside_now(session: Session, community_id: int, aside_id: int) -> AsideNow:
    """One of them; raises NoSuchAside."""
    row = session.execute(
        _asides().where(QuarantinedSale.id == aside_id, MarketDay.community_id == community_id)
    ).one_or_none()
    if row is None:
        raise NoSuchAside
    return _aside(row)


def held_instead(session: Session, aside: AsideNow) -> list[HeldSale]:
    """What we hold under the id, the code or the number of a record, or what a void is about."""
    said = aside.said
    if isinstance(said, SaidSale):
        names = Names(said.id, said.code, said.device_id, said.sequence)
        return _held(session, [one.id for one in known_sales(session, [names])])
    if isinstance(said, SaidVoid):
        return _held(session, [said.sale_id])
    return []


def waiting_of_days(session: Session, market_day_ids: Collection[int]) -> int:
    """How many records of these market days nobody has settled."""
    return _count(session, MarketDay.id.in_(market_day_ids))


def asides_waiting(session: Session, community_id: int, _person_id: int) -> int:
    """How many records of a community nobody has settled."""
    return _count(session, MarketDay.community_id == community_id)


def still_waits() -> ColumnElement[bool]:
    """Whether a record that was set aside is still to be looked at."""
    return (
        ~select(AsideDecision.quarantined_id)
        .where(AsideDecision.quarantined_id == QuarantinedSale.id)
        .exists()
    )


def _settled(settled: bool) -> ColumnElement[bool]:  # noqa: FBT001 - one of two lists
    decided = AsideDecision.quarantined_id
    return decided.is_not(None) if settled else decided.is_(None)


def _count(session: Session, of: ColumnElement[bool]) -> int:
    return (
        session.scalar(
            select(func.count())
            .select_from(QuarantinedSale)
            .outerjoin(Till, Till.id == QuarantinedSale.till_id)
            .outerjoin(Device, Device.id == QuarantinedSale.device_id)
            .join(MarketDay, MarketDay.id == _OF_DAY)
            .where(of, still_waits())
        )
        or 0
    )


def _asides() -> Select[*tuple[Any, ...]]:
    later, accepted = aliased(DeviceHolder), aliased(Sale)
    last = (
        select(func.max(later.id)).where(later.device_id == Device.id).correlate(Device)
    ).scalar_subquery()
    return (
        select(
            QuarantinedSale.id,
            MarketDay.id.label("market_day_id"),
            MarketDay.name.label("market_day"),
            QuarantinedSale.till_id,
            Till.name.label("till"),
            QuarantinedSale.device_id,
            Device.letter,
            DeviceHolder.name,
            QuarantinedSale.reason,
            QuarantinedSale.content,
            QuarantinedSale.received_at,
            AsideDecision.outcome,
            AsideDecision.reason.label("decision_reason"),
            Person.name.label("decided_by"),
            AsideDecision.decided_at,
            AsideDecision.sale_id.label("accepted_id"),
            accepted.day_number.label("accepted_number"),
        )
        .select_from(QuarantinedSale)
        .outerjoin(Till, Till.id == QuarantinedSale.till_id)
        .outerjoin(Device, Device.id == QuarantinedSale.device_id)
        .join(MarketDay, MarketDay.id == _OF_DAY)
        .outerjoin(DeviceHolder, DeviceHolder.id == last)
        .outerjoin(AsideDecision, AsideDecision.quarantined_id == QuarantinedSale.id)
        .outerjoin(Person, Person.id == AsideDecision.decided_by_id)
        .outerjoin(accepted, accepted.id == AsideDecision.sale_id)
    )


def _aside(row: Row[*tuple[Any, ...]]) -> AsideNow:
    return AsideNow(**row._mapping)  # noqa: SLF001 - its public name


def _held(session: Session, ids: Sequence[UUID]) -> list[HeldSale]:
    rows = session.execute(
        select(
            Sale.id,
            Sale.till_id,
            Till.name.label("till"),
            Sale.code,
            Sale.day_number,
            Sale.tender,
            Sale.gift_minor,
            (Sale.lines_minor + Sale.gift_minor).label("due_minor"),
            Sale.recorded_at,
            SaleVoid.id.is_not(None).label("voided"),
            SalePosition.sale_id.is_not(None).label("closed"),
        )
        .join(Till, Till.id == Sale.till_id)
        .outerjoin(SaleVoid, SaleVoid.sale_id == Sale.id)
        .outerjoin(SalePosition, SalePosition.sale_id == Sale.id)
        .where(Sale.id.in_(ids))
        .order_by(Sale.id)
    ).all()
    lines: dict[UUID, list[HeldLine]] = {row.id: [] for row in rows}
    for sale_id, name, quantity, amount_minor in session.execute(
        select(
            SaleLine.sale_id,
            SaleLine.name,
            SaleLine.quantity,
            SaleLine.quantity * SaleLine.unit_price_minor,
        )
        .where(SaleLine.sale_id.in_(ids))
        .order_by(SaleLine.sale_id, SaleLine.number)
    ):
        lines[sale_id].append(HeldLine(name, quantity, amount_minor))
    return [
        HeldSale(**row._mapping, lines=tuple(lines[row.id]))  # noqa: SLF001 - its public name
        for row in rows
    ]
