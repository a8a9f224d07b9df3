"""What was said about pages: for whoever answers, and for whoever said it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.domain.public.concern import ConcernKind
from market.models.people import Community, Person
from market.models.public import Concern, ConcernAnswer

MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class ConcernNow:
    """A word and its answer, if it has one."""

    id: int
    code: str
    kind: ConcernKind
    about: str
    words: str
    said_at: datetime
    community: str
    contact: str
    answer: str | None
    answered_at: datetime | None
    answered_by: str | None

    @property
    def due_at(self) -> datetime:
        return self.kind.due_at(self.said_at)


@dataclass(frozen=True, slots=True)
class Answering:
    """A community that answers, and where to call it."""

    id: int
    name: str
    contact: str


_CONCERNS = (
    select(
        Concern.id,
        Concern.code,
        Concern.kind,
        Concern.about,
        Concern.words,
        Concern.said_at,
        Community.name,
        Community.contact,
        ConcernAnswer.words,
        ConcernAnswer.at,
        Person.name,
    )
    .join(Community, Community.id == Concern.community_id)
    .outerjoin(ConcernAnswer, ConcernAnswer.concern_id == Concern.id)
    .outerjoin(Person, Person.id == ConcernAnswer.by_id)
)


def who_answers(session: Session) -> list[Answering]:
    """Every community, by name."""
    rows = session.execute(
        select(Community.id, Community.name, Community.contact).order_by(Community.name)
    )
    return [Answering(*row) for row in rows]


def concern_by_code(session: Session, code: str) -> ConcernNow | None:
    row = session.execute(_CONCERNS.where(Concern.code == code)).one_or_none()
    return _concern(row) if row else None


def concerns_of(session: Session, community_id: int, *, answered: bool) -> list[ConcernNow]:
    """Those that wait, privacy first and then the oldest; or those answered, the latest first."""
    question = _CONCERNS.where(Concern.community_id == community_id).limit(MOST_SHOWN)
    if answered:
        found = question.where(ConcernAnswer.at.is_not(None)).order_by(ConcernAnswer.at.desc())
    else:
        privacy_first = Concern.kind != ConcernKind.PRIVACY
        found = question.where(ConcernAnswer.at.is_(None)).order_by(privacy_first, Concern.said_at)
    return [_concern(row) for row in session.execute(found)]


def concerns_waiting(session: Session, community_id: int) -> int:
    """How many nobody answered yet."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Concern)
            .outerjoin(ConcernAnswer, ConcernAnswer.concern_id == Concern.id)
            .where(Concern.community_id == community_id, ConcernAnswer.at.is_(None))
        )
        or 0
    )


def _concern(row: tuple[object, ...]) -> ConcernNow:
    id_, code, kind, *rest = row
    return ConcernNow(id_, code, ConcernKind(str(kind)), *rest)  # type: ignore[arg-type]
