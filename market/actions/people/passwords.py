"""Passwords as they are kept: Argon2id, above the floor that OWASP names.

Hashing takes its time on purpose, so it happens before a unit of work, never inside one.
"""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from market.domain.people import normal_password

# OWASP's floor is 19 MiB, 2 rounds, 1 lane; more memory would not fit many workers side by side.
_HASHER = PasswordHasher(memory_cost=19_456, time_cost=3, parallelism=1)


def hash_password(password: str) -> str:
    """What is kept of a password."""
    return _HASHER.hash(normal_password(password))


def password_matches(kept: str | None, password: str) -> bool:
    """Whether `password` is the one kept; as much work for somebody without one."""
    try:
        _HASHER.verify(kept or _nobodys(), normal_password(password))
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


def is_outdated(kept: str) -> bool:
    """Whether a hash was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(kept)


@cache
def _nobodys() -> str:
    return _HASHER.hash("nobody has this password")
