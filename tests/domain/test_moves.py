"""Returns and exchanges as rows of moves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.domain.ledger.line_moves import LONGEST_MOVE, Move, exchanged, returned
from market.domain.ledger.span import Span


@given(st.data(), st.integers(1, 40))
def test_an_exchange_brings_the_refunded_money_to_the_head_and_loses_none(
    data: st.DataObject, places: int
) -> None:
    line = list(range(80))
    wanted = data.draw(st.sets(st.sampled_from(line), min_size=places, max_size=places))
    taken = Span(head := data.draw(st.integers(0, 80 - places)), head + places)
    rows = exchanged([Span(place, place + 1) for place in wanted], taken, 9)
    after = list(line)
    for row in rows:
        after[row.to_start : row.to_start + row.length] = line[row.start : row.start + row.length]
    assert set(after[taken.start : taken.end]) == wanted
    assert sorted(after) == line
    assert {Move(9, row.to_start, row.length, row.start) for row in rows} == set(rows)
    common = wanted & set(range(taken.start, taken.end))
    assert all(after[place] == place for place in common)
    came = [after[place] for place in range(taken.start, taken.end) if place not in common]
    went = [after[place] for place in sorted(wanted - common)]
    assert came == sorted(came)
    assert went == sorted(went)


def test_an_exchange_of_unequal_amounts_is_refused() -> None:
    with pytest.raises(ValueError, match="5 places cannot change hands with 6"):
        exchanged([Span(0, 5)], Span(10, 16), 1)


def test_a_return_lands_after_what_it_left() -> None:
    with pytest.raises(ValueError, match="lands after place 60"):
        returned(Span(40, 60), 59, 7)


@pytest.mark.parametrize(
    ("step", "start", "length", "to_start"),
    [
        (1, 0, 0, 5),
        (1, 0, LONGEST_MOVE + 1, 20_000),
        (1, 5, 1, 5),
        (1, -1, 1, 5),
        (1, 5, 1, -1),
        (0, 0, 1, 5),
    ],
)
def test_a_move_that_cannot_be_is_refused(
    step: int, start: int, length: int, to_start: int
) -> None:
    with pytest.raises(ValueError, match="move"):
        Move(step, start, length, to_start)


def test_a_move_knows_both_its_places() -> None:
    move = Move(1, 5, 10, 30)
    assert (move.source, move.target) == (Span(5, 15), Span(30, 40))
