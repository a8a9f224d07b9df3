"""Stalls and what they offer, out of a pasted list: '小明妈妈 手工皂 15元' and a row of a table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from market.domain.errors import N_, Invalid
from market.domain.money import parse_amount, parse_count
from market.domain.pasted_list import Cells, Column, Layout, read_cell
from market.domain.text import clean_text

GOODS, SERVICE = "goods", "service"
MOST_NUMBER = 4
MOST_STALL_NAME = MOST_OFFER_NAME = 60
MOST_STOCK = 100_000
MOST_MINUTES = 24 * 60
_FREE = ("免费", "公益", "免费便民", "不收钱")
_OPEN = ("现场定", "面议", "随意", "随心", "自愿", "看着给")
_UNIT = "[个份件只条双斤瓶盒袋本套把次张位人块串杯束盆]"
_PRICE = re.compile(
    rf"(?:[每一]{_UNIT}\s*)?(?:[¥]\s*(?P<after>\d[\d,]*(?:\.\d+)?)\s*(?:元|块钱|块)?"
    rf"|(?<![共有\d.,])(?P<before>\d[\d,]*(?:\.\d+)?)\s*(?:元|块钱|块|圆)"
    rf"|(?P<word>{'|'.join((*_FREE, *_OPEN))}))"
    rf"(?:\s*[/／每一1]\s*{_UNIT})?"
)
_STOCK = re.compile(
    rf"(?:[共有×xX*]\s*(\d{{1,5}})\s*{_UNIT}?|(?<![\d.])(\d{{1,5}})\s*{_UNIT})(?![\w元])"
)
_MINUTES = re.compile(r"(\d{1,3})\s*分钟")
_LAST_NUMBER = re.compile(r"^(?P<name>.*\D)\s+(?P<price>\d+(?:\.\d+)?)$")
_GAP = re.compile(r"[\s,，、;；|]+")
_EDGE = " ,，、;；|。.-—"
_GROUP = re.compile(r"^(?P<stall>[^:：]{1,30})(?:：|:(?!\d))(?P<rest>.+)$")
_SIGN = re.compile(r"^(?P<number>[0-9A-Za-z]{1,4})\s*(?:号摊位|号摊|号|[.、·\-\s])\s*(?P<name>.*)$")
_KINDS = {"": "", "商品": GOODS, "goods": GOODS, "服务": SERVICE, "service": SERVICE}


class StallUnnamed(Invalid):
    """A row that says what is sold and not where."""

    sentence = N_("这一行没有说是哪个摊位，请补上摊位号或名称。")


class PriceUnsaid(Invalid):
    """A row without a price; an open one is said, never assumed."""

    sentence = N_("这一行没有价格。免费就填 0，现场商量就填“现场定”。")


class KindUnclear(Invalid):
    """Neither goods nor a service."""

    sentence = N_("请写“商品”或“服务”，或者留空。")


@dataclass(frozen=True, slots=True, kw_only=True)
class PastedOffer:
    """A row that was understood. `number` '' is to be given; `price_minor` None is an open price."""

    number: str
    stall: str
    kind: str
    name: str
    price_minor: int | None
    stock: int | None
    minutes: int | None


def read_offer(cells: Cells) -> PastedOffer:
    """What the cells of a row mean.

    Raises StallUnnamed, PriceUnsaid, KindUnclear, and what texts, amounts and counts raise; each
    with the column it is about as its fact `field`.
    """
    number, stall = cells.get("number", ""), cells.get("stall", "")
    if not number and not stall:
        raise StallUnnamed(field="stall")
    minutes = _count(cells, "minutes", least=1, most=MOST_MINUTES)
    return PastedOffer(
        number=_text(cells, "number", least=0, most=MOST_NUMBER),
        stall=_text(cells, "stall", least=0, most=MOST_STALL_NAME),
        kind=_kind(cells.get("kind", ""), minutes),
        name=_text(cells, "name", least=1, most=MOST_OFFER_NAME),
        price_minor=read_cell(cells, "price", _price),
        stock=_count(cells, "stock", least=0, most=MOST_STOCK),
        minutes=minutes,
    )


def _words_of(body: str, group: str) -> Sequence[Cells]:
    """One or more offers in a line people wrote by hand."""
    grouped = _GROUP.match(body)
    if grouped and _PRICE.search(grouped["rest"]):
        group, body = grouped["stall"].strip(), grouped["rest"]
    rows: list[dict[str, str]] = []
    for words, price in _priced(body):
        cells = _offer_words(words, price)
        if not rows and not group:
            cells["stall"], cells["name"] = _stall_and_name(cells["name"])
        elif rows:
            cells["stall"] = rows[0]["stall"]
        else:
            cells["stall"] = group
        rows.append(cells)
    return [_with_number(cells) for cells in rows]


OFFERS = Layout(
    columns=(
        Column(
            "stall",
            N_("摊位"),
            frozenset(["摊位", "摊位名称", "摊名", "摊主", "谁", "姓名", "名字", "昵称", "stall"]),
        ),
        Column(
            "name",
            N_("商品或服务"),
            frozenset(
                [
                    "商品",
                    "名称",
                    "品名",
                    "物品",
                    "服务",
                    "项目",
                    "卖什么",
                    "内容",
                    "商品名称",
                    "item",
                ]
            ),
        ),
        Column(
            "price", N_("价格"), frozenset(["价格", "单价", "价钱", "售价", "定价", "元", "price"])
        ),
        Column("stock", N_("数量"), frozenset(["数量", "件数", "库存", "个数", "多少件", "stock"])),
        Column("minutes", N_("分钟"), frozenset(["分钟", "时长", "用时", "minutes"])),
        Column(
            "kind",
            N_("类型"),
            frozenset(["类型", "类别", "商品/服务", "kind"]),
            choices=(N_("商品"), N_("服务")),
        ),
        Column(
            "number", N_("摊位号"), frozenset(["摊位号", "摊号", "编号", "号码", "no", "number"])
        ),
    ),
    carried=("number", "stall"),
    by_hand=_words_of,
)


def _priced(body: str) -> list[tuple[str, str]]:
    """The line cut behind each price: words and price; what follows the last goes with it."""
    found = list(_PRICE.finditer(body))
    if not found:
        plain = _LAST_NUMBER.match(body)
        return [(plain["name"], plain["price"])] if plain else [(body, "")]
    pieces: list[list[str]] = []
    start = 0
    for price in found:
        said = price["after"] or price["before"] or price["word"]
        words = body[start : price.start()].strip()
        # '饺子 20元 30份 包子 3元': what is counted right behind a price belongs to it.
        counted = _STOCK.match(words) if pieces else None
        if counted:
            pieces[-1][0] += f" {counted[0]}"
            words = words[counted.end() :]
        pieces.append([words, said])
        start = price.end()
    pieces[-1][0] += " " + body[start:]
    return [(words, price) for words, price in pieces]


def _offer_words(words: str, price: str) -> dict[str, str]:
    minutes = _MINUTES.search(words)
    words = words.replace(minutes[0], " ") if minutes else words
    stock = _STOCK.search(words)
    words = words.replace(stock[0], " ") if stock else words
    return {
        "name": words.strip(_EDGE),
        "price": "0" if price in _FREE else price,
        "stock": (stock[1] or stock[2]) if stock else "",
        "minutes": minutes[1] if minutes else "",
    }


def _stall_and_name(words: str) -> tuple[str, str]:
    """The first word is who stands there, the rest what they sell; a single one is what they sell."""
    first, *rest = [word for word in _GAP.split(words) if word] or [""]
    return (first, " ".join(rest)) if rest else ("", first)


def _with_number(cells: dict[str, str]) -> dict[str, str]:
    """'3号缝补摊' is a number and a name."""
    sign = _SIGN.match(cells["stall"])
    if sign:
        cells |= {"number": sign["number"], "stall": sign["name"].strip()}
    return cells


def _price(typed: str) -> int | None:
    if typed in _OPEN:
        return None
    if not typed:
        raise PriceUnsaid
    return 0 if typed in _FREE else parse_amount(typed.removesuffix("块")).minor


def _kind(typed: str, minutes: int | None) -> str:
    kind = _KINDS.get(typed.casefold())
    if kind is None:
        raise KindUnclear(field="kind")
    return kind or (SERVICE if minutes else GOODS)


def _text(cells: Cells, column: str, *, least: int, most: int) -> str:
    return read_cell(cells, column, lambda typed: clean_text(typed, least=least, most=most))


def _count(cells: Cells, column: str, *, least: int, most: int) -> int | None:
    if not cells.get(column):
        return None
    return read_cell(cells, column, lambda typed: parse_count(typed, least=least, most=most))
