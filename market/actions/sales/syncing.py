"""Taking in what a phone holds: who it is and how often it comes, its sales, its word at closing.

Every unit of work begins by holding the phone's row, so that two requests of one phone never pass
each other; different phones do not wait for one another here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, bindparam, case, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from market.actions.sales.phone_voids import void_in_time
from market.actions.sales.recording import Outcome, Result, fixed_at, record_at
from market.actions.sales.sale_rows import Fixed, Stamp, line_row, sale_row
from market.actions.sales.writing import Heard, write_heard_sale, write_sales
from market.domain.identifiers import epoch_ms
from market.domain.sales.sale import Sale, Void
from market.domain.sales.upload import BURST_MS, EACH_MS, TooFast, seconds_to_wait
from market.models.sales import Device, DeviceSignOff
from market.queries.sales.counter import Counter
from market.queries.sales.devices import DeviceHere
from market.queries.sales.uploads import sales_to_void

_HEAR = (
    update(Device)
    .where(Device.id == bindparam("device"), Device.due_ms <= bindparam("now_ms") + BURST_MS)
    .values(
        last_sequence=case(
            (Device.last_sequence < bindparam("sequence"), bindparam("sequence")),
            else_=Device.last_sequence,
        ),
        seen_at=bindparam("now"),
        unsent=bindparam("left"),
        due_ms=case((Device.due_ms > bindparam("now_ms"), Device.due_ms), else_=bindparam("now_ms"))
        + EACH_MS,
    )
    .returning(Device.voids_ahead)
)


def hear(
    session: Session, device_id: int, *, last_sequence: int, unsent: int, now: datetime
) -> bool:
    """Hold a phone's row and note that it was heard of: the highest number among its records, and
    what it keeps unsent after this. Gives whether it has ever undone a sale before that arrived.

    Raises TooFast.
    """
    voids_ahead = _hear(session.connection(), device_id, last_sequence, unsent, now)
    if voids_ahead is None:
        now_ms = epoch_ms(now)
        due_ms = session.scalars(select(Device.due_ms).where(Device.id == device_id)).one()
        raise TooFast(seconds=seconds_to_wait(due_ms, now_ms))
    return voids_ahead


def _hear(
    connection: Connection, device_id: int, last_sequence: int, unsent: int, now: datetime
) -> bool | None:
    """None where it was too fast."""
    said = {
        "device": device_id,
        "sequence": last_sequence,
        "now": now,
        "now_ms": epoch_ms(now),
        "left": unsent,
    }
    known: bool | None = connection.execute(_HEAR, said).scalar_one_or_none()
    return known


def hold(session: Session, device_id: int) -> bool:
    """Hold a phone's row in a further unit of work of the same request; gives the same."""
    held = select(Device.voids_ahead).where(Device.id == device_id)
    return session.scalars(held.with_for_update(key_share=True)).one()


def record_phone_sales(
    session: Session,
    phone: DeviceHere,
    counter: Counter,
    sales: Sequence[Sale],
    *,
    hashes: Sequence[bytes],
    stamp: Stamp,
    early: Mapping[UUID, Void],
) -> list[Result]:
    """Record a phone's sales of one till; those of `early`, its voids that came before their sale,
    are undone as they arrive."""
    results = record_at(session, counter, sales, stamp=stamp, hashes=hashes)
    undone = [
        early[result.sale_id]
        for result in results
        if result.outcome is Outcome.CREATED and result.sale_id in early
    ]
    if undone:
        found = sales_to_void(session, [void.sale_id for void in undone])
        void_in_time(session, phone, undone, found, now=stamp.received_at)
    return results


def record_alone(
    connection: Connection, counter: Counter, sale: Sale, *, hash_: bytes, stamp: Stamp, unsent: int
) -> Result | None:
    """Hear of a phone and record the only sale it sent, in one statement where that is PostgreSQL's.

    None where there is more to it, about which `hear` and `record_phone_sales` tell.
    """
    fixed = fixed_at(0, sale, counter, hash_)
    if not isinstance(fixed, Fixed):
        return None
    row = sale_row(fixed, counter, stamp)
    lines = [line_row(fixed.sale, line) for line in fixed.sale.lines]
    written: Collection[UUID]
    if connection.dialect.name == "sqlite":
        ahead = _hear(connection, sale.device_id, sale.sequence, unsent, stamp.received_at)
        # Neither one that was too fast nor one that has voided ahead.
        heard = ahead is False
        written = write_sales(connection, [row], lines, counted=counter.counted) if heard else ()
    else:
        now_ms = epoch_ms(stamp.received_at)
        heard_of = Heard(unsent, now_ms, EACH_MS, now_ms + BURST_MS)
        written = write_heard_sale(connection, heard_of, row, lines, counted=counter.counted)
    return Result(sale.id, Outcome.CREATED, sale.code, fixed.day_number) if written else None


def sign_off(
    session: Session, device_id: int, till_id: int, last_sequence: int, *, now: datetime
) -> None:
    """Keep a phone's word that it has sent all it recorded for a till; the latest counts."""
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    dialect = sqlite.insert if on_sqlite else postgresql.insert
    said = {"last_sequence": last_sequence, "at": now}
    session.execute(
        dialect(DeviceSignOff)
        .values(till_id=till_id, device_id=device_id, **said)
        .on_conflict_do_update(index_elements=["till_id", "device_id"], set_=said)
    )
