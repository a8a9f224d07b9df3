"""Passwords as they are kept: Argon2id, above the floor that OWASP names.

Hashing takes its time on purpose, so it happens before a unit of work, never inside one. One hash
at a time is made in a worker, always by the same thread: a flood of sign-ins leaves the other
threads free to sell, and the memory a hash needs is taken once and not once for each thread.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from market.domain.people import normal_password

# OWASP's floor is 19 MiB, 2 rounds, 1 lane; more memory would not fit many workers side by side.
_HASHER = PasswordHasher(memory_cost=19_456, time_cost=3, parallelism=1)

_hashing = ThreadPoolExecutor(1, "hashing")


def hash_password(password: str) -> str:
    """What is kept of a password."""
    return _hashing.submit(_HASHER.hash, normal_password(password)).result()


def password_matches(kept: str | None, password: str) -> bool:
    """Whether `password` is the one kept; as much work for somebody without one."""
    try:
        _hashing.submit(_HASHER.verify, kept or _nobodys(), normal_password(password)).result()
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


def is_outdated(kept: str) -> bool:
    """Whether a hash was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(kept)


@cache
def _nobodys() -> str:
    return hash_password("nobody has this password")
