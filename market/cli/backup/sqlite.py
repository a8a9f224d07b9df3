"""A copy of an SQLite database: another SQLite database, whole in its one file."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from market.cli.backup.copies import HEADS, VERSION, Head, heads_of

WAIT_SECONDS = 30


@dataclass(frozen=True, slots=True)
class SqliteCopies:
    """Copies by SQLite's own online backup: whoever writes meanwhile is not kept waiting."""

    database: Path
    heads: str = HEADS
    """The question for the heads at the moment of the copy; '' where there are no chains."""

    def is_in(self, file: Path) -> bool:
        return file.exists() and file.samefile(self.database)

    def save(self, file: Path) -> list[Head]:
        with _opened(self.database) as source, _opened(file) as copy:
            source.backup(copy)
            # Whole in one file: nothing of it may wait in a log beside it.
            copy.execute("PRAGMA journal_mode=DELETE")
            _require_whole(copy, file)
            return heads_of(copy.execute(self.heads)) if self.heads else []

    def version_in(self, file: Path) -> str:
        with _opened(file, "ro") as copy:
            _require_whole(copy, file)
            return ", ".join(version for (version,) in copy.execute(VERSION))

    def load(self, file: Path) -> None:
        # Through SQLite and not by renaming: a server that has the database open sees the change.
        with _opened(file, "ro") as copy, _opened(self.database, "rwc") as target:
            copy.backup(target)


@contextmanager
def _opened(file: Path, mode: str = "rw") -> Iterator[sqlite3.Connection]:
    try:
        address = f"{file.resolve().as_uri()}?mode={mode}"
        with closing(sqlite3.connect(address, uri=True, timeout=WAIT_SECONDS)) as connection:
            yield connection
    except sqlite3.Error as error:
        message = f"{file.name}: {error}"
        raise click.ClickException(message) from None


def _require_whole(copy: sqlite3.Connection, file: Path) -> None:
    found = [row[0] for row in copy.execute("PRAGMA integrity_check(3)")]
    if found != ["ok"]:
        message = f"{file.name} is damaged: {'; '.join(found)}"
        raise click.ClickException(message)
