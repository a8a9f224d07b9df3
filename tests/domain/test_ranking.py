"""The allocation rules spend no more than is free, in an order anybody can follow."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import combinations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.domain.proceeds.ranking import (
    AllocationRule,
    Suggestion,
    WaitingWish,
    oldest_first,
    smallest_gap,
    suggest,
)

OPENING = datetime(2026, 3, 1, 9, tzinfo=UTC)

waiting_wishes = st.lists(
    st.builds(
        WaitingWish,
        wish_id=st.integers(1, 99),
        opened_at=st.integers(0, 3).map(lambda days: OPENING + timedelta(days=days)),
        missing_minor=st.integers(1, 40),
    ),
    max_size=7,
    unique_by=lambda wish: wish.wish_id,
)
free_amounts = st.integers(0, 150)


def wish(wish_id: int, missing_minor: int, *, day: int = 0) -> WaitingWish:
    return WaitingWish(wish_id, OPENING + timedelta(days=day), missing_minor)


@given(free_amounts, waiting_wishes, st.sampled_from(AllocationRule))
def test_no_rule_gives_more_than_is_free_or_than_a_wish_misses(
    free: int, waiting: list[WaitingWish], rule: AllocationRule
) -> None:
    missing = {wish.wish_id: wish.missing_minor for wish in waiting}
    suggestions = suggest(rule, free, waiting)
    assert sum(suggestion.amount_minor for suggestion in suggestions) <= free
    for suggestion in suggestions:
        assert 0 < suggestion.amount_minor <= missing[suggestion.wish_id]
        assert suggestion.lights == (suggestion.amount_minor == missing[suggestion.wish_id])
    ids = [suggestion.wish_id for suggestion in suggestions]
    assert len(set(ids)) == len(ids)


@given(free_amounts, waiting_wishes, st.sampled_from(AllocationRule), st.randoms())
def test_the_order_the_wishes_come_in_does_not_matter(
    free: int, waiting: list[WaitingWish], rule: AllocationRule, chance: Random
) -> None:
    shuffled = list(waiting)
    chance.shuffle(shuffled)
    assert suggest(rule, free, shuffled) == suggest(rule, free, waiting)


@given(free_amounts, waiting_wishes)
def test_oldest_first_passes_nobody_over_and_keeps_nothing_back(
    free: int, waiting: list[WaitingWish]
) -> None:
    in_order = sorted(waiting, key=lambda wish: (wish.opened_at, wish.wish_id))
    suggestions = oldest_first(free, waiting)
    ids = [suggestion.wish_id for suggestion in suggestions]
    assert ids == [wish.wish_id for wish in in_order][: len(ids)]
    assert all(suggestion.lights for suggestion in suggestions[:-1])
    given_away = sum(suggestion.amount_minor for suggestion in suggestions)
    assert given_away == min(free, sum(wish.missing_minor for wish in waiting))


@given(free_amounts, waiting_wishes)
def test_smallest_gap_lights_as_many_wishes_as_any_choice_could(
    free: int, waiting: list[WaitingWish]
) -> None:
    most = max(
        count
        for count in range(len(waiting) + 1)
        for chosen in combinations(waiting, count)
        if sum(wish.missing_minor for wish in chosen) <= free
    )
    suggestions = smallest_gap(free, waiting)
    assert len(suggestions) == most
    assert all(suggestion.lights for suggestion in suggestions)


def test_oldest_first_gives_the_last_wish_what_is_left() -> None:
    assert oldest_first(100, [wish(2, 60, day=1), wish(1, 70), wish(3, 5, day=2)]) == [
        Suggestion(1, 70, lights=True),
        Suggestion(2, 30, lights=False),
    ]


def test_smallest_gap_leaves_what_lights_nothing_in_the_fund() -> None:
    assert smallest_gap(110, [wish(1, 70), wish(2, 60), wish(3, 40)]) == [
        Suggestion(3, 40, lights=True),
        Suggestion(2, 60, lights=True),
    ]


def test_equal_wishes_come_by_age_and_then_by_number() -> None:
    equal = [wish(9, 10), wish(2, 10, day=1), wish(4, 10)]
    assert [one.wish_id for one in smallest_gap(30, equal)] == [4, 9, 2]
    assert [one.wish_id for one in oldest_first(30, equal)] == [4, 9, 2]


def test_by_hand_suggests_nothing() -> None:
    assert suggest(AllocationRule.BY_HAND, 100, [wish(1, 10)]) == []


def test_each_rule_is_asked_by_its_own_name() -> None:
    waiting = [wish(1, 70), wish(2, 10, day=1)]
    assert suggest(AllocationRule("oldest_first"), 50, waiting) == oldest_first(50, waiting)
    assert suggest(AllocationRule("smallest_gap"), 50, waiting) == smallest_gap(50, waiting)


def test_a_wish_that_misses_nothing_is_not_waiting() -> None:
    with pytest.raises(ValueError, match="wish 7 misses nothing"):
        wish(7, 0)


def test_every_rule_says_what_it_does() -> None:
    assert len({rule.label for rule in AllocationRule}) == len(AllocationRule)
    assert all(rule.description.endswith("。") for rule in AllocationRule)
