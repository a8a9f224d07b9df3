"""What was bought, item by item: expected and real cost, and what was different."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from market.domain.errors import N_, Invalid
from market.domain.money import Money, check_minor


class Difference(StrEnum):
    """Why an item did not cost what was expected; '' where it did."""

    NONE = ""
    CHEAPER = "cheaper"
    DEARER = "dearer"
    ANOTHER = "another"
    NUMBER = "number"
    GIVEN = "given"
    LEFT_OUT = "left_out"
    POSTAGE = "postage"

    @property
    def label(self) -> str:
        """A few Chinese words, for translation."""
        return _LABELS[self]


_LABELS = {
    Difference.NONE: N_("和估计一样"),
    Difference.CHEAPER: N_("便宜了"),
    Difference.DEARER: N_("贵了"),
    Difference.ANOTHER: N_("换了一种"),
    Difference.NUMBER: N_("数量不一样"),
    Difference.GIVEN: N_("有人送的，没花钱"),
    Difference.LEFT_OUT: N_("没有买"),
    Difference.POSTAGE: N_("运费"),
}
TO_SAY = (Difference.ANOTHER, Difference.NUMBER, Difference.GIVEN, Difference.LEFT_OUT)
"""What the sum alone does not tell; cheaper and dearer are read from it."""
_FREE = frozenset({Difference.GIVEN, Difference.LEFT_OUT})


class FreeYetPaid(Invalid):
    """Something given or left out that cost money all the same."""

    sentence = N_(
        "“%(item)s”写了%(difference)s，又写花了 %(amount)s。没花钱就写 0，花了就换一个选项。"
    )


class ItemsDoNotAddUp(Invalid):
    """Items whose sum is not what was paid."""

    sentence = N_("逐项加起来是 %(items)s，和总数 %(amount)s 不一样，请改其中一个。")


class NothingBought(Invalid):
    """A purchase that cost nothing."""

    sentence = N_(
        "一项都没有花钱，就不用登记采购：如果是别人送的，请走“认领”；不办了，就把款退回专款。"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class BoughtItem:
    """One item. Raises FreeYetPaid, and what `check_minor` raises."""

    name: str
    estimated_minor: int
    amount_minor: int
    difference: Difference

    def __post_init__(self) -> None:
        check_minor(self.amount_minor, least_minor=0)
        if self.difference in _FREE and self.amount_minor:
            raise FreeYetPaid(
                item=self.name,
                difference=self.difference.label,
                amount=Money(self.amount_minor),
            )


def bought(
    name: str, *, estimated_minor: int, amount_minor: int, said: Difference | None = None
) -> BoughtItem:
    """An item with what was `said` of it, or else with what its sum tells."""
    difference = said or _by_sum(estimated_minor, amount_minor)
    return BoughtItem(
        name=name,
        estimated_minor=estimated_minor,
        amount_minor=amount_minor,
        difference=difference,
    )


def postage(amount_minor: int) -> BoughtItem:
    """What it cost to have things sent; nobody expected it."""
    return BoughtItem(
        name="", estimated_minor=0, amount_minor=amount_minor, difference=Difference.POSTAGE
    )


def check_items(items: Sequence[BoughtItem], amount_minor: int) -> None:
    """Raises ItemsDoNotAddUp."""
    total = sum(item.amount_minor for item in items)
    if items and total != amount_minor:
        raise ItemsDoNotAddUp(items=Money(total), amount=Money(amount_minor), field="amount")


def _by_sum(estimated_minor: int, amount_minor: int) -> Difference:
    if amount_minor == estimated_minor:
        return Difference.NONE
    if not amount_minor:
        return Difference.LEFT_OUT
    return Difference.CHEAPER if amount_minor < estimated_minor else Difference.DEARER
