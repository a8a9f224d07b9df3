"""Refunds in a list, one refund with what became of it, and a receipt to refund by its number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.orm import Session, aliased

from market.domain.errors import N_, Missing
from market.domain.sales.refund import PaidFrom
from market.models.ledger import Holder, RefundSettlement
from market.models.people import Person
from market.models.sales import (
    Device,
    MarketDay,
    PhoneVoid,
    Refund,
    RefundDecision,
    RefundRequest,
    Sale,
    SaleLine,
    Till,
)
from market.queries.sales.refundable import NoSuchSale

PAGE_SIZE = 50


class NoSuchRefund(Missing):
    """No refund of this community has this id."""

    sentence = N_("没有找到这笔退款，请回到退款列表重新选择。")


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundRow:
    """A refund that was asked for. `state`: waiting, paid, seen, declined or objected.

    waiting: not paid before a second person says yes; paid: small, paid, nobody else has looked at
    it; seen: a second person said yes; declined: not paid; objected: paid, and somebody said no.
    `letter` is that of the phone whose late void asked for it, where no person did.
    """

    id: int
    sale_id: UUID
    code: str
    day_number: str
    market_day: str
    amount_minor: int
    reason: str
    proposed_by_id: int | None
    proposed_by: str | None
    letter: str | None
    proposed_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    approved: bool | None
    decision_reason: str | None
    paid_at: datetime | None
    settled_at: datetime | None
    paid_from: PaidFrom
    safe: str | None

    @property
    def state(self) -> str:
        if self.approved is None:
            return "waiting" if self.paid_at is None else "paid"
        if self.approved:
            return "seen"
        return "declined" if self.paid_at is None else "objected"


@dataclass(frozen=True, slots=True)
class RefundsFound:
    """A page of refunds, the newest first, where the next begins, and the sums of all found."""

    rows: tuple[RefundRow, ...]
    older: int | None
    found: int
    amount_minor: int
    paid_minor: int


@dataclass(frozen=True, slots=True)
class RefundedThing:
    """One line of what is paid back."""

    name: str
    quantity: int
    amount_minor: int


_proposer = aliased(Person)
_decider = aliased(Person)
_REFUNDS = (
    select(
        RefundRequest.id,
        RefundRequest.sale_id,
        Sale.code,
        Sale.day_number,
        MarketDay.name.label("market_day"),
        RefundRequest.amount_minor,
        RefundRequest.reason,
        RefundRequest.proposed_by_id,
        _proposer.name.label("proposed_by"),
        Device.letter,
        RefundRequest.proposed_at,
        _decider.name.label("decided_by"),
        RefundDecision.decided_at,
        RefundDecision.approved,
        RefundDecision.reason.label("decision_reason"),
        Refund.paid_at,
        RefundSettlement.settled_at,
        RefundRequest.paid_from,
        Holder.name.label("safe"),
    )
    .join(Sale, Sale.id == RefundRequest.sale_id)
    .join(Till, Till.id == Sale.till_id)
    .join(MarketDay, MarketDay.id == Till.market_day_id)
    .outerjoin(_proposer, _proposer.id == RefundRequest.proposed_by_id)
    .outerjoin(PhoneVoid, PhoneVoid.id == RefundRequest.void_id)
    .outerjoin(Device, Device.id == PhoneVoid.device_id)
    .outerjoin(RefundDecision, RefundDecision.request_id == RefundRequest.id)
    .outerjoin(_decider, _decider.id == RefundDecision.decided_by_id)
    .outerjoin(Refund, Refund.request_id == RefundRequest.id)
    .outerjoin(RefundSettlement, RefundSettlement.refund_id == Refund.id)
    .outerjoin(Holder, Holder.id == RefundRequest.safe_holder_id)
)


def refunds_of(
    session: Session,
    community_id: int,
    *,
    undecided: bool = False,
    market_day_id: int | None = None,
    before: int | None = None,
    most: int = PAGE_SIZE,
) -> RefundsFound:
    """A page of refunds: all, those no second person has looked at, those of one market day."""
    conditions: list[ColumnElement[bool]] = [MarketDay.community_id == community_id]
    if undecided:
        conditions.append(RefundDecision.request_id.is_(None))
    if market_day_id is not None:
        conditions.append(MarketDay.id == market_day_id)
    found, amount, paid = session.execute(
        select(func.count(), func.sum(RefundRequest.amount_minor), func.sum(Refund.amount_minor))
        .select_from(RefundRequest)
        .join(Sale, Sale.id == RefundRequest.sale_id)
        .join(Till, Till.id == Sale.till_id)
        .join(MarketDay, MarketDay.id == Till.market_day_id)
        .outerjoin(RefundDecision, RefundDecision.request_id == RefundRequest.id)
        .outerjoin(Refund, Refund.request_id == RefundRequest.id)
        .where(*conditions)
    ).one()
    if before is not None:
        conditions.append(RefundRequest.id < before)
    question = _REFUNDS.where(*conditions).order_by(RefundRequest.id.desc()).limit(most + 1)
    rows = [_row(row) for row in session.execute(question)]
    older = rows[most - 1].id if len(rows) > most else None
    return RefundsFound(tuple(rows[:most]), older, found, int(amount or 0), int(paid or 0))


def refund_now(session: Session, community_id: int, request_id: int) -> RefundRow:
    """One refund; raises NoSuchRefund."""
    row = session.execute(
        _REFUNDS.where(MarketDay.community_id == community_id, RefundRequest.id == request_id)
    ).one_or_none()
    if row is None:
        raise NoSuchRefund
    return _row(row)


def refunded_things(session: Session, request_id: int) -> list[RefundedThing]:
    """What is paid back, line by line; the gift is not among them."""
    request = session.get(RefundRequest, request_id)
    if request is None:
        raise NoSuchRefund
    rows = session.execute(
        select(SaleLine.number, SaleLine.name).where(SaleLine.sale_id == request.sale_id)
    )
    names = dict(rows.all())
    return [
        RefundedThing(names[number], quantity, amount_minor)
        for number, quantity, amount_minor in request.lines
    ]


def gift_of(session: Session, request_id: int) -> int:
    """How much of the gift is paid back, in minor units."""
    return (
        session.scalar(select(RefundRequest.gift_minor).where(RefundRequest.id == request_id)) or 0
    )


def sale_by_code(session: Session, community_id: int, code: str) -> UUID:
    """The sale of a receipt code, in this community; raises NoSuchSale."""
    found = session.scalar(
        select(Sale.id)
        .join(Till, Till.id == Sale.till_id)
        .join(MarketDay, MarketDay.id == Till.market_day_id)
        .where(Sale.code == code, MarketDay.community_id == community_id)
    )
    if found is None:
        raise NoSuchSale
    return found


def _row(row: Row[*tuple[Any, ...]]) -> RefundRow:
    named = dict(zip(row._fields, row, strict=True))
    return RefundRow(**{**named, "paid_from": PaidFrom(row.paid_from)})
