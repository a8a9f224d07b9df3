"""What people change about themselves."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from market.actions.people.events import note_of_person
from market.actions.people.links import MOST_NAME
from market.domain.text import clean_text
from market.models.people import Person


def rename(session: Session, person_id: int, name: str, *, now: datetime) -> None:
    """Call the person `name` from now on. Raises what `clean_text` raises."""
    kept = clean_text(name, most=MOST_NAME)
    session.execute(update(Person).where(Person.id == person_id).values(name=kept))
    note_of_person(session, "renamed", person_id, now=now, by_id=person_id)


def choose_language(session: Session, person_id: int, locale: str) -> None:
    """Greet the person in this language wherever they sign in."""
    session.execute(update(Person).where(Person.id == person_id).values(locale=locale))
