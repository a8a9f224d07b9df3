"""Courses that volunteers give: planned, signed up for, held, and who came."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.actions.ledger.audit import note
from market.domain.errors import N_, Invalid, Refused
from market.domain.livelihood.learning import MOST_MINUTES, MOST_SEATS, Skill
from market.domain.money import check_count
from market.domain.text import clean_text
from market.models.livelihood import Course, CourseSeat
from market.models.people import Person, RoleGrant
from market.queries.livelihood.courses import NoSuchCourse

MOST_TITLE = 80
MOST_PLACE = 80


class CourseFull(Refused):
    """Every seat is taken."""

    sentence = N_("“%(title)s”已经报满了，可以先看看别的课。")


class CourseOver(Refused):
    """It has begun, or it will not be held."""

    sentence = N_("“%(title)s”已经开始或者取消了，不能再报名或退出。")


class CourseNotYet(Refused):
    """Nobody has come to what has not begun."""

    sentence = N_("“%(title)s”还没有开始，上完课再点名。")


class TeacherUnknown(Invalid):
    """Nobody who has a part in this community."""

    sentence = N_("请从名单里选一位讲课的志愿者。")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanCourse:
    """A course, given once."""

    community_id: int
    skill: Skill
    title: str
    place: str
    starts_at: datetime
    minutes: int
    seats: int
    teacher_id: int


def plan_course(session: Session, command: PlanCourse, *, by_id: int, now: datetime) -> Course:
    """A new course. Raises TeacherUnknown, and what `clean_text` and `check_count` raise."""
    _require_member(session, command.community_id, command.teacher_id)
    course = Course(
        community_id=command.community_id,
        skill=str(command.skill),
        title=clean_text(command.title, most=MOST_TITLE),
        place=clean_text(command.place, most=MOST_PLACE),
        starts_at=command.starts_at,
        minutes=check_count(command.minutes, most=MOST_MINUTES),
        seats=check_count(command.seats, most=MOST_SEATS),
        teacher_id=command.teacher_id,
        made_by_id=by_id,
        made_at=now,
    )
    session.add(course)
    session.flush()
    _note(session, "course_planned", course, by_id=by_id, now=now)
    return course


def cancel_course(
    session: Session, community_id: int, course_id: int, *, by_id: int, now: datetime
) -> Course:
    """It will not be held; its seats stay written. Raises NoSuchCourse, CourseOver."""
    course = _course(session, community_id, course_id)
    if course.cancelled_at is not None or course.starts_at <= now:
        raise CourseOver(title=course.title)
    course.cancelled_at = now
    _note(session, "course_cancelled", course, by_id=by_id, now=now)
    return course


def sign_up(
    session: Session,
    community_id: int,
    course_id: int,
    enterprise_id: int,
    *,
    by_id: int,
    now: datetime,
) -> CourseSeat:
    """A seat for an enterprise; the same again changes nothing.

    Raises NoSuchCourse, CourseOver, CourseFull.
    """
    course = _course(session, community_id, course_id)
    seat = session.get(CourseSeat, (course_id, enterprise_id))
    if seat is not None and seat.left_at is None:
        return seat
    if course.cancelled_at is not None or course.starts_at <= now:
        raise CourseOver(title=course.title)
    # The course's row is locked: two who want the last seat take their turn.
    taken = session.scalar(
        select(func.count()).where(CourseSeat.course_id == course_id, CourseSeat.left_at.is_(None))
    )
    if (taken or 0) >= course.seats:
        raise CourseFull(title=course.title)
    if seat is None:
        seat = CourseSeat(course_id=course_id, enterprise_id=enterprise_id)
        session.add(seat)
    seat.signed_up_by_id, seat.signed_up_at, seat.left_at = by_id, now, None
    session.flush()
    return seat


def give_up_seat(
    session: Session, community_id: int, course_id: int, enterprise_id: int, *, now: datetime
) -> None:
    """Somebody else may have it. Raises NoSuchCourse, CourseOver."""
    course = _course(session, community_id, course_id)
    if course.cancelled_at is not None or course.starts_at <= now:
        raise CourseOver(title=course.title)
    seat = session.get(CourseSeat, (course_id, enterprise_id))
    if seat is not None and seat.left_at is None:
        seat.left_at = now


def mark_attendance(
    session: Session,
    community_id: int,
    course_id: int,
    came: Collection[int],
    *,
    by_id: int,
    now: datetime,
) -> None:
    """Who of those with a seat came, by enterprise; may be corrected.

    Raises NoSuchCourse, CourseOver, CourseNotYet.
    """
    course = _course(session, community_id, course_id)
    if course.cancelled_at is not None:
        raise CourseOver(title=course.title)
    if course.starts_at > now:
        raise CourseNotYet(title=course.title)
    seats = session.scalars(
        select(CourseSeat).where(CourseSeat.course_id == course_id, CourseSeat.left_at.is_(None))
    )
    for seat in seats:
        seat.attended, seat.marked_by_id = seat.enterprise_id in came, by_id
    _note(session, "course_held", course, by_id=by_id, now=now)


def _course(session: Session, community_id: int, course_id: int) -> Course:
    course = session.scalar(
        select(Course)
        .where(Course.id == course_id, Course.community_id == community_id)
        .with_for_update()
    )
    if course is None:
        raise NoSuchCourse
    return course


def _require_member(session: Session, community_id: int, person_id: int) -> None:
    standing = (
        select(RoleGrant.id)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(
            RoleGrant.community_id == community_id,
            RoleGrant.person_id == person_id,
            RoleGrant.revoked_at.is_(None),
            Person.closed_at.is_(None),
        )
    )
    if session.scalar(standing.limit(1)) is None:
        raise TeacherUnknown(field="teacher")


def _note(session: Session, kind: str, course: Course, *, by_id: int, now: datetime) -> None:
    note(session, kind, community_id=course.community_id, now=now, course=course.id, by=by_id)
