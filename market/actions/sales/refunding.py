"""Refunds: money paid back after closing, small ones by one person, larger ones by two."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.actions.ledger.approvers import require_approver
from market.actions.ledger.audit import note
from market.actions.sales.refund_payment import TenderCannotRefund, pay_refund
from market.actions.sales.tills import lock_till
from market.domain.errors import N_, Invalid, Missing, Refused
from market.domain.people import two_people
from market.domain.sales.refund import PaidFrom, refund_parts
from market.domain.sales.refund import Refund as WhatIsRefunded
from market.domain.text import clean_text
from market.models.ledger import Holder
from market.models.people import Community
from market.models.sales import Refund, RefundDecision, RefundRequest
from market.queries.sales.refundable import RefundableSale, refundable_sale, till_of_sale

MOST_REASON = 200


class SaleChanged(Refused):
    """Something was refunded since the page was drawn, perhaps by the same tap twice."""

    sentence = N_("这张小票刚刚登记过退款，请先看一下现在的情况，再决定还要不要退。")


class TillNotChosen(Invalid):
    """Cash out of a box without saying which."""

    sentence = N_("请选择从哪个开着的钱箱付钱。")


class SafeNotChosen(Invalid):
    """Cash of a custodian without saying whose."""

    sentence = N_("请选择从谁保管的现金里付钱。")


class NoSuchRequest(Missing):
    """No refund of this community has this id."""

    sentence = N_("没有找到这笔退款。")


class AlreadyDecided(Refused):
    """Somebody was quicker."""

    sentence = N_("这笔退款已经有人处理过了，请刷新页面查看结果。")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeRefund:
    """What a buyer is to get back, where from, and why.

    `known_requests` is how many refunds of the sale the asker has seen: a second tap on the same
    button has seen one too few.
    """

    community_id: int
    sale_id: UUID
    refund: WhatIsRefunded
    paid_from: PaidFrom
    reason: str
    known_requests: int
    till_id: int | None = None
    safe_holder_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideRefund:
    """The second person's word on a refund; a refusal says why."""

    community_id: int
    request_id: int
    approved: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A refund that was asked for, and paid at once where it was small."""

    request: RefundRequest
    refund: Refund | None


def propose_refund(session: Session, command: ProposeRefund, *, by_id: int, now: datetime) -> Asked:
    """Ask for a refund; a small one is paid at once and shown to a second person later.

    Small: all of the sale's refunds that no second person has seen, this one included, are within
    the community's limit. Raises what `refundable_sale` and `refund_parts` raise, SaleChanged, and
    what stands against the place it is paid from.
    """
    sale = _held_sale(session, command.community_id, command.sale_id, command.till_id)
    if sale.requests != command.known_requests:
        raise SaleChanged
    refund_parts(sale.sale, sale.earlier, command.refund)
    _check_source(session, command, sale)
    request = RefundRequest(
        sale_id=command.sale_id,
        lines=[[row.number, row.quantity, row.amount_minor] for row in command.refund.lines],
        gift_minor=command.refund.gift_minor,
        amount_minor=command.refund.gross_minor,
        paid_from=str(command.paid_from),
        safe_holder_id=command.safe_holder_id,
        till_id=command.till_id,
        reason=clean_text(command.reason, most=MOST_REASON),
        proposed_by_id=by_id,
        proposed_at=now,
    )
    session.add(request)
    session.flush()
    _note_request(session, command.community_id, request, by_id=by_id, now=now)
    if not _is_small(session, command.community_id, request):
        return Asked(request, None)
    refund = pay_refund(session, command.community_id, request, sale, second_id=None, now=now)
    return Asked(request, refund)


def decide_refund(
    session: Session, command: DecideRefund, *, by_id: int, now: datetime
) -> RefundDecision:
    """The second person's word: it lets a larger refund be paid, or looks at a small one after it.

    An approval checks again what is left. A small refund that is not approved stays paid, with the
    objection beside it. Raises NoLongerApprover, NoSuchRequest,
    AlreadyDecided, and what `two_people` raises.
    """
    require_approver(session, command.community_id, by_id)
    request = _request(session, command)
    sale = _held_sale(session, command.community_id, request.sale_id, request.till_id)
    if session.get(RefundDecision, request.id) is not None:
        raise AlreadyDecided
    if request.proposed_by_id is not None:
        two_people(request.proposed_by_id, by_id)
    paid = session.scalar(select(Refund.id).where(Refund.request_id == request.id)) is not None
    reason = clean_text(command.reason, most=MOST_REASON, least=0 if command.approved else 1)
    decision = RefundDecision(
        request_id=request.id,
        approved=command.approved,
        reason=reason,
        decided_by_id=by_id,
        decided_at=now,
    )
    session.add(decision)
    session.flush()
    note(
        session,
        "refund_decided",
        community_id=command.community_id,
        now=now,
        request=request.id,
        approved=int(command.approved),
        by=by_id,
    )
    if command.approved and not paid:
        pay_refund(session, command.community_id, request, sale, second_id=by_id, now=now)
    return decision


def _held_sale(
    session: Session, community_id: int, sale_id: UUID, paying_till_id: int | None
) -> RefundableSale:
    """The sale, with its till held still, and the paying one too: one refund of it at a time."""
    till_ids = {till_of_sale(session, community_id, sale_id), paying_till_id}
    for till_id in sorted(till_id for till_id in till_ids if till_id is not None):
        lock_till(session, community_id, till_id)
    return refundable_sale(session, community_id, sale_id)


def _check_source(session: Session, command: ProposeRefund, sale: RefundableSale) -> None:
    match command.paid_from:
        case PaidFrom.TILL if command.till_id is None:
            raise TillNotChosen
        case PaidFrom.SAFE if not _is_safe(session, command.community_id, command.safe_holder_id):
            raise SafeNotChosen
        case PaidFrom.TENDER if sale.tender_holder_id is None:
            raise TenderCannotRefund


def _is_safe(session: Session, community_id: int, holder_id: int | None) -> bool:
    return (
        session.scalar(
            select(Holder.id).where(
                Holder.id == holder_id,
                Holder.community_id == community_id,
                Holder.kind == "custodian",
            )
        )
        is not None
    )


def _is_small(session: Session, community_id: int, request: RefundRequest) -> bool:
    unseen = session.scalar(
        select(func.sum(RefundRequest.amount_minor))
        .outerjoin(RefundDecision, RefundDecision.request_id == RefundRequest.id)
        .where(RefundRequest.sale_id == request.sale_id, RefundDecision.request_id.is_(None))
    )
    limit = session.scalars(
        select(Community.small_refund_minor).where(Community.id == community_id)
    ).one()
    return (unseen or 0) <= limit


def _request(session: Session, command: DecideRefund) -> RefundRequest:
    request = session.get(RefundRequest, command.request_id)
    if request is None:
        raise NoSuchRequest
    till_of_sale(session, command.community_id, request.sale_id)
    return request


def _note_request(
    session: Session, community_id: int, request: RefundRequest, *, by_id: int, now: datetime
) -> None:
    note(
        session,
        "refund_requested",
        community_id=community_id,
        now=now,
        request=request.id,
        amount=request.amount_minor,
        by=by_id,
    )
