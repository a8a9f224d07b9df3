"""What was bought, item by item."""

from __future__ import annotations

import pytest

from market.domain.proceeds.purchase import (
    BoughtItem,
    Difference,
    FreeYetPaid,
    ItemsDoNotAddUp,
    bought,
    check_items,
    postage,
)


@pytest.mark.parametrize(
    ("amount", "said", "difference"),
    [
        (45_00, None, Difference.NONE),
        (40_00, None, Difference.CHEAPER),
        (50_00, None, Difference.DEARER),
        (0, None, Difference.LEFT_OUT),
        (0, Difference.GIVEN, Difference.GIVEN),
        (45_00, Difference.ANOTHER, Difference.ANOTHER),
    ],
)
def test_the_sum_says_what_nobody_has_to(
    amount: int, said: Difference | None, difference: Difference
) -> None:
    item = bought("水彩", estimated_minor=45_00, amount_minor=amount, said=said)
    assert item.difference is difference


@pytest.mark.parametrize("free", [Difference.GIVEN, Difference.LEFT_OUT])
def test_what_was_given_or_left_out_costs_nothing(free: Difference) -> None:
    with pytest.raises(FreeYetPaid):
        BoughtItem(name="水彩", estimated_minor=45_00, amount_minor=1, difference=free)


def test_items_are_the_whole_of_what_was_paid() -> None:
    items = [bought("水彩", estimated_minor=45_00, amount_minor=40_00), postage(5_00)]
    check_items(items, 45_00)
    with pytest.raises(ItemsDoNotAddUp):
        check_items(items, 45_01)
