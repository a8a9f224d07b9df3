"""Closing a till: one voucher for all its sales, their places on the line, the cash to the safe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, insert, literal, select
from sqlalchemy.orm import Session, aliased

from market.actions.ledger.audit import note
from market.actions.ledger.day_end import (
    DayEnd,
    begin_closing,
    end_of_day,
    lock_for_day_end,
)
from market.actions.ledger.line import Part, lay_closure, settle_refunds
from market.actions.ledger.posting import post
from market.actions.sales.belonging import Share, belonging, lock_split
from market.actions.sales.counting import NotCounted
from market.actions.sales.signing_off import name_phones, phones_with_reason
from market.actions.sales.tills import lock_till
from market.domain.errors import N_, Invalid, Refused
from market.domain.ledger import posting_table
from market.domain.ledger.entry import Entry
from market.domain.money import Money
from market.domain.sales.merkle import tree_root
from market.domain.sales.till import expected_cash, needs_reason, variance_minor, variance_of
from market.domain.text import clean_text
from market.models.people import Community
from market.models.sales import Closure, Sale, SalePosition, SaleVoid
from market.queries.sales.closings import (
    CountNow,
    box_then,
    cash_moves,
    count_of,
    waiting_leaves,
    waiting_takings,
)
from market.queries.sales.frozen import frozen_hash
from market.queries.sales.tills import TillNow, TillState

MOST_REASON = 200


class AlreadyClosed(Refused):
    """Somebody has closed it, perhaps a moment ago."""

    sentence = N_("“%(till)s”已经收摊结账了，结果就在这一页。")


class NotConfirmed(Refused):
    """The second counter has not given her word."""

    sentence = N_("还差 %(second)s 的确认。请她用自己的手机打开这一页，或在这里当面签名。")


class VarianceUnexplained(Invalid):
    """The count differs by more than the community lets pass without a word."""

    sentence = N_("点出的现金比账上%(way)s %(difference)s，请写明原因再结账。")


class NotClosed(Refused):
    """There is no first closure to add to."""

    sentence = N_("“%(till)s”还没有收摊，请先点钱、结账。")


class NothingLate(Refused):
    """Every sale is in a closure already."""

    sentence = N_("“%(till)s”没有等待结账的补传记录。")


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseTill:
    """Which till; the reasons for its variance and for phones not signed off, where they are due."""

    community_id: int
    till_id: int
    reason: str = ""
    phones_reason: str = ""


def close_till(session: Session, command: CloseTill, *, by_id: int, now: datetime) -> Closure:
    """Close a till whose cash has been counted and confirmed: the first closure, for ever.

    The last till of a market day to close ends the day, in the same unit of work. Raises
    NoSuchTill, AlreadyClosed, NotCounted, NotConfirmed, VarianceUnexplained, PhonesNotSignedOff.
    """
    is_last = begin_closing(session, command.till_id)
    till = lock_till(session, command.community_id, command.till_id)
    if till.state is TillState.CLOSED:
        raise AlreadyClosed(till=till.name)
    count = _confirmed_count(session, till)
    takings = waiting_takings(session, till.id)
    moves = cash_moves(session, till.community_id, till.id)
    expected = expected_cash(box_then(moves, takings, box_minor=count.box_minor))
    variance = variance_minor(counted_minor=count.counted_minor, expected_minor=expected)
    reason = _explained(session, till, variance, command.reason)
    phones, phones_reason = phones_with_reason(session, till, command.phones_reason)
    if is_last:
        lock_for_day_end(session, till.market_day_id)
    shares = lock_split(session, till)
    posted = belonging(session, till, takings, shares, box_minor=count.box_minor)
    voucher_id = _post(
        session,
        posting_table.closure(_memo(till), till_id=till.id, takings=posted),
        till,
        by_id=by_id,
        now=now,
    )
    count_entry = posting_table.count(
        _memo(till),
        till_id=till.id,
        safe_holder_id=till.safe_holder_id,
        counted_minor=count.counted_minor,
        expected_minor=expected,
    )
    closure = Closure(
        till_id=till.id,
        number=1,
        sales=takings.sales,
        net_minor=takings.net_minor,
        box_minor=count.box_minor,
        expected_minor=expected,
        counted_minor=count.counted_minor,
        variance_minor=variance,
        reason=reason,
        merkle_root=tree_root(waiting_leaves(session, till.id)),
        voucher_id=voucher_id,
        count_voucher_id=_post(
            session, count_entry, till, by_id=by_id, second_id=count.confirmed_by_id, now=now
        ),
        closed_by_id=by_id,
        closed_at=now,
    )
    _laid(session, till, closure, shares, posted.funds)
    name_phones(session, closure.id, phones, phones_reason)
    if is_last:
        end_of_day(
            session,
            DayEnd(
                community_id=till.community_id,
                market_day_id=till.market_day_id,
                closure_id=closure.id,
                by_id=by_id,
                now=now,
            ),
        )
    return closure


def close_late_sales(session: Session, command: CloseTill, *, by_id: int, now: datetime) -> Closure:
    """A supplementary closure over the sales that came in after the till had closed.

    Their cash was in the box when it was counted, so it explains an over, or leaves a short.
    Raises NoSuchTill, NotClosed, NothingLate.
    """
    till = lock_till(session, command.community_id, command.till_id)
    if till.state is not TillState.CLOSED:
        raise NotClosed(till=till.name)
    takings = waiting_takings(session, till.id)
    if not takings.records:
        raise NothingLate(till=till.name)
    shares = lock_split(session, till)
    posted = belonging(session, till, takings, shares, box_minor=0)
    entry = posting_table.late_closure(_memo(till), till_id=till.id, takings=posted)
    last = session.scalar(select(func.max(Closure.number)).where(Closure.till_id == till.id))
    closure = Closure(
        till_id=till.id,
        number=(last or 0) + 1,
        sales=takings.sales,
        net_minor=takings.net_minor,
        box_minor=0,
        reason=clean_text(command.reason, most=MOST_REASON, least=0),
        merkle_root=tree_root(waiting_leaves(session, till.id)),
        voucher_id=_post(session, entry, till, by_id=by_id, now=now),
        closed_by_id=by_id,
        closed_at=now,
    )
    return _laid(session, till, closure, shares, posted.funds)


def _confirmed_count(session: Session, till: TillNow) -> CountNow:
    count = count_of(session, till.id)
    if count is None:
        raise NotCounted(till=till.name)
    if not count.confirmed:
        raise NotConfirmed(second=count.second_name)
    return count


def _explained(session: Session, till: TillNow, variance: int, reason: str) -> str:
    words = clean_text(reason, most=MOST_REASON, least=0)
    threshold = session.scalar(
        select(Community.variance_reason_minor).where(Community.id == till.community_id)
    )
    if not words and needs_reason(variance, threshold_minor=threshold or 0):
        raise VarianceUnexplained(way=variance_of(variance).label, difference=Money(abs(variance)))
    return words


def _post(
    session: Session,
    entry: Entry | None,
    till: TillNow,
    *,
    by_id: int,
    now: datetime,
    second_id: int | None = None,
) -> int | None:
    """Post an entry; there is no voucher of nothing."""
    if entry is None:
        return None
    posted = post(
        session,
        entry,
        community_id=till.community_id,
        by_id=by_id,
        second_id=second_id,
        now=now,
    )
    return posted.voucher_id


def _laid(
    session: Session,
    till: TillNow,
    closure: Closure,
    shares: Sequence[Share],
    funds: Mapping[int, int],
) -> Closure:
    """Give each sale its place, lay the money on the lines, and let waiting refunds settle."""
    session.add(closure)
    session.flush()
    _place_sales(session, till.id, closure.id)
    lay_closure(
        session,
        closure.id,
        [Part(share.fund_id, share.ordinal, funds[share.fund_id]) for share in shares],
    )
    note(
        session,
        "closure",
        community_id=till.community_id,
        now=closure.closed_at,
        closure=closure.id,
        till=till.id,
        number=closure.number,
        sales=closure.sales,
        net=closure.net_minor,
        box=closure.box_minor,
        merkle=closure.merkle_root.hex(),
        frozen=frozen_hash(session, closure.id),
        by=closure.closed_by_id,
    )
    settle_refunds(session, till.community_id, by_id=closure.closed_by_id, now=closure.closed_at)
    return closure


def _place_sales(session: Session, till_id: int, closure_id: int) -> None:
    """Positions `[start, end)` in the order of (recorded at, id); a voided sale's is empty."""
    placed = aliased(SalePosition)
    net = case((SaleVoid.sale_id.is_(None), Sale.net_minor), else_=0)
    waiting = (
        select(Sale.id, Sale.recorded_at, net.label("net"))
        .outerjoin(SaleVoid, SaleVoid.sale_id == Sale.id)
        .outerjoin(placed, placed.sale_id == Sale.id)
        .where(Sale.till_id == till_id, placed.sale_id.is_(None))
        .subquery()
    )
    in_order = (waiting.c.recorded_at, waiting.c.id)
    running = func.sum(waiting.c.net).over(order_by=in_order, rows=(None, 0))
    session.execute(
        insert(SalePosition).from_select(
            ["sale_id", "closure_id", "ordinal", "start_minor", "end_minor"],
            select(
                waiting.c.id,
                literal(closure_id),
                func.row_number().over(order_by=in_order),
                running - waiting.c.net,
                running,
            ),
        )
    )


def _memo(till: TillNow) -> str:
    return f"{till.market_day} {till.name}"
