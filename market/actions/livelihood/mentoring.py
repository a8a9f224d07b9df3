"""Mentors: who can teach what, who accompanies whom, and what the two worked on."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from market.actions.ledger.audit import note
from market.actions.livelihood.courses import TeacherUnknown
from market.actions.livelihood.enterprises import enterprise_of
from market.domain.errors import N_, Invalid, Refused
from market.domain.livelihood.learning import MOST_MINUTES, Skill
from market.domain.money import check_count
from market.domain.text import clean_text
from market.models.livelihood import (
    Enterprise,
    Mentoring,
    MentorSession,
    SkillTaught,
    SkillWanted,
)
from market.models.people import Person, RoleGrant
from market.queries.livelihood.mentoring import NoSuchMentoring

MOST_NOTES = 1_000


class AlreadyMentor(Refused):
    """The two are paired already."""

    sentence = N_("%(name)s已经在辅导这个项目了。")


class SessionNotYet(Invalid):
    """A session that has not been held."""

    sentence = N_("请填已经过了的日子，辅导完再写记录。")


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteSession:
    """A session; `private` is for the mentor and the entrepreneur alone."""

    mentoring_id: int
    held_on: date
    minutes: int
    shared: str
    private: str = ""


def say_skills_taught(
    session: Session, community_id: int, person_id: int, skills: Collection[Skill], *, now: datetime
) -> None:
    """What a volunteer can teach here, from now on these and no others."""
    session.execute(
        delete(SkillTaught).where(
            SkillTaught.community_id == community_id, SkillTaught.person_id == person_id
        )
    )
    own = {"community_id": community_id, "person_id": person_id, "said_at": now}
    if skills:
        session.execute(
            insert(SkillTaught), [{**own, "skill": str(one)} for one in sorted(set(skills))]
        )


def say_skills_wanted(
    session: Session, enterprise_id: int, skills: Collection[Skill], *, now: datetime
) -> None:
    """What an enterprise would like to learn, from now on these and no others."""
    session.execute(delete(SkillWanted).where(SkillWanted.enterprise_id == enterprise_id))
    own = {"enterprise_id": enterprise_id, "said_at": now}
    if skills:
        session.execute(
            insert(SkillWanted), [{**own, "skill": str(one)} for one in sorted(set(skills))]
        )


def pair(
    session: Session,
    community_id: int,
    enterprise_id: int,
    mentor_id: int,
    *,
    by_id: int,
    now: datetime,
) -> Mentoring:
    """A volunteer accompanies an enterprise from now on.

    Raises NoSuchEnterprise, TeacherUnknown, AlreadyMentor.
    """
    enterprise = enterprise_of(session, community_id, enterprise_id)
    name = session.scalar(
        select(Person.name)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(
            Person.id == mentor_id,
            Person.closed_at.is_(None),
            RoleGrant.community_id == community_id,
            RoleGrant.revoked_at.is_(None),
        )
        .limit(1)
    )
    if name is None:
        raise TeacherUnknown(field="mentor")
    standing = select(Mentoring.id).where(
        Mentoring.enterprise_id == enterprise.id,
        Mentoring.mentor_id == mentor_id,
        Mentoring.ended_at.is_(None),
    )
    # The enterprise's row is locked, so nobody pairs the two meanwhile.
    if session.scalar(standing) is not None:
        raise AlreadyMentor(name=name)
    mentoring = Mentoring(
        enterprise_id=enterprise.id, mentor_id=mentor_id, by_id=by_id, began_at=now
    )
    session.add(mentoring)
    session.flush()
    _note(session, "mentor_paired", community_id, mentoring, by_id=by_id, now=now)
    return mentoring


def part(
    session: Session, community_id: int, mentoring_id: int, *, by_id: int, now: datetime
) -> None:
    """The two go their own ways; what was written stays. Raises NoSuchMentoring."""
    mentoring = session.scalar(
        select(Mentoring)
        .join(Enterprise, Enterprise.id == Mentoring.enterprise_id)
        .where(
            Mentoring.id == mentoring_id,
            Enterprise.community_id == community_id,
            Mentoring.ended_at.is_(None),
        )
    )
    if mentoring is None:
        raise NoSuchMentoring
    mentoring.ended_at = now
    _note(session, "mentor_parted", community_id, mentoring, by_id=by_id, now=now)


def write_session(
    session: Session, command: WriteSession, *, by_id: int, today: date, now: datetime
) -> MentorSession:
    """The mentor's notes of a session. Raises NoSuchMentoring, SessionNotYet."""
    standing = session.scalar(
        select(Mentoring.id).where(
            Mentoring.id == command.mentoring_id,
            Mentoring.mentor_id == by_id,
            Mentoring.ended_at.is_(None),
        )
    )
    if standing is None:
        raise NoSuchMentoring
    if command.held_on > today:
        raise SessionNotYet(field="held_on")
    private = command.private
    written = MentorSession(
        mentoring_id=standing,
        held_on=command.held_on,
        minutes=check_count(command.minutes, most=MOST_MINUTES),
        shared=clean_text(command.shared, most=MOST_NOTES, lines=True),
        private=clean_text(private, most=MOST_NOTES, lines=True) if private else "",
        written_by_id=by_id,
        written_at=now,
    )
    session.add(written)
    session.flush()
    return written


def _note(
    session: Session,
    kind: str,
    community_id: int,
    mentoring: Mentoring,
    *,
    by_id: int,
    now: datetime,
) -> None:
    note(
        session,
        kind,
        community_id=community_id,
        now=now,
        enterprise=mentoring.enterprise_id,
        mentoring=mentoring.id,
        by=by_id,
    )
