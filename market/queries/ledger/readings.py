"""Which files of the vault were opened: by whom, when, for what. The audit chain knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.domain.identity.reading import EVENT, ReadingPurpose
from market.models.ledger import AuditEvent
from market.models.people import Person

PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingRow:
    """One opening of one file."""

    number: int
    label: str
    purpose: ReadingPurpose
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Readings:
    """One page of them, the newest first."""

    rows: Sequence[ReadingRow]
    number: int
    pages: int
    total: int


def readings_of(session: Session, community_id: int, page: int = 1) -> Readings:
    """The openings of a community's files."""
    mine = (AuditEvent.community_id == community_id, AuditEvent.kind == EVENT)
    total = session.scalar(select(func.count()).select_from(AuditEvent).where(*mine)) or 0
    pages = max(1, -(-total // PAGE))
    number = min(max(page, 1), pages)
    events = session.execute(
        select(AuditEvent.number, AuditEvent.at, AuditEvent.subject)
        .where(*mine)
        .order_by(AuditEvent.number.desc())
        .limit(PAGE)
        .offset((number - 1) * PAGE)
    ).all()
    ids = {int(event.subject["by"]) for event in events}
    found = session.execute(select(Person.id, Person.name).where(Person.id.in_(ids)))
    names = {row.id: row.name for row in found}
    rows = [
        ReadingRow(
            number=event.number,
            label=str(event.subject["file"]),
            purpose=ReadingPurpose(event.subject["purpose"]),
            by=names.get(int(event.subject["by"]), ""),
            at=event.at,
        )
        for event in events
    ]
    return Readings(rows, number, pages, total)
