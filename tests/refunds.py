"""Refunds for tests: a closed till, and a buyer who comes back."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.actions.sales.closing import CloseTill, close_late_sales
from market.actions.sales.recording import record_sales
from market.actions.sales.refunding import Asked, DecideRefund, ProposeRefund, propose_refund
from market.domain.sales.refund import PaidFrom, Refund, RefundedLine
from market.domain.sales.sale import Sale
from market.models.proceeds import Wish
from market.models.sales import Listing, RefundRequest
from market.queries.sales.refundable import refundable_sale
from tests.factories import NOW
from tests.market_day import LATER, Day, close, count
from tests.wishes import Stage, allocate, make_open_wish


def closed_sale(session: Session, day: Day, *listings: Listing, **overrides: object) -> Sale:
    """A sale of one of each listing, in a till that has closed since."""
    sale = recorded_sale(session, day, *listings, **overrides)
    close_day(session, day)
    return sale


def recorded_sale(session: Session, day: Day, *listings: Listing, **overrides: object) -> Sale:
    """A sale that the till has taken in."""
    sale = day.sale(*listings, **overrides)
    record_sales(session, day.till.id, [sale], received_at=NOW, by_id=day.cast.volunteer.id)
    return sale


def close_day(session: Session, day: Day) -> None:
    """Two count what is expected, and the till closes."""
    count(session, day)
    session.flush()
    close(session, day)


def close_late(session: Session, day: Day) -> None:
    """What came in since goes into a supplementary closure."""
    closing = CloseTill(community_id=day.community.id, till_id=day.till.id)
    close_late_sales(session, closing, by_id=day.cast.treasurer.id, now=LATER)


def light_with_all(session: Session, day: Day) -> Wish:
    """A wish that takes everything that is free for wishes."""
    stage = stage_of(day)
    session.refresh(day.wishes)
    free = day.wishes.laid_minor - day.wishes.taken_minor
    wish = make_open_wish(session, stage, free)
    allocate(session, stage, (wish, free))
    return wish


def stage_of(day: Day) -> Stage:
    """The same day for who thinks of wishes."""
    return Stage(community=day.community, cast=day.cast, fund=day.wishes, safe=day.custodian)


def whole(session: Session, day: Day, sale_id: UUID) -> Refund:
    """Everything that is left of a sale."""
    return refundable_sale(session, day.community.id, sale_id).rest.whole()


def of_line(number: int, quantity: int, amount_minor: int) -> Refund:
    """So many pieces and so much money of one line."""
    line = RefundedLine(number=number, quantity=quantity, amount_minor=amount_minor)
    return Refund(lines=(line,))


def asking(
    session: Session, day: Day, sale_id: UUID, refund: Refund, **more: object
) -> ProposeRefund:
    """A buyer wants money back out of the custodian's cash, and everything asked before is known."""
    known = session.scalar(
        select(func.count()).select_from(RefundRequest).where(RefundRequest.sale_id == sale_id)
    )
    given = {
        "community_id": day.community.id,
        "sale_id": sale_id,
        "refund": refund,
        "paid_from": PaidFrom.SAFE,
        "safe_holder_id": day.custodian.id,
        "reason": "有瑕疵",
        "known_requests": known,
    }
    return ProposeRefund(**{**given, **more})  # type: ignore[arg-type]


def ask(session: Session, day: Day, sale_id: UUID, refund: Refund, **more: object) -> Asked:
    """The treasurer asks for it."""
    command = asking(session, day, sale_id, refund, **more)
    return propose_refund(session, command, by_id=day.cast.treasurer.id, now=LATER)


def deciding(day: Day, request_id: int, *, approved: bool = True, reason: str = "") -> DecideRefund:
    """The second person's word."""
    return DecideRefund(
        community_id=day.community.id, request_id=request_id, approved=approved, reason=reason
    )
