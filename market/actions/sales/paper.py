"""Entering what was written on paper: a batch of sales under the paper's own letter, once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.actions.ledger.approvers import require_approver
from market.actions.ledger.audit import note
from market.actions.sales.devices import add_device, lock_market_day
from market.actions.sales.quarantine import Reason
from market.actions.sales.recording import Outcome, record_sales
from market.actions.sales.sale_rows import Fixed
from market.domain.errors import N_, Refused
from market.domain.identifiers import uuid7
from market.domain.sales.receipt_code import mint
from market.domain.sales.sale import Sale, SaleLine, Tender, sale_hash
from market.models.sales import Device
from market.models.sales import Sale as SaleRow
from market.queries.sales.counter import Good, goods_of
from market.queries.sales.known import KnownSale
from market.queries.sales.tills import till_now


class BatchEnteredOtherwise(Refused):
    """The page was used before: its sales stand, and these say something else."""

    sentence = N_(
        "这一页已经记过一次，现在的内容和那次不一样，什么也没有再记。"
        "要补别的，请重新打开“纸单补录”；记错的那笔请作废或退款。"
    )


class NotOfTill(Refused):
    """A listing that the till does not sell, or a price its consignor did not agree to."""

    sentence = N_("第 %(number)s 行记不进来：%(why)s。什么也没有记。")


@dataclass(frozen=True, slots=True)
class PaperSale:
    """A line of the paper, with the price of a piece."""

    listing_id: int
    quantity: int
    unit_price_minor: int
    tender: Tender


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterPaper:
    """The sales on a sheet of paper; `batch` was made when the page was opened."""

    community_id: int
    till_id: int
    batch: UUID
    sales: Sequence[PaperSale]


def enter_paper(session: Session, command: EnterPaper, *, by_id: int, now: datetime) -> int:
    """Record a batch once, however often it is sent; gives how many sales were new.

    They come late where the till has closed. Raises NoSuchTill, NoLongerApprover,
    BatchEnteredOtherwise, NotOfTill, and whatever a `Sale` cannot be built for.
    """
    require_approver(session, command.community_id, by_id)
    till = till_now(session, command.community_id, command.till_id)
    lock_market_day(session, till.market_day_id)
    device_id, last = _paper_device(session, till.market_day_id, now=now)
    # One more than there are: a batch that was longer before says something else, too.
    ids = [_id_of(command, place, till.opened_at) for place in range(len(command.sales) + 1)]
    known = _sequences(session, ids)
    if known and len(known) != len(command.sales):
        raise BatchEnteredOtherwise
    goods = goods_of(session, till.id, {one.listing_id for one in command.sales})
    sales = []
    for place, one in enumerate(command.sales):
        good = goods.get(one.listing_id)
        if good is None:
            raise NotOfTill(number=place + 1, why=Reason.UNKNOWN_LISTING.label)
        sales.append(
            _sale(
                command,
                place,
                good,
                own_id=ids[place],
                device_id=device_id,
                sequence=known.get(ids[place], last + 1 + place),
                now=now,
            )
        )
    results = record_sales(
        session, till.id, sales, received_at=now, by_id=by_id, same=_same_but_for_its_time
    )
    for number, result in enumerate(results, start=1):
        if result.outcome is Outcome.CONFLICT:
            raise BatchEnteredOtherwise
        if result.reason is not None:
            raise NotOfTill(number=number, why=result.reason.label)
    created = sum(result.outcome is Outcome.CREATED for result in results)
    if created:
        note(
            session,
            "paper_entered",
            community_id=command.community_id,
            now=now,
            till=till.id,
            device=device_id,
            sales=created,
            by=by_id,
        )
    return created


def entered_so_far(session: Session, till_id: int) -> tuple[int, int]:
    """How many sales of a till were entered from paper, and what was paid for them."""
    row = session.execute(
        select(func.count(), func.sum(SaleRow.lines_minor + SaleRow.gift_minor))
        .join(Device, Device.id == SaleRow.device_id)
        .where(SaleRow.till_id == till_id, Device.kind == "paper")
    ).one()
    return row[0], int(row[1] or 0)


def _paper_device(session: Session, market_day_id: int, *, now: datetime) -> tuple[int, int]:
    """The id and the last number of a market day's paper; the day is held."""
    asked = select(Device.id, Device.last_sequence).where(
        Device.market_day_id == market_day_id, Device.kind == "paper"
    )
    found = session.execute(asked.order_by(Device.id).limit(1)).one_or_none()
    if found is not None:
        return found[0], found[1]
    device_id, _ = add_device(session, market_day_id, "paper", person_id=None, now=now)
    return device_id, 0


def _sale(
    command: EnterPaper,
    place: int,
    good: Good,
    *,
    own_id: UUID,
    device_id: int,
    sequence: int,
    now: datetime,
) -> Sale:
    one = command.sales[place]
    line = SaleLine(
        number=1,
        listing_id=good.id,
        name=good.name,
        quantity=one.quantity,
        unit_price_minor=one.unit_price_minor,
        terms=good.terms,
    )
    return Sale(
        id=own_id,
        till_id=command.till_id,
        device_id=device_id,
        sequence=sequence,
        code=mint(_drawn(command, place)),
        tender=one.tender,
        lines=(line,),
        phone_at=now,
    )


def _id_of(command: EnterPaper, place: int, opened_at: datetime) -> UUID:
    """The same each time this page sends this line."""
    return uuid7(opened_at, _drawn(command, place))


def _drawn(command: EnterPaper, place: int) -> Callable[[int], bytes]:
    """Bytes that are the same for the same line of the same page."""
    said = f"paper\0{command.till_id}\0{command.batch}\0{place}".encode()
    digest = hashlib.sha256(said).digest()
    return lambda length: digest[:length]


def _sequences(session: Session, ids: Sequence[UUID]) -> dict[UUID, int]:
    rows = session.execute(select(SaleRow.id, SaleRow.sequence).where(SaleRow.id.in_(ids)))
    return dict(rows.all())


def _same_but_for_its_time(one: Fixed, known: KnownSale) -> bool:
    """Sent again, a batch is timed anew: the time of the first sending is put in its place."""
    return sale_hash(replace(one.sale, phone_at=known.phone_at)) == known.hash
