"""Taking in what a phone wrote down because it could not send it: by the roads its uploads take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from market.actions.ledger.approvers import require_approver
from market.actions.ledger.audit import note
from market.actions.sales.phone_voids import VoidResult, record_phone_voids
from market.actions.sales.quarantine import Aside, set_aside
from market.actions.sales.recording import Outcome, Result
from market.actions.sales.sale_rows import Stamp
from market.actions.sales.syncing import hold, record_phone_sales
from market.domain.sales.sale import Sale, Void
from market.models.sales import Device
from market.queries.sales.counter import Counter
from market.queries.sales.devices import DeviceHere
from market.queries.sales.uploads import early_voids


@dataclass(frozen=True, slots=True)
class RescuedSale:
    """A sale, its place among the rows, and its hash."""

    place: int
    sale: Sale
    hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Rescued:
    """What a phone's rows say: by till, each with its place, and those set aside at the door."""

    sales: Mapping[int, Sequence[RescuedSale]]
    voids: Sequence[tuple[int, Void]]
    asides: Sequence[Aside]
    last_sequence: int


def take_in_rescued(
    session: Session,
    phone: DeviceHere,
    rescued: Rescued,
    counters: Mapping[int, Counter],
    *,
    by_id: int,
    now: datetime,
) -> dict[int, Result | VoidResult]:
    """Record a phone's rows under its own name, however often they come; a result by place.

    What is new is no longer waited for from the phone. Raises NoLongerApprover.
    """
    require_approver(session, phone.community_id, by_id)
    voids_ahead = hold(session, phone.id)
    early = early_voids(session, phone.id) if voids_ahead else {}
    set_aside(session, rescued.asides, received_at=now)
    results: dict[int, Result | VoidResult] = {}
    for till_id in sorted(rescued.sales):
        mine = rescued.sales[till_id]
        recorded = record_phone_sales(
            session,
            phone,
            counters[till_id],
            [one.sale for one in mine],
            hashes=[one.hash for one in mine],
            stamp=Stamp(now, by_id),
            early=early,
        )
        results |= {one.place: result for one, result in zip(mine, recorded, strict=True)}
    voids = [void for _, void in rescued.voids]
    undone = record_phone_voids(session, phone, voids, received_at=now) if voids else []
    results |= {place: result for (place, _), result in zip(rescued.voids, undone, strict=True)}
    created = sum(result.outcome is Outcome.CREATED for result in results.values())
    _heard(session, phone, last_sequence=rescued.last_sequence, fewer=created)
    if created:
        note(
            session,
            "phone_rescued",
            community_id=phone.community_id,
            now=now,
            device=phone.id,
            rows=created,
            by=by_id,
        )
    return results


def _heard(session: Session, phone: DeviceHere, *, last_sequence: int, fewer: int) -> None:
    """Its numbers are known up to here, and so many fewer records wait on it."""
    session.execute(
        update(Device)
        .where(Device.id == phone.id)
        .values(
            last_sequence=max(phone.last_sequence, last_sequence),
            unsent=max(0, phone.unsent - fewer),
        )
        .execution_options(synchronize_session=False)
    )
