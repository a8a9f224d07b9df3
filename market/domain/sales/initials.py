"""The first letters of a name's pinyin, by which a listing is found with two taps: 手工皂, sgz."""

from __future__ import annotations

import os
import unicodedata
from functools import lru_cache

from market.domain.sales.sale import MOST_NAME


@lru_cache(maxsize=1024)
def initials_of(name: str) -> str:
    """Small letters and digits; of a Chinese sign the first letter of its commonest reading."""
    # Its dictionary of phrases would take forty megabytes, which a first letter is not worth.
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    # Only who writes a listing down pays for it, not everybody who starts.
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415

    plain = unicodedata.normalize("NFKC", name)
    letters = "".join(lazy_pinyin(plain, style=Style.FIRST_LETTER, errors="default")).lower()
    return "".join(sign for sign in letters if sign.isascii() and sign.isalnum())[:MOST_NAME]
