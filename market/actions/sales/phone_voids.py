"""Voids that phones send: in time they undo their sale, after its closing they ask for a refund.

A void may come before its sale; it is kept, and undoes the sale as that arrives.
"""

from __future__ import annotations

from collections import Counter as Counts
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from market.actions.ledger.audit import note
from market.actions.sales.quarantine import Aside, Reason, set_aside
from market.actions.sales.recording import Outcome
from market.domain.sales.refund import PaidFrom
from market.domain.sales.sale import Tender, Void, canonical_void, void_hash
from market.models.sales import (
    Device,
    Listing,
    PhoneVoid,
    RefundRequest,
    Sale,
    SaleLine,
    SaleVoid,
    TillTotal,
)
from market.queries.sales.devices import DeviceHere
from market.queries.sales.uploads import (
    VoidedSale,
    known_voids,
    lines_sold,
    sales_to_void,
)

_TAKE_SOLD = (
    update(Listing)
    .where(Listing.id == bindparam("listing"), Listing.stock.is_not(None))
    .values(sold=Listing.sold - bindparam("pieces"))
)
_TAKE_FROM_TOTAL = (
    update(TillTotal)
    .where(TillTotal.till_id == bindparam("till"), TillTotal.tender == bindparam("method"))
    .values(
        sales=TillTotal.sales - bindparam("fewer_sales"),
        due_minor=TillTotal.due_minor - bindparam("less_due"),
        net_minor=TillTotal.net_minor - bindparam("less_net"),
    )
)


@dataclass(frozen=True, slots=True)
class VoidResult:
    """The answer for one void."""

    void_id: UUID
    outcome: Outcome
    day_number: str = ""
    reason: Reason | None = None


@dataclass(slots=True)
class _Seen:
    """What is unique about the voids of a phone that are known, those just taken in included."""

    hashes: dict[UUID, tuple[int, bytes]] = field(default_factory=dict)
    sales: set[UUID] = field(default_factory=set)
    sequences: set[int] = field(default_factory=set)

    def add(self, void_id: UUID, device_id: int, sale_id: UUID, sequence: int, said: bytes) -> None:
        self.hashes[void_id] = (device_id, said)
        self.sales.add(sale_id)
        self.sequences.add(sequence)


def record_phone_voids(
    session: Session, phone: DeviceHere, voids: Sequence[Void], *, received_at: datetime
) -> list[VoidResult]:
    """Take in voids of one phone, whose row is held; a result for each, in the same order."""
    seen = _seen(session, phone.id, voids)
    sale_ids = {void.sale_id for void in voids}
    _hold(session, sale_ids)
    sales = sales_to_void(session, sale_ids)
    results: list[VoidResult] = []
    taken: list[Void] = []
    for void in voids:
        result = _looked_at(void, phone, sales.get(void.sale_id), seen)
        results.append(result)
        if result.outcome is Outcome.CREATED:
            seen.add(void.id, phone.id, void.sale_id, void.sequence, void_hash(void))
            taken.append(void)
    _keep(session, phone.id, taken, received_at)
    arrived = [void for void in taken if void.sale_id in sales]
    if len(arrived) < len(taken):
        session.execute(update(Device).where(Device.id == phone.id).values(voids_ahead=True))
    in_time = [void for void in arrived if not sales[void.sale_id].closed]
    void_in_time(session, phone, in_time, sales, now=received_at)
    late = [void for void in arrived if sales[void.sale_id].closed]
    _ask_for_refunds(session, phone, late, sales, now=received_at)
    asides = [
        _aside(phone, void, sales.get(void.sale_id), result.reason)
        for void, result in zip(voids, results, strict=True)
        if result.reason is not None
    ]
    set_aside(session, asides, received_at=received_at)
    return results


def void_in_time(
    session: Session,
    phone: DeviceHere,
    voids: Sequence[Void],
    sales: Mapping[UUID, VoidedSale],
    *,
    now: datetime,
) -> None:
    """Undo sales that no closure holds; their listings and tills are held by this unit of work."""
    if not voids:
        return
    session.execute(insert(SaleVoid), [_sale_void(void, now) for void in voids])
    ids = [void.sale_id for void in voids]
    pieces: Counts[int] = Counts()
    for line in lines_sold(session, ids):
        pieces[line.listing_id] += line.quantity
    connection = session.connection()
    connection.execute(
        _TAKE_SOLD, [{"listing": one, "pieces": pieces[one]} for one in sorted(pieces)]
    )
    connection.execute(_TAKE_FROM_TOTAL, _taken(sales[sale_id] for sale_id in ids))
    for void in voids:
        note(
            session,
            "sale_voided",
            community_id=phone.community_id,
            now=now,
            sale=str(void.sale_id),
            void=str(void.id),
            hash=void_hash(void).hex(),
            device=phone.id,
        )


def _seen(session: Session, device_id: int, voids: Sequence[Void]) -> _Seen:
    seen = _Seen()
    for known in known_voids(session, device_id, voids):
        if known.device_id == device_id:
            seen.add(known.id, known.device_id, known.sale_id, known.sequence, known.hash)
        else:
            seen.hashes[known.id] = (known.device_id, known.hash)
    return seen


