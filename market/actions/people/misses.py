"""Wrong guesses are counted, visits never; after many the next guess waits, and nobody is locked out.

A guess is written down as a miss before it is looked at and struck out if it was right, so that
guesses made side by side count too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from market.domain.errors import N_, Throttled
from market.models.people import Miss

REMEMBERED = timedelta(days=1)
_SWEEP_EVERY = 64


class TooManyMisses(Throttled):
    """So many wrong guesses that the next one has to wait."""

    sentence = N_("试错的次数太多了，请等 %(seconds)s 秒再试。")


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """One key that a guess counts against. `key_hash` is a keyed hash: it hides whose it is.

    `free` misses within `window` cost nothing; each one more doubles the wait, up to `longest`.
    """

    key_hash: bytes
    free: int
    window: timedelta
    longest: timedelta

    def wait(self, misses: int) -> timedelta:
        """How long after the last of `misses` the next guess may come."""
        over = misses - self.free
        if over < 0:
            return timedelta(0)
        # Beyond 2^20 seconds every limit is long reached.
        return min(self.longest, timedelta(seconds=2 ** min(over, 20)))


def check_guess(session: Session, guesses: Sequence[Guess], *, now: datetime) -> None:
    """Raise TooManyMisses if one of the keys still has to wait."""
    waits = [_left_to_wait(session, guess, now) for guess in guesses]
    longest = max(waits, default=timedelta(0))
    if longest > timedelta(0):
        raise TooManyMisses(seconds=-(-longest // timedelta(seconds=1)))


def count_guess(session: Session, guesses: Sequence[Guess], *, now: datetime) -> list[int]:
    """Count a miss for each key, as long as it is not known to be none; gives their ids.

    Raises TooManyMisses.
    """
    check_guess(session, guesses, now=now)
    ids = [
        session.scalars(
            insert(Miss).values(key_hash=guess.key_hash, at=now).returning(Miss.id)
        ).one()
        for guess in guesses
    ]
    if any(number % _SWEEP_EVERY == 0 for number in ids):
        session.execute(delete(Miss).where(Miss.at < now - REMEMBERED))
    return ids


def strike_out(session: Session, ids: Sequence[int]) -> None:
    """The guess was right: it was no miss."""
    session.execute(delete(Miss).where(Miss.id.in_(ids)))


def forget_misses(session: Session, guess: Guess) -> None:
    """Whoever holds this key has shown who they are: what was missed before counts no more."""
    session.execute(delete(Miss).where(Miss.key_hash == guess.key_hash))


def _left_to_wait(session: Session, guess: Guess, now: datetime) -> timedelta:
    misses, last_at = session.execute(
        select(func.count(), func.max(Miss.at)).where(
            Miss.key_hash == guess.key_hash, Miss.at > now - guess.window
        )
    ).one()
    return last_at + guess.wait(misses) - now if misses else timedelta(0)
