"""AES-256-GCM: what is sealed opens only under its key, and only in the place it was sealed for.

`cryptography` is imported at the first use: a worker that never opens the vault does without.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable

from market.domain.identity.reading import VaultKeyWrong

KEY_BYTES = 32
NONCE_BYTES = 12
_VERSION = b"\x01"


def seal(key: bytes, plain: bytes, place: str, random_bytes: Callable[[int], bytes]) -> bytes:
    """A version byte, a random nonce (NIST SP 800-38D: 96 bits), what is sealed, and its tag."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

    nonce = random_bytes(NONCE_BYTES)
    return _VERSION + nonce + AESGCM(key).encrypt(nonce, plain, place.encode())


def unseal(key: bytes, sealed: bytes, place: str) -> bytes:
    """What was sealed. Raises VaultKeyWrong: another key, another place, or a changed byte."""
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

    if sealed[:1] != _VERSION:
        raise VaultKeyWrong
    nonce, rest = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
    try:
        return AESGCM(key).decrypt(nonce, rest, place.encode())
    except InvalidTag:
        raise VaultKeyWrong from None


def blind_index(key: bytes, said: str) -> bytes:
    """A keyed hash by which a value is found without being kept readable."""
    return hmac.digest(key, said.encode(), hashlib.sha256)
