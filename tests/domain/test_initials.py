"""Initials: what a volunteer types to find a listing with two taps."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.domain.sales.initials import initials_of
from market.domain.sales.sale import MOST_NAME


@pytest.mark.parametrize(
    ("name", "initials"),
    [
        ("手工皂", "sgz"),
        ("剪发（儿童）", "jfet"),
        ("Ｔ恤 XL", "txxl"),
        ("2 元一件", "2yyj"),
        ("🧶", ""),
    ],
)
def test_they_are_the_first_letters_of_each_sign(name: str, initials: str) -> None:
    assert initials_of(name) == initials


@given(st.text(max_size=MOST_NAME))
def test_they_are_small_letters_and_digits_and_fit_their_column(name: str) -> None:
    initials = initials_of(name)
    assert len(initials) <= MOST_NAME
    assert all(sign.isascii() and sign.isalnum() and not sign.isupper() for sign in initials)
