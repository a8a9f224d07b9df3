"""What second factor somebody has, and when a code was last given in this session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from market.models.people import Person, RoleGrant, SecondFactor, WebSession


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorNow:
    """Somebody's app, or card. `lost_at` is when an administrator said that it is gone."""

    on_paper: bool
    salt: bytes
    last_step: int
    set_up_at: datetime
    lost_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LostPhone:
    """A phone with an app, or a card, that somebody says is gone."""

    person_id: int
    name: str
    on_paper: bool
    lost_by_id: int
    lost_by: str
    lost_at: datetime


def factor_of(session: Session, person_id: int) -> FactorNow | None:
    """The app or card of a person, or None."""
    row = session.execute(
        select(
            SecondFactor.on_paper,
            SecondFactor.salt,
            SecondFactor.last_step,
            SecondFactor.set_up_at,
            SecondFactor.lost_at,
        ).where(SecondFactor.person_id == person_id)
    ).one_or_none()
    return FactorNow(**row._mapping) if row else None  # noqa: SLF001 - a row's public mapping


def proved_at(session: Session, session_id: int) -> datetime | None:
    """When a code was last given in this session."""
    return session.scalar(select(WebSession.proved_at).where(WebSession.id == session_id))


def losses_of(session: Session, community_id: int) -> list[LostPhone]:
    """The phones and cards of this community said to be lost, the oldest word first."""
    here = select(RoleGrant.person_id).where(
        RoleGrant.community_id == community_id, RoleGrant.revoked_at.is_(None)
    )
    by = aliased(Person)
    rows = session.execute(
        select(
            SecondFactor.person_id,
            Person.name,
            SecondFactor.on_paper,
            SecondFactor.lost_by_id,
            by.name.label("lost_by"),
            SecondFactor.lost_at,
        )
        .join(Person, Person.id == SecondFactor.person_id)
        .join(by, by.id == SecondFactor.lost_by_id)
        .where(SecondFactor.person_id.in_(here))
        .order_by(SecondFactor.lost_at, SecondFactor.person_id)
    )
    return [LostPhone(**row._mapping) for row in rows]  # noqa: SLF001 - a row's public mapping


def losses_waiting(session: Session, community_id: int, person_id: int) -> int:
    """How many of them this person may confirm: neither the owner nor who reported it."""
    return sum(
        person_id not in {lost.person_id, lost.lost_by_id}
        for lost in losses_of(session, community_id)
    )
