"""What people want put by for them, out of a pasted list: '小红妈 手工皂 2块'."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from market.domain.errors import N_
from market.domain.money import parse_count
from market.domain.pasted_list import Cells, Column, Layout, read_cell
from market.domain.text import clean_text

MOST_NAME = 40
MOST_ITEM = 60
_QUANTITY = re.compile(
    r"(?:[x×X*+]\s*(\d{1,3})|(?<!\d)(\d{1,3})\s*[个份件只条双斤瓶盒袋本套把块串杯束盆]?)\s*$"
)
_GAP = re.compile(r"[\s,，、;；|:：]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class PastedOrder:
    """A row that was understood; `item` is what the stall calls it."""

    name: str
    item: str
    quantity: int


def read_order(cells: Cells) -> PastedOrder:
    """What the cells of a row mean; raises what texts and counts raise, with its column as `field`."""
    return PastedOrder(
        name=read_cell(cells, "name", lambda typed: clean_text(typed, most=MOST_NAME)),
        item=read_cell(cells, "item", lambda typed: clean_text(typed, most=MOST_ITEM)),
        quantity=read_cell(cells, "quantity", parse_count),
    )


def _words_of(body: str, group: str) -> Sequence[Cells]:
    counted = _QUANTITY.search(body)
    words = body[: counted.start()] if counted else body
    name, *item = [word for word in _GAP.split(words) if word] or [""]
    quantity = (counted[1] or counted[2]) if counted else "1"
    return [{"name": name, "item": " ".join(item) or group, "quantity": quantity}]


ORDERS = Layout(
    columns=(
        Column(
            "name",
            N_("谁要的"),
            frozenset(["谁", "姓名", "名字", "称呼", "昵称", "谁要的", "name"]),
        ),
        Column(
            "item",
            N_("要什么"),
            frozenset(["商品", "名称", "物品", "品名", "要什么", "预订", "item"]),
        ),
        Column("quantity", N_("几件"), frozenset(["数量", "件数", "几件", "几份", "quantity"])),
    ),
    carried=("name",),
    by_hand=_words_of,
)
