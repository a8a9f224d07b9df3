"""A lighting plan: what its order and its money come to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.domain.proceeds.lighting import (
    GIVEN,
    Fate,
    PlannedWish,
    carry_out,
    prospects,
)
from market.domain.proceeds.wish import WishState

MOST = 300_00


def planned(ordinal: int, amount_minor: int, **overrides: object) -> PlannedWish:
    given_ = {
        "ordinal": ordinal,
        "amount_minor": amount_minor,
        "in_part": False,
        "state": WishState.OPEN,
        "may_be_lit": True,
        "missing_minor": amount_minor,
    }
    return PlannedWish(**{**given_, **overrides})  # type: ignore[arg-type]


@st.composite
def plans(draw: st.DrawFn) -> list[PlannedWish]:
    rows = draw(
        st.lists(
            st.tuples(
                st.integers(1, MOST),
                st.booleans(),
                st.sampled_from(list(WishState)) | st.just(WishState.OPEN),
                st.booleans() | st.just(True),
                st.integers(1, MOST),
            ),
            max_size=12,
        )
    )
    return [
        planned(
            number, row[0], in_part=row[1], state=row[2], may_be_lit=row[3], missing_minor=row[4]
        )
        for number, row in enumerate(rows, start=1)
    ]


budgets = st.integers(0, 12 * MOST)


def test_the_money_lights_wishes_in_their_order_until_one_falls_short() -> None:
    lines = [planned(1, 70), planned(2, 60), planned(3, 20)]
    fates = [(one.fate, one.amount_minor, one.short_minor) for one in carry_out(100, lines)]
    assert fates == [(Fate.LIT, 70, 0), (Fate.SHORT, 0, 30), (Fate.BEHIND, 0, 20)]


def test_a_line_that_allows_it_gets_what_is_left() -> None:
    lines = [planned(1, 70), planned(2, 60, in_part=True), planned(3, 20)]
    fates = [(one.fate, one.amount_minor, one.short_minor) for one in carry_out(100, lines)]
    assert fates == [(Fate.LIT, 70, 0), (Fate.PART, 30, 30), (Fate.BEHIND, 0, 20)]


def test_a_wish_that_needs_less_by_now_leaves_the_rest_to_the_next() -> None:
    lines = [planned(1, 70, missing_minor=50), planned(2, 50)]
    assert [one.amount_minor for one in carry_out(100, lines)] == [50, 50]


@pytest.mark.parametrize(
    ("how", "fate"),
    [
        ({"state": WishState.WITHDRAWN}, Fate.ENDED),
        ({"state": WishState.EXPIRED}, Fate.ENDED),
        ({"state": WishState.DRAFT}, Fate.NOT_OPEN),
        ({"state": WishState.REVIEWED}, Fate.NOT_OPEN),
        ({"state": WishState.LIT, "missing_minor": 0}, Fate.ALREADY),
        ({"state": WishState.DELIVERED, "missing_minor": 0}, Fate.ALREADY),
        ({"may_be_lit": False}, Fate.HIDDEN),
        ({"missing_minor": 71}, Fate.DEARER),
    ],
)
def test_what_cannot_be_lit_is_passed_over_and_the_plan_goes_on(
    how: dict[str, object], fate: Fate
) -> None:
    outcomes = carry_out(60, [planned(1, 70, **how), planned(2, 60)])
    assert [one.fate for one in outcomes] == [fate, Fate.LIT]


@given(budgets, plans())
def test_never_more_is_given_than_there_is_than_is_planned_and_than_is_missed(
    budget: int, lines: list[PlannedWish]
) -> None:
    outcomes = carry_out(budget, lines)
    assert [one.ordinal for one in outcomes] == [line.ordinal for line in lines]
    assert sum(one.amount_minor for one in outcomes) <= budget
    for line, one in zip(lines, outcomes, strict=True):
        assert 0 <= one.amount_minor <= min(line.amount_minor, line.missing_minor)
        assert (one.amount_minor > 0) == (one.fate in GIVEN)
        assert (one.fate is Fate.LIT) == (one.amount_minor == line.missing_minor)
        if one.fate is Fate.PART:
            assert line.in_part


@given(budgets, plans())
def test_nothing_is_lit_behind_a_wish_that_stayed_dark_for_want_of_money(
    budget: int, lines: list[PlannedWish]
) -> None:
    dark = False
    for one in carry_out(budget, lines):
        assert not (dark and one.fate in GIVEN)
        dark = dark or one.fate in {Fate.SHORT, Fate.BEHIND}


@given(budgets, plans())
def test_one_fen_less_than_falls_short_would_not_do(budget: int, lines: list[PlannedWish]) -> None:
    short = [one for one in carry_out(budget, lines) if one.fate is Fate.SHORT]
    for one in short:
        line = lines[one.ordinal - 1]
        if line.in_part:
            continue
        enough = {again.ordinal: again for again in carry_out(budget + one.short_minor, lines)}
        fen_less = carry_out(budget + one.short_minor - 1, lines)
        assert enough[one.ordinal].fate is Fate.LIT
        assert {again.ordinal: again for again in fen_less}[one.ordinal].fate is Fate.SHORT


@given(st.integers(-MOST, 12 * MOST), plans())
def test_what_is_expected_is_given_all_it_wants_by_the_same_money(
    takings: int, lines: list[PlannedWish]
) -> None:
    outcomes = carry_out(max(takings, 0), lines)
    for line, one, seen in zip(lines, outcomes, prospects(takings, lines), strict=True):
        assert 0 <= seen.percent <= 100
        if seen.expected:
            assert one.amount_minor == line.wants_minor > 0


def test_a_wish_is_expected_at_five_percent_above_the_running_sum_and_no_sooner() -> None:
    lines = [planned(1, 100_00), planned(2, 100_00)]
    seen = {takings: prospects(takings, lines) for takings in (104_99, 105_00, 209_99, 210_00)}
    assert [[one.expected for one in row] for row in seen.values()] == [
        [False, False],
        [True, False],
        [True, False],
        [True, True],
    ]


def test_less_than_nothing_lights_nothing() -> None:
    with pytest.raises(ValueError, match="nothing is lit"):
        carry_out(-1, [])
