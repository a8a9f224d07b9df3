"""Identifiers: some that sort by the time they were made, and symbols for codes people copy."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

READABLE = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""31 symbols without 0 O, 1 I L, for codes that are read out, written down and typed in."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_MICROSECOND = timedelta(microseconds=1)
_RANDOM_BITS = 62


def uuid7(now: datetime, random_bytes: Callable[[int], bytes]) -> UUID:
    """A version 7 UUID (RFC 9562, section 5.7) of an aware time since 1970.

    The twelve bits after the version count 1/4096 ms (section 6.2, method 3), so that identifiers
    made a microsecond apart sort in that order; 62 random bits follow.
    """
    milliseconds = epoch_ms(now)
    within = (now - _EPOCH - milliseconds * _MILLISECOND) // _MICROSECOND
    fraction = within * 4096 // 1000
    random = int.from_bytes(random_bytes(8), "big") >> (64 - _RANDOM_BITS)
    return UUID(int=milliseconds << 80 | 7 << 76 | fraction << 64 | 0b10 << _RANDOM_BITS | random)


def epoch_ms(at: datetime) -> int:
    """Whole milliseconds from 1970 to an aware time, as JavaScript counts them."""
    return (at - _EPOCH) // _MILLISECOND
