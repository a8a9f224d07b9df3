"""Turns: who waits at a service, how far each one is, and what each was paid with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, ScalarSelect, Select, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from market.domain.errors import N_, Missing
from market.domain.sales.turns import TurnState, Way
from market.models.people import Person
from market.models.sales import (
    Device,
    DeviceHolder,
    Listing,
    MarketDay,
    Refund,
    RefundLine,
    Sale,
    SaleLine,
    SaleTurn,
    SaleVoid,
    Service,
    Stall,
    Turn,
    TurnContact,
    TurnPromise,
    TurnStep,
)


class NoSuchTurn(Missing):
    """No turn of this community has this id."""

    sentence = N_("没有找到这一号，请回到排队页重新选择。")


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnNow:
    """A turn, how far it is after `seen` steps, and what it was paid with, if it was.

    `nickname` and `phone_tail` are '' where nothing was said, or where it was erased.
    """

    id: UUID
    listing_id: int
    service: str
    price_minor: int | None
    way: Way
    care: bool
    label: str
    tag: str
    slot_at: time | None
    taken_at: datetime
    state: TurnState
    seen: int
    nickname: str
    phone_tail: str
    market_day_id: int
    market_day: str
    slug: str
    held_on: date
    stall_id: int
    paid_by: str
    paid_at_till_id: int | None
    due_on: date | None

    @property
    def two_part_tag(self) -> str:
        """What its owner's half says: 'B7-482'; '' where there is none."""
        return f"{self.label}-{self.tag}" if self.tag else ""


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step of a turn: who took it and when, and the two volunteers where a child was taken in."""

    state: TurnState
    by: str
    first_name: str
    second_name: str
    tag_lost: bool
    at: datetime


def turn_now(session: Session, community_id: int, turn_id: UUID) -> TurnNow:
    """A turn of this community; raises NoSuchTurn."""
    row = session.execute(
        turns().where(Turn.id == turn_id, MarketDay.community_id == community_id)
    ).one_or_none()
    if row is None:
        raise NoSuchTurn
    return turn_of(row)


def turns_at(session: Session, listing_id: int) -> list[TurnNow]:
    """The turns of a service in the order in which they are called."""
    rows = session.execute(
        turns()
        .where(Turn.listing_id == listing_id)
        .order_by(Turn.slot_at, Turn.taken_at, Turn.number, Turn.id)
    )
    return [turn_of(row) for row in rows]


def turn_by_code(session: Session, code_hash: bytes) -> TurnNow | None:
    """The booking with this private code, as long as it is kept."""
    row = session.execute(turns().where(TurnContact.code_hash == code_hash)).one_or_none()
    return None if row is None else turn_of(row)


def steps_of(session: Session, turn_id: UUID) -> list[StepRow]:
    """What happened to a turn, in order, with the names of those who said so."""
    holder = (
        select(DeviceHolder.name)
        .where(DeviceHolder.device_id == TurnStep.device_id, DeviceHolder.since <= TurnStep.at)
        .order_by(DeviceHolder.id.desc())
        .limit(1)
        .correlate(TurnStep)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            TurnStep.state,
            func.coalesce(Person.name, holder, Device.letter, ""),
            TurnStep.first_name,
            TurnStep.second_name,
            TurnStep.tag_lost,
            TurnStep.at,
        )
        .outerjoin(Person, Person.id == TurnStep.by_id)
        .outerjoin(Device, Device.id == TurnStep.device_id)
        .where(TurnStep.turn_id == turn_id)
        .order_by(TurnStep.ordinal)
    )
    return [StepRow(TurnState(row[0]), *row[1:]) for row in rows]


def turns() -> Select[*tuple[Any, ...]]:
    """Turns with all that `turn_of` reads."""
    seen = (
        select(func.count())
        .select_from(TurnStep)
        .where(TurnStep.turn_id == Turn.id)
        .correlate(Turn)
        .scalar_subquery()
    )
    return (
        select(
            Turn.id,
            Turn.listing_id,
            Listing.name.label("service"),
            Listing.price_minor,
            Service.way,
            Service.care,
            Turn.label,
            Turn.tag,
            Turn.slot_at,
            Turn.taken_at,
            state_of().label("state"),
            seen.label("seen"),
            func.coalesce(TurnContact.nickname, "").label("nickname"),
            func.coalesce(TurnContact.phone_tail, "").label("phone_tail"),
            MarketDay.id.label("market_day_id"),
            MarketDay.name.label("market_day"),
            MarketDay.slug,
            MarketDay.held_on,
            Listing.stall_id,
            func.coalesce(paid(Sale.day_number), "").label("paid_by"),
            paid(Sale.till_id).label("paid_at_till_id"),
            due_on().label("due_on"),
        )
        .join(Listing, Listing.id == Turn.listing_id)
        .join(Service, Service.listing_id == Listing.id)
        .join(Stall, Stall.id == Listing.stall_id)
        .join(MarketDay, MarketDay.id == Stall.market_day_id)
        .outerjoin(TurnContact, TurnContact.turn_id == Turn.id)
    )


def state_of() -> ColumnElement[str]:
    """Where a turn is: what its last step says."""
    last = (
        select(TurnStep.state)
        .where(TurnStep.turn_id == Turn.id)
        .order_by(TurnStep.ordinal.desc())
        .limit(1)
        .correlate(Turn)
        .scalar_subquery()
    )
    return func.coalesce(last, literal(TurnState.WAITING.value))


def paid(column: InstrumentedAttribute[Any]) -> ScalarSelect[Any]:
    """Of the standing sale whose line names a turn: it was not undone, nor that line paid back."""
    paid_back = (
        select(func.coalesce(func.sum(RefundLine.quantity), 0))
        .join(Refund, Refund.id == RefundLine.refund_id)
        .where(Refund.sale_id == SaleTurn.sale_id, RefundLine.number == SaleTurn.number)
        .correlate(SaleTurn)
        .scalar_subquery()
    )
    return (
        select(column)
        .select_from(SaleTurn)
        .join(Sale, Sale.id == SaleTurn.sale_id)
        .join(
            SaleLine,
            (SaleLine.sale_id == SaleTurn.sale_id) & (SaleLine.number == SaleTurn.number),
        )
        .outerjoin(SaleVoid, SaleVoid.sale_id == SaleTurn.sale_id)
        .where(
            SaleTurn.turn_id == Turn.id,
            SaleVoid.sale_id.is_(None),
            paid_back < SaleLine.quantity,
        )
        .order_by(Sale.recorded_at)
        .limit(1)
        .correlate(Turn)
        .scalar_subquery()
    )


def due_on() -> ScalarSelect[date]:
    """The day promised last."""
    return (
        select(TurnPromise.due_on)
        .where(TurnPromise.turn_id == Turn.id)
        .order_by(TurnPromise.ordinal.desc())
        .limit(1)
        .correlate(Turn)
        .scalar_subquery()
    )


def turn_of(row: Row[*tuple[Any, ...]]) -> TurnNow:
    """A row of `turns`."""
    return TurnNow(
        id=row.id,
        listing_id=row.listing_id,
        service=row.service,
        price_minor=row.price_minor,
        way=Way(row.way),
        care=row.care,
        label=row.label,
        tag=row.tag,
        slot_at=row.slot_at,
        taken_at=row.taken_at,
        state=TurnState(row.state),
        seen=row.seen,
        nickname=row.nickname,
        phone_tail=row.phone_tail,
        market_day_id=row.market_day_id,
        market_day=row.market_day,
        slug=row.slug,
        held_on=row.held_on,
        stall_id=row.stall_id,
        paid_by=row.paid_by,
        paid_at_till_id=row.paid_at_till_id,
        due_on=row.due_on,
    )
