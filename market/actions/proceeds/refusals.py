"""Kinds of wishes a community does not take: written down, changed, taken back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from market.actions.ledger.audit import note
from market.domain.errors import N_, Invalid
from market.domain.proceeds.refusal import MOST_NAME, MOST_SENTENCE, read_words
from market.domain.text import clean_text
from market.models.proceeds import RefusedWish
from market.queries.proceeds.rules import refusal_here

_KEY_BYTES = 8


class WordsMissing(Invalid):
    """A kind by which nothing would ever be recognised."""

    sentence = N_("请至少写一个词，心愿里有这个词就会提醒。")


@dataclass(frozen=True, slots=True, kw_only=True)
class SetRefusal:
    """A kind as it shall be from now on; without a `key`, a new one. Not `stands`: it is taken."""

    community_id: int
    key: str | None
    name: str
    words: str
    unless: str
    why: str
    mend: str
    stands: bool


def set_refusal(
    session: Session,
    command: SetRefusal,
    *,
    by_id: int,
    now: datetime,
    random_bytes: Callable[[int], bytes],
) -> RefusedWish:
    """Write it down. Raises NoSuchRefusal, WordsMissing, and what `clean_text` raises."""
    if command.key is not None:
        refusal_here(session, command.community_id, command.key)
    words = read_words(command.words)
    if not words:
        raise WordsMissing(field="words")
    key = command.key or random_bytes(_KEY_BYTES).hex()
    row = session.get(RefusedWish, (command.community_id, key))
    if row is None:
        row = RefusedWish(community_id=command.community_id, key=key)
        session.add(row)
    row.name = clean_text(command.name, most=MOST_NAME)
    row.words, row.unless = " ".join(words), " ".join(read_words(command.unless))
    row.why = clean_text(command.why, most=MOST_SENTENCE)
    row.mend = clean_text(command.mend, most=MOST_SENTENCE)
    row.stands, row.changed_by_id, row.changed_at = command.stands, by_id, now
    session.flush()
    note(
        session,
        "refused_wish_set",
        community_id=command.community_id,
        now=now,
        key=key,
        words=row.words,
        stands=row.stands,
        by=by_id,
    )
    return row
