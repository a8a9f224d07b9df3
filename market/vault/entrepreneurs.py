"""What an entrepreneur entrusted to us: a file of its own each, found by the enterprise's code.

That the file is this enterprise's is known here alone, by a keyed hash of the code.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from market.domain.identity.files import FileKind
from market.domain.identity.reading import FileMissing
from market.vault.files import (
    FileHere,
    NewFile,
    create_file,
    file_by_id,
    keep_file_until,
    put_fields,
)
from market.vault.store import OpenVault
from market.vault.wishes import file_of_wish, link_wish


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepEntrepreneur:
    """What is to be kept; an empty field stays as it was."""

    community_id: int
    code: str
    fields: Mapping[str, str] = field(repr=False)
    keep_until: date
    by_id: int


def keep_entrepreneur(
    vault: OpenVault,
    command: KeepEntrepreneur,
    *,
    now: datetime,
    random_bytes: Callable[[int], bytes],
) -> FileHere:
    """A new file, or the one there is written on."""
    try:
        known = entrepreneur_of(vault, command.community_id, command.code)
    except FileMissing:
        new = NewFile(
            community_id=command.community_id,
            kind=FileKind.ENTREPRENEUR,
            fields=command.fields,
            keep_until=command.keep_until,
            by_id=command.by_id,
        )
        made = create_file(vault, new, now=now, random_bytes=random_bytes)
        link_wish(
            vault,
            made.id,
            command.code,
            community_id=command.community_id,
            random_bytes=random_bytes,
        )
        return made
    put_fields(
        vault,
        known.id,
        command.fields,
        community_id=command.community_id,
        now=now,
        random_bytes=random_bytes,
    )
    keep_file_until(vault, known.id, command.keep_until, community_id=command.community_id)
    return known


def entrepreneur_of(vault: OpenVault, community_id: int, code: str) -> FileHere:
    """The file behind an enterprise, unread. Raises FileMissing."""
    file_id = file_of_wish(vault, community_id, code)
    if file_id is None:
        raise FileMissing
    return file_by_id(vault, community_id, file_id)
