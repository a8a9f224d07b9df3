"""What volunteers teach: courses, who came, and mentors with their session notes."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from market.models.base import Base


class SkillTaught(Base):
    """A skill that a volunteer says they can teach here."""

    __tablename__ = "skill_taught"
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    skill: Mapped[str] = mapped_column(String(16), primary_key=True)
    said_at: Mapped[datetime]


class SkillWanted(Base):
    """A skill that an enterprise would like to learn."""

    __tablename__ = "skill_wanted"
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"), primary_key=True)
    skill: Mapped[str] = mapped_column(String(16), primary_key=True)
    said_at: Mapped[datetime]


class Course(Base):
    """A course that a volunteer gives once; `minutes` are their volunteer hours when it was held."""

    __tablename__ = "course"
    __table_args__ = (
        Index("ix_course_community_id_starts_at", "community_id", "starts_at"),
        CheckConstraint("minutes > 0 AND seats > 0", name="room_and_time"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    skill: Mapped[str] = mapped_column(String(16))
    title: Mapped[str] = mapped_column(String(80))
    place: Mapped[str] = mapped_column(String(80))
    starts_at: Mapped[datetime]
    minutes: Mapped[int]
    seats: Mapped[int]
    teacher_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]


class CourseSeat(Base):
    """An enterprise's place in a course; `attended` is null until somebody has looked."""

    __tablename__ = "course_seat"
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"), primary_key=True)
    signed_up_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    signed_up_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
    attended: Mapped[bool | None]
    marked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class Mentoring(Base):
    """A volunteer who accompanies an enterprise, until one of them ends it."""

    __tablename__ = "mentoring"
    __table_args__ = (
        Index(
            "uq_mentoring_standing",
            "enterprise_id",
            "mentor_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"))
    mentor_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class MentorSession(Base):
    """What a mentor and an entrepreneur worked on. `shared` is for the desk and helpers too;
    `private` is read by these two alone.
    """

    __tablename__ = "mentor_session"
    __table_args__ = (
        Index("ix_mentor_session_mentoring_id", "mentoring_id"),
        CheckConstraint("minutes > 0", name="some_time"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    mentoring_id: Mapped[int] = mapped_column(ForeignKey("mentoring.id"))
    held_on: Mapped[date]
    minutes: Mapped[int]
    shared: Mapped[str] = mapped_column(String(1000))
    private: Mapped[str] = mapped_column(String(1000), default="")
    written_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    written_at: Mapped[datetime]
