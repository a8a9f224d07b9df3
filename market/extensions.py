"""The database and the other extensions, and `unit_of_work()`, the one place that commits."""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition

from flask_babel import Babel
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from market.actions.ledger.audit import seal_events
from market.models import Base

db = SQLAlchemy(metadata=Base.metadata)
migrate = Migrate()
csrf = CSRFProtect()
babel = Babel()

SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "recursive_triggers=ON",
    "busy_timeout=5000",
    "cache_size=-65536",
    "mmap_size=268435456",
    "temp_store=MEMORY",
    "journal_size_limit=67108864",
)


class Turns:
    """A lock that lets waiters in by order of arrival; SQLite's own waiting is no queue."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._waiting: deque[object] = deque()

    @contextmanager
    def take(self) -> Iterator[None]:
        ticket = object()
        with self._changed:
            self._waiting.append(ticket)
            self._changed.wait_for(lambda: self._waiting[0] is ticket)
        try:
            yield
        finally:
            with self._changed:
                self._waiting.popleft()
                self._changed.notify_all()


_writers = Turns()


@contextmanager
def unit_of_work() -> Iterator[Session]:
    """A session of its own whose work is written whole at the end, or not at all.

    On SQLite writers take their turn and begin IMMEDIATE, so that no read ever turns into a
    write. The audit chain's head is locked last, just before the commit.
    """
    engine = db.engine
    if engine.dialect.name == "sqlite":
        with _writers.take(), _committing(engine) as session:
            yield session
    else:
        with _committing(engine) as session:
            yield session


@contextmanager
def _committing(engine: Engine) -> Iterator[Session]:
    with Session(engine.execution_options(writes=True), expire_on_commit=False) as session:
        yield session
        seal_events(session)
        session.commit()


def reading() -> Session:
    """The request's session, for questions only."""
    return db.session()


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in SQLITE_PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def database_is_busy(error: BaseException) -> bool:
    """Whether the database refused for a reason that a repeat may cure.

    SQLite: busy or locked. PostgreSQL: serialization failure, deadlock (class 40).
    """
    cause = getattr(error, "orig", None)
    if isinstance(cause, sqlite3.OperationalError):
        return cause.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
    return str(getattr(cause, "sqlstate", "") or "").startswith("40")
