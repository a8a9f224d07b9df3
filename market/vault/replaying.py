"""Tombstones: what was erased or withdrawn stays so, whatever copy comes back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from market.domain.identity.withdrawn import Withdrawn
from market.vault.models import (
    FileDocument,
    FileField,
    FileWish,
    IdentityFile,
    Replayed,
    Tombstone,
    WrappedKey,
)


def bury(keys: Session, file_id: str, *, community_id: int, now: datetime) -> None:
    """Destroy a file's key and put down that it is gone."""
    keys.execute(delete(WrappedKey).where(WrappedKey.owner_id == file_id))
    keys.add(Tombstone(kind="erased", community_id=community_id, reference=file_id, at=now))
    keys.flush()


def remember_withdrawal(keys: Session, withdrawals: Iterable[Withdrawn]) -> None:
    """Put down what a guardian took back, for the day on which an older copy is restored."""
    keys.add_all(
        Tombstone(
            kind="withdrawn",
            community_id=one.community_id,
            reference=one.reference,
            purpose=one.purpose,
            at=one.at,
        )
        for one in withdrawals
    )


def withdrawals_in(keys: Session) -> list[Withdrawn]:
    """All that was ever taken back, oldest first."""
    rows = keys.scalars(
        select(Tombstone).where(Tombstone.kind == "withdrawn").order_by(Tombstone.number)
    )
    return [Withdrawn(row.community_id, row.reference, row.purpose, row.at) for row in rows]


def erase_again(keys: Session, files: Session) -> None:
    """Remove from the files whatever a tombstone names, and any key that came back with it."""
    erased = keys.scalars(
        select(Tombstone.reference).where(Tombstone.kind == "erased").order_by(Tombstone.number)
    ).all()
    for file_id in erased:
        remove_rows(files, file_id)
    follow(keys, files)


def remove_rows(files: Session, file_id: str) -> None:
    """All rows of a file. Without its key they say nothing any more; they go all the same."""
    for table in (FileField, FileWish, FileDocument):
        files.execute(delete(table).where(table.file_id == file_id))
    files.execute(delete(IdentityFile).where(IdentityFile.id == file_id))


def follow(keys: Session, files: Session) -> None:
    """Say that these files know of every tombstone there is."""
    last = keys.scalar(select(func.max(Tombstone.number))) or 0
    files.merge(Replayed(id=1, through=last))
    files.flush()
