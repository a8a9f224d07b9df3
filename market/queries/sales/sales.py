"""The sales of a till: the list of them, and each one as its receipt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import Session

from market.domain.errors import N_, Missing
from market.domain.sales.sale import Tender
from market.models.people import Person
from market.models.sales import (
    Device,
    DeviceHolder,
    Sale,
    SaleLine,
    SalePosition,
    SaleVoid,
)

ON_A_PAGE = 50


class NoSuchReceipt(Missing):
    """No sale of this till has this id."""

    sentence = N_("没有找到这笔义卖，请从“义卖记录”里重新选。")


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleInList:
    """One row of a till's sales. What it says of its goods is the first line and how many more."""

    id: UUID
    day_number: str
    recorded_at: datetime
    due_minor: int
    tender: Tender
    first_line: str
    lines: int
    voided: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesPage:
    """One page of a till's sales, the newest first."""

    rows: tuple[SaleInList, ...]
    number: int
    pages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptLine:
    name: str
    quantity: int
    unit_price_minor: int

    @property
    def amount_minor(self) -> int:
        return self.quantity * self.unit_price_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A sale as whoever sold it sees it, its void included."""

    id: UUID
    day_number: str
    code: str
    tender: Tender
    lines: tuple[ReceiptLine, ...]
    gift_minor: int
    due_minor: int
    tendered_minor: int | None
    recorded_at: datetime
    sold_by: str | None
    void_reason: str | None
    voided_by: str | None
    voided_at: datetime | None
    closed: bool

    @property
    def change_minor(self) -> int:
        return 0 if self.tendered_minor is None else self.tendered_minor - self.due_minor


def sales_page(session: Session, till_id: int, number: int) -> SalesPage:
    """Page `number` (from 1) of a till's sales; the nearest there is where that is none."""
    records = session.scalar(select(func.count()).select_from(Sale).where(Sale.till_id == till_id))
    pages = max(1, -(-(records or 0) // ON_A_PAGE))
    number = min(max(number, 1), pages)
    first = (
        select(SaleLine.name)
        .where(SaleLine.sale_id == Sale.id, SaleLine.number == 1)
        .scalar_subquery()
    )
    lines = select(func.count()).where(SaleLine.sale_id == Sale.id).scalar_subquery()
    rows = session.execute(
        select(
            Sale.id,
            Sale.day_number,
            Sale.recorded_at,
            (Sale.lines_minor + Sale.gift_minor).label("due_minor"),
            Sale.tender,
            first.label("first_line"),
            lines.label("line_count"),
            SaleVoid.id.is_not(None).label("voided"),
        )
        .outerjoin(SaleVoid, SaleVoid.sale_id == Sale.id)
        .where(Sale.till_id == till_id)
        .order_by(Sale.recorded_at.desc(), Sale.id.desc())
        .limit(ON_A_PAGE)
        .offset((number - 1) * ON_A_PAGE)
    )
    return SalesPage(
        rows=tuple(
            SaleInList(
                id=row.id,
                day_number=row.day_number,
                recorded_at=row.recorded_at,
                due_minor=row.due_minor,
                tender=Tender(row.tender),
                first_line=row.first_line,
                lines=row.line_count,
                voided=row.voided,
            )
            for row in rows
        ),
        number=number,
        pages=pages,
    )


def receipt_of(session: Session, till_id: int, sale_id: UUID) -> Receipt:
    """One sale of a till; raises NoSuchReceipt."""
    row = session.execute(
        select(
            Sale,
            func.coalesce(Person.name, in_whose_hands()),
            SaleVoid,
            SalePosition.closure_id,
        )
        .join(Device, Device.id == Sale.device_id)
        .outerjoin(Person, Person.id == Sale.person_id)
        .outerjoin(SaleVoid, SaleVoid.sale_id == Sale.id)
        .outerjoin(SalePosition, SalePosition.sale_id == Sale.id)
        .where(Sale.id == sale_id, Sale.till_id == till_id)
    ).one_or_none()
    if row is None:
        raise NoSuchReceipt
    return _receipt(session, row[0], row[1], row[2], closed=row[3] is not None)


def last_sale(
    session: Session, till_id: int, *, person_id: int | None = None, phone_id: int | None = None
) -> tuple[UUID, str, Tender] | None:
    """The last sale at a till of a person, or of a phone and its forms: id, day number, tender."""
    if phone_id is None:
        own = Sale.person_id == person_id
    else:
        own = Sale.device_id.in_(
            select(Device.id).where((Device.id == phone_id) | (Device.phone_id == phone_id))
        )
    row = session.execute(
        select(Sale.id, Sale.day_number, Sale.tender)
        .where(Sale.till_id == till_id, own)
        .order_by(Sale.recorded_at.desc(), Sale.id.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else (row[0], row[1], Tender(row[2]))


def recorded_number(session: Session, sale_id: UUID) -> str | None:
    """The day number of a sale, if there is one with this id."""
    return session.scalar(select(Sale.day_number).where(Sale.id == sale_id))


def in_whose_hands() -> ScalarSelect[str]:
    """Who had the phone of a sale in hand when it was recorded, by the name they gave."""
    return (
        select(DeviceHolder.name)
        .where(
            DeviceHolder.device_id == func.coalesce(Device.phone_id, Device.id),
            DeviceHolder.since <= Sale.recorded_at,
        )
        .order_by(DeviceHolder.id.desc())
        .limit(1)
        .correlate(Device, Sale)
        .scalar_subquery()
    )


def _receipt(
    session: Session, sale: Sale, sold_by: str | None, void: SaleVoid | None, *, closed: bool
) -> Receipt:
    lines = session.execute(
        select(SaleLine.name, SaleLine.quantity, SaleLine.unit_price_minor)
        .where(SaleLine.sale_id == sale.id)
        .order_by(SaleLine.number)
    )
    voided_by = None
    if void is not None:
        voided_by = session.scalar(select(Person.name).where(Person.id == void.voided_by_id))
    return Receipt(
        id=sale.id,
        day_number=sale.day_number,
        code=sale.code,
        tender=Tender(sale.tender),
        lines=tuple(
            ReceiptLine(name=line[0], quantity=line[1], unit_price_minor=line[2]) for line in lines
        ),
        gift_minor=sale.gift_minor,
        due_minor=sale.lines_minor + sale.gift_minor,
        tendered_minor=sale.tendered_minor,
        recorded_at=sale.recorded_at,
        sold_by=sold_by,
        void_reason=void.reason if void is not None else None,
        voided_by=voided_by,
        voided_at=void.voided_at if void is not None else None,
        closed=closed,
    )
