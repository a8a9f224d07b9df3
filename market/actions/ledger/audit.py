"""Events of the audit chain: noted while an act runs, written last in its unit of work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from market.domain.ledger.audit import GENESIS, Event, Subject, event_hash
from market.models.ledger import AuditEvent, AuditHead

_NOTED = "noted audit events"


@dataclass(frozen=True, slots=True)
class _Noted:
    community_id: int
    at: datetime
    kind: str
    subject: Subject


def note(
    session: Session, kind: str, /, *, community_id: int, now: datetime, **subject: int | str
) -> None:
    """Remember an event for the end of this unit of work. `subject` is ids, amounts and hashes."""
    # Kept to the millisecond: that is what the hash covers.
    at = now.replace(microsecond=now.microsecond // 1000 * 1000)
    session.info.setdefault(_NOTED, []).append(_Noted(community_id, at, kind, subject))


@contextmanager
def unnoted_on_error(session: Session) -> Iterator[None]:
    """Forget what was noted within, where it ends in an error: it goes with a savepoint."""
    before = list(session.info.get(_NOTED, []))
    try:
        yield
    except BaseException:
        session.info[_NOTED] = before
        raise


def seal_events(session: Session) -> None:
    """Write what was noted, each event hashing the one before; locks each chain's head last."""
    noted: list[_Noted] = session.info.pop(_NOTED, [])
    if not noted:
        return
    session.flush()
    for community_id in sorted({row.community_id for row in noted}):
        _append(session, [row for row in noted if row.community_id == community_id])


def start_chain(session: Session, community_id: int) -> None:
    """A new community's chain: no event yet."""
    session.add(AuditHead(community_id=community_id, number=0, hash=GENESIS))


def _append(session: Session, noted: list[_Noted]) -> None:
    community_id = noted[0].community_id
    head = session.execute(
        select(AuditHead.number, AuditHead.hash)
        .where(AuditHead.community_id == community_id)
        .with_for_update()
    ).one()
    number, last = head.number, head.hash
    rows = []
    for one in noted:
        number += 1
        event = Event(community_id, number, one.at, one.kind, one.subject)
        last = event_hash(last, event)
        rows.append(
            {
                "community_id": community_id,
                "number": number,
                "at": one.at,
                "kind": one.kind,
                "subject": dict(one.subject),
                "hash": last,
            }
        )
    session.execute(insert(AuditEvent), rows)
    session.execute(
        update(AuditHead)
        .where(AuditHead.community_id == community_id)
        .values(number=number, hash=last)
    )
