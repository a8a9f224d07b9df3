"""Receipt codes: short enough to copy by hand, long enough that nobody guesses one."""

from __future__ import annotations

from collections.abc import Callable
from string import ascii_uppercase

from market.domain.errors import N_, Invalid
from market.domain.identifiers import READABLE

ALPHABET = READABLE
"""31 symbols. A prime number of them, on which the check character rests."""
LENGTH = 12
"""Eleven random symbols (54.5 bits) and the check character, shown in three groups of four."""

_GROUP = 4
_BASE = len(ALPHABET)
_RANDOM_BYTES = 16
_VALUES = {symbol: value for value, symbol in enumerate(ALPHABET)}
_BLANKS_AND_DASHES = dict.fromkeys(map(ord, " \t\r\n\u00a0\u3000\u200b-‐‑‒–—―−－_·"))
_HALF_WIDTH = {full: full - 0xFEE0 for full in range(0xFF01, 0xFF5F)}
# Not str.upper(), which would take ß for SS.
_CAPITALS = {ord(sign.lower()): sign for sign in ascii_uppercase}


class SymbolNotInCodes(Invalid):
    """A look-alike or another sign that no code contains."""

    sentence = N_("查询码里没有“%(symbol)s”，请对照小票再看一下。")


class CodeIncomplete(Invalid):
    """Too few or too many symbols."""

    sentence = N_("查询码是 %(length)s 位，现在是 %(typed)s 位，请对照小票补全。")


class CodeMistyped(Invalid):
    """The check character does not fit."""

    sentence = N_("查询码有一位不对，请对照小票再输入一次。")


def mint(random_bytes: Callable[[int], bytes]) -> str:
    """A new code of LENGTH symbols, from 128 random bits (so that every code is as likely)."""
    rest = int.from_bytes(random_bytes(_RANDOM_BYTES), "big")
    body = ""
    for _ in range(LENGTH - 1):
        rest, value = divmod(rest, _BASE)
        body += ALPHABET[value]
    return body + _check_character(body)


def parse(text: str) -> str:
    """The code somebody typed: small letters, full width, blanks and dashes are fine.

    Raises SymbolNotInCodes, CodeIncomplete, CodeMistyped.
    """
    code = text.translate(_HALF_WIDTH).translate(_BLANKS_AND_DASHES).translate(_CAPITALS)
    for symbol in code:
        if symbol not in _VALUES:
            raise SymbolNotInCodes(symbol=symbol if symbol.isprintable() else "?")
    if len(code) != LENGTH:
        raise CodeIncomplete(length=LENGTH, typed=len(code))
    if _check_character(code[:-1]) != code[-1]:
        raise CodeMistyped
    return code


def grouped(code: str) -> str:
    """The code as a receipt shows it: 'ABCD-EFGH-JKMN'."""
    return "-".join(code[start : start + _GROUP] for start in range(0, len(code), _GROUP))


def _check_character(body: str) -> str:
    """The symbol that makes the sum of weight × value divisible by 31, with weights 12 … 1.

    A wrong symbol changes the sum by weight × difference, two swapped ones by difference of
    weights × difference of values: neither is divisible by the prime 31, so both are caught,
    at whatever distance the two stood.
    """
    weighted = sum(
        weight * _VALUES[symbol] for weight, symbol in zip(range(LENGTH, 1, -1), body, strict=True)
    )
    return ALPHABET[-weighted % _BASE]
