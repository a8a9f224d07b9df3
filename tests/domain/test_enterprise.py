"""The number that goes with an entrepreneur's card, and an enterprise's code."""

from __future__ import annotations

import re
import secrets

import pytest

from market.domain.livelihood.enterprise import (
    PinTooEasy,
    PinUnreadable,
    check_new_pin,
    mint_enterprise_code,
    normal_pin,
)


def test_full_width_digits_and_blanks_are_the_same_number() -> None:
    assert normal_pin(" ２７０ ５１４ ") == "270514"


@pytest.mark.parametrize("typed", ["", "27051", "2705144", "27O514", "二七零五一四", "-27051"])
def test_what_is_not_six_digits_is_not_a_number(typed: str) -> None:
    with pytest.raises(PinUnreadable):
        normal_pin(typed)


@pytest.mark.parametrize("typed", ["123456", "654321", "567890", "000000", "121212", "112211"])
def test_a_number_that_anybody_would_try_is_refused(typed: str) -> None:
    with pytest.raises(PinTooEasy):
        check_new_pin(typed)


def test_a_code_has_no_signs_that_look_alike() -> None:
    codes = {mint_enterprise_code(secrets.token_bytes) for _ in range(50)}
    assert len(codes) > 45
    assert all(re.fullmatch(r"E-[2-9A-Z]{5}", code) for code in codes)
