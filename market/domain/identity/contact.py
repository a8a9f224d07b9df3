"""How to reach somebody who brings what a wish hopes for: what to call them, and a telephone."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

from market.domain.errors import N_, Invalid
from market.domain.text import clean_text

MOST_CALLED = 20
KEPT_DAYS = 60
"""Asked for, confirmed, brought and delivered within that; then the telephone goes by itself."""
_TELEPHONE = re.compile(r"^\+?[0-9]{7,15}$")
_BETWEEN = re.compile(r"[\s\-()./]")


class PhoneUnreadable(Invalid):
    """Nothing that anybody could dial."""

    sentence = N_("请填打得通的电话，例如 138 0000 0000；座机请带区号。")


@dataclass(frozen=True, slots=True)
class HoldContact:
    """In the vault, and nowhere else."""

    called: str = field(repr=False)
    phone: str = field(repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "called", clean_text(self.called, most=MOST_CALLED))
        object.__setattr__(self, "phone", read_phone(self.phone))

    def fields(self) -> dict[str, str]:
        """As a file of the vault says it."""
        return {"name": self.called, "phone": self.phone}


def read_phone(text: object) -> str:
    """Digits, full width or not, with or without what people put between. Raises PhoneUnreadable."""
    phone = _BETWEEN.sub("", unicodedata.normalize("NFKC", str(text)))
    if not _TELEPHONE.match(phone):
        raise PhoneUnreadable(field="phone")
    return phone
