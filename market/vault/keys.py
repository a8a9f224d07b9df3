"""Keys of the files: each of 256 random bits, kept wrapped."""

from __future__ import annotations

from collections.abc import Callable

from market.domain.identity.reading import FileMissing
from market.vault.models import WrappedKey
from market.vault.sealing import KEY_BYTES
from market.vault.store import OpenVault

INDEX = "index"
"""The owner of the key behind the blind index; a new key of the environment does not change it."""


def make_key(vault: OpenVault, owner_id: str, random_bytes: Callable[[int], bytes]) -> bytes:
    """A new random key, wrapped and put into the key store."""
    key = random_bytes(KEY_BYTES)
    key_id, wrapped = vault.ring.wrap(owner_id, key, random_bytes)
    vault.keys.add(WrappedKey(owner_id=owner_id, key_id=key_id, wrapped=wrapped))
    vault.keys.flush()
    return key


def key_of(vault: OpenVault, owner_id: str) -> bytes:
    """Raises FileMissing where the key was destroyed."""
    row = vault.keys.get(WrappedKey, owner_id)
    if row is None:
        raise FileMissing
    return vault.ring.unwrap(owner_id, row.key_id, row.wrapped)


def index_key(vault: OpenVault) -> bytes | None:
    """The key behind the blind index, or None where nothing was ever put into it."""
    return None if vault.keys.get(WrappedKey, INDEX) is None else key_of(vault, INDEX)
