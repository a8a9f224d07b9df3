"""A till's cash: the count by denomination, what was expected, and the two who counted."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from market.domain.errors import N_, Invalid
from market.domain.money import MOST_TOTAL_MINOR, check_count, check_minor
from market.domain.text import TextMissing, clean_text

DENOMINATIONS_MINOR = (10_000, 5_000, 2_000, 1_000, 500, 100, 50, 10, 5, 2, 1)
"""Notes and coins of the yuan that are legal tender, largest first."""
COMMON_DENOMINATIONS_MINOR = DENOMINATIONS_MINOR[:8]
"""Those a box really holds: ¥100 to one jiao."""
MOST_PIECES = 9_999
MOST_COUNTER = 40
_WORDLESS = frozenset({"Cf", "Zs", "Zl", "Zp", "Cc"})


class UnknownDenomination(Invalid):
    """A note or coin there is not."""

    sentence = N_("没有这种面额的纸币或硬币，请按页面上的面额填写。")


class SecondCounterMissing(Invalid):
    """One name only, although there was cash."""

    sentence = N_("点钱要两个人在场，请填写第二位的姓名。")


class SameCounter(Invalid):
    """The same name twice."""

    sentence = N_("两位点钱的人不能是同一个人，请填写另一位的姓名。")


class Variance(StrEnum):
    """What a count says of the expected sum."""

    OVER = "over"
    SHORT = "short"
    EXACT = "exact"

    @property
    def label(self) -> str:
        """The Chinese word for it, for translation."""
        return _VARIANCE_LABELS[self]


_VARIANCE_LABELS = {
    Variance.OVER: N_("多了"),
    Variance.SHORT: N_("少了"),
    Variance.EXACT: N_("正好"),
}


@dataclass(frozen=True, slots=True)
class CashCount:
    """Pieces by denomination (minor units → pieces); those not named are none.

    Raises UnknownDenomination, CountUnreadable, CountOutOfRange.
    """

    pieces: Mapping[int, int]

    def __post_init__(self) -> None:
        for denomination_minor, pieces in self.pieces.items():
            if denomination_minor not in DENOMINATIONS_MINOR:
                raise UnknownDenomination
            check_count(pieces, least=0, most=MOST_PIECES)

    @property
    def total_minor(self) -> int:
        """What the pieces are worth."""
        return sum(minor * pieces for minor, pieces in self.pieces.items())

    @classmethod
    def fewest(cls, total_minor: int) -> CashCount:
        """The count of the fewest pieces that make a total, for change and for imported tills."""
        pieces: dict[int, int] = {}
        rest = check_minor(total_minor, most_minor=MOST_PIECES * DENOMINATIONS_MINOR[0])
        for denomination_minor in DENOMINATIONS_MINOR:
            pieces[denomination_minor], rest = divmod(rest, denomination_minor)
        return cls(pieces)


@dataclass(frozen=True, slots=True, kw_only=True)
class CashMoves:
    """What went into and out of a till's box. Cash sales and box income are net of change."""

    float_minor: int = 0
    cash_sales_minor: int = 0
    box_income_minor: int = 0
    pay_ins_minor: int = 0
    pay_outs_minor: int = 0
    refunds_minor: int = 0

    def __post_init__(self) -> None:
        for amount_minor in (
            self.float_minor,
            self.cash_sales_minor,
            self.box_income_minor,
            self.pay_ins_minor,
            self.pay_outs_minor,
            self.refunds_minor,
        ):
            check_minor(amount_minor, most_minor=MOST_TOTAL_MINOR)


def expected_cash(moves: CashMoves) -> int:
    """What should be in the box, in minor units; below zero if more was paid out than there was."""
    came_in = (
        moves.float_minor + moves.cash_sales_minor + moves.box_income_minor + moves.pay_ins_minor
    )
    return came_in - moves.pay_outs_minor - moves.refunds_minor


def variance_minor(*, counted_minor: int, expected_minor: int) -> int:
    """Counted minus expected: above zero there was more, below zero less."""
    return counted_minor - expected_minor


def variance_of(difference_minor: int) -> Variance:
    """The word for a variance."""
    if difference_minor == 0:
        return Variance.EXACT
    return Variance.OVER if difference_minor > 0 else Variance.SHORT


def needs_reason(difference_minor: int, *, threshold_minor: int = 0) -> bool:
    """Whether a variance, either way, is above what a community lets pass without a word."""
    return abs(difference_minor) > threshold_minor


def counters(first: str, second: str, *, empty_box: bool = False) -> tuple[str, str]:
    """The two who counted, as written down; the second may be '' only for an empty box.

    A box that had neither cash nor float needs one person. The same name in other letters, widths
    or blanks is the same name. Raises what `clean_text` raises, SecondCounterMissing, SameCounter.
    """
    one = clean_text(first, most=MOST_COUNTER)
    other = clean_text(second, most=MOST_COUNTER, least=0)
    if not _bare(one):
        raise TextMissing
    if not other and empty_box:
        return one, other
    if not _bare(other):
        raise SecondCounterMissing
    if _bare(one) == _bare(other):
        raise SameCounter
    return one, other


def _bare(name: str) -> str:
    """A name without what does not tell people apart: case, width, blanks, invisible signs."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(sign for sign in folded if unicodedata.category(sign) not in _WORDLESS)
