"""Lines as people write them on paper and type them in."""

from __future__ import annotations

import pytest

from market.domain.pasted_list import cut_list
from market.domain.sales.paper_tally import (
    TALLY,
    NotSoldHere,
    SeveralSoldHere,
    TallyRow,
    TenderUnreadable,
    find_item,
    read_tally,
)
from market.domain.sales.sale import Tender


def read(text: str) -> list[TallyRow]:
    return [read_tally(row.cells) for row in cut_list(text, TALLY).rows]


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        ("手工皂", ("手工皂", 1, None, Tender.CASH)),
        ("手工皂 3", ("手工皂", 3, None, Tender.CASH)),
        ("手工皂 x3 微信", ("手工皂", 3, None, Tender.WECHAT)),
        ("手工皂 3块 支", ("手工皂", 3, None, Tender.ALIPAY)),
        ("手工皂 2 12.5", ("手工皂", 2, 12_50, Tender.CASH)),
        ("缝补 20元", ("缝补", 1, 20_00, Tender.CASH)),
        ("玫瑰 手工皂 2 ¥15 微信", ("玫瑰 手工皂", 2, 15_00, Tender.WECHAT)),
        ("手工皂\t2\t15\t微信", ("手工皂", 2, 15_00, Tender.WECHAT)),
        ("收款方式\t商品\t数量\n微信\t手工皂\t4", ("手工皂", 4, None, Tender.WECHAT)),
    ],
)
def test_a_line_says_what_how_many_at_what_price_and_how_paid(
    typed: str, understood: tuple[str, int, int | None, Tender]
) -> None:
    item, quantity, price_minor, tender = understood
    assert read(typed) == [
        TallyRow(item=item, quantity=quantity, price_minor=price_minor, tender=tender)
    ]


def test_a_way_of_paying_nobody_knows_is_asked_about() -> None:
    with pytest.raises(TenderUnreadable):
        read("手工皂\t1\t\t欠着")


def test_a_listing_is_found_by_name_initials_or_how_it_begins() -> None:
    names, initials = {1: "手工皂", 2: "手工皂盒", 3: "围巾"}, {1: "sgz", 2: "sgzh", 3: "wj"}
    assert [find_item(typed, names, initials) for typed in ("手工皂", "WJ", "围", "盒")] == [
        1,
        3,
        3,
        2,
    ]
    with pytest.raises(SeveralSoldHere):
        find_item("手工", names, initials)
    with pytest.raises(NotSoldHere):
        find_item("茶", names, initials)
