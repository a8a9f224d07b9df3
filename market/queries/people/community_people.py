"""The people of a community: who they are, what they may do, and the links that are still out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from market.domain.errors import N_, Missing
from market.domain.people import Role
from market.models.people import OneTimeLink, OutsideReview, Person, RoleGrant, WebSession


class NobodyHere(Missing):
    """Nobody of this community has this id."""

    sentence = N_("没有找到这个人。")


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonHere:
    """Somebody with a role in the community, past or present. `last_seen_at` is none if never."""

    id: int
    name: str
    username: str
    roles: tuple[Role, ...]
    has_password: bool
    last_seen_at: datetime | None
    closed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleEvent:
    """A role that was given, and perhaps taken, with the names of who did it ('' for the server)."""

    role: Role
    granted_at: datetime
    granted_by: str
    revoked_at: datetime | None
    revoked_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkOut:
    """A link that can still be used; `person` is none for an invitation."""

    id: int
    purpose: str
    roles: tuple[Role, ...]
    person: str | None
    created_by: str
    created_at: datetime
    expires_at: datetime


def people_of(session: Session, community_id: int) -> list[PersonHere]:
    """Everybody who holds a role in the community, and those who held one; by name."""
    return _people(session, community_id)


def person_of(session: Session, community_id: int, person_id: int) -> PersonHere:
    """One of them. Raises NobodyHere."""
    found = _people(session, community_id, person_id)
    if not found:
        raise NobodyHere
    return found[0]


def role_history(session: Session, community_id: int, person_id: int) -> list[RoleEvent]:
    """The roles somebody was given in this community, newest first."""
    rows = session.execute(
        select(RoleGrant)
        .where(RoleGrant.community_id == community_id, RoleGrant.person_id == person_id)
        .order_by(RoleGrant.granted_at.desc(), RoleGrant.id.desc())
    ).scalars()
    grants = rows.all()
    acting = {grant.granted_by_id for grant in grants} | {grant.revoked_by_id for grant in grants}
    names = _names(session, {by for by in acting if by is not None})
    return [
        RoleEvent(
            role=Role(grant.role),
            granted_at=grant.granted_at,
            granted_by=names.get(grant.granted_by_id or 0, ""),
            revoked_at=grant.revoked_at,
            revoked_by=names.get(grant.revoked_by_id or 0, ""),
        )
        for grant in grants
    ]


def links_out(session: Session, community_id: int, now: datetime) -> list[LinkOut]:
    """The links of a community that nobody has used, newest first."""
    links = session.scalars(
        select(OneTimeLink)
        .where(
            OneTimeLink.community_id == community_id,
            OneTimeLink.used_at.is_(None),
            OneTimeLink.expires_at > now,
            # Reviewers from outside are listed by themselves.
            ~exists().where(OutsideReview.link_id == OneTimeLink.id),
        )
        .order_by(OneTimeLink.id.desc())
    ).all()
    known = {link.created_by_id for link in links} | {link.person_id for link in links}
    names = _names(session, {number for number in known if number is not None})
    return [_link(link, names) for link in links]


def link_out(session: Session, community_id: int, link_id: int, now: datetime) -> LinkOut | None:
    """One of them, or None if it was used, withdrawn, or has expired."""
    out = links_out(session, community_id, now)
    return next((link for link in out if link.id == link_id), None)


def _link(link: OneTimeLink, names: Mapping[int, str]) -> LinkOut:
    return LinkOut(
        id=link.id,
        purpose=link.purpose,
        roles=tuple(Role(role) for role in link.roles),
        person=names.get(link.person_id or 0),
        created_by=names.get(link.created_by_id or 0, ""),
        created_at=link.created_at,
        expires_at=link.expires_at,
    )


def _people(session: Session, community_id: int, person_id: int | None = None) -> list[PersonHere]:
    last_seen = (
        select(func.max(WebSession.seen_at))
        .where(WebSession.person_id == Person.id)
        .correlate(Person)
        .scalar_subquery()
    )
    query = (
        select(Person, RoleGrant.role, RoleGrant.revoked_at, last_seen.label("last_seen_at"))
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(RoleGrant.community_id == community_id)
        .order_by(Person.closed_at.is_not(None), Person.name, Person.id)
    )
    if person_id is not None:
        query = query.where(Person.id == person_id)
    roles: dict[int, set[Role]] = {}
    seen: dict[int, datetime | None] = {}
    people: dict[int, Person] = {}
    for person, role, revoked_at, last_seen_at in session.execute(query):
        people[person.id] = person
        seen[person.id] = last_seen_at
        held = roles.setdefault(person.id, set())
        if revoked_at is None:
            held.add(Role(role))
    return [
        PersonHere(
            id=person.id,
            name=person.name,
            username=person.username,
            roles=tuple(role for role in Role if role in roles[person.id]),
            has_password=person.password_hash is not None,
            last_seen_at=seen[person.id],
            closed_at=person.closed_at,
        )
        for person in people.values()
    ]


def _names(session: Session, ids: set[int]) -> dict[int, str]:
    rows = session.execute(select(Person.id, Person.name).where(Person.id.in_(ids)))
    return {row.id: row.name for row in rows}
