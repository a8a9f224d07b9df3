"""Communities are founded, and people put into them by whoever runs the server."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.ledger.audit import note, start_chain
from market.actions.people.account import NewPerson, open_account
from market.actions.people.roles import give_role
from market.domain.errors import N_, Invalid, Refused
from market.domain.people import Role
from market.domain.text import clean_text
from market.models.people import Community, Person

_SLUG = re.compile(r"^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$")
MOST_COMMUNITY_NAME = 80


class SlugUnusable(Invalid):
    """A community's short name in addresses must be plain."""

    sentence = N_("社区的网址短名请用小写字母、数字和连字符，例如 lantern-street。")


class SlugTaken(Refused):
    """Another community has this short name."""

    sentence = N_("这个网址短名已经有社区用了，请换一个。")


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundCommunity:
    """`slug` stands in addresses; `name` is what people read."""

    slug: str
    name: str
    contact: str = ""
    time_zone: str = "Asia/Shanghai"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddPerson:
    """An account made by whoever runs the server; without a hash it waits for a reset link."""

    username: str
    name: str
    roles: Collection[Role]
    password_hash: str | None = None


def found_community(session: Session, command: FoundCommunity, *, now: datetime) -> Community:
    """A new community, its audit chain begun. Raises SlugUnusable, SlugTaken."""
    if _SLUG.match(command.slug) is None:
        raise SlugUnusable
    if session.scalar(select(Community.id).where(Community.slug == command.slug)) is not None:
        raise SlugTaken
    community = Community(
        slug=command.slug,
        name=clean_text(command.name, most=MOST_COMMUNITY_NAME),
        contact=command.contact,
        time_zone=command.time_zone,
        created_at=now,
    )
    session.add(community)
    session.flush()
    start_chain(session, community.id)
    note(session, "community_founded", community_id=community.id, now=now)
    return community


def add_person(
    session: Session,
    command: AddPerson,
    *,
    community_id: int,
    now: datetime,
    by_id: int | None = None,
) -> Person:
    """A new account with its roles in one community. Raises UsernameUnusable, UsernameTaken."""
    said = NewPerson(
        name=command.name, username=command.username, password_hash=command.password_hash
    )
    person = open_account(session, said, now=now)
    note(
        session,
        "person_added",
        community_id=community_id,
        now=now,
        person=person.id,
        by=by_id or 0,
    )
    for role in sorted(command.roles):
        give_role(session, person.id, role, community_id=community_id, by_id=by_id, now=now)
    return person
