"""A split in words: what becomes of ¥100."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import get_locale

from market.domain.ledger.split import cut
from market.queries.sales.preparing import ShareNow

EXAMPLE_MINOR = 100_00


@dataclass(frozen=True, slots=True)
class FundPart:
    """What a fund gets of ¥100, as `flow.shares` draws it: x and width of a thousand."""

    label: str
    amount_minor: int
    tone: str
    x: int
    width: int
    href: str = ""


def example_of(shares: Sequence[ShareNow]) -> list[FundPart]:
    """The parts of ¥100, in the order of the split; nothing for no shares."""
    weighted = [share for share in shares if share.weight]
    if not weighted:
        return []
    parts = cut(EXAMPLE_MINOR, [share.weight for share in weighted])
    shown = []
    before = 0
    for share, part_minor in zip(weighted, parts, strict=True):
        x, end = before // 10, (before + part_minor) // 10
        shown.append(FundPart(_name(share), part_minor, share.purpose, x, end - x))
        before += part_minor
    return shown


def _name(share: ShareNow) -> str:
    locale = get_locale()
    english = locale is not None and locale.language == "en"
    return share.name_en if english and share.name_en else share.name
