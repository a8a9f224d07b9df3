"""A copy of a PostgreSQL database: what pg_dump writes in its custom format."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from sqlalchemy import URL, NullPool, create_engine, text

from market.cli.backup.copies import HEADS, Head, heads_of

INSTALLED = Path("/usr/lib/postgresql")
"""Where Debian keeps the versions of PostgreSQL that are installed."""

CLEAR = """
DO $$ DECLARE statement text; BEGIN
  FOR statement IN
    SELECT 'DROP TABLE ' || string_agg(oid::regclass::text, ', ') || ' CASCADE' FROM pg_class
      WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
    UNION ALL
    SELECT 'DROP SEQUENCE IF EXISTS ' || string_agg(oid::regclass::text, ', ') FROM pg_class
      WHERE relnamespace = current_schema()::regnamespace AND relkind = 'S'
    UNION ALL
    SELECT 'DROP FUNCTION ' || string_agg(oid::regprocedure::text, ', ') FROM pg_proc
      WHERE pronamespace = current_schema()::regnamespace
        AND prorettype = 'trigger'::regtype
  LOOP
    IF statement IS NOT NULL THEN EXECUTE statement; END IF;
  END LOOP;
END $$;
"""
"""Away with the tables, with the sequences behind their ids, and with the functions of their guards."""

_NO_RIGHTS = ("--no-owner", "--no-privileges")
"""Names of roles stay behind: the migrations give the rights to whoever they belong to here."""


class ProgramFailed(click.ClickException):
    """A program of PostgreSQL gave up, and said why."""


@dataclass(frozen=True, slots=True)
class PostgresqlCopies:
    """Copies by PostgreSQL's own programs, as the role that owns the tables."""

    owner_url: URL
    heads: str = HEADS
    """The question for the heads at the moment of the copy; '' where there are no chains."""

    def is_in(self, file: Path) -> bool:  # noqa: ARG002 - a server's database is in no file of ours
        return False

    def save(self, file: Path) -> list[Head]:
        engine = create_engine(self.owner_url, poolclass=NullPool)
        # What is read here and what pg_dump writes is one and the same moment.
        with engine.connect().execution_options(isolation_level="REPEATABLE READ") as here:
            snapshot = here.scalar(text("SELECT pg_export_snapshot()"))
            heads = heads_of(here.execute(text(self.heads))) if self.heads else []
            self._run("pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={file}")
        _in_words(file)
        return heads

    def version_in(self, file: Path) -> str:
        with TemporaryDirectory() as folder:
            script = Path(folder) / "versions.sql"
            _in_words(file)
            _in_words(file, script, "--data-only", "--table=alembic_version")
            lines = script.read_text().splitlines()
        copied = [number for number, line in enumerate(lines) if line.startswith("COPY ")]
        if not copied:
            message = f"{file.name} is no copy of a market's database"
            raise click.ClickException(message)
        return ", ".join(lines[copied[0] + 1 : lines.index("\\.", copied[0])])

    def load(self, file: Path) -> None:
        with TemporaryDirectory() as folder:
            clear, fill = Path(folder) / "clear.sql", Path(folder) / "fill.sql"
            clear.write_text(CLEAR)
            # Written out before anything is dropped: a broken copy then breaks nothing.
            _in_words(file, fill)
            self._run(
                "psql",
                "--no-psqlrc",
                "--quiet",
                "--single-transaction",
                "--set=ON_ERROR_STOP=1",
                "--output=/dev/null",
                f"--file={clear}",
                f"--file={fill}",
            )

    def _run(self, name: str, *arguments: str) -> None:
        # The password goes by the environment: everybody may read a command line.
        address = self.owner_url.set(drivername="postgresql", password=None)
        password = {"PGPASSWORD": self.owner_url.password} if self.owner_url.password else {}
        told = (f"--dbname={address.render_as_string(hide_password=False)}", *arguments)
        _run(name, *told, environment=password)


def _in_words(file: Path, script: Path = Path("/dev/null"), *only: str) -> None:
    """The copy as SQL; reads and unpacks all of it."""
    try:
        _run("pg_restore", f"--file={script}", *_NO_RIGHTS, *only, str(file))
    except ProgramFailed as error:
        message = f"{file.name} is damaged: {error.message}"
        raise click.ClickException(message) from None


def _run(name: str, *arguments: str, environment: dict[str, str] | None = None) -> None:
    done = subprocess.run(  # noqa: S603 - our own words, and files the operator named
        [_program(name), *arguments],
        env=os.environ | {"PGOPTIONS": "-c client_min_messages=warning"} | (environment or {}),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        message = f"{name} failed: {done.stderr.strip()}"
        raise ProgramFailed(message)


def _program(name: str) -> str:
    """Where a program of PostgreSQL is; Debian keeps those of the server off the PATH."""
    found = shutil.which(name)
    if found:
        return found
    installed = sorted(INSTALLED.glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    if not installed:
        message = f"{name} is not installed; on Debian: apt-get install postgresql-client"
        raise click.ClickException(message)
    return str(installed[-1])
