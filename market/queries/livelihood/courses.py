"""Courses, their seats, and the hours that volunteers have proven by teaching."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from market.domain.errors import N_, Missing
from market.domain.livelihood.learning import Skill
from market.models.ledger import Party
from market.models.livelihood import (
    Course,
    CourseSeat,
    Enterprise,
    Mentoring,
    MentorSession,
)
from market.models.people import Person


class NoSuchCourse(Missing):
    """No course of this community has this id."""

    sentence = N_("没有找到这门课，请从课程表重新进入。")


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseNow:
    """A course; `taken` counts the seats that stand, `came` who was there (None: nobody looked).

    `mine` says whether the enterprise that was asked for has a seat, `attended` whether it came.
    """

    id: int
    skill: Skill
    title: str
    place: str
    starts_at: datetime
    minutes: int
    seats: int
    teacher_id: int
    teacher: str
    taken: int
    came: int
    marked: bool
    cancelled_at: datetime | None
    mine: bool = False
    attended: bool | None = None

    @property
    def full(self) -> bool:
        return self.taken >= self.seats

    def is_over(self, now: datetime) -> bool:
        return self.cancelled_at is not None or self.starts_at <= now


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatNow:
    """Who has a seat; `attended` is None until somebody has looked."""

    enterprise_id: int
    enterprise: str
    entrepreneur: str
    signed_up_at: datetime
    attended: bool | None


@dataclass(frozen=True, slots=True)
class Hours:
    """What a volunteer has taught: minutes of courses that somebody came to, and of sessions."""

    person_id: int
    name: str
    course_minutes: int
    session_minutes: int

    @property
    def minutes(self) -> int:
        return self.course_minutes + self.session_minutes


def courses_of(
    session: Session, community_id: int, enterprise_id: int | None = None
) -> list[CourseNow]:
    """Every course of a community, the latest first; with the enterprise's own seat if asked."""
    return _found(session, Course.community_id == community_id, enterprise_id=enterprise_id)


def course_now(session: Session, community_id: int, course_id: int) -> CourseNow:
    """One of them; raises NoSuchCourse."""
    found = _found(session, Course.community_id == community_id, Course.id == course_id)
    if not found:
        raise NoSuchCourse
    return found[0]


def seats_of(session: Session, course_id: int) -> list[SeatNow]:
    """The seats that stand, in the order of signing up."""
    rows = session.execute(
        select(CourseSeat, Enterprise.name, Party.name)
        .join(Enterprise, Enterprise.id == CourseSeat.enterprise_id)
        .join(Party, Party.id == Enterprise.party_id)
        .where(CourseSeat.course_id == course_id, CourseSeat.left_at.is_(None))
        .order_by(CourseSeat.signed_up_at, CourseSeat.enterprise_id)
    )
    return [
        SeatNow(
            enterprise_id=seat.enterprise_id,
            enterprise=name,
            entrepreneur=entrepreneur,
            signed_up_at=seat.signed_up_at,
            attended=seat.attended,
        )
        for seat, name, entrepreneur in rows
    ]


def hours_of(session: Session, community_id: int) -> list[Hours]:
    """Proven hours of teaching, by volunteer, who taught most first."""
    courses: dict[int, int] = defaultdict(int)
    sessions: dict[int, int] = defaultdict(int)
    came = exists().where(CourseSeat.course_id == Course.id, CourseSeat.attended.is_(True))
    for person_id, minutes in session.execute(
        select(Course.teacher_id, func.sum(Course.minutes))
        .where(Course.community_id == community_id, Course.cancelled_at.is_(None), came)
        .group_by(Course.teacher_id)
    ):
        courses[person_id] = int(minutes)
    for person_id, minutes in session.execute(
        select(Mentoring.mentor_id, func.sum(MentorSession.minutes))
        .join(Mentoring, Mentoring.id == MentorSession.mentoring_id)
        .join(Enterprise, Enterprise.id == Mentoring.enterprise_id)
        .where(Enterprise.community_id == community_id)
        .group_by(Mentoring.mentor_id)
    ):
        sessions[person_id] = int(minutes)
    people = set(courses) | set(sessions)
    names = dict(session.execute(select(Person.id, Person.name).where(Person.id.in_(people))).all())
    found = [Hours(one, names[one], courses[one], sessions[one]) for one in people]
    return sorted(found, key=lambda one: (-one.minutes, one.name, one.person_id))


def _found(
    session: Session, *conditions: ColumnElement[bool], enterprise_id: int | None = None
) -> list[CourseNow]:
    counted = (
        select(
            CourseSeat.course_id,
            func.count().label("taken"),
            func.count().filter(CourseSeat.attended.is_(True)).label("came"),
            func.count().filter(CourseSeat.attended.is_not(None)).label("marked"),
        )
        .where(CourseSeat.left_at.is_(None))
        .group_by(CourseSeat.course_id)
        .subquery()
    )
    rows = session.execute(
        select(Course, Person.name, counted, CourseSeat)
        .join(Person, Person.id == Course.teacher_id)
        .outerjoin(counted, counted.c.course_id == Course.id)
        .outerjoin(
            CourseSeat,
            (CourseSeat.course_id == Course.id)
            & (CourseSeat.enterprise_id == enterprise_id)
            & CourseSeat.left_at.is_(None),
        )
        .where(*conditions)
        .order_by(Course.starts_at.desc(), Course.id.desc())
    )
    return [
        CourseNow(
            id=row.Course.id,
            skill=Skill(row.Course.skill),
            title=row.Course.title,
            place=row.Course.place,
            starts_at=row.Course.starts_at,
            minutes=row.Course.minutes,
            seats=row.Course.seats,
            teacher_id=row.Course.teacher_id,
            teacher=row.name,
            taken=row.taken or 0,
            came=row.came or 0,
            marked=bool(row.marked),
            cancelled_at=row.Course.cancelled_at,
            mine=row.CourseSeat is not None,
            attended=row.CourseSeat.attended if row.CourseSeat else None,
        )
        for row in rows
    ]
