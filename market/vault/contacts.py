"""Telephones of neighbours who offered to bring something: a file of its own for each hold.

The file's id is the hold's `reference`, which says nothing to anybody without this vault.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from market.domain.identity.contact import HoldContact
from market.domain.identity.files import FileKind
from market.domain.identity.reading import FileMissing
from market.vault.files import FileHere, NewFile, create_file, file_by_id, put_fields
from market.vault.store import OpenVault

NOBODY_OF_US = 0


def keep_contact(
    vault: OpenVault,
    reference: str,
    contact: HoldContact,
    *,
    community_id: int,
    keep_until: date,
    now: datetime,
    random_bytes: Callable[[int], bytes],
) -> FileHere:
    """Keep it under the hold's reference; what was kept by a try before is written anew."""
    try:
        known = contact_of(vault, community_id, reference)
    except FileMissing:
        command = NewFile(
            id=reference,
            community_id=community_id,
            kind=FileKind.HOLD_CONTACT,
            fields=contact.fields(),
            keep_until=keep_until,
            by_id=NOBODY_OF_US,
        )
        return create_file(vault, command, now=now, random_bytes=random_bytes)
    put_fields(
        vault,
        known.id,
        contact.fields(),
        community_id=community_id,
        now=now,
        random_bytes=random_bytes,
    )
    return known


def contact_of(vault: OpenVault, community_id: int, reference: str) -> FileHere:
    """The contact behind a hold, unread. Raises FileMissing."""
    found = file_by_id(vault, community_id, reference)
    if found.kind is not FileKind.HOLD_CONTACT:
        raise FileMissing
    return found
