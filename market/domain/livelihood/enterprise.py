"""An enterprise's public code, and the number that goes with its entrepreneur's card."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from enum import StrEnum

from market.domain.errors import N_, Invalid
from market.domain.identifiers import READABLE

PIN_DIGITS = 6
_CODE_LENGTH = 5
_RANDOM_BYTES = 16
_LEAST_DISTINCT = 3
_UPWARDS = "01234567890"


class PinUnreadable(Invalid):
    """Not six digits."""

    sentence = N_("请输入 %(digits)s 位数字。")


class PinTooEasy(Invalid):
    """A number that anybody would try first."""

    sentence = N_("这个数字太容易被猜到，请换一个，比如您记得住、别人不知道的一天。")


class Access(StrEnum):
    """Who comes in to an enterprise's own pages."""

    OWN = "own"
    HELPER = "helper"

    @property
    def label(self) -> str:
        """The Chinese name, for translation."""
        return _ACCESS_LABELS[self]


_ACCESS_LABELS = {Access.OWN: N_("本人"), Access.HELPER: N_("帮手")}


def mint_enterprise_code(random_bytes: Callable[[int], bytes]) -> str:
    """A new public code, 'E-7K3PQ', that says nothing about anybody."""
    rest = int.from_bytes(random_bytes(_RANDOM_BYTES), "big")
    made = ""
    for _ in range(_CODE_LENGTH):
        rest, value = divmod(rest, len(READABLE))
        made += READABLE[value]
    return f"E-{made}"


def normal_pin(typed: str) -> str:
    """The digits somebody typed: full width and blanks are fine. Raises PinUnreadable."""
    plain = "".join(unicodedata.normalize("NFKC", typed).split())
    if len(plain) != PIN_DIGITS or not (plain.isascii() and plain.isdigit()):
        raise PinUnreadable(digits=PIN_DIGITS)
    return plain


def check_new_pin(typed: str) -> str:
    """The same for a number that somebody chooses. Raises PinUnreadable, PinTooEasy."""
    pin = normal_pin(typed)
    run = pin in _UPWARDS or pin in _UPWARDS[::-1]
    if run or len(set(pin)) < _LEAST_DISTINCT:
        raise PinTooEasy
    return pin
