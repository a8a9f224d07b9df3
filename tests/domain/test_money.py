"""Money is whole, in range, never lost in a split, and read as people type it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from market.domain.errors import Invalid
from market.domain.money import (
    MOST_COUNT,
    MOST_MINOR,
    AmountMissing,
    AmountNegative,
    AmountNotWhole,
    AmountTooFine,
    AmountTooLarge,
    AmountTooSmall,
    AmountUnreadable,
    CountOutOfRange,
    CountUnreadable,
    Money,
    NothingToShareBy,
    check_count,
    check_minor,
    parse_amount,
    parse_count,
)

amounts = st.integers(-(10**15), 10**15)
typed_amounts = st.integers(0, MOST_MINOR)
weights = st.lists(st.integers(0, 10_000), min_size=1, max_size=8).filter(any)
FULL_WIDTH = str.maketrans("0123456789.,-", "０１２３４５６７８９．，－")


def test_a_yuan_in_three_loses_no_fen() -> None:
    assert Money(100).share([1, 1, 1]) == [Money(34), Money(33), Money(33)]


@given(amounts, weights)
def test_shares_sum_to_the_whole(minor: int, by: list[int]) -> None:
    assert sum(part.minor for part in Money(minor).share(by)) == minor


@given(amounts, weights)
def test_each_share_is_within_a_fen_of_its_exact_part(minor: int, by: list[int]) -> None:
    for part, weight in zip(Money(minor).share(by), by, strict=True):
        assert abs(part.minor * sum(by) - minor * weight) < sum(by)


def test_the_fen_left_over_goes_to_the_largest_remainder() -> None:
    # 16.67, 33.33 and 50 exactly: the first is nearest to its next fen.
    assert Money(100).share([1, 2, 3]) == [Money(17), Money(33), Money(50)]
    assert Money(100).share([2, 1, 3]) == [Money(33), Money(17), Money(50)]


@given(amounts, weights)
def test_a_weight_of_zero_gets_nothing(minor: int, by: list[int]) -> None:
    assert Money(minor).share([*by, 0])[-1] == Money(0)


@pytest.mark.parametrize("by", [[], [0], [0, 0], [-1, 3]])
def test_weights_that_divide_nothing_are_refused(by: list[int]) -> None:
    with pytest.raises(NothingToShareBy):
        Money(100).share(by)


@pytest.mark.parametrize("minor", [1.0, True, "1", None, 1e20, float("nan")])
def test_money_is_an_int_of_fen_and_nothing_else(minor: Any) -> None:
    with pytest.raises(AmountNotWhole):
        Money(minor)
    with pytest.raises(AmountNotWhole):
        check_minor(minor)


@given(amounts, amounts)
def test_money_adds_subtracts_and_orders_like_its_fen(one: int, other: int) -> None:
    assert Money(one) + Money(other) == Money(one + other)
    assert Money(one) - Money(other) == Money(one - other)
    assert -Money(one) == Money(-one)
    assert (Money(one) < Money(other)) == (one < other)


@pytest.mark.parametrize(
    ("minor", "text"), [(1250, "12.50"), (5, "0.05"), (0, "0.00"), (-5, "-0.05"), (-1250, "-12.50")]
)
def test_yuan_always_shows_two_decimals(minor: int, text: str) -> None:
    assert Money(minor).yuan == text
    assert str(Money(minor)) == f"¥{text}"


@given(typed_amounts)
def test_what_is_shown_can_be_typed_back(minor: int) -> None:
    shown = Money(minor).yuan
    assert parse_amount(shown) == Money(minor)
    assert parse_amount(shown.translate(FULL_WIDTH)) == Money(minor)
    assert parse_amount(shown.replace(".", "。")) == Money(minor)


@given(typed_amounts, st.sampled_from(["¥", "￥", "¥ ", ""]), st.sampled_from([" ", "\u3000", ""]))
def test_thousands_commas_signs_and_blanks_around_do_not_matter(
    minor: int, sign: str, blank: str
) -> None:
    text = f"{blank}{sign}{minor // 100:,}.{minor % 100:02d}{blank}"
    assert parse_amount(text) == Money(minor)
    assert parse_amount(text.translate(FULL_WIDTH)) == Money(minor)
    assert parse_amount(f"{text}元") == Money(minor)


@pytest.mark.parametrize(
    ("text", "minor"),
    [("12", 1200), ("12.5", 1250), ("5.", 500), (".5", 50), ("。5", 50), ("007", 700), ("0", 0)],
)
def test_decimals_may_be_left_out(text: str, minor: int) -> None:
    assert parse_amount(text) == Money(minor)


@pytest.mark.parametrize(
    "text",
    [
        "abc",
        "1e20",
        "1e2",
        "NaN",
        "inf",
        "0x10",
        "1_000",
        "1,23",
        "12,34,567",
        "1.2.3",
        ".",
        "¥",
        "元",
        "+5",
        "--5",
        "-",
        "٣",
        "१२",
        "²",
        "①",
        "十二",
        "5½",
        "¥¥5",
    ],
)
def test_what_is_no_amount_is_unreadable(text: str) -> None:
    with pytest.raises(AmountUnreadable):
        parse_amount(text)


@pytest.mark.parametrize("text", ["1 2", "5\x00", "1 ,000", "9" * 41])
def test_an_amount_with_something_within_is_unreadable(text: str) -> None:
    with pytest.raises(AmountUnreadable):
        parse_amount(text)


@pytest.mark.parametrize("value", [5, True, 5.0, None, b"5", ["5"], float("nan")])
def test_only_text_is_read_as_an_amount(value: object) -> None:
    with pytest.raises(AmountUnreadable):
        parse_amount(value)
    with pytest.raises(CountUnreadable):
        parse_count(value)


@pytest.mark.parametrize("text", ["", "  ", "\u3000"])
def test_an_empty_amount_asks_to_be_filled_in(text: str) -> None:
    with pytest.raises(AmountMissing):
        parse_amount(text)


@pytest.mark.parametrize("text", ["-5", "－５", "−5", "¥-5", "-¥5", "-0.01", "-99999999999"])
def test_a_negative_amount_is_named_so(text: str) -> None:
    with pytest.raises(AmountNegative):
        parse_amount(text)


@pytest.mark.parametrize("text", ["0.001", "12.345", "5.000"])
def test_more_than_two_decimals_are_refused(text: str) -> None:
    with pytest.raises(AmountTooFine):
        parse_amount(text)


def test_the_bounds_are_inside_and_one_fen_beyond_is_outside() -> None:
    assert parse_amount("1,000,000") == Money(MOST_MINOR)
    with pytest.raises(AmountTooLarge):
        parse_amount("1000000.01")
    with pytest.raises(AmountTooLarge):
        parse_amount("9" * 40)
    assert parse_amount("0.01", least_minor=1) == Money(1)
    with pytest.raises(AmountTooSmall) as refusal:
        parse_amount("0", least_minor=1)
    assert refusal.value.facts == {"least": Money(1)}


def test_zero_is_an_amount_unless_something_must_be_paid() -> None:
    assert check_minor(0) == 0
    assert check_minor(1, least_minor=1) == 1


@pytest.mark.parametrize("length", [40, 41])
def test_an_endless_text_is_not_even_read(length: int) -> None:
    text = "0" * (length - 1) + "5"
    if length == 40:
        assert parse_amount(text) == Money(500)
    else:
        with pytest.raises(AmountUnreadable):
            parse_amount(text)


def test_a_difference_may_be_checked_below_zero() -> None:
    assert check_minor(-5, least_minor=-5) == -5
    with pytest.raises(AmountTooSmall):
        check_minor(-6, least_minor=-5)


def sentence_or_amount(text: str) -> str | Money:
    try:
        return parse_amount(text)
    except Invalid as refusal:
        return str(refusal)


@given(st.text(max_size=12))
def test_any_text_is_an_amount_in_range_or_a_whole_sentence(text: str) -> None:
    read = sentence_or_amount(text)
    if isinstance(read, str):
        assert "%" not in read
    else:
        assert Money(0) <= read <= Money(MOST_MINOR)


@given(st.integers(1, MOST_COUNT))
def test_a_count_is_read_in_either_width(count: int) -> None:
    assert parse_count(f" {count} ") == count
    assert parse_count(str(count).translate(FULL_WIDTH)) == count


def test_counts_reach_from_one_to_the_most_and_are_ints() -> None:
    assert parse_count("1") == check_count(1) == 1
    assert parse_count("999") == check_count(999) == 999
    wrong: list[Any] = [True, 1.0, "1", None]
    for count in wrong:
        with pytest.raises(CountUnreadable):
            check_count(count)


@pytest.mark.parametrize("text", ["", "1.5", "1.0", "two", "两", "٣", "1e2", "1,000", "²"])
def test_what_is_no_count_is_unreadable(text: str) -> None:
    with pytest.raises(CountUnreadable):
        parse_count(text)


@given(st.integers(-(10**9), 10**9))
def test_a_count_out_of_range_is_refused_with_the_range(count: int) -> None:
    assume(not 1 <= count <= MOST_COUNT)
    with pytest.raises(CountOutOfRange) as refusal:
        parse_count(str(count))
    assert "999" in str(refusal.value)
    with pytest.raises(CountOutOfRange):
        check_count(count)
