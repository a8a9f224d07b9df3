"""Typed texts are normalised once and hold nothing that breaks a page or a hash."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.domain.errors import Invalid
from market.domain.text import TextMissing, TextTooLong, TextUnreadable, clean_text


@given(st.text(max_size=60))
def test_what_is_let_through_is_normal_short_and_printable(text: str) -> None:
    try:
        clean = clean_text(text, most=40)
    except Invalid:
        return
    assert clean == unicodedata.normalize("NFC", clean).strip()
    assert 1 <= len(clean) <= 40
    assert clean.encode()
    assert not any(unicodedata.category(sign) in {"Cc", "Cs"} for sign in clean)
    assert clean_text(clean, most=40) == clean


def test_composed_and_decomposed_letters_become_the_same() -> None:
    assert clean_text("Cafe\u0301", most=9) == clean_text(" Caf\u00e9 ", most=9) == "Caf\u00e9"


@pytest.mark.parametrize("text", ["a\x00b", "a\x7fb", "a\u2028b", "\ud83c", "\u202eab", "a\nb"])
def test_signs_that_break_a_line_or_its_direction_are_refused(text: str) -> None:
    with pytest.raises(TextUnreadable):
        clean_text(text, most=9)


def test_joined_emoji_are_text() -> None:
    assert clean_text("👨\u200d👩\u200d👧", most=9) == "👨\u200d👩\u200d👧"


def test_line_breaks_are_kept_where_they_are_allowed() -> None:
    assert clean_text("一\r\n二\r三\n", most=9, lines=True) == "一\n二\n三"


@pytest.mark.parametrize("text", ["", "  ", "\u3000"])
def test_blanks_alone_are_nothing(text: str) -> None:
    with pytest.raises(TextMissing):
        clean_text(text, most=9)
    assert clean_text(text, most=9, least=0) == ""


def test_one_sign_too_many_is_refused() -> None:
    assert clean_text("九" * 9, most=9) == "九" * 9
    with pytest.raises(TextTooLong):
        clean_text("九" * 10, most=9)


@pytest.mark.parametrize("value", [None, 5, True, b"ab", ["ab"]])
def test_only_text_is_text(value: object) -> None:
    with pytest.raises(TextUnreadable):
        clean_text(value, most=9)