def _hold(session: Session, sale_ids: Collection[UUID]) -> None:
    """Hold still what their voids change, in the order of all roads: listings, then totals.

    From here on a closing either has these sales already or waits for their voids.
    """
    sold = select(SaleLine.listing_id).where(SaleLine.sale_id.in_(sale_ids))
    session.execute(
        select(Listing.id)
        .where(Listing.id.in_(sold), Listing.stock.is_not(None))
        .order_by(Listing.id)
        .with_for_update(key_share=True)
    ).all()
    tills = select(Sale.till_id).where(Sale.id.in_(sale_ids))
    session.execute(
        select(TillTotal.tender)
        .where(TillTotal.till_id.in_(tills))
        .order_by(TillTotal.till_id, TillTotal.tender)
        .with_for_update()
    ).all()


def _looked_at(void: Void, phone: DeviceHere, sale: VoidedSale | None, seen: _Seen) -> VoidResult:
    number = sale.day_number if sale is not None and sale.device_id == phone.id else ""
    known = seen.hashes.get(void.id)
    if known is not None:
        if known == (phone.id, void_hash(void)):
            return VoidResult(void.id, Outcome.EXISTS, number)
        return VoidResult(void.id, Outcome.CONFLICT, number, Reason.OTHER_CONTENT)
    if void.sale_id in seen.sales:
        return VoidResult(void.id, Outcome.REJECTED, number, Reason.ALREADY_VOIDED)
    if void.sequence in seen.sequences:
        return VoidResult(void.id, Outcome.CONFLICT, number, Reason.SEQUENCE_TAKEN)
    against = _against(sale, phone)
    outcome = Outcome.CREATED if against is None else Outcome.REJECTED
    return VoidResult(void.id, outcome, number, against)


def _against(sale: VoidedSale | None, phone: DeviceHere) -> Reason | None:
    """What stands against undoing a sale; nothing against waiting for one that is on its way."""
    if sale is None:
        return None
    if sale.device_id != phone.id:
        return Reason.OTHER_DEVICE
    if sale.voided:
        return Reason.ALREADY_VOIDED
    return Reason.ALREADY_REFUNDED if sale.refunded else None


def _keep(session: Session, device_id: int, voids: Sequence[Void], received_at: datetime) -> None:
    if voids:
        session.execute(
            insert(PhoneVoid),
            [
                {
                    "id": void.id,
                    "device_id": device_id,
                    "sale_id": void.sale_id,
                    "reason": void.reason,
                    "sequence": void.sequence,
                    "phone_at": void.at,
                    "received_at": received_at,
                    "hash": void_hash(void),
                }
                for void in voids
            ],
        )


def _sale_void(void: Void, now: datetime) -> dict[str, object]:
    return {
        "sale_id": void.sale_id,
        "id": void.id,
        "reason": void.reason,
        "sequence": void.sequence,
        "phone_at": void.at,
        "voided_by_id": None,
        "voided_at": now,
        "hash": void_hash(void),
    }


def _taken(sales: Iterable[VoidedSale]) -> list[dict[str, int | str]]:
    """What each of the totals loses, in the order everybody locks them in."""
    sums: dict[tuple[int, str], tuple[int, int, int]] = {}
    for sale in sales:
        box = (sale.till_id, sale.tender)
        number, due, net = sums.get(box, (0, 0, 0))
        sums[box] = (number + 1, due + sale.due_minor, net + sale.net_minor)
    return [
        {
            "till": box[0],
            "method": box[1],
            "fewer_sales": sums[box][0],
            "less_due": sums[box][1],
            "less_net": sums[box][2],
        }
        for box in sorted(sums)
    ]


def _ask_for_refunds(
    session: Session,
    phone: DeviceHere,
    voids: Sequence[Void],
    sales: Mapping[UUID, VoidedSale],
    *,
    now: datetime,
) -> None:
    """Closed sales stay; somebody at the desk agrees that the buyers had their money back."""
    if not voids:
        return
    lines: dict[UUID, list[list[int]]] = {void.sale_id: [] for void in voids}
    for line in lines_sold(session, list(lines)):
        lines[line.sale_id].append([line.number, line.quantity, line.amount_minor])
    requests = [_request(void, sales[void.sale_id], lines[void.sale_id], now) for void in voids]
    session.add_all(requests)
    session.flush()
    for request in requests:
        note(
            session,
            "refund_requested",
            community_id=phone.community_id,
            now=now,
            request=request.id,
            amount=request.amount_minor,
            void=str(request.void_id),
            device=phone.id,
        )


def _request(void: Void, sale: VoidedSale, lines: list[list[int]], now: datetime) -> RefundRequest:
    # Cash went out of the box before it was counted; anything else goes back the way it came.
    in_cash = sale.tender == str(Tender.CASH)
    return RefundRequest(
        sale_id=sale.id,
        lines=[line for line in lines if line[2]],
        gift_minor=sale.gift_minor,
        amount_minor=sale.due_minor,
        paid_from=str(PaidFrom.BOX if in_cash else PaidFrom.TENDER),
        reason=void.reason,
        proposed_by_id=None,
        void_id=void.id,
        proposed_at=now,
    )


def _aside(phone: DeviceHere, void: Void, sale: VoidedSale | None, reason: Reason) -> Aside:
    own = sale is not None and sale.device_id == phone.id
    return Aside(
        till_id=sale.till_id if sale is not None and own else phone.till_id,
        device_id=phone.id,
        sale_id=void.sale_id,
        content=canonical_void(void).decode(),
        hash=void_hash(void),
        reason=reason,
    )
