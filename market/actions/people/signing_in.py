"""Signing in and out: sessions begin, are seen, and end."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select, true, update
from sqlalchemy.orm import Session

from market.actions.people.events import note_of_person
from market.domain.errors import N_, Invalid, Missing
from market.models.people import Person, WebSession

REMEMBERED = timedelta(days=90)
"""How long a session is kept after it began, which is long after it is dead."""


class WrongPassword(Invalid):
    """No such user, no password yet, a closed account, or another password: not told apart."""

    sentence = N_("用户名或密码不对，请再看一看。")


class NoSuchSession(Missing):
    """This person has no such session."""

    sentence = N_("没有找到这次登录，它可能已经退出了。")


def open_session(
    session: Session, person_id: int, token_hash: bytes, *, now: datetime, old: bytes | None = None
) -> None:
    """Begin a session whose token has this hash; the session `old` that the browser had ends.

    The person's sessions of long ago are deleted.

    Raises WrongPassword if the account was closed a moment ago.
    """
    open_account = select(Person.id).where(Person.id == person_id, Person.closed_at.is_(None))
    if session.scalar(open_account.with_for_update(read=True)) is None:
        raise WrongPassword
    if old is not None:
        _revoke(session, now, WebSession.token_hash == old)
    session.execute(
        delete(WebSession).where(
            WebSession.person_id == person_id, WebSession.created_at < now - REMEMBERED
        )
    )
    session.add(WebSession(token_hash=token_hash, person_id=person_id, created_at=now, seen_at=now))
    session.flush()


def note_seen(session: Session, session_id: int, *, now: datetime) -> None:
    """The session is in use."""
    session.execute(
        update(WebSession)
        .where(WebSession.id == session_id, WebSession.seen_at < now)
        .values(seen_at=now)
    )


def end_session(session: Session, session_id: int, *, person_id: int, now: datetime) -> None:
    """End one session of this person. Raises NoSuchSession."""
    if not _revoke(session, now, WebSession.id == session_id, WebSession.person_id == person_id):
        raise NoSuchSession


def end_other_sessions(
    session: Session, person_id: int, *, now: datetime, keep_id: int | None = None
) -> int:
    """End all sessions of this person but the one to keep; gives how many ended."""
    others = WebSession.id != keep_id if keep_id is not None else true()
    return _revoke(session, now, WebSession.person_id == person_id, others)


def set_password(
    session: Session,
    person_id: int,
    password_hash: str,
    *,
    now: datetime,
    keep_id: int | None = None,
) -> None:
    """Give the person another password; every session ends but the one that asked."""
    session.execute(
        update(Person).where(Person.id == person_id).values(password_hash=password_hash)
    )
    end_other_sessions(session, person_id, now=now, keep_id=keep_id)
    note_of_person(session, "password_changed", person_id, now=now)


def renew_hash(session: Session, person_id: int, *, old: str, new: str) -> None:
    """The same password under today's parameters, unless it was changed meanwhile."""
    session.execute(
        update(Person)
        .where(Person.id == person_id, Person.password_hash == old)
        .values(password_hash=new)
    )


def _revoke(session: Session, now: datetime, *which: ColumnElement[bool]) -> int:
    ended = session.execute(
        update(WebSession)
        .where(WebSession.revoked_at.is_(None), *which)
        .values(revoked_at=now)
        .returning(WebSession.id)
    )
    return len(ended.all())
