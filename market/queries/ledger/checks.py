"""The checks of a community's books that people asked for, the newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from market.models.ledger import LedgerCheck
from market.models.people import Person

SHOWN = 10


@dataclass(frozen=True, slots=True)
class KeptVerdict:
    """One property as it was found. `looked_at` rows; what is wrong by table and id."""

    name: str
    looked_at: int
    wrong: tuple[str, ...]
    more_wrong: int

    @property
    def holds(self) -> bool:
        return not self.wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRow:
    """One check; without `finished_at` it runs still, or never came to its end."""

    id: int
    by: str
    started_at: datetime
    finished_at: datetime | None
    whole: bool
    verdicts: tuple[KeptVerdict, ...]

    @property
    def broken(self) -> tuple[KeptVerdict, ...]:
        return tuple(verdict for verdict in self.verdicts if not verdict.holds)


def last_checks(session: Session, community_id: int, limit: int = SHOWN) -> list[CheckRow]:
    """The newest checks of a community."""
    rows = session.execute(
        select(LedgerCheck, Person.name)
        .join(Person, Person.id == LedgerCheck.started_by_id)
        .where(LedgerCheck.community_id == community_id)
        .order_by(LedgerCheck.id.desc())
        .limit(limit)
    )
    return [
        CheckRow(
            id=check.id,
            by=by,
            started_at=check.started_at,
            finished_at=check.finished_at,
            whole=check.whole,
            verdicts=tuple(_verdict(kept) for kept in check.verdicts),
        )
        for check, by in rows
    ]


def _verdict(kept: dict[str, object]) -> KeptVerdict:
    figures, wrong, more = kept["figures"], kept["wrong"], kept["more_wrong"]
    first = figures[0][1] if isinstance(figures, list) and figures else 0
    return KeptVerdict(
        str(kept["name"]),
        int(first),
        tuple(str(row) for row in wrong) if isinstance(wrong, list) else (),
        more if isinstance(more, int) else 0,
    )
