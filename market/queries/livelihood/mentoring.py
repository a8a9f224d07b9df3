"""Who teaches what, who wants to learn it, who accompanies whom, and what they worked on."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from market.domain.errors import N_, Missing
from market.domain.livelihood.learning import Skill
from market.models.ledger import Party
from market.models.livelihood import (
    Enterprise,
    Mentoring,
    MentorSession,
    SkillTaught,
    SkillWanted,
)
from market.models.people import Person, RoleGrant


class NoSuchMentoring(Missing):
    """This person accompanies nobody by this id, or no longer."""

    sentence = N_("没有找到这段辅导，可能已经结束了。")


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person by name."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Match:
    """What an enterprise would like to learn, and who can teach it."""

    enterprise_id: int
    enterprise: str
    skill: Skill
    teachers: tuple[Somebody, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MentoringNow:
    """Two who work together; `sessions` and `minutes` are what they did so far."""

    id: int
    enterprise_id: int
    enterprise: str
    entrepreneur: str
    mentor_id: int
    mentor: str
    began_at: datetime
    ended_at: datetime | None
    sessions: int
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionNow:
    """A session; `private` is '' for everybody but the two."""

    id: int
    mentor: str
    held_on: date
    minutes: int
    shared: str
    private: str


def skills_taught_by(session: Session, community_id: int, person_id: int) -> set[Skill]:
    """What somebody says they can teach here."""
    rows = session.scalars(
        select(SkillTaught.skill).where(
            SkillTaught.community_id == community_id, SkillTaught.person_id == person_id
        )
    )
    return {Skill(one) for one in rows}


def skills_wanted_by(session: Session, enterprise_id: int) -> set[Skill]:
    """What an enterprise would like to learn."""
    rows = session.scalars(
        select(SkillWanted.skill).where(SkillWanted.enterprise_id == enterprise_id)
    )
    return {Skill(one) for one in rows}


def matches_of(session: Session, community_id: int) -> list[Match]:
    """What every enterprise would like to learn, and who of those with a role here can teach it."""
    teachers: dict[str, list[Somebody]] = defaultdict(list)
    standing = select(RoleGrant.person_id).where(
        RoleGrant.community_id == community_id, RoleGrant.revoked_at.is_(None)
    )
    for skill, person_id, name in session.execute(
        select(SkillTaught.skill, Person.id, Person.name)
        .join(Person, Person.id == SkillTaught.person_id)
        .where(
            SkillTaught.community_id == community_id,
            Person.closed_at.is_(None),
            Person.id.in_(standing),
        )
        .order_by(Person.name, Person.id)
    ):
        teachers[skill].append(Somebody(person_id, name))
    wanted = session.execute(
        select(Enterprise.id, Enterprise.name, SkillWanted.skill)
        .join(SkillWanted, SkillWanted.enterprise_id == Enterprise.id)
        .where(Enterprise.community_id == community_id, Enterprise.closed_at.is_(None))
        .order_by(Enterprise.name, Enterprise.id, SkillWanted.skill)
    )
    return [
        Match(enterprise_id, name, Skill(skill), tuple(teachers[skill]))
        for enterprise_id, name, skill in wanted
    ]


def mentorings_of(session: Session, community_id: int) -> list[MentoringNow]:
    """Everybody who works together, those still at it first."""
    return _found(session, Enterprise.community_id == community_id)


def mentorings_by(session: Session, community_id: int, mentor_id: int) -> list[MentoringNow]:
    """Whom this volunteer accompanies."""
    return _found(
        session, Enterprise.community_id == community_id, Mentoring.mentor_id == mentor_id
    )


def mentorings_for(session: Session, enterprise_id: int) -> list[MentoringNow]:
    """Who accompanies this enterprise."""
    return _found(session, Mentoring.enterprise_id == enterprise_id)


def mentoring_now(session: Session, community_id: int, mentoring_id: int) -> MentoringNow:
    """Two of this community who work together, or did; raises NoSuchMentoring."""
    found = _found(session, Enterprise.community_id == community_id, Mentoring.id == mentoring_id)
    if not found:
        raise NoSuchMentoring
    return found[0]


def sessions_of(
    session: Session, *conditions: ColumnElement[bool], with_private: bool
) -> list[SessionNow]:
    """Sessions, the latest first; the private part only where the reader is one of the two."""
    rows = session.execute(
        select(MentorSession, Person.name)
        .join(Mentoring, Mentoring.id == MentorSession.mentoring_id)
        .join(Person, Person.id == Mentoring.mentor_id)
        .where(*conditions)
        .order_by(MentorSession.held_on.desc(), MentorSession.id.desc())
    )
    return [
        SessionNow(
            id=row.id,
            mentor=name,
            held_on=row.held_on,
            minutes=row.minutes,
            shared=row.shared,
            private=row.private if with_private else "",
        )
        for row, name in rows
    ]


def sessions_with(session: Session, enterprise_id: int, *, with_private: bool) -> list[SessionNow]:
    """All that was worked on with an enterprise."""
    return sessions_of(session, Mentoring.enterprise_id == enterprise_id, with_private=with_private)


def sessions_in(session: Session, mentoring_id: int, *, with_private: bool) -> list[SessionNow]:
    """What two worked on."""
    return sessions_of(session, Mentoring.id == mentoring_id, with_private=with_private)


def _found(session: Session, *conditions: ColumnElement[bool]) -> list[MentoringNow]:
    done = (
        select(
            MentorSession.mentoring_id,
            func.count().label("sessions"),
            func.sum(MentorSession.minutes).label("minutes"),
        )
        .group_by(MentorSession.mentoring_id)
        .subquery()
    )
    rows = session.execute(
        select(
            Mentoring,
            Enterprise.name.label("enterprise"),
            Party.name.label("entrepreneur"),
            Person.name.label("mentor"),
            done.c.sessions,
            done.c.minutes,
        )
        .join(Enterprise, Enterprise.id == Mentoring.enterprise_id)
        .join(Party, Party.id == Enterprise.party_id)
        .join(Person, Person.id == Mentoring.mentor_id)
        .outerjoin(done, done.c.mentoring_id == Mentoring.id)
        .where(*conditions)
        .order_by(Mentoring.ended_at.is_not(None), Mentoring.began_at.desc(), Mentoring.id)
    )
    return [
        MentoringNow(
            id=row.Mentoring.id,
            enterprise_id=row.Mentoring.enterprise_id,
            enterprise=row.enterprise,
            entrepreneur=row.entrepreneur,
            mentor_id=row.Mentoring.mentor_id,
            mentor=row.mentor,
            began_at=row.Mentoring.began_at,
            ended_at=row.Mentoring.ended_at,
            sessions=row.sessions or 0,
            minutes=int(row.minutes or 0),
        )
        for row in rows
    ]
