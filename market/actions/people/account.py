"""Accounts: how they are opened, and what people change about themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from market.actions.people.events import note_of_person
from market.domain.errors import N_, Refused
from market.domain.people import normal_username
from market.domain.text import clean_text
from market.models.people import Person

MOST_NAME = 40


class UsernameTaken(Refused):
    """Somebody has this username already."""

    sentence = N_("这个用户名已经有人用了，请换一个。")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPerson:
    """Who an account is for; without a hash it waits for a link that sets a password."""

    name: str
    username: str
    password_hash: str | None = None


def open_account(session: Session, command: NewPerson, *, now: datetime) -> Person:
    """A new account without a role. Raises UsernameTaken, UsernameUnusable, TextTooLong and its like."""
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
    return person


def rename(session: Session, person_id: int, name: str, *, now: datetime) -> None:
    """Call the person `name` from now on. Raises what `clean_text` raises."""
    kept = clean_text(name, most=MOST_NAME)
    session.execute(update(Person).where(Person.id == person_id).values(name=kept))
    note_of_person(session, "renamed", person_id, now=now, by_id=person_id)


def choose_language(session: Session, person_id: int, locale: str) -> None:
    """Greet the person in this language wherever they sign in."""
    session.execute(update(Person).where(Person.id == person_id).values(locale=locale))
