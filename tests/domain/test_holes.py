"""Holes in a phone's numbers, against counting them one by one."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from market.domain.sales.holes import holes, holes_text


@given(st.integers(0, 60), st.sets(st.integers(1, 80)))
def test_holes_are_exactly_the_numbers_that_have_not_come(last: int, received: set[int]) -> None:
    found = holes(last, received)
    assert [n for a, b in found for n in range(a, b + 1)] == [
        n for n in range(1, last + 1) if n not in received
    ]
    assert all(b + 1 < c for (_, b), (c, _) in pairwise(found))


def test_they_are_read_out_as_ranges() -> None:
    assert holes_text(holes(9, {1, 2, 4, 5, 6})) == "3、7–9"
    assert holes_text(tuple((n, n) for n in range(1, 20, 2))).endswith("15…")
