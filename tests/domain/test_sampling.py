"""A sample: a tenth, at least three, the same for the same seed, and any wish as likely as another."""

from __future__ import annotations

from collections import Counter

import pytest

from market.domain.identity.sampling import draw, sample_size


@pytest.mark.parametrize(
    ("among", "size"), [(0, 0), (1, 1), (3, 3), (4, 3), (30, 3), (31, 4), (100, 10)]
)
def test_a_tenth_and_at_least_three(among: int, size: int) -> None:
    assert sample_size(among) == size


def test_a_seed_draws_the_same_whatever_the_order() -> None:
    codes = [f"W{number}" for number in range(40)]
    assert draw(codes, b"seed") == draw(codes[::-1], b"seed")
    assert draw(codes, b"seed") != draw(codes, b"weed")


def test_every_wish_has_the_same_chance() -> None:
    codes = [f"W{number}" for number in range(10)]
    drawn = Counter(code for seed in range(3_000) for code in draw(codes, seed.to_bytes(4)))
    assert all(780 < drawn[code] < 1_020 for code in codes)
