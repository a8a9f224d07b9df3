"""One-time links: an invitation into a community, or a way back in for who lost the password.

We keep the hash of a link's token only. A link is taken up by one guarded statement: of many who
try at once, one gets in.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from market.actions.ledger.audit import note
from market.actions.people.events import note_of_person
from market.actions.people.roles import (
    NoSuchPerson,
    NotAdministrator,
    give_role,
    require_administrator,
    require_charge_of,
)
from market.actions.people.signing_in import end_other_sessions
from market.domain.errors import N_, Invalid, Missing, Refused
from market.domain.people import Role, normal_username
from market.domain.text import clean_text
from market.models.people import OneTimeLink, Person

INVITATION_LASTS = timedelta(days=7)
RESET_LASTS = timedelta(hours=24)
MOST_NAME = 40


class LinkSpent(Missing):
    """Unknown, used, withdrawn or expired: not told apart."""

    sentence = N_("这个链接已经用过或过期了。请管理员再发一个给您。")


class UsernameTaken(Refused):
    """Somebody has this username already."""

    sentence = N_("这个用户名已经有人用了，请换一个。")


class NoRoleChosen(Invalid):
    """An invitation that would let somebody in to do nothing."""

    sentence = N_("请至少选一个角色。")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPerson:
    """What somebody says who takes up an invitation."""

    name: str
    username: str
    password_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taken:
    id: int
    purpose: str
    community_id: int | None
    person_id: int | None
    roles: tuple[Role, ...]
    created_by_id: int | None


def invite(
    session: Session,
    token_hash: bytes,
    roles: Collection[Role],
    *,
    community_id: int,
    by_id: int,
    now: datetime,
) -> int:
    """A link by which one person joins the community with `roles`; gives its id.

    Raises NotAdministrator, NoRoleChosen.
    """
    require_administrator(session, by_id, community_id)
    if not roles:
        raise NoRoleChosen
    link = OneTimeLink(
        token_hash=token_hash,
        purpose="invite",
        community_id=community_id,
        roles=sorted(str(role) for role in roles),
        created_by_id=by_id,
        created_at=now,
        expires_at=now + INVITATION_LASTS,
    )
    session.add(link)
    session.flush()
    note(
        session,
        "invited",
        community_id=community_id,
        now=now,
        link=link.id,
        roles=".".join(link.roles),
        by=by_id,
    )
    return link.id


def offer_reset(
    session: Session,
    token_hash: bytes,
    person_id: int,
    *,
    community_id: int,
    by_id: int,
    now: datetime,
) -> int:
    """A link by which somebody of this community sets a new password; gives its id.

    Raises NotAdministrator, NoSuchPerson, AlsoElsewhere.
    """
    require_charge_of(session, person_id, community_id=community_id, by_id=by_id)
    return make_reset_link(
        session, token_hash, person_id, community_id=community_id, by_id=by_id, now=now
    )


def make_reset_link(
    session: Session,
    token_hash: bytes,
    person_id: int,
    *,
    community_id: int | None,
    by_id: int | None,
    now: datetime,
) -> int:
    """The link itself; whoever calls has made sure that it may be given. Earlier ones end."""
    session.execute(
        update(OneTimeLink)
        .where(OneTimeLink.person_id == person_id, OneTimeLink.expires_at > now)
        .values(expires_at=now)
    )
    link = OneTimeLink(
        token_hash=token_hash,
        purpose="reset",
        community_id=community_id,
        person_id=person_id,
        roles=[],
        created_by_id=by_id,
        created_at=now,
        expires_at=now + RESET_LASTS,
    )
    session.add(link)
    session.flush()
    note_of_person(session, "reset_offered", person_id, now=now, by_id=by_id)
    return link.id


def withdraw_link(
    session: Session, link_id: int, *, community_id: int, by_id: int, now: datetime
) -> None:
    """End a link of this community that nobody has used. Raises NotAdministrator, LinkSpent."""
    require_administrator(session, by_id, community_id)
    withdrawn = session.scalar(
        update(OneTimeLink)
        .where(
            OneTimeLink.id == link_id,
            OneTimeLink.community_id == community_id,
            OneTimeLink.used_at.is_(None),
            OneTimeLink.expires_at > now,
        )
        .values(expires_at=now)
        .returning(OneTimeLink.id)
    )
    if withdrawn is None:
        raise LinkSpent
    note(session, "link_withdrawn", community_id=community_id, now=now, link=link_id, by=by_id)


def join_as_new(session: Session, token_hash: bytes, command: NewPerson, *, now: datetime) -> int:
    """Take up an invitation as somebody new; gives the person's id.

    Raises LinkSpent, UsernameTaken, and what `clean_text` and `normal_username` raise.
    """
    link = _take(session, token_hash, "invite", now)
    username = normal_username(command.username)
    if session.scalar(select(Person.id).where(Person.username == username)) is not None:
        raise UsernameTaken
    person = Person(
        username=username,
        name=clean_text(command.name, most=MOST_NAME),
        password_hash=command.password_hash,
        created_at=now,
    )
    session.add(person)
    session.flush()
    _join(session, link, person.id, now)
    return person.id


def join_as_known(session: Session, token_hash: bytes, person_id: int, *, now: datetime) -> None:
    """Take up an invitation with the account one has. Raises LinkSpent."""
    _join(session, _take(session, token_hash, "invite", now), person_id, now)


def reset_password(
    session: Session, token_hash: bytes, password_hash: str, *, now: datetime
) -> int:
    """Set a new password by a link; every session ends. Gives the person's id.

    Raises LinkSpent.
    """
    link = _take(session, token_hash, "reset", now)
    _still_given(session, link)
    reset: int | None = session.scalar(
        update(Person)
        .where(Person.id == link.person_id, Person.closed_at.is_(None))
        .values(password_hash=password_hash)
        .returning(Person.id)
    )
    if reset is None:
        raise NoSuchPerson
    end_other_sessions(session, reset, now=now)
    note_of_person(session, "password_reset", reset, now=now, by_id=link.created_by_id)
    return reset


def _take(session: Session, token_hash: bytes, purpose: str, now: datetime) -> _Taken:
    row = session.execute(
        update(OneTimeLink)
        .where(
            OneTimeLink.token_hash == token_hash,
            OneTimeLink.purpose == purpose,
            OneTimeLink.used_at.is_(None),
            OneTimeLink.expires_at > now,
        )
        .values(used_at=now)
        .returning(
            OneTimeLink.id,
            OneTimeLink.purpose,
            OneTimeLink.community_id,
            OneTimeLink.person_id,
            OneTimeLink.roles,
            OneTimeLink.created_by_id,
        )
    ).one_or_none()
    if row is None:
        raise LinkSpent
    return _Taken(
        id=row.id,
        purpose=row.purpose,
        community_id=row.community_id,
        person_id=row.person_id,
        roles=tuple(Role(role) for role in row.roles),
        created_by_id=row.created_by_id,
    )


def _join(session: Session, link: _Taken, person_id: int, now: datetime) -> None:
    if link.community_id is None:
        raise LinkSpent
    _still_given(session, link)
    note(
        session,
        "joined",
        community_id=link.community_id,
        now=now,
        person=person_id,
        link=link.id,
    )
    for role in link.roles:
        give_role(
            session,
            person_id,
            role,
            community_id=link.community_id,
            by_id=link.created_by_id,
            now=now,
        )


def _still_given(session: Session, link: _Taken) -> None:
    """A link lives no longer than the role of whoever made it."""
    if link.created_by_id is None or link.community_id is None:
        return
    try:
        require_administrator(session, link.created_by_id, link.community_id)
    except NotAdministrator:
        raise LinkSpent from None
