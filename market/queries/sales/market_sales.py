"""The sales of one market day: those a filter finds, with the sums of all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, ScalarSelect, Select, String, case, cast, func, select
from sqlalchemy.orm import Session

from market.domain.sales.sale import Tender
from market.models.people import Person
from market.models.sales import (
    CashCount,
    Closure,
    Device,
    Refund,
    Sale,
    SaleLine,
    SalePosition,
    SaleVoid,
    Stall,
    Till,
)
from market.queries.sales.sales import in_whose_hands

ON_A_PAGE = 50


class SaleState(StrEnum):
    """Which sales a list shows. A standing one was not voided."""

    ALL = "all"
    STANDING = "standing"
    VOIDED = "voided"
    REFUNDED = "refunded"
    LATE = "late"


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesFilter:
    """Which sales of a market day; None for all. `since` and `until` are moments, until excluded."""

    till_id: int | None = None
    stall_id: int | None = None
    listing_id: int | None = None
    tender: Tender | None = None
    since: datetime | None = None
    until: datetime | None = None
    state: SaleState = SaleState.STANDING


@dataclass(frozen=True, slots=True, kw_only=True)
class SoldRow:
    """One sale in a list. `refunded_minor` was paid back later; `closure` 0: no closure holds it."""

    id: UUID
    till_id: int
    till: str
    stall: str
    day_number: str
    code: str
    things: str
    tender: Tender
    recorded_at: datetime
    received_at: datetime
    lines_minor: int
    gift_minor: int
    consignor_minor: int
    net_minor: int
    refunded_minor: int
    sold_by: str
    closure: int
    voided: bool
    void_reason: str

    @property
    def due_minor(self) -> int:
        """What the buyer paid."""
        return self.lines_minor + self.gift_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesFound:
    """A page of what a filter finds, the newest first. Sums leave voided sales out."""

    rows: tuple[SoldRow, ...]
    count: int
    due_minor: int
    gift_minor: int
    consignor_minor: int
    net_minor: int
    refunded_minor: int
    number: int
    pages: int


@dataclass(frozen=True, slots=True)
class TillChoice:
    """A till to filter by. Before its cash is counted nobody is told what was paid in cash."""

    id: int
    name: str
    counted: bool


def sales_found(
    session: Session, market_day_id: int, chosen: SalesFilter, number: int = 1
) -> SalesFound:
    """One page of the sales a filter finds. A page beyond the last is the last."""
    conditions = _conditions(session, market_day_id, chosen)
    stands = SaleVoid.sale_id.is_(None)
    count, *sums = session.execute(
        select(
            func.count(),
            *(
                func.coalesce(func.sum(case((stands, minor), else_=0)), 0)
                for minor in (
                    Sale.lines_minor + Sale.gift_minor,
                    Sale.gift_minor,
                    Sale.consignor_minor,
                    Sale.net_minor,
                    _refunded(),
                )
            ),
        )
        .select_from(Sale)
        .outerjoin(SaleVoid, SaleVoid.sale_id == Sale.id)
        .outerjoin(SalePosition, SalePosition.sale_id == Sale.id)
        .outerjoin(Closure, Closure.id == SalePosition.closure_id)
        .where(*conditions)
    ).one()
    pages = max(1, -(-count // ON_A_PAGE))
    number = min(max(1, number), pages)
    rows = session.execute(_sold(conditions).limit(ON_A_PAGE).offset((number - 1) * ON_A_PAGE))
    due, gift, consigned, net, refunded = (int(one) for one in sums)
    return SalesFound(
        rows=tuple(_row(row) for row in rows),
        count=count,
        due_minor=due,
        gift_minor=gift,
        consignor_minor=consigned,
        net_minor=net,
        refunded_minor=refunded,
        number=number,
        pages=pages,
    )


def all_sales_found(
    session: Session, market_day_id: int, chosen: SalesFilter, most: int
) -> list[SoldRow]:
    """Everything that a filter finds, `most` rows at most."""
    conditions = _conditions(session, market_day_id, chosen)
    return [_row(row) for row in session.execute(_sold(conditions).limit(most))]


def tills_to_filter(session: Session, market_day_id: int) -> list[TillChoice]:
    """The tills of a market day in the order of their numbers."""
    rows = session.execute(
        select(Till.id, Till.name, CashCount.till_id.is_not(None))
        .outerjoin(CashCount, CashCount.till_id == Till.id)
        .where(Till.market_day_id == market_day_id)
        .order_by(Till.number)
    )
    return [TillChoice(id_, name, bool(counted)) for id_, name, counted in rows]


def _conditions(
    session: Session, market_day_id: int, chosen: SalesFilter
) -> Sequence[ColumnElement[bool]]:
    """By till and time, as the index on sales has them."""
    tills = session.scalars(select(Till.id).where(Till.market_day_id == market_day_id)).all()
    wanted = [one for one in tills if chosen.till_id in (None, one)]
    found: list[ColumnElement[bool]] = [Sale.till_id.in_(wanted)]
    if chosen.since is not None:
        found.append(Sale.recorded_at >= chosen.since)
    if chosen.until is not None:
        found.append(Sale.recorded_at < chosen.until)
    if chosen.stall_id is not None:
        found.append(Sale.stall_id == chosen.stall_id)
    if chosen.tender is not None:
        found.append(Sale.tender == chosen.tender)
    if chosen.listing_id is not None:
        has_it = SaleLine.listing_id == chosen.listing_id
        found.append(select(SaleLine.sale_id).where(SaleLine.sale_id == Sale.id, has_it).exists())
    return [*found, *_of_state(chosen.state)]


def _of_state(state: SaleState) -> Sequence[ColumnElement[bool]]:
    match state:
        case SaleState.STANDING:
            return [SaleVoid.sale_id.is_(None)]
        case SaleState.VOIDED:
            return [SaleVoid.sale_id.is_not(None)]
        case SaleState.REFUNDED:
            return [select(Refund.id).where(Refund.sale_id == Sale.id).exists()]
        case SaleState.LATE:
            return [func.coalesce(Closure.number, 2) > 1, _till_is_closed()]
    return []


def _till_is_closed() -> ColumnElement[bool]:
    """A sale without a closure is late only if its till has closed."""
    first = select(Closure.till_id).where(Closure.number == 1, Closure.till_id == Sale.till_id)
    return first.correlate(Sale).exists()


def _sold(conditions: Sequence[ColumnElement[bool]]) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Sale.id,
            Sale.till_id,
            Till.name.label("till"),
            Stall.name.label("stall"),
            Sale.day_number,
            Sale.code,
            _things().label("things"),
            Sale.tender,
            Sale.recorded_at,
            Sale.received_at,
            Sale.lines_minor,
            Sale.gift_minor,
            Sale.consignor_minor,
            Sale.net_minor,
            _refunded().label("refunded_minor"),
            func.coalesce(Person.name, in_whose_hands(), "").label("sold_by"),
            func.coalesce(Closure.number, 0).label("closure"),
            SaleVoid.sale_id.is_not(None).label("voided"),
            func.coalesce(SaleVoid.reason, "").label("void_reason"),
        )
        .select_from(Sale)
        .join(Till, Till.id == Sale.till_id)
        .join(Stall, Stall.id == Sale.stall_id)
        .join(Device, Device.id == Sale.device_id)
        .outerjoin(Person, Person.id == Sale.person_id)
        .outerjoin(SaleVoid, SaleVoid.sale_id == Sale.id)
        .outerjoin(SalePosition, SalePosition.sale_id == Sale.id)
        .outerjoin(Closure, Closure.id == SalePosition.closure_id)
        .where(*conditions)
        .order_by(Sale.recorded_at.desc(), Sale.id.desc())
    )


def _things() -> ScalarSelect[str]:
    """What was bought, in one line: 手工皂×2、香囊×1."""
    piece = SaleLine.name + "×" + cast(SaleLine.quantity, String)
    return (
        select(func.aggregate_strings(piece, "、"))
        .where(SaleLine.sale_id == Sale.id)
        .correlate(Sale)
        .scalar_subquery()
    )


def _refunded() -> ScalarSelect[int]:
    return (
        select(func.coalesce(func.sum(Refund.amount_minor), 0))
        .where(Refund.sale_id == Sale.id)
        .correlate(Sale)
        .scalar_subquery()
    )


def _row(row: Row[*tuple[Any, ...]]) -> SoldRow:
    named = dict(zip(row._fields, row, strict=True))
    shaped = {"tender": Tender(row.tender), "refunded_minor": int(row.refunded_minor)}
    return SoldRow(**{**named, **shaped, "voided": bool(row.voided)})
