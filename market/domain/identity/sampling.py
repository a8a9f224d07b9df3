"""An auditor's sample: a random tenth, at least three, that nobody could choose and anybody can recheck."""

from __future__ import annotations

import hashlib
from collections.abc import Collection

LEAST = 3
ONE_IN = 10
SEED_BYTES = 16


def sample_size(among: int) -> int:
    """A tenth, rounded up, at least three, and never more than there are."""
    return min(among, max(LEAST, -(-among // ONE_IN)))


def draw(codes: Collection[str], seed: bytes) -> list[str]:
    """The sample that this seed draws: the codes whose SHA-256 behind it come first."""
    by_chance = sorted(codes, key=lambda code: hashlib.sha256(seed + code.encode()).digest())
    return by_chance[: sample_size(len(by_chance))]
