"""A text as the linter reads it: one width, nothing unseen, titles and the well-known set aside."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from market.domain.proceeds.linter_known import WELL_KNOWN

MASK = "■"
_TITLES = re.compile(r"《[^》]{1,40}》")
_KNOWN = re.compile(
    "|".join(re.escape(word) for word in sorted(WELL_KNOWN, key=len, reverse=True)), re.IGNORECASE
)
_CHINESE_DIGITS = str.maketrans(
    "零〇一二三四五六七八九幺两壹贰叁肆伍陆柒捌玖", "00123456789121" + "23456789"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """`plain` is all of it, `untitled` without titles, `masked` without famous names too, `digits`
    with Chinese digits as figures; all of one length. `places` leads back to the text."""

    plain: str
    untitled: str
    masked: str
    digits: str
    places: tuple[int, ...]

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Where the signs from `start` to before `end` stand in the text that was given."""
        return self.places[start], self.places[end - 1] + 1


def read(text: str) -> Reading:
    """NFKC sign by sign, so that every sign keeps its place; what nobody sees is left out."""
    signs: list[str] = []
    places: list[int] = []
    for place, sign in enumerate(text):
        if unicodedata.category(sign) in {"Cf", "Mn"}:
            continue
        for plain in unicodedata.normalize("NFKC", sign):
            signs.append(plain)
            places.append(place)
    plain = "".join(signs)
    untitled = _TITLES.sub(_hide, plain)
    masked = _KNOWN.sub(_hide, untitled)
    return Reading(plain, untitled, masked, plain.translate(_CHINESE_DIGITS), tuple(places))


def _hide(found: re.Match[str]) -> str:
    return MASK * len(found[0])
