"""Proving with a password who one is: counted as a miss until it was right."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from market.actions.people.misses import Guess, count_guess, forget_misses, strike_out
from market.actions.people.passwords import password_matches
from market.actions.people.signing_in import WrongPassword
from market.domain.people import folded_username
from market.queries.people.signing_in import Credentials
from market.web.forms import Form, acted
from market.web.guessing import guess_at, guess_from_here
from market.web.measures import MISSES
from market.web.sessions import clock

KIND = "password"


@dataclass(frozen=True, slots=True)
class Proof:
    """The password was right; the misses written down for this try are still to be struck out."""

    known: Credentials
    missed: tuple[int, ...]
    guess: Guess

    def settle(self, session: Session) -> None:
        """Strike out this try, and what was missed under this name before."""
        strike_out(session, self.missed)
        forget_misses(session, self.guess)


def proof_of(form: Form, username: str, password: str, known: Credentials | None) -> Proof | None:
    """Compare a password; None, with a sentence on the form, if it is wrong or has to wait.

    Somebody unknown, closed or without a password costs as much time as a wrong password.
    """
    guess = guess_at(KIND, folded_username(username))
    counted = acted(
        form, lambda session: count_guess(session, [guess, guess_from_here(KIND)], now=clock())
    )
    if counted is None:
        return None
    # Outside of any unit of work: hashing takes its time, and others want to write.
    right = password_matches(known.password_hash if known else None, password)
    if known is None or not right:
        MISSES.labels(KIND).inc()
        form.refuse(WrongPassword())
        return None
    return Proof(known, tuple(counted.result), guess)
