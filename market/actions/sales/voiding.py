"""Voiding a sale that no closure holds yet: it stays, with a reason and a person beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from market.actions.ledger.audit import note
from market.actions.sales.devices import Seller, give_back_sequence, next_of_form
from market.actions.sales.tills import lock_till
from market.domain.errors import N_, Missing, Refused
from market.domain.sales.sale import MOST_REASON, Void, void_hash
from market.domain.text import clean_text
from market.models.sales import Listing, Sale, SaleLine, SalePosition, SaleVoid, TillTotal
from market.queries.sales.tills import till_now

_TAKE_SOLD = (
    update(Listing)
    .where(Listing.id == bindparam("listing"), Listing.stock.is_not(None))
    .values(sold=Listing.sold - bindparam("pieces"))
)


class NoSuchSale(Missing):
    """No sale of this till has this id."""

    sentence = N_("没有找到这笔义卖，请从“义卖记录”里重新选。")


class AlreadyVoided(Refused):
    """Somebody undid it before."""

    sentence = N_("%(number)s 已经作废过了，不用再作废一次。")


class SaleIsClosed(Refused):
    """Its closure is frozen: money goes back by a refund."""

    sentence = N_("%(number)s 已经收摊结账，不能作废。要把钱退给顾客，请在工作台办理退款。")


@dataclass(frozen=True, slots=True, kw_only=True)
class VoidSale:
    """Which sale of which till to undo, and why. `void_id` was made when the page was opened."""

    community_id: int
    till_id: int
    sale_id: UUID
    void_id: UUID
    reason: str


def void_sale(
    session: Session,
    command: VoidSale,
    *,
    by_id: int | None,
    phone_id: int | None = None,
    now: datetime,
) -> SaleVoid:
    """Undo a sale by hand, as somebody signed in or on a phone that joined; sent again it is the
    first.

    Raises NoSuchTill, NoSuchSale, AlreadyVoided, SaleIsClosed, and what `clean_text` raises.
    """
    reason = clean_text(command.reason, most=MOST_REASON)
    till = till_now(session, command.community_id, command.till_id)
    number = next_of_form(session, till.market_day_id, Seller(by_id, phone_id), now=now)
    known = session.get(SaleVoid, command.sale_id)
    if known is not None and known.id == command.void_id:
        give_back_sequence(session, number.device_id)
        return known
    void = Void(
        id=command.void_id, sale_id=command.sale_id, reason=reason, sequence=number.sequence, at=now
    )
    return record_void(session, command.community_id, till.id, void, by_id=by_id, now=now)


def record_void(
    session: Session,
    community_id: int,
    till_id: int,
    void: Void,
    *,
    by_id: int | None,
    now: datetime,
) -> SaleVoid:
    """Record a void as it was fixed, on a form or on a phone. Raises as `void_sale`.

    Nobody is signed in on a phone: `by_id` is then null.
    """
    pieces = _lock_pieces(session, void.sale_id)
    # Held still: a closing that runs now either has this sale already or waits for its void.
    lock_till(session, community_id, till_id)
    sale = session.scalar(select(Sale).where(Sale.id == void.sale_id, Sale.till_id == till_id))
    if sale is None:
        raise NoSuchSale
    known = session.get(SaleVoid, sale.id)
    if known is not None and known.id == void.id:
        return known
    if known is not None:
        raise AlreadyVoided(number=sale.day_number)
    if session.get(SalePosition, sale.id) is not None:
        raise SaleIsClosed(number=sale.day_number)
    session.connection().execute(_TAKE_SOLD, pieces)
    _take_from_total(session, sale)
    row = SaleVoid(
        sale_id=sale.id,
        id=void.id,
        reason=void.reason,
        sequence=void.sequence,
        phone_at=void.at,
        voided_by_id=by_id,
        voided_at=now,
        hash=void_hash(void),
    )
    session.add(row)
    note(
        session,
        "sale_voided",
        community_id=community_id,
        now=now,
        sale=str(sale.id),
        void=str(void.id),
        hash=row.hash.hex(),
        **({} if by_id is None else {"by": by_id}),
    )
    session.flush()
    return row


def _lock_pieces(session: Session, sale_id: UUID) -> list[dict[str, int]]:
    """What of which listing comes back. Locked before the till, in the order selling locks them."""
    rows = session.execute(
        select(SaleLine.listing_id, SaleLine.quantity, SaleLine.number)
        .join(Listing, Listing.id == SaleLine.listing_id)
        .where(SaleLine.sale_id == sale_id)
        .order_by(SaleLine.listing_id, SaleLine.number)
        .with_for_update(of=Listing, key_share=True)
    ).all()
    return [{"listing": row.listing_id, "pieces": row.quantity} for row in rows]


def _take_from_total(session: Session, sale: Sale) -> None:
    session.execute(
        update(TillTotal)
        .where(TillTotal.till_id == sale.till_id, TillTotal.tender == sale.tender)
        .values(
            sales=TillTotal.sales - 1,
            due_minor=TillTotal.due_minor - sale.lines_minor - sale.gift_minor,
            net_minor=TillTotal.net_minor - sale.net_minor,
        )
        .execution_options(synchronize_session=False)
    )
