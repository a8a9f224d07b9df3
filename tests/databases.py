"""Empty, freshly migrated databases on SQLite and PostgreSQL: migrated once, then copied."""

from __future__ import annotations

import shutil
from itertools import count
from pathlib import Path
from typing import Protocol

import pytest
from flask_migrate import upgrade
from sqlalchemy import make_url

from market.app import create_app
from market.config import Settings
from market.extensions import let_go_of_the_database
from tests.postgres import OWNER, Postgres

TEMPLATE = "migrated"


class Databases(Protocol):
    """What both kinds offer; whoever asks for a fresh one drops it."""

    def fresh(self) -> str:
        """The URL of a migrated database that nobody has written to."""

    def next(self) -> str:
        """The same, always at one and the same URL: the one before has been dropped."""

    def drop(self, url: str) -> None:
        """Remove a database that `fresh()` made; nothing may be connected to it."""

    def owner_url(self, url: str) -> str:
        """The same database for the one who migrates it."""


class SqliteDatabases:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count(1)
        self._template = folder / f"{TEMPLATE}.sqlite3"
        _migrate(f"sqlite:///{self._template}")

    def fresh(self) -> str:
        return self._made(f"test{next(self._numbers)}")

    def next(self) -> str:
        return self._made("test")

    def drop(self, url: str) -> None:
        file = str(make_url(url).database)
        for suffix in ("", "-wal", "-shm", "-turn"):
            Path(file + suffix).unlink(missing_ok=True)

    def owner_url(self, url: str) -> str:
        return url

    def _made(self, name: str) -> str:
        file = self._folder / f"{name}.sqlite3"
        shutil.copyfile(self._template, file)
        return f"sqlite:///{file}"


class PostgresDatabases:
    def __init__(self, server: Postgres) -> None:
        self._server = server
        self._numbers = count(1)
        server.create(TEMPLATE)
        _migrate(server.url(TEMPLATE), owner_url=server.url(TEMPLATE, role=OWNER))

    def fresh(self) -> str:
        return self._made(f"test{next(self._numbers)}")

    def next(self) -> str:
        return self._made("test")

    def drop(self, url: str) -> None:
        self._server.drop(str(make_url(url).database))

    def owner_url(self, url: str) -> str:
        return self._server.url(str(make_url(url).database), role=OWNER)

    def _made(self, name: str) -> str:
        self._server.create(name, template=TEMPLATE)
        return self._server.url(name)


def settings_for(database_url: str) -> Settings:
    return Settings(
        database_url=database_url,
        secret_key="only for tests, only for tests",
        testing=True,
        # A test looks at once whether what it did shows.
        unasked_seconds=0,
    )


def _migrate(url: str, *, owner_url: str = "") -> None:
    app = create_app(settings_for(url))
    with pytest.MonkeyPatch.context() as patch, app.app_context():
        # Set even when empty: a developer's own setting must never lead a test to a real database.
        patch.setenv("MIGRATION_DATABASE_URL", owner_url)
        upgrade()
        # A template with a connection to it cannot be copied.
        let_go_of_the_database()
