"""Files: made, written to, read for a purpose, listed by label, erased.

with vault.working() as opened:
    known = create_file(opened, NewFile(kind=FileKind.CHILD, fields={"name": …}, …), …)
permit = …  # market.blueprints.vault.opening.permit_to_read: commits the audit event first
with vault.reading() as opened:
    fields = fields_of(opened, permit)
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.domain.identity.files import FileKind, checked_fields, file_id, file_label
from market.domain.identity.reading import FileMissing, Permit, ReadingNotAllowed
from market.vault.keys import key_of, make_key
from market.vault.models import FileDocument, FileField, FileWish, IdentityFile
from market.vault.replaying import bury, follow, remove_rows
from market.vault.sealing import seal, unseal
from market.vault.store import OpenVault


@dataclass(frozen=True, slots=True)
class FileHere:
    """A file as anybody may see it who may know that it exists: without a word of what it says."""

    id: str
    kind: FileKind
    label: str
    keep_until: date
    made_at: datetime
    changed_at: datetime
    wishes: int = 0
    documents: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFile:
    """Somebody's file, as a social worker enters it, or as they say it themselves (`by_id` 0).

    `id` where something else knows it by that name already: a hold its contact.
    """

    community_id: int
    kind: FileKind
    fields: Mapping[str, str] = field(repr=False)
    keep_until: date
    by_id: int
    id: str = ""


def create_file(
    vault: OpenVault,
    command: NewFile,
    *,
    now: datetime,
    random_bytes: Callable[[int], bytes],
) -> FileHere:
    """A new file under a key of its own. Raises FieldUnknown, TextTooLong, TextUnreadable."""
    row = IdentityFile(
        id=command.id or file_id(random_bytes),
        community_id=command.community_id,
        kind=str(command.kind),
        label=_free_label(vault.files, command.community_id, random_bytes),
        keep_until=command.keep_until,
        made_by_id=command.by_id,
        made_at=now,
        changed_at=now,
    )
    make_key(vault, row.id, random_bytes)
    vault.files.add(row)
    vault.files.flush()
    _write(vault, row, command.fields, random_bytes)
    return _here(row, 0, 0)


def put_fields(
    vault: OpenVault,
    file_id: str,
    fields: Mapping[str, str],
    *,
    community_id: int,
    now: datetime,
    random_bytes: Callable[[int], bytes],
) -> None:
    """Write these fields; an empty one stays as it was, other fields too. Reads nothing.

    Raises FileMissing, FieldUnknown, TextTooLong, TextUnreadable.
    """
    row = _row(vault.files, community_id, file_id)
    row.changed_at = now
    _write(vault, row, fields, random_bytes)


def fields_of(
    vault: OpenVault, permit: Permit, *, only: Collection[str] | None = None
) -> dict[str, str]:
    """What the permitted file says, by the names of its fields. Raises FileMissing."""
    _row(vault.files, permit.community_id, permit.file_id)
    key = key_of(vault, permit.file_id)
    rows = vault.files.scalars(select(FileField).where(FileField.file_id == permit.file_id))
    return {
        row.name: unseal(key, row.sealed, field_place(permit.file_id, row.name)).decode()
        for row in rows
        if only is None or row.name in only
    }


def files_of(vault: OpenVault, community_id: int, kind: FileKind) -> list[FileHere]:
    """A community's files of one kind, by label."""
    return _listed(vault, IdentityFile.community_id == community_id, IdentityFile.kind == str(kind))


def file_by_id(vault: OpenVault, community_id: int, file_id: str) -> FileHere:
    """Raises FileMissing."""
    found = _listed(vault, IdentityFile.community_id == community_id, IdentityFile.id == file_id)
    if not found:
        raise FileMissing
    return found[0]


def file_by_label(vault: OpenVault, community_id: int, label: str) -> FileHere:
    """Raises FileMissing."""
    found = _listed(
        vault, IdentityFile.community_id == community_id, IdentityFile.label == label.upper()
    )
    if not found:
        raise FileMissing
    return found[0]


def files_due(vault: OpenVault, community_id: int, today: date) -> list[FileHere]:
    """Files of every kind whose time is over."""
    return _listed(
        vault, IdentityFile.community_id == community_id, IdentityFile.keep_until < today
    )


def keep_file_until(vault: OpenVault, file_id: str, keep_until: date, *, community_id: int) -> None:
    """Raises FileMissing."""
    _row(vault.files, community_id, file_id).keep_until = keep_until
    vault.files.flush()


def erase_file(vault: OpenVault, file_id: str, *, community_id: int, now: datetime) -> None:
    """Destroy the file's key, put down a tombstone, and remove the rows. Raises FileMissing."""
    _row(vault.files, community_id, file_id)
    bury(vault.keys, file_id, community_id=community_id, now=now)
    remove_rows(vault.files, file_id)
    follow(vault.keys, vault.files)


def field_place(file_id: str, name: str) -> str:
    """What a sealed field is bound to: table, column, file and name."""
    return f"file_field/sealed/{file_id}/{name}"


def require_file(vault: OpenVault, community_id: int, file_id: str) -> None:
    """Raises FileMissing."""
    _row(vault.files, community_id, file_id)


def require_permit(permit: Permit, file_id: str) -> None:
    """Raises ReadingNotAllowed where the permit is for another file."""
    if permit.file_id != file_id:
        raise ReadingNotAllowed


def _write(
    vault: OpenVault,
    row: IdentityFile,
    fields: Mapping[str, str],
    random_bytes: Callable[[int], bytes],
) -> None:
    checked = checked_fields(FileKind(row.kind), fields)
    key = key_of(vault, row.id)
    for name, value in checked.items():
        sealed = seal(key, value.encode(), field_place(row.id, name), random_bytes)
        vault.files.merge(FileField(file_id=row.id, name=name, sealed=sealed))
    vault.files.flush()


def _row(files: Session, community_id: int, file_id: str) -> IdentityFile:
    row = files.get(IdentityFile, file_id)
    if row is None or row.community_id != community_id:
        raise FileMissing
    return row


def _listed(vault: OpenVault, *conditions: object) -> list[FileHere]:
    wishes = select(func.count()).where(FileWish.file_id == IdentityFile.id).scalar_subquery()
    documents = (
        select(func.count()).where(FileDocument.file_id == IdentityFile.id).scalar_subquery()
    )
    rows = vault.files.execute(
        select(IdentityFile, wishes, documents)
        .where(*conditions)  # type: ignore[arg-type]  # comparisons of columns
        .order_by(IdentityFile.label)
    )
    return [_here(row, wish_count, document_count) for row, wish_count, document_count in rows]


def _here(row: IdentityFile, wishes: int, documents: int) -> FileHere:
    return FileHere(
        row.id,
        FileKind(row.kind),
        row.label,
        row.keep_until,
        row.made_at,
        row.changed_at,
        wishes,
        documents,
    )


def _free_label(files: Session, community_id: int, random_bytes: Callable[[int], bytes]) -> str:
    while True:
        label = file_label(random_bytes)
        taken = select(IdentityFile.id).where(
            IdentityFile.community_id == community_id, IdentityFile.label == label
        )
        if files.scalar(taken) is None:
            return label
