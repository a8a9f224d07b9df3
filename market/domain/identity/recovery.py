"""The recovery sheet: the vault's key as people can write it down, type it back, and find a slip in it.

Crockford's base 32 (no I, L, O, U): 13 groups of four for 256 bits, and a 14th that checks them.
"""

from __future__ import annotations

import hashlib

from market.domain.errors import N_, Invalid

_SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ALIKE = str.maketrans({"O": "0", "I": "1", "L": "1"})
GROUP = 4
GROUPS = 14
_BITS = 256
_KEY_SYMBOLS = GROUP * (GROUPS - 1)


class SheetIncomplete(Invalid):
    """Groups are missing, or too many, or hold symbols that no sheet has."""

    sentence = N_(
        "恢复单一共 %(groups)s 组，每组 4 个字，现在读到的是 %(found)s 个字。请从头再输一次。"
    )


class SheetWrong(Invalid):
    """The last group does not fit the others: something was mistyped."""

    sentence = N_("最后一组对不上，前面至少有一个字抄错了。请逐组对照再输一次。")


def sheet_of(key: bytes) -> list[str]:
    """The 14 groups of a 32-byte key."""
    number = int.from_bytes(key, "big") << (_KEY_SYMBOLS * 5 - _BITS)
    symbols = _in_symbols(number, _KEY_SYMBOLS) + _check(key)
    return [symbols[at : at + GROUP] for at in range(0, len(symbols), GROUP)]


def key_of_sheet(typed: str) -> bytes:
    """The key that was typed back; case, blanks and dashes do not matter, O is 0, I and L are 1.

    Raises SheetIncomplete, SheetWrong.
    """
    symbols = "".join(sign for sign in typed.upper().translate(_ALIKE) if sign in _SYMBOLS)
    if len(symbols) != GROUP * GROUPS:
        raise SheetIncomplete(groups=GROUPS, found=len(symbols))
    number = 0
    for sign in symbols[:_KEY_SYMBOLS]:
        number = number << 5 | _SYMBOLS.index(sign)
    spare = _KEY_SYMBOLS * 5 - _BITS
    key = (number >> spare).to_bytes(_BITS // 8, "big")
    if number & ((1 << spare) - 1) or _check(key) != symbols[_KEY_SYMBOLS:]:
        raise SheetWrong
    return key


def _check(key: bytes) -> str:
    digest = hashlib.sha256(b"recovery sheet\0" + key).digest()
    return _in_symbols(int.from_bytes(digest[:4], "big") >> 12, GROUP)


def _in_symbols(number: int, count: int) -> str:
    return "".join(_SYMBOLS[number >> 5 * place & 31] for place in reversed(range(count)))
