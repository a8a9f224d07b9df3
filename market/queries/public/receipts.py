"""A receipt and where its money went, for whoever holds its code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.models.ledger import Fund
from market.models.proceeds import Allocation
from market.models.sales import (
    Closure,
    MarketDay,
    Refund,
    Sale,
    SaleLine,
    SalePosition,
    SaleVoid,
    Stall,
    Till,
)
from market.queries.livelihood.shown import supported_by_name
from market.queries.public.trace import Place, places_of_sale


@dataclass(frozen=True, slots=True)
class BoughtLine:
    name: str
    quantity: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class MarketName:
    """A market day in a list or a sentence."""

    slug: str
    name: str
    on: date


@dataclass(frozen=True, slots=True)
class Use:
    """So much of a receipt's net, and what became of it.

    `kind`: wish, enterprise, cost, refunded or waiting (in the fund, not yet allocated).
    `enterprise` is its name where its entrepreneur lets the page, the name and the support be seen;
    what the others got is one sum.
    """

    kind: str
    amount_minor: int
    fund: str
    fund_en: str
    purpose: str
    wish_id: int | None
    on: datetime | None
    enterprise: str = ""


@dataclass(frozen=True, slots=True)
class FundPart:
    """A fund's part of a receipt's net by the frozen split."""

    name: str
    name_en: str
    purpose: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was bought and where its net went. `stage`: open, laid, void or refunded."""

    id: UUID
    code: str
    day_number: str
    market: MarketName
    stall: str
    sold_at: datetime
    tender: str
    stage: str
    lines: tuple[BoughtLine, ...]
    gift_minor: int
    total_minor: int
    consigned_minor: int
    net_minor: int
    refunded_minor: int
    closed_at: datetime | None
    split: tuple[FundPart, ...]
    uses: tuple[Use, ...]


class _Sort(NamedTuple):
    """What of a receipt's money is summed together."""

    kind: str
    fund_id: int
    wish_id: int | None = None
    enterprise: str = ""


def receipt(session: Session, code: str) -> Receipt | None:
    """The receipt of a code, None if no sale with it has arrived."""
    row = session.execute(
        select(
            Sale.id,
            Sale.day_number,
            Sale.recorded_at,
            Sale.tender,
            Sale.gift_minor,
            Sale.lines_minor,
            Sale.consignor_minor,
            Sale.net_minor,
            MarketDay.slug,
            MarketDay.name,
            MarketDay.held_on,
            Stall.name.label("stall"),
            SaleVoid.voided_at,
            Closure.closed_at,
        )
        .join(Till, Till.id == Sale.till_id)
        .join(MarketDay, MarketDay.id == Till.market_day_id)
        .join(Stall, Stall.id == Sale.stall_id)
        .outerjoin(SaleVoid, SaleVoid.sale_id == Sale.id)
        .outerjoin(SalePosition, SalePosition.sale_id == Sale.id)
        .outerjoin(Closure, Closure.id == SalePosition.closure_id)
        .where(Sale.code == code)
    ).one_or_none()
    if row is None:
        return None
    lines = session.execute(
        select(SaleLine.name, SaleLine.quantity, SaleLine.quantity * SaleLine.unit_price_minor)
        .where(SaleLine.sale_id == row.id)
        .order_by(SaleLine.number)
    )
    places = places_of_sale(session, row.id) if row.closed_at and not row.voided_at else []
    funds = _funds(session, places)
    refunded_minor = (
        session.scalar(select(func.sum(Refund.amount_minor)).where(Refund.sale_id == row.id)) or 0
        if places or row.closed_at
        else 0
    )
    total_minor = row.lines_minor + row.gift_minor
    return Receipt(
        id=row.id,
        code=code,
        day_number=row.day_number,
        market=MarketName(row.slug, row.name, row.held_on),
        stall=row.stall,
        sold_at=row.recorded_at,
        tender=row.tender,
        stage=_stage(row.voided_at, row.closed_at, refunded_minor, total_minor),
        lines=tuple(BoughtLine(*line) for line in lines),
        gift_minor=row.gift_minor,
        total_minor=total_minor,
        consigned_minor=row.consignor_minor,
        net_minor=row.net_minor,
        refunded_minor=refunded_minor,
        closed_at=row.closed_at,
        split=_split(places, funds),
        uses=_uses(session, places, funds),
    )


def code_by_day_number(
    session: Session, slug: str, day_number: str, total_minor: int
) -> str | None:
    """The code of the one receipt of a market day with this number and total."""
    found = session.scalars(
        select(Sale.code)
        .join(Till, Till.id == Sale.till_id)
        .join(MarketDay, MarketDay.id == Till.market_day_id)
        .where(
            MarketDay.slug == slug,
            Sale.day_number == day_number,
            Sale.lines_minor + Sale.gift_minor == total_minor,
        )
        .limit(2)
    ).all()
    return found[0] if len(found) == 1 else None


def _stage(
    voided_at: datetime | None, closed_at: datetime | None, refunded_minor: int, total_minor: int
) -> str:
    if voided_at is not None:
        return "void"
    if closed_at is None:
        return "open"
    return "refunded" if total_minor and refunded_minor == total_minor else "laid"


def _funds(session: Session, places: Sequence[Place]) -> dict[int, tuple[str, str, str]]:
    rows = session.execute(
        select(Fund.id, Fund.name, Fund.name_en, Fund.purpose).where(
            Fund.id.in_({place.fund_id for place in places})
        )
    )
    return {row[0]: (row[1], row[2], row[3]) for row in rows}


def _split(places: Sequence[Place], funds: dict[int, tuple[str, str, str]]) -> tuple[FundPart, ...]:
    amounts: dict[int, int] = {}
    for place in places:
        amounts[place.fund_id] = amounts.get(place.fund_id, 0) + place.amount_minor
    return tuple(FundPart(*funds[fund_id], amount) for fund_id, amount in amounts.items() if amount)


def _uses(
    session: Session, places: Sequence[Place], funds: dict[int, tuple[str, str, str]]
) -> tuple[Use, ...]:
    allocated = {
        row.id: row
        for row in session.execute(
            select(
                Allocation.id, Allocation.wish_id, Allocation.tranche_id, Allocation.allocated_at
            ).where(Allocation.id.in_({p.allocation_id for p in places if p.allocation_id}))
        )
    }
    named = supported_by_name(session, [row.tranche_id for row in allocated.values()])
    sums: dict[_Sort, int] = {}
    latest: dict[_Sort, datetime] = {}
    for place in places:
        if not place.amount_minor:
            continue
        if place.refund_id is not None:
            key = _Sort("refunded", place.fund_id)
        elif place.allocation_id is None:
            key = _Sort("waiting", place.fund_id)
        else:
            row = allocated[place.allocation_id]
            spent_on = "enterprise" if funds[place.fund_id][2] == "enterprise" else "cost"
            key = _Sort(
                "wish" if row.wish_id else spent_on,
                place.fund_id,
                row.wish_id,
                named.get(row.tranche_id or 0, ""),
            )
            latest[key] = max(latest.get(key, row.allocated_at), row.allocated_at)
        sums[key] = sums.get(key, 0) + place.amount_minor
    order = {"wish": 0, "enterprise": 1, "cost": 2, "waiting": 3, "refunded": 4}
    return tuple(
        Use(key.kind, amount, *funds[key.fund_id], key.wish_id, latest.get(key), key.enterprise)
        for key, amount in sorted(
            sums.items(),
            key=lambda item: (
                order[item[0].kind],
                item[0].fund_id,
                item[0].wish_id or 0,
                item[0].enterprise,
            ),
        )
    )
