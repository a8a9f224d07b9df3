"""The vault: child files and other identities, in databases of their own, each file under a key of its own.

Two databases. The *files* (`VAULT_DATABASE_URL`) hold what is encrypted. The *key store*
(`VAULT_KEYS_URL`) holds each file's key, wrapped by the key of the environment (`VAULT_KEY`), and
the tombstones: ids of what was erased or withdrawn. Of the key store only the latest copy is ever
kept, so that an older copy of the files finds no key for a child who was erased since.

Used by `market.blueprints.vault` and `market.cli` alone; knows neither Flask nor the settings.
Whoever reads shows a `Permit`, which is made once the audit event of the reading is committed.

    from market import vault

    with the_vault().reading() as opened:
        said = vault.files.fields_of(opened, permit)

A part is imported when somebody first asks for it: a worker that never opens the vault does not
carry it.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from market.vault import ages as ages
    from market.vault import contacts as contacts
    from market.vault import documents as documents
    from market.vault import entrepreneurs as entrepreneurs
    from market.vault import files as files
    from market.vault import keyring as keyring
    from market.vault import migrating as migrating
    from market.vault import replaying as replaying
    from market.vault import rotating as rotating
    from market.vault import store as store
    from market.vault import wishes as wishes

PARTS = frozenset(
    {
        "ages",
        "contacts",
        "documents",
        "entrepreneurs",
        "files",
        "keyring",
        "migrating",
        "replaying",
        "rotating",
        "store",
        "wishes",
    }
)


def __getattr__(name: str) -> ModuleType:
    if name not in PARTS:
        message = f"the vault has no part named {name}"
        raise AttributeError(message)
    return import_module(f"{__name__}.{name}")
