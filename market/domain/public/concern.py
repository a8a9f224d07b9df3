"""A concern: what somebody may say about a page, without saying who they are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum

from market.domain.errors import N_
from market.domain.identifiers import READABLE

MOST_WORDS = 1_000
MOST_ABOUT = 200
MOST_ANSWER = 600
WORDS_KEPT = timedelta(days=30)
"""How long after its answer what somebody said is kept."""
_SIGNS = 10
_FAIR = 256 // len(READABLE) * len(READABLE)


class ConcernKind(StrEnum):
    """What it is about; where somebody may be recognised, a day is all we take."""

    PRIVACY = "privacy"
    WRONG = "wrong"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The Chinese name, for translation."""
        return _LABELS[self]

    def due_at(self, said_at: datetime) -> datetime:
        """Until when it is to be answered."""
        return said_at + timedelta(days=1 if self is ConcernKind.PRIVACY else 3)


_LABELS = {
    ConcernKind.PRIVACY: N_("隐私：能认出是谁"),
    ConcernKind.WRONG: N_("数字或内容不对"),
    ConcernKind.OTHER: N_("别的事"),
}


def mint_code(random_bytes: Callable[[int], bytes]) -> str:
    """A code by which whoever said it finds the answer: ten symbols that are read out easily."""
    code = ""
    while len(code) < _SIGNS:
        # Bytes beyond the last whole round of symbols would favour the first few.
        fair = (byte for byte in random_bytes(2 * _SIGNS) if byte < _FAIR)
        code += "".join(READABLE[byte % len(READABLE)] for byte in fair)
    return code[:_SIGNS]
