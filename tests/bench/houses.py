"""The databases the bench works on, both durable and on a disk, each fresh and migrated."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from market.app import create_app
from market.extensions import db, let_go_of_the_database
from tests.databases import Databases, PostgresDatabases, SqliteDatabases, settings_for
from tests.postgres import postgres_server

KINDS = ("sqlite", "postgresql")


@dataclass(frozen=True, slots=True)
class House:
    """One kind of database, and an application on a fresh one of it whenever it is asked for."""

    kind: str
    databases: Databases

    def url(self) -> str:
        """A freshly migrated database, signed in to as the application."""
        return self.databases.fresh()


@contextmanager
def houses(kinds: Sequence[str]) -> Iterator[list[House]]:
    """The kinds asked for, in folders of their own that are gone afterwards."""
    with ExitStack() as stack:
        found: list[House] = []
        for kind in kinds:
            if kind == "sqlite":
                folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="market-bench-"))
                found.append(House(kind, SqliteDatabases(Path(folder))))
            else:
                server = stack.enter_context(postgres_server(durable=True))
                found.append(House(kind, PostgresDatabases(server)))
        yield found


@contextmanager
def inside(url: str) -> Iterator[Flask]:
    """An application on a database, and its context."""
    app = create_app(settings_for(url))
    with app.app_context():
        yield app
        db.session.remove()
        let_go_of_the_database()
