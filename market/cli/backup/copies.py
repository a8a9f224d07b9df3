"""What a copy of the database is, whichever database it was taken from."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkstemp
from typing import Protocol

import click

HEADS = (
    "SELECT community.slug, audit_head.number, audit_head.hash FROM audit_head"
    " JOIN community ON community.id = audit_head.community_id ORDER BY community.id"
)
VERSION = "SELECT version_num FROM alembic_version"


@dataclass(frozen=True, slots=True)
class Head:
    """The newest link of a community's audit chain: two databases that agree on it hold the same."""

    community: str
    number: int
    hash: bytes

    def __str__(self) -> str:
        return f"{self.community}: chain head {self.number} {self.hash.hex()}"


class Copies(Protocol):
    """How one kind of database is copied into a file and back; raises ClickException."""

    def is_in(self, file: Path) -> bool:
        """Whether `file` is the database itself."""

    def save(self, file: Path) -> list[Head]:
        """Write the database, as it is at one moment, to `file`; the heads of that moment."""

    def version_in(self, file: Path) -> str:
        """The migration that the copy was at; looks at all of the copy on the way."""

    def load(self, file: Path) -> None:
        """Put the copy in the place of everything in the database, or change nothing."""


def heads_of(rows: Iterable[tuple[str, int, bytes]]) -> list[Head]:
    """The rows of `HEADS`."""
    return [Head(slug, number, bytes(kept)) for slug, number, kept in rows]


@contextmanager
def whole_or_not_at_all(file: Path) -> Iterator[Path]:
    """A file beside `file`, for its owner's eyes only, that takes its place once it is finished."""
    try:
        descriptor, name = mkstemp(prefix=f".{file.name}.", dir=file.parent)
    except OSError as error:
        message = f"{file} cannot be written: {error.strerror}"
        raise click.ClickException(message) from None
    os.close(descriptor)
    unfinished = Path(name)
    try:
        yield unfinished
        _to_disk(unfinished)
        unfinished.replace(file)
        _to_disk(file.parent)
    finally:
        unfinished.unlink(missing_ok=True)


def _to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
