"""A lighting plan: wishes in order, lit one after the other as far as a market day's takings reach.

A wish is given all it misses or nothing, unless its line lets it have a part. The first one that
the money does not reach stays dark, and with it all that come after it: the order is what two
people have agreed on. A wish that cannot be lit for another reason is passed over, and its money
goes on to the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from market.domain.errors import N_
from market.domain.proceeds.wish import WishState

MARGIN_PERCENT = 5
"""So much more than a wish needs must be taken before it is called 预计点亮: something may be undone."""

_ENDED = frozenset({WishState.WITHDRAWN, WishState.EXPIRED})
_NOT_YET = frozenset({WishState.DRAFT, WishState.REVIEWED})


class Fate(StrEnum):
    """What became of one line of a plan when it was carried out."""

    LIT = "lit"
    PART = "part"
    SHORT = "short"
    BEHIND = "behind"
    ALREADY = "already"
    ENDED = "ended"
    NOT_OPEN = "not_open"
    HIDDEN = "hidden"
    DEARER = "dearer"

    @property
    def label(self) -> str:
        """The Chinese name, for translation."""
        return _LABELS[self]


_LABELS = {
    Fate.LIT: N_("已点亮"),
    Fate.PART: N_("先备了一部分"),
    Fate.SHORT: N_("钱不够，下次继续"),
    Fate.BEHIND: N_("这次没轮到，下次继续"),
    Fate.ALREADY: N_("跳过：已经点亮了"),
    Fate.ENDED: N_("跳过：已撤回或过期"),
    Fate.NOT_OPEN: N_("跳过：内容改过，还没重新打开"),
    Fate.HIDDEN: N_("跳过：同意到期了，或有人认领了"),
    Fate.DEARER: N_("跳过：现在要的比清单上多"),
}
GIVEN = frozenset({Fate.LIT, Fate.PART})
"""The fates that cost money."""
DARK = frozenset({Fate.SHORT, Fate.BEHIND})
"""The fates of wishes for which the money did not do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedWish:
    """A line of a plan and how its wish stands now.

    `amount_minor` is what the line may still give, `missing_minor` what the wish still misses.
    """

    ordinal: int
    amount_minor: int
    in_part: bool
    state: WishState
    may_be_lit: bool
    missing_minor: int

    @property
    def wants_minor(self) -> int:
        """What it takes for the line to be done; 0 where the line is passed over."""
        return 0 if self.passed_over else min(self.amount_minor, self.missing_minor)

    @property
    def passed_over(self) -> Fate | None:
        """Why this wish cannot be lit however much money there is; None where it can."""
        if self.state in _ENDED:
            return Fate.ENDED
        if self.state in _NOT_YET:
            return Fate.NOT_OPEN
        if self.state is not WishState.OPEN:
            return Fate.ALREADY
        if not self.may_be_lit:
            return Fate.HIDDEN
        if self.missing_minor > self.amount_minor and not self.in_part:
            return Fate.DEARER
        return None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a line gets, and by how much its wish then falls short of being lit (minor units)."""

    ordinal: int
    fate: Fate
    amount_minor: int = 0
    short_minor: int = 0


@dataclass(frozen=True, slots=True)
class Prospect:
    """How far synced takings reach into a line: `percent` of its part, margin included."""

    ordinal: int
    percent: int

    @property
    def expected(self) -> bool:
        """预计点亮: the takings have passed the plan's running sum and the margin."""
        return self.percent == _WHOLE


_WHOLE = 100


def carry_out(budget_minor: int, lines: Sequence[PlannedWish]) -> list[Outcome]:
    """What each line gets out of `budget_minor`, in their order.

    With 100 and 70, 60, 20 whole: 70 is lit, 60 falls short by 30, 20 is not reached. Had the second
    line let its wish have a part, it would get 30. Raises ValueError below 0.
    """
    if budget_minor < 0:
        message = f"nothing is lit with {budget_minor}"
        raise ValueError(message)
    left_minor, dark = budget_minor, False
    outcomes = []
    for line in lines:
        if line.passed_over:
            outcomes.append(Outcome(line.ordinal, line.passed_over))
            continue
        if dark:
            outcomes.append(Outcome(line.ordinal, Fate.BEHIND, 0, line.missing_minor))
            continue
        outcome = _given(line, left_minor)
        left_minor -= outcome.amount_minor
        dark = outcome.amount_minor < line.wants_minor
        outcomes.append(outcome)
    return outcomes


def prospects(takings_minor: int, lines: Sequence[PlannedWish]) -> list[Prospect]:
    """How far a fund's share of the takings reaches into each line, 5 % kept back.

    Lines that would be passed over get none. Never says `expected` of a line that `carry_out`
    would not give all it wants with the same money.
    """
    reach_minor = max(takings_minor, 0) * 100 // (100 + MARGIN_PERCENT)
    found = []
    for line in lines:
        wants = line.wants_minor
        reached = min(reach_minor, wants)
        reach_minor -= reached
        found.append(Prospect(line.ordinal, reached * _WHOLE // wants if wants else 0))
    return found


def _given(line: PlannedWish, left_minor: int) -> Outcome:
    wants = line.wants_minor
    if wants > left_minor and not line.in_part:
        return Outcome(line.ordinal, Fate.SHORT, 0, wants - left_minor)
    amount = min(wants, left_minor)
    short = line.missing_minor - amount
    if not amount:
        return Outcome(line.ordinal, Fate.SHORT, 0, short)
    return Outcome(line.ordinal, Fate.PART if short else Fate.LIT, amount, short)
