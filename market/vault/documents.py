"""Documents about somebody: evidence and signed sheets, their bytes under the file's key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import delete, select

from market.domain.errors import N_, Missing
from market.domain.identity.files import file_id as random_id
from market.domain.identity.reading import Permit
from market.vault.files import require_file
from market.vault.keys import key_of
from market.vault.models import FileDocument
from market.vault.sealing import seal, unseal
from market.vault.store import OpenVault


class DocumentMissing(Missing):
    """No such document of this file."""

    sentence = N_("没有找到这份文件，可能已经删除。")


@dataclass(frozen=True, slots=True)
class DocumentHere:
    """A document as a list shows it."""

    id: str
    kind: str
    stored_at: datetime
    keep_until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDocument:
    """Evidence, a signed sheet: `kind` is a code for it."""

    community_id: int
    file_id: str
    kind: str
    content: bytes = field(repr=False)
    keep_until: date
    by_id: int


def store_document(
    vault: OpenVault,
    command: NewDocument,
    *,
    now: datetime,
    random_bytes: Callable[[int], bytes],
) -> str:
    """Keep a document under its file's key; gives the document's id. Raises FileMissing."""
    file_id = command.file_id
    require_file(vault, command.community_id, file_id)
    document_id = random_id(random_bytes)
    place = _place(file_id, document_id)
    vault.files.add(
        FileDocument(
            id=document_id,
            file_id=file_id,
            kind=command.kind,
            sealed=seal(key_of(vault, file_id), command.content, place, random_bytes),
            keep_until=command.keep_until,
            stored_by_id=command.by_id,
            stored_at=now,
        )
    )
    vault.files.flush()
    return document_id


def read_document(vault: OpenVault, permit: Permit, document_id: str) -> bytes:
    """The bytes as they were stored. Raises FileMissing, DocumentMissing."""
    require_file(vault, permit.community_id, permit.file_id)
    row = vault.files.get(FileDocument, document_id)
    if row is None or row.file_id != permit.file_id:
        raise DocumentMissing
    place = _place(permit.file_id, document_id)
    return unseal(key_of(vault, permit.file_id), row.sealed, place)


def documents_of(vault: OpenVault, community_id: int, file_id: str) -> list[DocumentHere]:
    """What documents a file has, newest first, unread. Raises FileMissing."""
    require_file(vault, community_id, file_id)
    rows = vault.files.execute(
        select(FileDocument.id, FileDocument.kind, FileDocument.stored_at, FileDocument.keep_until)
        .where(FileDocument.file_id == file_id)
        .order_by(FileDocument.stored_at.desc(), FileDocument.id)
    )
    return [DocumentHere(*row) for row in rows]


def stored_by(vault: OpenVault, file_id: str, document_id: str, kind: str) -> int:
    """Whoever stored a document of this kind. Raises DocumentMissing."""
    row = vault.files.get(FileDocument, document_id)
    if row is None or (row.file_id, row.kind) != (file_id, kind):
        raise DocumentMissing
    return row.stored_by_id


def remove_document(vault: OpenVault, file_id: str, document_id: str, *, community_id: int) -> None:
    """Raises FileMissing, DocumentMissing."""
    require_file(vault, community_id, file_id)
    gone = vault.files.execute(
        delete(FileDocument)
        .where(FileDocument.id == document_id, FileDocument.file_id == file_id)
        .returning(FileDocument.id)
    ).scalar()
    if gone is None:
        raise DocumentMissing


def remove_due_documents(vault: OpenVault, today: date) -> int:
    """Remove, in every community, the documents whose time is over; how many went."""
    gone = vault.files.execute(
        delete(FileDocument).where(FileDocument.keep_until < today).returning(FileDocument.id)
    )
    return len(gone.all())


def _place(file_id: str, document_id: str) -> str:
    return f"file_document/sealed/{file_id}/{document_id}"
