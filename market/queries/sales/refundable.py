"""One closed sale as a refund needs it: what was sold, what was paid back, what is left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Row, case, func, select
from sqlalchemy.orm import Session

from market.domain.errors import N_, Missing, Refused
from market.domain.ledger.span import Span
from market.domain.sales.consignment import ConsignorTerms
from market.domain.sales.refund import Refund, RefundedLine, SaleRest, sale_rest
from market.domain.sales.sale import Sale, SaleLine, Tender
from market.models.sales import (
    LegalBasis,
    MarketDay,
    PaymentCode,
    RefundRequest,
    SalePosition,
    SaleVoid,
    Till,
)
from market.models.sales import Refund as RefundRow
from market.models.sales import RefundLine as RefundLineRow
from market.models.sales import Sale as SaleRow
from market.models.sales import SaleLine as SaleLineRow

# Whose code took the money; without one it went to whoever the market's takings belong to.
_TAKEN_BY = func.coalesce(PaymentCode.holder_id, LegalBasis.holder_id)


class NoSuchSale(Missing):
    """No sale of this community has this id or code."""

    sentence = N_("没有找到这张小票，请核对查询码或当日号。")


class SaleNotClosed(Refused):
    """Before its till is closed a sale is voided, not refunded."""

    sentence = N_("这笔还没有收摊结账，不用退款：请在收银页面把它作废。")


class SaleIsVoided(Refused):
    """Nothing was taken for it."""

    sentence = N_("这笔已经作废，没有可以退的钱。")


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundableSale:
    """A sale in a closure. `position` is its place there; `requests` counts what was asked so far.

    `tender_holder_id` is who took the money, where the tender is electronic.
    """

    sale: Sale
    day_number: str
    recorded_at: datetime
    till_id: int
    till: str
    market_day_id: int
    market_day: str
    closure_id: int
    position: Span
    tender_holder_id: int | None
    earlier: tuple[Refund, ...]
    requests: int

    @property
    def rest(self) -> SaleRest:
        """What could still be paid back."""
        return sale_rest(self.sale.lines, self.sale.gift_minor, self.earlier)

    @property
    def remaining(self) -> Span:
        """The positions of the sale's net that no refund has taken."""
        return Span(self.position.start, self.position.start + self.rest.net_minor)


def till_of_sale(session: Session, community_id: int, sale_id: UUID) -> int:
    """The till a sale went into; raises NoSuchSale."""
    till_id = session.scalar(
        select(SaleRow.till_id)
        .join(Till, Till.id == SaleRow.till_id)
        .join(MarketDay, MarketDay.id == Till.market_day_id)
        .where(SaleRow.id == sale_id, MarketDay.community_id == community_id)
    )
    if till_id is None:
        raise NoSuchSale
    return till_id


def refundable_sale(session: Session, community_id: int, sale_id: UUID) -> RefundableSale:
    """The sale, its refunds and what is left. Raises NoSuchSale, SaleIsVoided, SaleNotClosed."""
    row = session.execute(
        select(
            SaleRow,
            SalePosition.closure_id,
            SalePosition.start_minor,
            SalePosition.end_minor,
            SaleVoid.id.label("void_id"),
            Till.name.label("till"),
            MarketDay.id.label("market_day_id"),
            MarketDay.name.label("market_day"),
            case(
                (SaleRow.tender != str(Tender.CASH), _TAKEN_BY),
            ).label("holder_id"),
        )
        .join(Till, Till.id == SaleRow.till_id)
        .join(MarketDay, MarketDay.id == Till.market_day_id)
        .outerjoin(SalePosition, SalePosition.sale_id == SaleRow.id)
        .outerjoin(SaleVoid, SaleVoid.sale_id == SaleRow.id)
        .outerjoin(
            PaymentCode,
            (PaymentCode.market_day_id == MarketDay.id) & (PaymentCode.tender == SaleRow.tender),
        )
        .outerjoin(LegalBasis, LegalBasis.market_day_id == MarketDay.id)
        .where(SaleRow.id == sale_id, MarketDay.community_id == community_id)
    ).one_or_none()
    if row is None:
        raise NoSuchSale
    if row.void_id is not None:
        raise SaleIsVoided
    if row.closure_id is None:
        raise SaleNotClosed
    return _refundable(session, row[0], row)


def _refundable(session: Session, kept: SaleRow, row: Row[*tuple[object, ...]]) -> RefundableSale:
    return RefundableSale(
        sale=_sale(kept, _lines(session, kept.id)),
        day_number=kept.day_number,
        recorded_at=kept.recorded_at,
        till_id=kept.till_id,
        till=row.till,
        market_day_id=row.market_day_id,
        market_day=row.market_day,
        closure_id=row.closure_id,
        position=Span(row.start_minor, row.end_minor),
        tender_holder_id=row.holder_id,
        earlier=_refunds(session, kept.id),
        requests=session.scalar(select(func.count()).where(RefundRequest.sale_id == kept.id)) or 0,
    )


def _lines(session: Session, sale_id: UUID) -> tuple[SaleLine, ...]:
    rows = session.scalars(
        select(SaleLineRow).where(SaleLineRow.sale_id == sale_id).order_by(SaleLineRow.number)
    )
    return tuple(
        SaleLine(
            number=row.number,
            listing_id=row.listing_id,
            name=row.name,
            quantity=row.quantity,
            unit_price_minor=row.unit_price_minor,
            terms=_terms(row),
        )
        for row in rows
    )


def _terms(row: SaleLineRow) -> ConsignorTerms | None:
    if row.consignor_id is None:
        return None
    return ConsignorTerms(
        consignor_id=row.consignor_id, share_bp=row.share_bp, fixed_minor=row.fixed_minor
    )


def _sale(kept: SaleRow, lines: tuple[SaleLine, ...]) -> Sale:
    return Sale(
        id=kept.id,
        till_id=kept.till_id,
        device_id=kept.device_id,
        sequence=kept.sequence,
        code=kept.code,
        tender=Tender(kept.tender),
        lines=lines,
        phone_at=kept.phone_at,
        gift_minor=kept.gift_minor,
        tendered_minor=kept.tendered_minor,
    )


def _refunds(session: Session, sale_id: UUID) -> tuple[Refund, ...]:
    """The refunds of a sale in their order; what no line got back was of the gift."""
    rows = session.execute(
        select(
            RefundRow.id,
            RefundRow.amount_minor,
            RefundLineRow.number,
            RefundLineRow.quantity,
            RefundLineRow.amount_minor,
        )
        .outerjoin(RefundLineRow, RefundLineRow.refund_id == RefundRow.id)
        .where(RefundRow.sale_id == sale_id)
        .order_by(RefundRow.number, RefundLineRow.number)
    ).all()
    found: dict[int, tuple[int, list[RefundedLine]]] = {}
    for refund_id, amount_minor, number, quantity, line_minor in rows:
        _, lines = found.setdefault(refund_id, (amount_minor, []))
        if number is not None:
            lines.append(RefundedLine(number=number, quantity=quantity, amount_minor=line_minor))
    return tuple(
        Refund(
            lines=tuple(lines),
            gift_minor=amount_minor - sum(line.amount_minor for line in lines),
        )
        for amount_minor, lines in found.values()
    )
