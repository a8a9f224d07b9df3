"""One-time links taken up: by one guarded statement, so that of many who try at once one gets in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from market.actions.ledger.audit import note
from market.actions.people.account import NewPerson, open_account
from market.actions.people.events import note_of_person
from market.actions.people.links import LinkSpent
from market.actions.people.outside import NotInviter, require_inviter, take_up_review
from market.actions.people.roles import (
    NoSuchPerson,
    NotAdministrator,
    give_role,
    require_administrator,
)
from market.actions.people.signing_in import end_other_sessions
from market.domain.people import Role
from market.models.people import OneTimeLink, OutsideReview, Person


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taken:
    id: int
    purpose: str
    community_id: int | None
    person_id: int | None
    roles: tuple[Role, ...]
    created_by_id: int | None


def join_as_new(session: Session, token_hash: bytes, command: NewPerson, *, now: datetime) -> int:
    """Take up an invitation as somebody new; gives the person's id.

    Raises LinkSpent, and what `open_account` raises.
    """
    link = _take(session, token_hash, "invite", now)
    person = open_account(session, command, now=now)
    _join(session, link, person.id, now)
    return person.id


def join_as_known(session: Session, token_hash: bytes, person_id: int, *, now: datetime) -> None:
    """Take up an invitation with the account one has. Raises LinkSpent, OfThisHouse."""
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
    take_up_review(session, link.id, person_id, now=now)
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
    reviews = session.scalar(select(OutsideReview.id).where(OutsideReview.link_id == link.id))
    required = require_administrator if reviews is None else require_inviter
    try:
        required(session, link.created_by_id, link.community_id)
    except (NotAdministrator, NotInviter):
        raise LinkSpent from None
