"""The database and the other extensions, and `unit_of_work()`, the one place that commits."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Condition
from time import monotonic
from typing import Any

from flask import Flask, current_app, g
from flask_babel import Babel
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as RequestSession
from flask_wtf import CSRFProtect
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry, Pool, PoolProxiedConnection

from market.actions.ledger.audit import seal_events
from market.models import Base


class _Asking(RequestSession):
    """A request's session. On PostgreSQL each of its statements is a transaction of its own.

    READ COMMITTED would let each see its own moment anyway; so it goes without BEGIN and ROLLBACK,
    which travel to the server as any statement does. On SQLite a request sees one moment.
    """

    def get_bind(self, *_args: object, **_options: object) -> Engine:
        return _asking_engine()


class _Database(SQLAlchemy):
    """Engines whose SQLite begins what it is told to.

    An event of SQLAlchemy's would do the same; but as soon as an engine has one, every statement
    looks for listeners four times over, which took a tenth of a sale.
    """

    def _make_engine(self, bind_key: str | None, options: dict[str, Any], app: Flask) -> Engine:
        engine = super()._make_engine(bind_key, options, app)
        if engine.dialect.name == "sqlite":
            engine.dialect.do_begin = _begin_sqlite  # type: ignore[assignment]  # for this engine
        return engine


db = _Database(metadata=Base.metadata, session_options={"class_": _Asking})
csrf = CSRFProtect()
babel = Babel()


class LateMigrate:
    """Flask-Migrate as `flask db` finds it, imported then: Alembic is a tenth of a worker's memory."""

    def __init__(self, app: Flask, directory: str) -> None:
        self._app = app
        self._directory = directory

    def __getattr__(self, name: str) -> Any:
        from flask_migrate import Migrate  # noqa: PLC0415

        # It takes this one's place.
        Migrate(self._app, db, directory=self._directory, render_as_batch=True)
        return getattr(self._app.extensions["migrate"], name)


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


_writing: ContextVar[bool] = ContextVar("writing", default=False)
"""Whether what SQLite begins now is going to write."""
SURELY_ALIVE_SECONDS = 1.0
_IDLE_SINCE = "idle since"
_ASKING = "asking"
_ASKING_ENGINE = "asking engine"


