"""Age bands, shown only where so many share one that it tells nobody apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date

from market.domain.identity.files import age_on

LEAST_IN_BAND = 5
"""Fewer children than this make a band that points at somebody (INVARIANTS: k = 5)."""

BANDS = ((0, 2), (3, 5), (6, 8), (9, 11), (12, 14), (15, 17))
"""Whole years, both ends included."""


def band_of(born_on: date, today: date) -> str:
    """The band as '6-8', or '' for somebody who is of no band."""
    age = age_on(born_on, today)
    return next((f"{least}-{most}" for least, most in BANDS if least <= age <= most), "")


def shown_bands(births: Iterable[date], today: date) -> frozenset[str]:
    """The bands that at least LEAST_IN_BAND of these children share."""
    counts = Counter(band_of(born_on, today) for born_on in births)
    return frozenset(band for band, count in counts.items() if band and count >= LEAST_IN_BAND)
