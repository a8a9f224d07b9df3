"""What was written on paper while a phone did not work: a line for each sale, '手工皂 2 15元 微信'."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from market.domain.errors import N_, Invalid
from market.domain.money import parse_amount, parse_count
from market.domain.pasted_list import Cells, Column, Layout, read_cell
from market.domain.sales.sale import Tender
from market.domain.text import clean_text

MOST_ITEM = 60
_TENDERS = {
    Tender.CASH: ("现金", "现", "cash"),
    Tender.WECHAT: ("微信", "微", "wechat"),
    Tender.ALIPAY: ("支付宝", "支", "alipay"),
    Tender.OTHER: ("其他", "other"),
}
_TENDER_OF = {word: tender for tender, words in _TENDERS.items() for word in words}
_PRICE = re.compile(r"^(?:[¥￥].+|.+元)$")
_NUMBER = re.compile(r"^[0-9]+(?:\.[0-9]+)?$")
_COUNTED = re.compile(r"^(?:[x×X*]([0-9]{1,4})|([0-9]{1,4})[个份件只条双瓶盒袋本套把块串杯束盆])$")


class TenderUnreadable(Invalid):
    """A word for no way of paying."""

    sentence = N_("没看懂怎么付的，请写：现金、微信、支付宝或其他；不写就是现金。")


class NotSoldHere(Invalid):
    """No listing of the till is called so."""

    sentence = N_("这一班没有“%(item)s”，请写商品的全名，或者能认出来的开头几个字。")


class SeveralSoldHere(Invalid):
    """More than one listing begins like that."""

    sentence = N_("“%(item)s”可能是：%(names)s。请写全名。")


class PriceNeeded(Invalid):
    """An open price that nobody wrote down."""

    sentence = N_("“%(item)s”是现场议价的，请写单价，例如“20元”。")


@dataclass(frozen=True, slots=True, kw_only=True)
class TallyRow:
    """A line that was understood. `price_minor` None is the listing's own price."""

    item: str
    quantity: int
    price_minor: int | None
    tender: Tender


def read_tally(cells: Cells) -> TallyRow:
    """What the cells of a row mean; what is wrong says with which column, as its fact `field`."""
    return TallyRow(
        item=read_cell(cells, "item", lambda typed: clean_text(typed, most=MOST_ITEM)),
        quantity=read_cell(cells, "quantity", lambda typed: parse_count(typed or "1")),
        price_minor=read_cell(
            cells, "price", lambda typed: parse_amount(typed).minor if typed.strip() else None
        ),
        tender=read_cell(cells, "tender", read_tender),
    )


def read_tender(typed: str) -> Tender:
    """How it was paid; cash where nothing is said. Raises TenderUnreadable."""
    word = typed.strip().casefold()
    if not word:
        return Tender.CASH
    if word not in _TENDER_OF:
        raise TenderUnreadable
    return _TENDER_OF[word]


def find_item(item: str, names: Mapping[int, str], initials: Mapping[int, str]) -> int:
    """The listing that is meant: by its name, its pinyin's initials, or how it begins.

    Raises NotSoldHere, SeveralSoldHere.
    """
    wanted = item.casefold()
    for same in (
        [one for one, name in names.items() if name.casefold() == wanted],
        [one for one, letters in initials.items() if letters and letters.casefold() == wanted],
        [one for one, name in names.items() if name.casefold().startswith(wanted)],
        [one for one, name in names.items() if wanted in name.casefold()],
    ):
        if len(same) == 1:
            return same[0]
        if same:
            said = "、".join(names[one] for one in same[:5])
            raise SeveralSoldHere(item=item, names=said, field="item")
    raise NotSoldHere(item=item, field="item")


def _words_of(body: str, _group: str) -> Sequence[Cells]:
    """'手工皂 2 15元 微信': from the end how it was paid, then what a piece cost, then how many."""
    words = body.split()
    cells = {"item": "", "quantity": "", "price": "", "tender": ""}
    if len(words) > 1 and words[-1].casefold() in _TENDER_OF:
        cells["tender"] = words.pop()
    two_numbers = len(words) > 2 and all(_NUMBER.match(word) for word in words[-2:])  # noqa: PLR2004
    if two_numbers or (len(words) > 1 and _PRICE.match(words[-1])):
        cells["price"] = words.pop()
    if len(words) > 1 and (counted := _COUNTED.match(words[-1])):
        cells["quantity"] = counted[1] or counted[2]
        words.pop()
    elif len(words) > 1 and words[-1].isdecimal():
        cells["quantity"] = words.pop()
    return [{**cells, "item": " ".join(words)}]


TALLY = Layout(
    columns=(
        Column("item", N_("商品"), frozenset(["商品", "名称", "物品", "品名", "服务", "item"])),
        Column("quantity", N_("件数"), frozenset(["数量", "件数", "几件", "quantity"])),
        Column("price", N_("单价"), frozenset(["单价", "价格", "售价", "price", "unit_price"])),
        Column("tender", N_("怎么付的"), frozenset(["收款方式", "怎么付的", "付款", "tender"])),
    ),
    carried=(),
    by_hand=_words_of,
)
