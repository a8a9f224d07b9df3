"""Paying a refund: the voucher, what was paid, and the places the funds have to give back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.ledger.audit import note
from market.actions.ledger.line import lock_all_funds, settle_refunds
from market.actions.ledger.posting import post
from market.actions.sales.moving import NotEnoughInTill
from market.actions.sales.tills import lock_till, require_open
from market.domain.errors import N_, Refused
from market.domain.ledger import posting_table
from market.domain.ledger.account import AccountRef
from market.domain.ledger.entry import MOST_MEMO
from market.domain.ledger.span import Span, tail
from market.domain.ledger.split import part
from market.domain.sales.refund import (
    PaidFrom,
    RefundedLine,
    RefundFacts,
    RefundParts,
    refund_hash,
    refund_parts,
)
from market.domain.sales.refund import Refund as WhatIsRefunded
from market.models.ledger import Laying, RefundClaim, RefundSettlement
from market.models.sales import PolicyShare, Refund, RefundLine, RefundRequest
from market.queries.sales.closings import expected_minor
from market.queries.sales.refundable import RefundableSale


class NobodyPays(Refused):
    """A phone asked for it, and no person has said yes."""

    sentence = N_("这笔退款是手机传来的，要有人看过、同意，才能记账。")


class TenderCannotRefund(Refused):
    """Cash has no way back of its own; nor has a payment code that nobody is named for."""

    sentence = N_("这笔不能按原来的收款方式退，请改用现金退款。")


def pay_refund(
    session: Session,
    community_id: int,
    request: RefundRequest,
    sale: RefundableSale,
    *,
    second_id: int | None,
    now: datetime,
) -> Refund:
    """Pay the buyer, keep what was paid, and let the funds settle it if they have enough free.

    What nobody but a phone asked for is paid by whoever says yes to it.
    """
    what = WhatIsRefunded(
        lines=tuple(
            RefundedLine(number=number, quantity=quantity, amount_minor=amount_minor)
            for number, quantity, amount_minor in request.lines
        ),
        gift_minor=request.gift_minor,
    )
    parts = refund_parts(sale.sale, sale.earlier, what)
    by_id, second_id = _payer(request, second_id)
    lock_all_funds(session, community_id)
    posted = post(
        session,
        posting_table.refund(
            f"{sale.day_number} {request.reason}"[:MOST_MEMO],
            paid_from=_account(session, community_id, request, sale),
            payables=parts.payables,
            net_minor=parts.net_minor,
        ),
        community_id=community_id,
        by_id=by_id,
        second_id=second_id,
        now=now,
    )
    paid = _Paid(posted.voucher_id, by_id, now)
    refund = _keep(session, request, sale, parts, paid)
    _note_refund(session, community_id, refund, now=now)
    _claim(session, sale, refund)
    settle_refunds(session, community_id, by_id=by_id, now=now)
    if not parts.net_minor:
        # All of it was the consignors': there is nothing the funds could give back.
        session.add(RefundSettlement(refund_id=refund.id, voucher_id=None, settled_at=now))
    session.flush()
    return refund


@dataclass(frozen=True, slots=True)
class _Paid:
    """The voucher of a payment, who paid, and when."""

    voucher_id: int
    by_id: int
    at: datetime


def _payer(request: RefundRequest, second_id: int | None) -> tuple[int, int | None]:
    """Who pays, and who is the second beside them."""
    if request.proposed_by_id is not None:
        return request.proposed_by_id, second_id
    if second_id is None:
        raise NobodyPays
    return second_id, None


def _account(
    session: Session, community_id: int, request: RefundRequest, sale: RefundableSale
) -> AccountRef:
    """The account the money leaves; an open till must know of enough cash in its box."""
    if request.safe_holder_id is not None:
        return AccountRef.cash_safe(request.safe_holder_id)
    if request.till_id is not None:
        till = lock_till(session, community_id, request.till_id)
        require_open(till)
        if request.amount_minor > expected_minor(session, community_id, till.id, box_minor=0):
            raise NotEnoughInTill
        return AccountRef.cash_till(till.id)
    if request.paid_from == str(PaidFrom.BOX):
        return AccountRef.over_short(sale.till_id)
    if sale.tender_holder_id is None:
        raise TenderCannotRefund
    return AccountRef.tender(sale.tender_holder_id, str(sale.sale.tender))


def _keep(
    session: Session,
    request: RefundRequest,
    sale: RefundableSale,
    parts: RefundParts,
    paid: _Paid,
) -> Refund:
    """The rows of a refund; its net is the tail of what was left of the sale's position."""
    span = tail(sale.remaining, parts.net_minor)
    lines = [
        (number, quantity, amount_minor, parts.consignor_by_line.get(number, 0))
        for number, quantity, amount_minor in request.lines
    ]
    facts = RefundFacts(
        sale_id=request.sale_id,
        number=len(sale.earlier) + 1,
        request_id=request.id,
        voucher_id=paid.voucher_id,
        paid_by_id=paid.by_id,
        paid_at=paid.at,
        gift_minor=parts.gift_minor,
        start_minor=span.start,
        end_minor=span.end,
        lines=lines,
    )
    refund = Refund(
        request_id=request.id,
        sale_id=request.sale_id,
        number=facts.number,
        amount_minor=parts.gross_minor,
        consignor_minor=sum(parts.payables.values()),
        start_minor=span.start,
        end_minor=span.end,
        hash=refund_hash(facts),
        voucher_id=paid.voucher_id,
        paid_by_id=paid.by_id,
        paid_at=paid.at,
    )
    session.add(refund)
    session.flush()
    for number, quantity, amount_minor, consignor_minor in lines:
        session.add(
            RefundLine(
                refund_id=refund.id,
                number=number,
                quantity=quantity,
                amount_minor=amount_minor,
                consignor_minor=consignor_minor,
            )
        )
    return refund


def _claim(session: Session, sale: RefundableSale, refund: Refund) -> None:
    """Where the refunded money was first laid on each fund's line, by the frozen split."""
    shares = session.execute(
        select(PolicyShare.fund_id, PolicyShare.weight)
        .where(PolicyShare.market_day_id == sale.market_day_id)
        .order_by(PolicyShare.ordinal)
    ).all()
    weights = [share.weight for share in shares]
    layings = {
        laying.fund_id: laying
        for laying in session.scalars(select(Laying).where(Laying.closure_id == sale.closure_id))
    }
    refunded = Span(refund.start_minor, refund.end_minor)
    for index, share in enumerate(shares):
        own = part(refunded, weights, index)
        if own.length:
            laying = layings[share.fund_id]
            places = own.shifted(laying.start_minor)
            session.add(
                RefundClaim(
                    refund_id=refund.id,
                    fund_id=share.fund_id,
                    start_minor=places.start,
                    end_minor=places.end,
                    step=laying.step,
                )
            )


def _note_refund(session: Session, community_id: int, refund: Refund, *, now: datetime) -> None:
    note(
        session,
        "refund",
        community_id=community_id,
        now=now,
        refund=refund.id,
        amount=refund.amount_minor,
        hash=refund.hash.hex(),
    )
