"""Cash is counted by two, by denomination, and the difference is a fact with a word for it."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.domain.errors import Invalid
from market.domain.money import AmountNegative, AmountNotWhole, CountOutOfRange, CountUnreadable
from market.domain.sales.till import (
    COMMON_DENOMINATIONS_MINOR,
    DENOMINATIONS_MINOR,
    MOST_PIECES,
    CashCount,
    CashMoves,
    SameCounter,
    SecondCounterMissing,
    UnknownDenomination,
    Variance,
    counters,
    expected_cash,
    needs_reason,
    variance_minor,
    variance_of,
)
from market.domain.text import TextMissing, TextTooLong

amounts = st.integers(0, 10**8)


@given(st.dictionaries(st.sampled_from(DENOMINATIONS_MINOR), st.integers(0, MOST_PIECES)))
def test_a_count_is_worth_its_pieces(pieces: dict[int, int]) -> None:
    total = 0
    for minor, number in pieces.items():
        total += minor * number
    assert CashCount(pieces).total_minor == total


def test_a_box_of_common_pieces_adds_up() -> None:
    count = CashCount({10_000: 2, 5_000: 1, 500: 3, 100: 4, 50: 1, 10: 2})
    assert count.total_minor == 20_000 + 5_000 + 1_500 + 400 + 50 + 20
    assert COMMON_DENOMINATIONS_MINOR == (10_000, 5_000, 2_000, 1_000, 500, 100, 50, 10)


@given(st.integers(0, 10**6))
def test_any_sum_can_be_counted_out_in_the_fewest_pieces(total: int) -> None:
    count = CashCount.fewest(total)
    assert count.total_minor == total
    for larger, smaller in pairwise(DENOMINATIONS_MINOR):
        assert count.pieces[smaller] * smaller < larger


@pytest.mark.parametrize("denomination", [200, 3, 0, -100, 20_000])
def test_a_note_there_is_not_is_refused(denomination: int) -> None:
    with pytest.raises(UnknownDenomination):
        CashCount({denomination: 1})


def test_ten_thousand_pieces_of_one_kind_are_not_counted_by_hand() -> None:
    assert CashCount({100: 9_999}).total_minor == 999_900
    assert CashCount({100: 0}).total_minor == 0


@pytest.mark.parametrize(
    ("pieces", "error"),
    [
        (-1, CountOutOfRange),
        (MOST_PIECES + 1, CountOutOfRange),
        (1.0, CountUnreadable),
        (True, CountUnreadable),
        ("3", CountUnreadable),
    ],
)
def test_pieces_are_whole_and_not_absurd(pieces: Any, error: type[Invalid]) -> None:
    with pytest.raises(error):
        CashCount({100: pieces})


def test_what_should_be_in_the_box_is_what_went_in_less_what_went_out() -> None:
    moves = CashMoves(
        float_minor=10_000,
        cash_sales_minor=32_150,
        box_income_minor=700,
        pay_ins_minor=5_000,
        pay_outs_minor=1_250,
        refunds_minor=1_500,
    )
    assert expected_cash(moves) == 10_000 + 32_150 + 700 + 5_000 - 1_250 - 1_500


def test_an_untouched_box_is_empty() -> None:
    assert expected_cash(CashMoves()) == 0


@given(st.tuples(*[amounts] * 6))
def test_each_move_counts_once_and_on_its_side(minor: tuple[int, ...]) -> None:
    names = ["float", "cash_sales", "box_income", "pay_ins", "pay_outs", "refunds"]
    moves = {f"{name}_minor": value for name, value in zip(names, minor, strict=True)}
    assert expected_cash(CashMoves(**moves)) == sum(minor[:4]) - sum(minor[4:])


def test_moves_are_whole_and_not_negative() -> None:
    with pytest.raises(AmountNegative):
        CashMoves(refunds_minor=-1)
    wrong: Any = 1.5
    with pytest.raises(AmountNotWhole):
        CashMoves(float_minor=wrong)


@given(amounts, amounts)
def test_counted_is_expected_and_the_variance(counted: int, expected: int) -> None:
    difference = variance_minor(counted_minor=counted, expected_minor=expected)
    assert expected + difference == counted
    word = variance_of(difference).label
    assert word == ("多了" if counted > expected else "少了" if counted < expected else "正好")


@pytest.mark.parametrize(
    ("difference", "word"), [(1, Variance.OVER), (-1, Variance.SHORT), (0, Variance.EXACT)]
)
def test_one_fen_is_a_variance(difference: int, word: Variance) -> None:
    assert variance_of(difference) is word


def test_a_reason_is_needed_beyond_the_threshold_on_either_side() -> None:
    assert not needs_reason(0)
    assert needs_reason(1)
    assert needs_reason(-1)
    assert not needs_reason(-500, threshold_minor=500)
    assert needs_reason(-501, threshold_minor=500)
    assert needs_reason(501, threshold_minor=500)


def test_two_names_are_kept_as_they_were_written() -> None:
    assert counters(" 刘洋 ", "Wang Fang") == ("刘洋", "Wang Fang")


@pytest.mark.parametrize(
    "second", ["刘洋", " 刘 洋 ", "刘\u3000洋", "刘\u200b洋", "刘\u00a0洋", "\ufeff刘洋"]
)
def test_the_same_name_in_other_blanks_is_one_person(second: str) -> None:
    with pytest.raises(SameCounter):
        counters("刘洋", second)


@pytest.mark.parametrize("second", ["WANG FANG", "wangfang", "Ｗａｎｇ Ｆａｎｇ"])
def test_the_same_name_in_other_letters_is_one_person(second: str) -> None:
    with pytest.raises(SameCounter):
        counters("Wang Fang", second)


@pytest.mark.parametrize("second", ["", "  ", "\u200b"])
def test_one_name_is_not_two(second: str) -> None:
    with pytest.raises(SecondCounterMissing):
        counters("刘洋", second)


def test_an_empty_box_needs_one_person_and_a_second_one_still_differs() -> None:
    assert counters("刘洋", "", empty_box=True) == ("刘洋", "")
    with pytest.raises(SameCounter):
        counters("刘洋", "刘洋", empty_box=True)


def test_a_counters_name_has_forty_signs_at_most() -> None:
    assert counters("字" * 40, "刘洋") == ("字" * 40, "刘洋")
    with pytest.raises(TextTooLong):
        counters("字" * 41, "刘洋")


@pytest.mark.parametrize("first", ["", " ", "\u200b"])
def test_somebody_must_have_counted(first: str) -> None:
    with pytest.raises(TextMissing):
        counters(first, "刘洋")
    with pytest.raises(TextMissing):
        counters(first, "", empty_box=True)
