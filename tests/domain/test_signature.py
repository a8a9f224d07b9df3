"""A drawn name: strokes and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.domain.sales.signature import (
    HEIGHT,
    MOST_SIGNS,
    WIDTH,
    SignatureTooShort,
    SignatureUnreadable,
    clean_strokes,
    path_of,
)

DRAWN = "100,50 120,60 140,80 160,120;300,40 300,90 320,160 340,200"

points = st.tuples(st.integers(0, WIDTH), st.integers(0, HEIGHT)).map(lambda at: f"{at[0]},{at[1]}")
strokes = st.lists(st.lists(points, min_size=1, max_size=20).map(" ".join), min_size=1, max_size=9)


def test_it_becomes_a_path() -> None:
    assert path_of("1,2 3,4;5,6") == "M1,2 L3,4 M5,6"
    assert path_of("") == ""
    assert clean_strokes(f" {DRAWN}\n") == DRAWN
    assert clean_strokes("  ") == ""


@given(strokes)
def test_any_strokes_are_kept_as_they_are_or_too_short(drawn: list[str]) -> None:
    text = ";".join(drawn)
    try:
        assert clean_strokes(text) == text
    except SignatureTooShort:
        assert len(text) < MOST_SIGNS


@pytest.mark.parametrize(
    "text",
    [
        "M0 0",
        '1,2 3,4"/><script>',
        "1,2;;3,4",
        "1001,2 3,4",
        "10,401 3,4",
        "-1,2 3,4",
        "1.5,2 3,4",
        "１,2 3,4",
        "1,2  3,4",
        "1,2 " * (MOST_SIGNS // 4) + "1,2",
    ],
)
def test_what_is_no_stroke_is_refused(text: str) -> None:
    with pytest.raises(SignatureUnreadable):
        clean_strokes(text)


@pytest.mark.parametrize("text", ["5,5", "1,1 2,2 3,3", " ".join(["9,9"] * 30)])
def test_a_dot_is_nobodys_name(text: str) -> None:
    with pytest.raises(SignatureTooShort):
        clean_strokes(text)
