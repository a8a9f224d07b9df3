"""Sums to people are published only where nobody is found by subtracting."""

from __future__ import annotations

import pytest

from market.domain.livelihood.figures import sum_may_be_shown


@pytest.mark.parametrize(
    ("people", "by_choice", "shown"),
    [(4, 0, False), (5, 0, True), (5, 1, False), (5, 5, True), (9, 4, True), (9, 5, False)],
)
def test_a_sum_hides_everybody_who_did_not_choose(
    people: int, by_choice: int, *, shown: bool
) -> None:
    assert sum_may_be_shown(people, by_choice) is shown