class Turns:
    """A lock that lets waiters in by order of arrival; SQLite's own waiting is no queue.

    Within a process by a queue; between the processes that serve one database by a lock on a file
    beside it, which wakes whoever waits, where SQLite would let them look again now and then.
    """

    def __init__(self, database: str | None) -> None:
        """`database` is its file, or null for one that only this process knows."""
        self._changed = Condition()
        self._waiting: deque[object] = deque()
        self._file = f"{database}-turn" if database else None

    @property
    def waiting(self) -> int:
        """How many of this process wait, whoever has the turn among them."""
        return len(self._waiting)

    @contextmanager
    def take(self) -> Iterator[None]:
        ticket = object()
        with self._changed:
            self._waiting.append(ticket)
            self._changed.wait_for(lambda: self._waiting[0] is ticket)
        try:
            with self._alone():
                yield
        finally:
            with self._changed:
                self._waiting.popleft()
                self._changed.notify_all()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        if self._file is None:
            yield
            return
        file = os.open(self._file, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
        finally:
            # Which lets the next one in, as the end of a killed process does.
            os.close(file)


@contextmanager
def unit_of_work() -> Iterator[Session]:
    """A session of its own whose work is written whole at the end, or not at all.

    On SQLite writers take their turn and begin IMMEDIATE, so that no read ever turns into a
    write. The audit chain's head is locked last, just before the commit.
    """
    if db.engine.dialect.name == "sqlite":
        with _turns().take(), _committing() as session:
            yield session
    else:
        with _committing() as session:
            yield session


@contextmanager
def _committing() -> Iterator[Session]:
    with Session(db.engine, expire_on_commit=False) as session:
        with about_to_write():
            session.connection()
        yield session
        seal_events(session)
        session.commit()


@contextmanager
def about_to_write() -> Iterator[None]:
    """What SQLite begins within this is going to write, and takes the lock for it at once."""
    writing = _writing.set(True)
    try:
        yield
    finally:
        _writing.reset(writing)


def _turns() -> Turns:
    """This application's, made at its first write."""
    turns: Turns | None = current_app.extensions.get("turns")
    if turns is None:
        database = db.engine.url.database
        in_memory = not database or database == ":memory:"
        turns = Turns(None if in_memory else database)
        current_app.extensions["turns"] = turns
    return turns


def reading() -> Session:
    """The request's session, for questions only."""
    return db.session()


def asking() -> Connection:
    """The request's connection for the questions of its hot paths, past the ORM.

    On PostgreSQL each of its statements is a transaction of its own.
    """
    known: Connection | None = g.get(_ASKING)
    if known is None:
        known = _asking_engine().connect()
        setattr(g, _ASKING, known)
    return known


@contextmanager
def short_work() -> Iterator[Connection]:
    """A unit of work past the ORM, of which the audit chain need not hear: for the hottest path.

    On SQLite of any few statements, on PostgreSQL of a single one.
    """
    connection = asking()
    if connection.dialect.name != "sqlite":
        yield connection
        return
    # What was asked before belongs to another moment.
    connection.rollback()
    with _turns().take():
        with about_to_write():
            transaction = connection.begin()
        with transaction:
            yield connection


def close_asking(_error: BaseException | None = None) -> None:
    """At the end of a request, and before it is done again."""
    known: Connection | None = g.pop(_ASKING, None)
    if known is not None:
        known.close()


def let_go_of_the_database() -> None:
    """Close the connections that lie idle, before another database takes the place of this one."""
    for engine in {db.engine, current_app.extensions.get(_ASKING_ENGINE, db.engine)}:
        engine.dispose()


def _asking_engine() -> Engine:
    """On PostgreSQL one with connections of its own, which stay in AUTOCOMMIT.

    One that changes over for each request costs a sale a seventh of its calls.
    """
    if db.engine.dialect.name == "sqlite":
        return db.engine
    known: Engine | None = current_app.extensions.get(_ASKING_ENGINE)
    if known is None:
        options: dict[str, Any] = current_app.config["SQLALCHEMY_ENGINE_OPTIONS"]
        of_its_own = {
            "isolation_level": "AUTOCOMMIT",
            "skip_autocommit_rollback": True,
            "pool_reset_on_return": None,
        }
        known = create_engine(db.engine.url, **(options | of_its_own))
        current_app.extensions[_ASKING_ENGINE] = known
    return known


@event.listens_for(Pool, "checkin")
def _note_idle(_connection: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
    record.info[_IDLE_SINCE] = monotonic()


@event.listens_for(Pool, "checkout")
def _look_after_a_pause(
    connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: PoolProxiedConnection
) -> None:
    """A connection that lay idle may be dead; asking each time would cost as much as a question."""
    idle_since = record.info.get(_IDLE_SINCE)
    if idle_since is None or isinstance(connection, sqlite3.Connection):
        return
    if monotonic() - idle_since < SURELY_ALIVE_SECONDS:
        return
    try:
        connection.cursor().execute("SELECT 1")
        connection.rollback()
    except Exception as error:
        raise InvalidatePoolError from error


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in SQLITE_PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: PoolProxiedConnection) -> None:
    connection.cursor().execute("BEGIN IMMEDIATE" if _writing.get() else "BEGIN")


def database_is_busy(error: BaseException) -> bool:
    """Whether the database refused for a reason that a repeat may cure.

    SQLite: busy or locked. PostgreSQL: serialization failure, deadlock (class 40).
    """
    cause = getattr(error, "orig", None)
    if isinstance(cause, sqlite3.OperationalError):
        return cause.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
    return str(getattr(cause, "sqlstate", "") or "").startswith("40")
