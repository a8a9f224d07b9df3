"""The environment's keys: the first wraps, any of them unwraps."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

from market.domain.identity.reading import VaultKeyWrong, VaultWithoutKey
from market.vault.sealing import KEY_BYTES, seal, unseal


def new_key(random_bytes: Callable[[int], bytes]) -> str:
    """A key as VAULT_KEY holds it: 32 random bytes, base64url without padding."""
    return base64.urlsafe_b64encode(random_bytes(KEY_BYTES)).rstrip(b"=").decode()


def key_bytes(written: str) -> bytes:
    """The 32 bytes of a key as it is written. Raises VaultWithoutKey."""
    bare = written.strip().rstrip("=")
    try:
        raw = base64.b64decode(bare + "=" * (-len(bare) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise VaultWithoutKey from None
    if len(raw) != KEY_BYTES:
        raise VaultWithoutKey
    return raw


def key_id_of(key: bytes) -> str:
    """Sixteen digits by which a key is known without being known."""
    return hashlib.sha256(b"vault key\0" + key).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Keys by their ids; `current` wraps what is new."""

    current: str
    keys: dict[str, bytes] = field(repr=False)

    @classmethod
    def of(cls, written: str) -> KeyRing:
        """The ring of VAULT_KEY: one key, or the new one and the old ones behind commas.

        Raises VaultWithoutKey.
        """
        raw = [key_bytes(one) for one in written.split(",") if one.strip()]
        if not raw:
            raise VaultWithoutKey
        return cls(key_id_of(raw[0]), {key_id_of(one): one for one in raw})

    def wrap(
        self, owner_id: str, key: bytes, random_bytes: Callable[[int], bytes]
    ) -> tuple[str, bytes]:
        """The id of the current key, and `key` wrapped by it for this owner alone."""
        place = _place(self.current, owner_id)
        return self.current, seal(self.keys[self.current], key, place, random_bytes)

    def unwrap(self, owner_id: str, key_id: str, wrapped: bytes) -> bytes:
        """Raises VaultKeyWrong where the ring does not hold the key."""
        if key_id not in self.keys:
            raise VaultKeyWrong
        return unseal(self.keys[key_id], wrapped, _place(key_id, owner_id))


def _place(key_id: str, owner_id: str) -> str:
    return f"wrapped_key/wrapped/{key_id}/{owner_id}"
