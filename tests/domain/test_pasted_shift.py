"""Shifts and pre-orders as people write them down."""

from __future__ import annotations

from datetime import time

import pytest

from market.domain.errors import MarketError
from market.domain.pasted_list import cut_list
from market.domain.sales.pasted_order import ORDERS, PastedOrder, read_order
from market.domain.sales.pasted_shift import SHIFTS, PastedShift, read_shift


def shift(text: str) -> PastedShift:
    [row] = cut_list(text, SHIFTS).rows
    return read_shift(row.cells)


def order(text: str) -> PastedOrder:
    [row] = cut_list(text, ORDERS).rows
    return read_order(row.cells)


@pytest.mark.parametrize(
    "line",
    [
        "1. 小明妈妈 9:00-10:30 手作摊",
        "小明妈妈 ９：００—１０：３０ 手作摊",
        "小明妈妈 9点到10点半 手作摊",
        "小明妈妈，手作摊，9:00~10.30",
        "小明妈妈\t9:00\t10:30\t手作摊",
        "小明妈妈\t9:00-10:30\t\t手作摊",
        "小明妈妈\t09:00:00\t10:30:00\t手作摊",
    ],
)
def test_a_line_says_who_helps_when_and_where(line: str) -> None:
    assert shift(line) == PastedShift(
        name="小明妈妈", stall="手作摊", starts_at=time(9), ends_at=time(10, 30)
    )


def test_a_shift_without_a_stall_is_wherever_needed() -> None:
    assert shift("李老师 9-12点").stall == ""


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("小明妈妈 手作摊", "starts"),
        ("小明妈妈 10:30-9:00", "ends"),
        ("小明妈妈 9:00-9:00", "ends"),
        ("小明妈妈\t25:00\t26:00", "starts"),
        ("\t9:00\t10:00", "name"),
    ],
)
def test_what_is_not_understood_of_a_shift_is_named(line: str, column: str) -> None:
    with pytest.raises(MarketError) as refused:
        shift(line)
    assert refused.value.facts["field"] == column


@pytest.mark.parametrize(
    ("starts", "ends", "overlaps"), [(8, 9, False), (8, 10, True), (9, 10, True), (10, 11, False)]
)
def test_shifts_that_touch_do_not_overlap(starts: int, ends: int, *, overlaps: bool) -> None:
    known = PastedShift(name="甲", stall="", starts_at=time(9), ends_at=time(10))
    other = PastedShift(name="甲", stall="别处", starts_at=time(starts), ends_at=time(ends))
    assert known.overlaps(other) is overlaps
    assert not known.overlaps(PastedShift(name="乙", stall="", starts_at=time(9), ends_at=time(10)))


@pytest.mark.parametrize(
    ("line", "quantity"),
    [
        ("1. 小红妈 手工皂 2块", 2),
        ("小红妈：手工皂 x3", 3),
        ("小红妈 手工皂", 1),
        ("小红妈，手工皂 4", 4),
        ("小红妈\t手工皂\t5", 5),
    ],
)
def test_a_line_says_who_wants_how_many_of_what(line: str, quantity: int) -> None:
    assert order(line) == PastedOrder(name="小红妈", item="手工皂", quantity=quantity)


@pytest.mark.parametrize(
    ("line", "column"),
    [("小红妈", "item"), ("小红妈\t皂\t很多", "quantity"), ("小红妈\t皂\t", "quantity")],
)
def test_what_is_not_understood_of_an_order_is_named(line: str, column: str) -> None:
    with pytest.raises(MarketError) as refused:
        order(line)
    assert refused.value.facts["field"] == column
