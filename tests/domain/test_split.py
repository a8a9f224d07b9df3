"""The nested split loses no fen, gives each to one fund, and can be read backwards."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.domain.ledger.span import Span
from market.domain.ledger.split import cut, first_reaching, part, positions
from market.domain.money import MOST_TOTAL_MINOR, NothingToShareBy

weight_lists = (
    st.lists(st.integers(0, 100) | st.integers(0, 10**6), min_size=1, max_size=5)
    .filter(any)
    .map(tuple)
)
amounts = st.integers(0, MOST_TOTAL_MINOR)
small_amounts = st.integers(0, 300)


@given(amounts, weight_lists)
def test_the_parts_of_any_amount_sum_to_it(amount: int, weights: tuple[int, ...]) -> None:
    shares = cut(amount, weights)
    assert sum(shares) == amount
    assert len(shares) == len(weights)


@given(amounts, weight_lists)
def test_each_further_fen_goes_to_exactly_one_fund(amount: int, weights: tuple[int, ...]) -> None:
    # That is: every Fk is monotone, the compositions of floors (k >= 2) included.
    before, after = cut(amount, weights), cut(amount + 1, weights)
    assert sorted(late - early for early, late in zip(before, after, strict=True)) == [
        *[0] * (len(weights) - 1),
        1,
    ]


@given(amounts, weight_lists)
def test_the_first_fund_takes_the_floor_of_its_share(amount: int, weights: tuple[int, ...]) -> None:
    assert cut(amount, weights)[0] == amount * weights[0] // sum(weights)


@given(amounts, weight_lists)
def test_every_part_is_less_than_a_fen_a_level_from_its_exact_share(
    amount: int, weights: tuple[int, ...]
) -> None:
    whole = sum(weights)
    for index, share in enumerate(cut(amount, weights)):
        assert abs(share * whole - amount * weights[index]) < (index + 1) * whole


@given(amounts, weight_lists)
def test_a_fund_without_weight_gets_nothing(amount: int, weights: tuple[int, ...]) -> None:
    for weight, share in zip(weights, cut(amount, weights), strict=True):
        assert weight or not share


@given(st.lists(small_amounts, max_size=12), weight_lists)
def test_the_parts_of_consecutive_sales_tile_the_piece_of_each_fund(
    nets: list[int], weights: tuple[int, ...]
) -> None:
    for index, share in enumerate(cut(sum(nets), weights)):
        reached = start = 0
        for net in nets:
            owned = part(Span(start, start + net), weights, index)
            assert owned.start == reached
            reached, start = owned.end, start + net
        assert reached == share


@given(small_amounts, weight_lists)
def test_the_owner_of_every_place_is_the_one_that_counting_finds(
    total: int, weights: tuple[int, ...]
) -> None:
    owners: list[list[int]] = [[] for _ in weights]
    for position in range(total):
        before, after = cut(position, weights), cut(position + 1, weights)
        owners[[late - early for early, late in zip(before, after, strict=True)].index(1)].append(
            position
        )
    for index, owned in enumerate(owners):
        assert [
            first_reaching(place, weights, index, total_minor=total) - 1
            for place in range(len(owned))
        ] == owned


@given(st.data(), st.integers(1, MOST_TOTAL_MINOR), weight_lists)
def test_the_inverse_is_exact_for_sums_of_any_size(
    data: st.DataObject, total: int, weights: tuple[int, ...]
) -> None:
    for index, share in enumerate(cut(total, weights)):
        if not share:
            continue
        place = data.draw(st.integers(0, share - 1))
        position = first_reaching(place, weights, index, total_minor=total)
        assert cut(position, weights)[index] == place + 1
        assert cut(position - 1, weights)[index] == place


@given(st.data(), st.integers(1, MOST_TOTAL_MINOR), weight_lists)
def test_the_positions_of_a_part_own_it_and_none_fewer_do(
    data: st.DataObject, total: int, weights: tuple[int, ...]
) -> None:
    for index, share in enumerate(cut(total, weights)):
        if not share:
            continue
        start = data.draw(st.integers(0, share - 1))
        asked = Span(start, data.draw(st.integers(start + 1, share)))
        found = positions(asked, weights, index, total_minor=total)
        assert part(found, weights, index) == asked
        assert part(Span(found.start + 1, found.end), weights, index) != asked
        assert part(Span(found.start, found.end - 1), weights, index) != asked


def test_a_worked_example() -> None:
    weights = (70, 20, 10)
    assert cut(101, weights) == (70, 20, 11)
    assert part(Span(100, 200), (70, 30), 1) == Span(30, 60)
    assert first_reaching(30, (70, 30), 1, total_minor=200) == 101
    assert positions(Span(30, 60), (70, 30), 1, total_minor=200) == Span(100, 197)


def test_a_sale_of_one_fen_leaves_the_other_funds_an_empty_part() -> None:
    assert [part(Span(0, 1), (70, 30), index) for index in (0, 1)] == [Span(0, 0), Span(0, 1)]


@pytest.mark.parametrize("weights", [(), (0,), (0, 0), (3, -1), (-1, 2)])
def test_weights_nobody_can_share_by_are_refused(weights: tuple[int, ...]) -> None:
    with pytest.raises(NothingToShareBy):
        cut(100, weights)


def test_a_position_before_the_closure_does_not_exist() -> None:
    with pytest.raises(ValueError, match="position -1"):
        cut(-1, (1,))


@pytest.mark.parametrize("place", [-1, 60, 61])
def test_a_place_outside_the_piece_has_no_owner(place: int) -> None:
    with pytest.raises(ValueError, match="no place"):
        first_reaching(place, (70, 30), 1, total_minor=200)


def test_a_fund_without_weight_owns_no_place() -> None:
    with pytest.raises(ValueError, match="no place"):
        first_reaching(0, (1, 0, 1), 1, total_minor=200)


def test_an_empty_part_has_no_positions() -> None:
    with pytest.raises(ValueError, match="no owner"):
        positions(Span(3, 3), (70, 30), 1, total_minor=200)
