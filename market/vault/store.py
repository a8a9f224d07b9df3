"""Opening the vault: its two databases together, locked in one order and committed in one order."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from sqlalchemy import Engine, NullPool, create_engine, event, func, inspect, select
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.orm import Session

from market.domain.identity.reading import VaultClosed, VaultKeyWrong, VaultWithoutDatabase
from market.vault.keyring import KeyRing
from market.vault.models import Replayed, Tombstone, WrappedKey
from market.vault.replaying import erase_again

_writing: ContextVar[bool] = ContextVar("writing to the vault", default=False)

_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "busy_timeout=5000",
    # What is deleted is overwritten, not only forgotten.
    "secure_delete=ON",
    # Rarely opened and small: no reason to keep pages of it in memory.
    "cache_size=-1024",
    "mmap_size=0",
)


@dataclass(frozen=True, slots=True)
class OpenVault:
    """The vault while it is open: a session on the files, one on the key store, and the keys."""

    files: Session
    keys: Session
    ring: KeyRing = field(repr=False)


class Vault:
    """Where the vault is; nothing is opened, nor any key looked at, before somebody asks."""

    def __init__(self, files_url: str, keys_url: str, written_keys: str) -> None:
        """`written_keys` is VAULT_KEY as it stands in the environment; it may be ''."""
        self._files_url = files_url
        self._keys_url = keys_url
        self._written_keys = written_keys
        self._engines: dict[str, Engine] = {}
        self._lock = Lock()

    @contextmanager
    def reading(self) -> Iterator[OpenVault]:
        """The vault for questions. Raises VaultClosed, with a sentence that says why."""
        with self._opened(writing=False) as opened:
            yield opened

    @contextmanager
    def working(self) -> Iterator[OpenVault]:
        """The vault for changes: all of them, or none of those to the files.

        The key store is committed first: a key without a file is harmless, a file without its key
        is lost; and what is erased is so from the moment its key is gone. Raises VaultClosed.
        """
        with self._opened(writing=True) as opened:
            yield opened
            opened.keys.commit()
            opened.files.commit()

    @contextmanager
    def key_store(self) -> Iterator[Session]:
        """The key store alone, without any key: for tombstones. Commits. Raises VaultClosed."""
        with _said(), about_to_write(), Session(self.keys_engine) as keys:
            yield keys
            keys.commit()

    @property
    def files_engine(self) -> Engine:
        """Raises VaultWithoutDatabase where none was named."""
        return self._engine(self._files_url)

    @property
    def keys_engine(self) -> Engine:
        """Raises VaultWithoutDatabase where none was named."""
        return self._engine(self._keys_url)

    def ring(self) -> KeyRing:
        """The environment's keys. Raises VaultWithoutKey."""
        return KeyRing.of(self._written_keys)

    def closed_because(self) -> VaultClosed | None:
        """Why the vault cannot be opened, or None where it can."""
        try:
            with self.reading():
                return None
        except VaultClosed as reason:
            return reason

    def is_migrated(self) -> bool:
        """Whether both databases have tables."""
        return all(
            inspect(engine).has_table(table.__tablename__)
            for engine, table in (
                (self.files_engine, Replayed),
                (self.keys_engine, Tombstone),
            )
        )

    def dispose(self) -> None:
        """Let go of the databases."""
        for engine in self._engines.values():
            engine.dispose()

    @contextmanager
    def _opened(self, *, writing: bool) -> Iterator[OpenVault]:
        ring = self.ring()
        with _said():
            self.follow_tombstones()
            with (
                Session(self.keys_engine, expire_on_commit=False) as keys,
                Session(self.files_engine, expire_on_commit=False) as files,
            ):
                if writing:
                    with about_to_write():
                        keys.connection()
                        files.connection()
                _require_right_key(keys, ring)
                yield OpenVault(files, keys, ring)

    def follow_tombstones(self) -> None:
        """Whatever copy of the files this is, what was erased since it was taken goes now."""
        with Session(self.keys_engine) as keys, Session(self.files_engine) as files:
            last = keys.scalar(select(func.max(Tombstone.number))) or 0
            if (files.scalar(select(Replayed.through)) or 0) == last:
                return
        with (
            about_to_write(),
            Session(self.keys_engine) as keys,
            Session(self.files_engine) as files,
        ):
            erase_again(keys, files)
            files.commit()

    def _engine(self, url: str) -> Engine:
        if not url:
            raise VaultWithoutDatabase
        with self._lock:
            if url not in self._engines:
                self._engines[url] = _made(url)
            return self._engines[url]


@contextmanager
def about_to_write() -> Iterator[None]:
    """What SQLite begins within this takes the lock for writing at once."""
    writing = _writing.set(True)
    try:
        yield
    finally:
        _writing.reset(writing)


@contextmanager
def _said() -> Iterator[None]:
    """A database that is not there, or has no tables yet, is a vault that is closed."""
    try:
        yield
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", "") == "42P01":
            raise VaultWithoutDatabase from error
        raise
    except OperationalError as error:
        if isinstance(error.orig, sqlite3.Error) and "no such table" not in str(error.orig):
            raise
        raise VaultWithoutDatabase from error


def _require_right_key(keys: Session, ring: KeyRing) -> None:
    strange = select(WrappedKey.owner_id).where(WrappedKey.key_id.not_in(ring.keys)).limit(1)
    if keys.scalar(strange) is not None:
        raise VaultKeyWrong


def _made(url: str) -> Engine:
    # Nobody keeps a connection to the vault while nobody reads in it.
    engine = create_engine(url, poolclass=NullPool, hide_parameters=True)
    if engine.dialect.name == "sqlite":
        _for_its_owner_only(engine.url.database)
        event.listen(engine, "connect", _prepare)
        engine.dialect.do_begin = _begin  # type: ignore[assignment]  # for this engine
    return engine


def _for_its_owner_only(database: str | None) -> None:
    """SQLite's own file would be readable for everybody on the machine."""
    if database:
        os.close(os.open(database, os.O_CREAT | os.O_RDWR, 0o600))


def _prepare(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Any) -> None:
    connection.cursor().execute("BEGIN IMMEDIATE" if _writing.get() else "BEGIN")
