"""Receipt codes survive hands, eyes and keyboards, or say that they did not."""

from __future__ import annotations

import math
import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.domain.errors import Invalid
from market.domain.sales.receipt_code import (
    ALPHABET,
    LENGTH,
    CodeIncomplete,
    CodeMistyped,
    SymbolNotInCodes,
    grouped,
    mint,
    parse,
)

codes = st.binary(min_size=16, max_size=16).map(lambda chance: mint(lambda _: chance))
FULL_WIDTH = {ord(sign): ord(sign) + 0xFEE0 for sign in ALPHABET + ALPHABET.lower() + "-"}


def is_code(text: str) -> bool:
    try:
        return parse(text) == text
    except Invalid:
        return False


def test_the_alphabet_is_prime_and_has_no_look_alikes() -> None:
    assert len(set(ALPHABET)) == len(ALPHABET) == 31
    assert not set(ALPHABET) & set("01ILO")


@pytest.mark.parametrize("chance", [b"\x00" * 16, b"\xff" * 16, bytes(range(0, 256, 17))])
def test_every_single_wrong_symbol_at_every_position_is_caught(chance: bytes) -> None:
    code = mint(lambda _: chance)
    for place in range(LENGTH):
        for symbol in set(ALPHABET) - {code[place]}:
            assert not is_code(code[:place] + symbol + code[place + 1 :])


@pytest.mark.parametrize("first", range(LENGTH - 1))
def test_every_swap_of_two_neighbours_is_caught_whatever_they_are(first: int) -> None:
    for one in ALPHABET:
        for other in set(ALPHABET) - {one}:
            code = with_pair(first, one, other)
            swapped = code[:first] + other + one + code[first + 2 :]
            assert is_code(code)
            assert not is_code(swapped)


def with_pair(first: int, one: str, other: str) -> str:
    """A right code that has the two symbols at `first`; another place makes it right."""
    free = 0 if first > 1 else LENGTH - 1
    symbols = list("7" * LENGTH)
    symbols[first], symbols[first + 1] = one, other
    for symbol in ALPHABET:
        symbols[free] = symbol
        if is_code("".join(symbols)):
            return "".join(symbols)
    pytest.fail("no symbol at a place makes a code right")


@given(codes, st.integers(0, LENGTH - 1), st.integers(0, LENGTH - 1))
def test_a_swap_at_any_distance_is_caught(code: str, one: int, other: int) -> None:
    symbols = list(code)
    symbols[one], symbols[other] = symbols[other], symbols[one]
    assert is_code("".join(symbols)) == (code[one] == code[other])


@given(codes)
def test_what_a_receipt_shows_can_be_typed_in_many_ways(code: str) -> None:
    shown = grouped(code)
    assert len(shown) == LENGTH + 2
    for typed in (
        shown,
        shown.lower(),
        f"  {shown.replace('-', ' ')}\n",
        shown.replace("-", "—"),
        shown.translate(FULL_WIDTH),
        shown.lower().translate(FULL_WIDTH),
        shown.replace("-", "\u3000"),
    ):
        assert parse(typed) == code


def test_the_groups_are_of_four() -> None:
    assert grouped("ABCDEFGHJKMA") == "ABCD-EFGH-JKMA"
    assert parse("abcd efgh jkma") == "ABCDEFGHJKMA"


@pytest.mark.parametrize("symbol", ["0", "O", "1", "I", "L", "码", "?", "é", "ß", "ſ"])
def test_a_symbol_no_code_has_is_named(symbol: str) -> None:
    with pytest.raises(SymbolNotInCodes) as refusal:
        parse(f"ABCD-EFG{symbol}-JKMA")
    assert f"没有“{refusal.value.facts['symbol']}”" in str(refusal.value)


@pytest.mark.parametrize("text", ["", "ABCD", "ABCDEFGHJKM", "ABCDEFGHJKMAA"])
def test_a_symbol_too_few_or_too_many_is_counted(text: str) -> None:
    with pytest.raises(CodeIncomplete) as refusal:
        parse(text)
    assert refusal.value.facts == {"length": 12, "typed": len(text)}


def test_a_wrong_symbol_is_called_mistyped() -> None:
    with pytest.raises(CodeMistyped):
        parse("ABCD-EFGH-JKMB")


def sentence_or_code(text: str) -> str:
    try:
        return parse(text)
    except Invalid as refusal:
        return str(refusal)


@given(st.text(max_size=20))
def test_any_text_is_a_code_or_a_printable_sentence(text: str) -> None:
    read = sentence_or_code(text)
    assert is_code(read) or read.encode().endswith("。".encode())


def test_every_code_is_as_likely_and_there_are_more_than_two_to_the_fifty() -> None:
    asked: list[int] = []

    def chance(count: int) -> bytes:
        asked.append(count)
        return (31).to_bytes(count, "big")

    assert mint(chance)[:3] == ALPHABET[0] + ALPHABET[1] + ALPHABET[0]
    assert asked == [16]
    assert math.log2(31) * (LENGTH - 1) > 50


def test_codes_do_not_repeat() -> None:
    assert len({mint(secrets.token_bytes) for _ in range(2000)}) == 2000
