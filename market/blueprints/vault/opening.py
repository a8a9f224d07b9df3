"""The vault of this installation, and the permit without which nothing in it is read."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING

from flask import current_app
from sqlalchemy.orm import Session

from market import vault
from market.actions.ledger.audit import note
from market.actions.ledger.posting import local_day
from market.actions.proceeds.identity import set_age_bands
from market.actions.proceeds.withdrawn import at_withdrawal
from market.config import Settings
from market.domain.identity.reading import EVENT, Permit, ReadingPurpose
from market.domain.identity.withdrawn import Withdrawn
from market.domain.people import Role
from market.extensions import unit_of_work
from market.web.access import community, person
from market.web.sessions import clock

if TYPE_CHECKING:
    from market.vault.files import FileHere
    from market.vault.store import OpenVault, Vault

OPENERS = (Role.SOCIAL_WORKER,)
"""Who writes files and opens them."""
LOOKERS = (Role.AUDITOR, Role.ADMINISTRATOR)
"""Who sees which files were opened, by whom and for what."""

random_bytes = secrets.token_bytes


def the_vault() -> Vault:
    """This application's; nothing is opened by asking for it."""
    made: Vault | None = current_app.extensions.get("vault")
    if made is None:
        settings: Settings = current_app.extensions["settings"]
        made = vault.store.Vault(
            settings.vault_database_url, settings.vault_keys_url, settings.vault_key
        )
        current_app.extensions["vault"] = made
    return made


def file_here(label: str) -> FileHere:
    """The file of this label in this page's community, unread. Raises FileMissing, VaultClosed."""
    with the_vault().reading() as opened:
        return vault.files.file_by_label(opened, community().id, label)


def permit_to_read(file: FileHere, purpose: ReadingPurpose) -> Permit:
    """A permit for this file and purpose; its audit event is committed before it is given out."""
    here, by = community(), person()
    with unit_of_work() as session:
        note(
            session,
            EVENT,
            community_id=here.id,
            now=clock(),
            file=file.label,
            purpose=str(purpose),
            by=by.id,
        )
    return Permit(community_id=here.id, file_id=file.id, purpose=purpose, by_id=by.id)


def remember_withdrawals(withdrawals: Sequence[Withdrawn]) -> None:
    """Put withdrawals into the key store's log; no key is needed for that."""
    settings: Settings = current_app.extensions["settings"]
    if not settings.vault_keys_url:
        return
    with the_vault().key_store() as keys:
        vault.replaying.remember_withdrawal(keys, withdrawals)


at_withdrawal(remember_withdrawals)


def note_of_file(session: Session, kind: str, label: str) -> None:
    """Put an act on a file into the audit chain: `vault_file_made`, `…_changed`, `…_erased`, …"""
    note(session, kind, community_id=community().id, now=clock(), file=label, by=person().id)


def renew_age_bands(session: Session, opened: OpenVault) -> None:
    """After children, birth dates or links changed: wishes say the bands that five share now."""
    here, now = community(), clock()
    today = local_day(session, here.id, now)
    set_age_bands(session, here.id, vault.ages.bands_of_wishes(opened, here.id, today), now=now)
