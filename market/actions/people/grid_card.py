"""A second factor on paper: a printed card of small cells, three of which are asked for.

What stands in a cell is derived from the server's key and a salt, as an app's secret is; and which
cells are asked for depends on how many questions were answered: asking again asks the same.
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata

from market.domain.identifiers import READABLE

COLUMNS = "ABCDEFGHJK"
ROWS = "12345678"
CELLS_ASKED = 3
FIRST_QUESTION = 1
_SIGNS_IN_A_CELL = 2


def card_of(key: str, person_id: int, salt: bytes) -> dict[str, str]:
    """What stands in each cell, by the cell's name: row after row, A1 first."""
    return {
        f"{column}{row}": _signs(_number(key, person_id, salt, f"cell {column}{row}"))
        for row in ROWS
        for column in COLUMNS
    }


def cells_asked(key: str, person_id: int, salt: bytes, question: int) -> tuple[str, ...]:
    """The cells that a question is about; nobody gets others by asking again."""
    rest = _number(key, person_id, salt, f"question {question}")
    left = [f"{column}{row}" for row in ROWS for column in COLUMNS]
    asked = []
    for _ in range(CELLS_ASKED):
        rest, at = divmod(rest, len(left))
        asked.append(left.pop(at))
    return tuple(sorted(asked))


def is_answer(key: str, person_id: int, salt: bytes, question: int, typed: str) -> bool:
    """Whether `typed` is what stands in the asked cells, in that order."""
    card = card_of(key, person_id, salt)
    right = "".join(card[cell] for cell in cells_asked(key, person_id, salt, question))
    return hmac.compare_digest(right.encode(), signs_of(typed).encode())


def signs_of(typed: str) -> str:
    """The signs of an answer, however wide, in capitals or not, and with whatever between them."""
    plain = unicodedata.normalize("NFKC", typed).upper()
    return "".join(sign for sign in plain if sign in READABLE)


def _signs(number: int) -> str:
    signs = ""
    for _ in range(_SIGNS_IN_A_CELL):
        number, value = divmod(number, len(READABLE))
        signs += READABLE[value]
    return signs


def _number(key: str, person_id: int, salt: bytes, what: str) -> int:
    said = f"grid card\0{person_id}\0{what}\0".encode() + salt
    return int.from_bytes(hmac.digest(key.encode(), said, hashlib.sha256), "big")
