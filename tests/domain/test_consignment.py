"""A consignor is owed a rounded-up share or a fixed sum, and never more than was paid."""

from __future__ import annotations

from fractions import Fraction
from math import ceil
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.domain.money import AmountNegative, AmountNotWhole
from market.domain.sales.consignment import (
    ConsignorTerms,
    FixedAbovePrice,
    LineRest,
    PriceBelowFloor,
    ShareOutOfRange,
    TermsUnclear,
)
from market.domain.sales.sale import SaleLine
from tests.domain.sales_made import sale_lines

shares = st.integers(0, 10_000)
amounts = st.integers(0, 10**8)


def share(share_bp: int) -> ConsignorTerms:
    return ConsignorTerms(consignor_id=1, share_bp=share_bp)


def fixed(fixed_minor: int) -> ConsignorTerms:
    return ConsignorTerms(consignor_id=1, fixed_minor=fixed_minor)


def whole_line(line: SaleLine) -> LineRest:
    return LineRest(
        quantity=line.quantity,
        amount_minor=line.amount_minor,
        consignor_minor=line.consignor_minor,
    )


@given(amounts, shares)
def test_a_share_is_rounded_up_to_the_fen_once(amount: int, share_bp: int) -> None:
    assert share(share_bp).owed_minor(amount, quantity=1) == ceil(
        Fraction(amount * share_bp, 10_000)
    )


def test_seventy_percent_of_ten_yuan_and_one_fen_is_seven_yuan_and_one_fen() -> None:
    assert share(7000).owed_minor(1001, quantity=1) == 701


@given(st.integers(1, 999), st.integers(0, 10**5), st.integers(0, 10**5))
def test_a_fixed_sum_is_owed_for_each_piece(quantity: int, each: int, above: int) -> None:
    owed = fixed(each).owed_minor((each + above) * quantity, quantity=quantity)
    assert owed == each * quantity


def test_a_share_may_be_all_of_it() -> None:
    assert share(10_000).owed_minor(999, quantity=1) == 999


@given(sale_lines())
def test_the_net_of_a_line_is_never_negative(line: SaleLine) -> None:
    assert 0 <= line.consignor_minor <= line.amount_minor
    assert line.net_minor == line.amount_minor - line.consignor_minor


@pytest.mark.parametrize(
    "terms", [{}, {"share_bp": 1, "fixed_minor": 1}, {"share_bp": 0, "fixed_minor": 0}]
)
def test_terms_are_either_a_share_or_a_fixed_sum(terms: dict[str, int]) -> None:
    with pytest.raises(TermsUnclear):
        ConsignorTerms(consignor_id=1, **terms)


@pytest.mark.parametrize("share_bp", [-1, 10_001, 0.5, True, "7000"])
def test_a_share_lies_between_nothing_and_all(share_bp: Any) -> None:
    with pytest.raises(ShareOutOfRange) as refusal:
        share(share_bp)
    assert "100%" in str(refusal.value)
    assert "%%" not in str(refusal.value)


@pytest.mark.parametrize("field", ["fixed_minor", "floor_minor"])
def test_agreed_sums_are_whole_and_not_negative(field: str) -> None:
    wrong: list[tuple[Any, type[Exception]]] = [
        (-1, AmountNegative),
        (1.5, AmountNotWhole),
        (False, AmountNotWhole),
    ]
    for value, error in wrong:
        terms: dict[str, Any] = {"share_bp": 1, field: value}
        if field == "fixed_minor":
            del terms["share_bp"]
        with pytest.raises(error):
            ConsignorTerms(consignor_id=1, **terms)


def test_a_price_below_what_was_agreed_is_refused() -> None:
    terms = ConsignorTerms(consignor_id=1, share_bp=7000, floor_minor=1000)
    terms.require_price(1000)
    with pytest.raises(PriceBelowFloor):
        terms.require_price(999)
    fixed(700).require_price(700)
    with pytest.raises(FixedAbovePrice):
        fixed(700).require_price(699)


@given(sale_lines(), st.data())
def test_paying_back_step_by_step_stays_within_each_ones_part(
    line: SaleLine, data: st.DataObject
) -> None:
    rest = whole_line(line)
    for _ in range(4):
        quantity = data.draw(st.integers(0, rest.quantity))
        amount = data.draw(st.integers(0, rest.amount_minor))
        after = rest.after(line.terms, quantity=quantity, amount_minor=amount)
        consignor = rest.consignor_minor - after.consignor_minor
        net = rest.net_minor - after.net_minor
        assert consignor + net == amount
        assert 0 <= consignor <= rest.consignor_minor
        assert 0 <= net <= rest.net_minor
        rest = after


@given(sale_lines(), st.data())
def test_paying_back_all_that_is_left_leaves_nobody_anything(
    line: SaleLine, data: st.DataObject
) -> None:
    rest = whole_line(line)
    some = data.draw(st.integers(0, rest.amount_minor))
    rest = rest.after(line.terms, quantity=0, amount_minor=some)
    rest = rest.after(line.terms, quantity=rest.quantity, amount_minor=rest.amount_minor)
    assert rest == LineRest(quantity=0, amount_minor=0, consignor_minor=0)


@given(st.integers(0, 10**5), shares, st.data())
def test_of_a_share_the_part_is_ceil_before_less_ceil_after(
    amount: int, share_bp: int, data: st.DataObject
) -> None:
    terms = share(share_bp)
    rest = LineRest(
        quantity=1, amount_minor=amount, consignor_minor=terms.owed_minor(amount, quantity=1)
    )
    for _ in range(3):
        back = data.draw(st.integers(0, rest.amount_minor))
        rest = rest.after(terms, quantity=0, amount_minor=back)
        assert rest.consignor_minor == ceil(Fraction(rest.amount_minor * share_bp, 10_000))


def test_of_a_fixed_sum_each_piece_gives_back_its_own() -> None:
    rest = LineRest(quantity=3, amount_minor=3000, consignor_minor=2100)
    after = rest.after(fixed(700), quantity=1, amount_minor=1000)
    assert after == LineRest(quantity=2, amount_minor=2000, consignor_minor=1400)


def test_a_mere_reduction_is_borne_by_the_market_as_far_as_its_part_reaches() -> None:
    rest = LineRest(quantity=1, amount_minor=1000, consignor_minor=700)
    assert rest.after(fixed(700), quantity=0, amount_minor=300).consignor_minor == 700
    assert rest.after(fixed(700), quantity=0, amount_minor=301).consignor_minor == 699


def test_a_piece_given_back_for_little_takes_no_more_from_its_consignor() -> None:
    rest = LineRest(quantity=2, amount_minor=2000, consignor_minor=1400)
    assert rest.after(fixed(700), quantity=1, amount_minor=200).consignor_minor == 1200
