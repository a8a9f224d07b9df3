"""Allocation rules: which waiting wish is next for a fund's free money, and with how much.

A rule only suggests; people propose, change and approve. The same wishes in any order make the same
suggestions.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from market.domain.errors import N_


class AllocationRule(StrEnum):
    """How a proposal was drawn up."""

    BY_HAND = "by_hand"
    OLDEST_FIRST = "oldest_first"
    SMALLEST_GAP = "smallest_gap"
    LIGHTING_PLAN = "lighting_plan"

    @property
    def label(self) -> str:
        """The Chinese name, for translation."""
        return _LABELS[self]

    @property
    def description(self) -> str:
        """One Chinese sentence that says what the rule does, for translation."""
        return _DESCRIPTIONS[self]


_LABELS = {
    AllocationRule.BY_HAND: N_("手动选择"),
    AllocationRule.OLDEST_FIRST: N_("等得最久的优先"),
    AllocationRule.SMALLEST_GAP: N_("差得最少的优先"),
    AllocationRule.LIGHTING_PLAN: N_("点亮清单"),
}
_DESCRIPTIONS = {
    AllocationRule.BY_HAND: N_("自己选心愿，自己填金额。"),
    AllocationRule.OLDEST_FIRST: N_(
        "从等得最久的心愿开始，一个一个备齐；轮到最后一个时钱不够，就先给它一部分。"
    ),
    AllocationRule.SMALLEST_GAP: N_(
        "从差得最少的心愿开始，让同样的钱点亮最多的心愿；剩下的不够再点亮一个时，留在专款里。"
    ),
    AllocationRule.LIGHTING_PLAN: N_("开市前由两个人定好，最后一班收摊时照着点亮。"),
}
BOARD_RULES = (
    AllocationRule.BY_HAND,
    AllocationRule.OLDEST_FIRST,
    AllocationRule.SMALLEST_GAP,
)
"""The rules a batch may be drawn up by on the board; a lighting plan has been agreed on before."""


@dataclass(frozen=True, slots=True)
class WaitingWish:
    """An open wish that still misses money: above 0 minor units, else ValueError.

    `first`: somebody put it before the others, for a reason in writing.
    """

    wish_id: int
    opened_at: datetime
    missing_minor: int
    first: bool = False

    def __post_init__(self) -> None:
        if self.missing_minor <= 0:
            message = f"wish {self.wish_id} misses nothing"
            raise ValueError(message)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An amount for a wish, above 0; `lights` when it is all the wish still misses."""

    wish_id: int
    amount_minor: int
    lights: bool


def suggest(
    rule: AllocationRule, free_minor: int, waiting: Iterable[WaitingWish]
) -> list[Suggestion]:
    """What a rule suggests; by hand, nothing."""
    match rule:
        case AllocationRule.OLDEST_FIRST:
            return oldest_first(free_minor, waiting)
        case AllocationRule.SMALLEST_GAP:
            return smallest_gap(free_minor, waiting)
        case AllocationRule.BY_HAND | AllocationRule.LIGHTING_PLAN:
            return []


def oldest_first(free_minor: int, waiting: Iterable[WaitingWish]) -> list[Suggestion]:
    """Light what was put first, then in the order of opening, then by id; what is left goes to the next one.

    Only the last suggestion may light nothing, and then it uses up `free_minor`. With 100 free and
    70 and 60 missing: 70 that lights the first, 30 towards the second.
    """
    left_minor = free_minor
    suggestions: list[Suggestion] = []
    for wish in sorted(waiting, key=lambda wish: (not wish.first, wish.opened_at, wish.wish_id)):
        amount_minor = min(wish.missing_minor, left_minor)
        if amount_minor <= 0:
            break
        lights = amount_minor == wish.missing_minor
        suggestions.append(Suggestion(wish.wish_id, amount_minor, lights))
        left_minor -= amount_minor
    return suggestions


def smallest_gap(free_minor: int, waiting: Iterable[WaitingWish]) -> list[Suggestion]:
    """Light as many wishes as `free_minor` can: least missing first, then oldest, then by id.

    Those that were put first come before the others, in the same order.

    Every suggestion lights its wish; no part of `free_minor` goes to a wish it cannot light. With
    100 free and 70, 60 and 40 missing: 40 and 60.
    """
    left_minor = free_minor
    suggestions: list[Suggestion] = []
    for wish in sorted(
        waiting,
        key=lambda wish: (not wish.first, wish.missing_minor, wish.opened_at, wish.wish_id),
    ):
        if wish.missing_minor > left_minor:
            continue
        suggestions.append(Suggestion(wish.wish_id, wish.missing_minor, lights=True))
        left_minor -= wish.missing_minor
    return suggestions
