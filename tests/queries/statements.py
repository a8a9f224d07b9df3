"""What a question asks of the database, statement by statement."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import Session


@contextmanager
def counting(session: Session) -> Iterator[list[str]]:
    """What is sent to the session's database within the block, on whichever of its connections.

    On PostgreSQL requests that only ask have an engine of their own.
    """
    asked: list[str] = []

    url = session.get_bind().engine.url

    def note(connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        if connection.engine.url == url:
            asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(Engine, "before_cursor_execute", note)
