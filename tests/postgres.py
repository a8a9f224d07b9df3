"""A throw-away PostgreSQL server that listens on a socket in a folder of its own."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

OWNER = "market_owner"
"""The role that migrates: it owns the databases and their tables."""

APPLICATION = "market_application"
"""The role that the application signs in with: it may do what the migrations granted it."""

FAST = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "max_wal_size=128MB",
)
ENOUGH_MEMORY_BYTES = 2 * 1024**3


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running server; `folder` holds its socket, its data and its log, `options` are its settings."""

    folder: Path
    options: str

    def url(self, database: str, *, role: str = APPLICATION) -> str:
        return f"postgresql+psycopg://{role}@/{database}?host={self.folder}"

    def create(self, database: str, *, template: str = "template0", owner: str = OWNER) -> None:
        # Copying files takes a third of the time that the default, writing all to the log, takes.
        self.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy OWNER {}").format(
                *map(sql.Identifier, (database, template, owner))
            )
        )

    def drop(self, database: str) -> None:
        self.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(database)))

    def start(self) -> None:
        """Start it, in the first place or after it was killed."""
        self._control("start", f"--log={self.folder / 'log'}", f"--options={self.options}")

    def stop(self) -> None:
        self._control("stop", "--mode=immediate")

    def kill(self) -> None:
        """End it and all its processes at once, as a power cut would."""
        locks = [self.folder / "data" / "postmaster.pid", *self.folder.glob(".s.PGSQL.*.lock")]
        main = int(locks[0].read_text().split()[0])
        children = Path(f"/proc/{main}/task/{main}/children").read_text().split()
        for pid in (main, *map(int, children)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        while any(_is_running(pid) for pid in (main, *map(int, children))):
            time.sleep(0.001)
        # Where nobody asks after dead processes, the next start would take this one for alive.
        for lock in locks:
            lock.unlink()

    def _control(self, *arguments: str) -> None:
        data = f"--pgdata={self.folder / 'data'}"
        _run(_programs() / "pg_ctl", _user(), self.folder, data, "--wait", *arguments)

    def execute(self, statement: sql.Composed) -> None:
        """Run one statement as the superuser, outside any transaction."""
        with psycopg.connect(
            host=str(self.folder), user="postgres", dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(statement)


@contextmanager
def postgres_server(*, durable: bool = False) -> Iterator[Postgres]:
    """Start a server and stop it at the end. Unless `durable`, it does not wait for the disk."""
    parent = None if durable else folder_in_memory()
    with tempfile.TemporaryDirectory(prefix="market-pg-", dir=parent) as name:
        folder = Path(name)
        user = _user()
        if user:
            shutil.chown(folder, user)
        _run(_programs() / "initdb", user, folder, *_init_options(folder / "data"))
        settings = ["listen_addresses=", f"unix_socket_directories={folder}", "max_connections=200"]
        options = " ".join(f"-c {setting}" for setting in (*settings, *(() if durable else FAST)))
        server = Postgres(folder, options)
        server.start()
        try:
            for role in (OWNER, APPLICATION):
                server.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
            yield server
        finally:
            server.stop()


def folder_in_memory() -> str | None:
    """Where files cost no disk, or None: a new database takes 20 ms there, 30 to 800 ms on a disk."""
    shared = "/dev/shm"  # noqa: S108 - only a parent of folders with names of their own
    if not Path(shared).is_dir() or shutil.disk_usage(shared).free < ENOUGH_MEMORY_BYTES:
        return None
    return shared


def _init_options(data: Path) -> list[str]:
    return [
        f"--pgdata={data}",
        "--username=postgres",
        "--auth=trust",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "--no-sync",
    ]


def _programs() -> Path:
    """The newest installed version's folder: Debian keeps these programs off the PATH."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3])
    )
    elsewhere = shutil.which("initdb")
    if found:
        return found[-1].parent
    if elsewhere:
        return Path(elsewhere).resolve().parent
    message = "PostgreSQL is not installed; scripts/test installs it"
    raise RuntimeError(message)


def _user() -> str | None:
    """Whose server it is: PostgreSQL refuses to run as root."""
    return "postgres" if os.geteuid() == 0 else None


def _is_running(pid: int) -> bool:
    """Whether it still does anything; one that nobody has asked after yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def _run(program: Path, user: str | None, folder: Path, *arguments: str) -> None:
    done = subprocess.run(
        [program, *arguments],
        user=user,
        group=user,
        extra_groups=[] if user else None,
        cwd=folder,
        # A server keeps its standard output open: into a pipe, this would wait for it for ever.
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL if program.name == "pg_ctl" else subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        log = folder / "log"
        said = log.read_text() if log.exists() else done.stderr
        message = f"{program.name} failed: {said}"
        raise RuntimeError(message)
