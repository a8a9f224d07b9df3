"""The vault's rows: files and what they say, encrypted; keys, wrapped; tombstones, ids alone."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from market.vault.base import FileBase, KeyBase


class IdentityFile(FileBase):
    """Somebody's file. All that is readable: a random id, a label, a kind, and when it is to go."""

    __tablename__ = "identity_file"
    __table_args__ = (
        UniqueConstraint("community_id", "label"),
        Index("ix_identity_file_keep_until", "keep_until"),
    )
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    community_id: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    label: Mapped[str] = mapped_column(String(6))
    keep_until: Mapped[date]
    made_by_id: Mapped[int]
    made_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class FileField(FileBase):
    """One thing that a file says, under the file's key."""

    __tablename__ = "file_field"
    file_id: Mapped[str] = mapped_column(ForeignKey("identity_file.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(30), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class FileWish(FileBase):
    """A wish of this child: the link that exists nowhere else.

    `sealed` is the wish's code; `code_index` is a keyed hash of it, which only the vault can make.
    """

    __tablename__ = "file_wish"
    __table_args__ = (Index("ix_file_wish_file_id", "file_id"),)
    code_index: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    file_id: Mapped[str] = mapped_column(ForeignKey("identity_file.id"))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class FileDocument(FileBase):
    """A document about somebody: evidence, a signed sheet. Its bytes are under the file's key."""

    __tablename__ = "file_document"
    __table_args__ = (
        Index("ix_file_document_file_id", "file_id"),
        Index("ix_file_document_keep_until", "keep_until"),
    )
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    file_id: Mapped[str] = mapped_column(ForeignKey("identity_file.id"))
    kind: Mapped[str] = mapped_column(String(20))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    keep_until: Mapped[date]
    stored_by_id: Mapped[int]
    stored_at: Mapped[datetime]


class Replayed(FileBase):
    """How far these files follow the key store's tombstones; a single row."""

    __tablename__ = "replayed"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    through: Mapped[int]


class WrappedKey(KeyBase):
    """A key of 256 random bits: of the file of this id, or of the index (`INDEX`).

    `key_id` tells which key of the environment it is wrapped by, and is authenticated with it.
    """

    __tablename__ = "wrapped_key"
    __table_args__ = (Index("ix_wrapped_key_key_id", "key_id"),)
    owner_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    key_id: Mapped[str] = mapped_column(String(16))
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)


class ProvedKey(KeyBase):
    """A key of the environment that somebody typed back from the recovery sheet."""

    __tablename__ = "proved_key"
    key_id: Mapped[str] = mapped_column(String(16), primary_key=True)
    proved_at: Mapped[datetime]


class Tombstone(KeyBase):
    """What must never come back out of an older copy: ids and a moment, nothing else.

    `erased`: the file of this id. `withdrawn`: a consent's opaque reference and one purpose, for
    all that was recorded up to `at`.
    """

    __tablename__ = "tombstone"
    __table_args__ = (CheckConstraint("kind IN ('erased','withdrawn')", name="known_kind"),)
    number: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    community_id: Mapped[int]
    reference: Mapped[str] = mapped_column(String(36))
    purpose: Mapped[str] = mapped_column(String(16), default="")
    at: Mapped[datetime]
