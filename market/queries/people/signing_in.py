"""What signing in needs to know: somebody's hash, their sessions, a link's purpose."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from market.domain.people import Role, folded_username
from market.models.people import Community, OneTimeLink, OutsideReview, Person, WebSession


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Whose password is to be compared with `password_hash`; none if they have none yet."""

    person_id: int
    password_hash: str | None
    locale: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A community that somebody works for."""

    community_id: int
    slug: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingSession:
    """A sign-in on one browser that has not ended."""

    id: int
    created_at: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLink:
    """A one-time link that can be used. `community` is its name, `person` whom it resets.

    `review_until` is when it ends for who is asked in only to review, else None.
    """

    purpose: str
    community: str | None
    roles: tuple[Role, ...]
    person: str | None
    username: str | None
    expires_at: datetime
    review_until: datetime | None


def credentials_of(session: Session, username: str) -> Credentials | None:
    """The open account of this username, however its case and width were typed."""
    row = session.execute(
        select(Person.id, Person.password_hash, Person.locale).where(
            Person.username == folded_username(username), Person.closed_at.is_(None)
        )
    ).one_or_none()
    if row is None:
        return None
    return Credentials(person_id=row.id, password_hash=row.password_hash, locale=row.locale)


def credentials_by_id(session: Session, person_id: int) -> Credentials:
    """The account of somebody who is signed in."""
    row = session.execute(
        select(Person.id, Person.password_hash, Person.locale).where(Person.id == person_id)
    ).one()
    return Credentials(person_id=row.id, password_hash=row.password_hash, locale=row.locale)


def desks_of(session: Session, community_ids: Collection[int]) -> list[Desk]:
    """These communities by name."""
    rows = session.execute(
        select(Community.id, Community.slug, Community.name)
        .where(Community.id.in_(community_ids))
        .order_by(Community.name, Community.id)
    )
    return [Desk(community_id=r.id, slug=r.slug, name=r.name) for r in rows]


def standing_sessions(
    session: Session, person_id: int, *, seen_after: datetime, created_after: datetime
) -> list[StandingSession]:
    """The sessions of somebody that still stand, the last seen first."""
    rows = session.execute(
        select(WebSession.id, WebSession.created_at, WebSession.seen_at)
        .where(
            WebSession.person_id == person_id,
            WebSession.revoked_at.is_(None),
            WebSession.seen_at > seen_after,
            WebSession.created_at > created_after,
        )
        .order_by(WebSession.seen_at.desc(), WebSession.id.desc())
    )
    return [StandingSession(id=r.id, created_at=r.created_at, seen_at=r.seen_at) for r in rows]


def open_link(session: Session, token_hash: bytes, now: datetime) -> OpenLink | None:
    """What a link is for, or None if nobody can use it (any more)."""
    row = session.execute(
        select(
            OneTimeLink.purpose,
            OneTimeLink.roles,
            OneTimeLink.expires_at,
            Community.name.label("community"),
            Person.name.label("person"),
            Person.username,
            OutsideReview.ends_at.label("review_until"),
        )
        .outerjoin(Community, Community.id == OneTimeLink.community_id)
        .outerjoin(OutsideReview, OutsideReview.link_id == OneTimeLink.id)
        .outerjoin(Person, Person.id == OneTimeLink.person_id)
        .where(
            OneTimeLink.token_hash == token_hash,
            OneTimeLink.used_at.is_(None),
            OneTimeLink.expires_at > now,
            Person.closed_at.is_(None),
        )
    ).one_or_none()
    if row is None:
        return None
    return OpenLink(
        purpose=row.purpose,
        community=row.community,
        roles=tuple(Role(role) for role in row.roles),
        person=row.person,
        username=row.username,
        expires_at=row.expires_at,
        review_until=row.review_until,
    )
