"""The ledger check for whoever waits for a page: as much of it as some seconds allow."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic

from sqlalchemy import text
from sqlalchemy.orm import Session

from market.queries.ledger.check import check_community
from market.queries.ledger.check.verdict import Verdict

_STEPS = 100_000
"""Of SQLite's machine between two looks at the clock: a few milliseconds."""


class _OutOfTime(Exception):
    """The seconds are over."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What was looked at; `whole` if that is everything."""

    verdicts: tuple[Verdict, ...]
    whole: bool


def check_within(session: Session, community_id: int, *, seconds: float) -> Looked:
    """Verdict after verdict until the time is over; a statement that runs then is given up.

    `session` must see one moment, as for `check_community`.
    """
    ends_at = monotonic() + seconds
    found: list[Verdict] = []

    def tick(_rows: int) -> None:
        if monotonic() > ends_at:
            raise _OutOfTime

    try:
        with _given_up_at(session, ends_at, seconds):
            for verdict in check_community(session, community_id, tick):
                if verdict.name == "unreadable" and monotonic() > ends_at:
                    return Looked(tuple(found), whole=False)
                found.append(verdict)
                tick(0)
    except _OutOfTime:
        return Looked(tuple(found), whole=False)
    return Looked(tuple(found), whole=True)


@contextmanager
def _given_up_at(session: Session, ends_at: float, seconds: float) -> Iterator[None]:
    """Let the database itself stop what takes too long."""
    driver = session.connection().connection.driver_connection
    if not isinstance(driver, sqlite3.Connection):
        most_ms = max(1, int(seconds * 1000))
        session.execute(text(f"SET LOCAL statement_timeout = {most_ms}"))
        yield
        return
    driver.set_progress_handler(lambda: monotonic() > ends_at, _STEPS)
    try:
        yield
    finally:
        driver.set_progress_handler(None, _STEPS)
