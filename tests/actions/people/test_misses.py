"""Misses: how long who has guessed wrong must wait."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.actions.people.misses import (
    Guess,
    TooManyMisses,
    check_guess,
    count_guess,
    forget_misses,
    strike_out,
)
from market.models.people import Miss
from tests.factories import NOW

GUESS = Guess(key_hash=b"k" * 32, free=3, window=timedelta(hours=1), longest=timedelta(seconds=20))


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def missed(session: Session, times: int) -> None:
    for _ in range(times):
        session.add(Miss(key_hash=GUESS.key_hash, at=NOW))
    session.flush()


@pytest.mark.parametrize(
    ("misses", "wait"), [(0, 0), (2, 0), (3, 1), (4, 2), (5, 4), (7, 16), (8, 20), (999, 20)]
)
def test_the_wait_doubles_up_to_the_longest(misses: int, wait: int) -> None:
    assert GUESS.wait(misses) == seconds(wait)


def test_a_guess_waits_as_long_as_the_misses_say(session: Session) -> None:
    missed(session, 5)
    with pytest.raises(TooManyMisses) as refusal:
        check_guess(session, [GUESS], now=NOW + seconds(3.5))
    assert refusal.value.facts == {"seconds": 1}
    check_guess(session, [GUESS], now=NOW + seconds(4))


def test_a_guess_that_must_wait_is_no_further_miss(session: Session) -> None:
    missed(session, 5)
    with pytest.raises(TooManyMisses):
        count_guess(session, [GUESS], now=NOW)
    assert session.scalar(select(func.count()).select_from(Miss)) == 5


def test_the_strictest_of_several_keys_holds(session: Session) -> None:
    missed(session, 5)
    patient = Guess(
        key_hash=b"p" * 32, free=99, window=timedelta(hours=1), longest=timedelta(seconds=1)
    )
    with pytest.raises(TooManyMisses):
        check_guess(session, [patient, GUESS], now=NOW)


def test_misses_are_forgiven_after_a_while(session: Session) -> None:
    missed(session, 50)
    check_guess(session, [GUESS], now=NOW + timedelta(hours=1))


def test_a_right_guess_is_struck_out_and_clears_its_own_key(session: Session) -> None:
    other = Guess(
        key_hash=b"o" * 32, free=99, window=timedelta(hours=1), longest=timedelta(seconds=1)
    )
    missed(session, 2)
    count_guess(session, [other], now=NOW)
    ids = count_guess(session, [GUESS, other], now=NOW)
    strike_out(session, ids)
    forget_misses(session, GUESS)
    assert session.scalars(select(Miss.key_hash)).all() == [other.key_hash]


def test_old_misses_are_swept_away(session: Session) -> None:
    missed(session, 70)
    for _ in range(64):
        fresh = Guess(
            key_hash=b"f" * 32, free=999, window=timedelta(hours=1), longest=timedelta(seconds=1)
        )
        count_guess(session, [fresh], now=NOW + timedelta(days=2))
    assert session.scalar(select(func.count()).where(Miss.key_hash == GUESS.key_hash)) == 0
