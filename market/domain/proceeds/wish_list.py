"""Many wishes out of one table: '物品 | 想要一盒水彩 | 水彩 45；画纸 15 | | 画画手工'."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from market.domain.errors import N_, Invalid, MarketError
from market.domain.money import Money, parse_amount
from market.domain.pasted_list import Cells, Column, Layout, read_cell
from market.domain.proceeds.wish import Theme, WishKind, parse_reference
from market.domain.proceeds.wish_content import (
    MOST_TEXT,
    MOST_TEXT_EN,
    CostItem,
    NumberCouldIdentify,
    WishContent,
)
from market.domain.text import clean_text

MOST_WISHES = 60
MOST_CELL = 400

_BETWEEN = re.compile(r"[;；、\n]|[,，](?!\d{3}(?!\d))|(?<=[元块])\s+")
_PRICED = re.compile(
    r"^(?P<name>.*?[^\d.\s])[\s:：=]*(?P<amount>[¥￥]?\s*\d[\d,]*(?:\.\d+)?)\s*[元块]?$"
)
_SHORT_KINDS = {"东西": WishKind.GOODS, "实物": WishKind.GOODS, "上课": WishKind.LEARNING}
_KIND_SIGNS = (
    (WishKind.COMPANY, "有人陪 陪我 陪着"),
    (WishKind.LEARNING, "想学"),
    (WishKind.EXPERIENCE, "想去 想坐 想看"),
)
_THEME_SIGNS = (
    (Theme.TOGETHER, "陪 一起"),
    (Theme.FESTIVAL, "蛋糕 生日 过年 新年 中秋 节"),
    (Theme.OUTING, "去看 去玩 门票 车票 公园 博物馆 动物园"),
    (Theme.MUSIC, "琴 歌 音乐 鼓 笛"),
    (Theme.ART, "画 彩 剪纸 手工 陶"),
    (Theme.SCIENCE, "科学 望远镜 显微镜 放大镜 天文 实验 机器人"),
    (Theme.SPORT, "球 跑 跳绳 轮滑 游泳 自行车 运动"),
    (Theme.SCHOOL, "书包 文具 笔 本子 字典 词典"),
    (Theme.READING, "书 绘本 故事"),
)


class UnknownKind(Invalid):
    """A word that names none of the four kinds."""

    sentence = N_("没看懂种类“%(typed)s”，请从物品、学习、体验、陪伴里选一个。")


class UnknownTheme(Invalid):
    """A word that names none of the themes."""

    sentence = N_("没有“%(typed)s”这个主题，请选一个最接近的，或者选“自动”。")


class PriceMissing(Invalid):
    """Something to buy without what it costs."""

    sentence = N_("“%(item)s”没有写多少钱，请写成“%(item)s 45”；有几样就用分号隔开。")


class SumDiffers(Invalid):
    """A sum that is not that of the items."""

    sentence = N_("各项加起来是 %(items)s，这里写的是 %(typed)s，请改成一样的，或者把这里清空。")


@dataclass(frozen=True, slots=True)
class ListedWish:
    """A row that was understood; `reference` is that of a consent form, None makes a new one."""

    content: WishContent
    reference: str | None
    reason: str


def read_listed_wish(cells: Cells) -> ListedWish:
    """What the cells of a row mean.

    Raises UnknownKind, UnknownTheme, PriceMissing, SumDiffers, UnknownReference, and what
    `WishContent` and `parse_amount` raise, each with its column as `field`.
    """
    text = read_cell(cells, "text", lambda typed: clean_text(typed, most=MOST_TEXT))
    text_en = read_cell(
        cells, "text_en", lambda typed: clean_text(typed, most=MOST_TEXT_EN, least=0)
    )
    costs = _costs(cells)
    kind = read_cell(cells, "kind", lambda typed: _kind(typed, text))
    theme = read_cell(cells, "theme", lambda typed: _theme(typed, text))
    reference = read_cell(cells, "reference", lambda typed: parse_reference(typed) if typed else "")
    try:
        content = WishContent(kind=kind, theme=theme, text=text, text_en=text_en, costs=costs)
    except NumberCouldIdentify as error:
        error.facts["field"] = "text"
        raise
    except MarketError as error:
        error.facts.setdefault("field", "costs")
        raise
    return ListedWish(content, reference or None, cells.get("reason", ""))


def said_again(wish: ListedWish) -> dict[str, str]:
    """What was understood of the cells that may be left to us."""
    return {"kind": wish.content.kind.label, "theme": wish.content.theme.label}


def guess_theme(text: str) -> Theme:
    """The theme a text is most likely about; daily things where no word says more."""
    return next(
        (theme for theme, signs in _THEME_SIGNS if any(sign in text for sign in signs.split())),
        Theme.DAILY,
    )


def _costs(cells: Cells) -> tuple[CostItem, ...]:
    """'水彩 45；画纸 15', or '水彩' with '45' beside it; a sum beside several must be theirs."""
    parts = [part.strip() for part in _BETWEEN.split(cells.get("costs", "")) if part.strip()]
    beside = cells.get("amount", "")
    if len(parts) == 1 and beside and _PRICED.match(parts[0]) is None:
        return (_item(parts[0], beside, field="amount"),)
    if not parts and beside:
        amount = read_cell(cells, "amount", parse_amount)
        return () if not amount.minor else (_nameless(amount),)
    items = tuple(_priced(part) for part in parts)
    if beside:
        typed = read_cell(cells, "amount", parse_amount)
        added = Money(sum(item.amount_minor for item in items))
        if typed != added:
            raise SumDiffers(field="amount", items=added, typed=typed)
    return items


def _nameless(amount: Money) -> CostItem:
    raise PriceMissing(field="costs", item=str(amount))


def _priced(part: str) -> CostItem:
    found = _PRICED.match(part)
    if found is None:
        raise PriceMissing(field="costs", item=part)
    return _item(found["name"], found["amount"], field="costs")


def _item(name: str, amount: str, *, field: str) -> CostItem:
    try:
        return CostItem(name.strip(" ，,：:="), parse_amount(amount, least_minor=1).minor)
    except MarketError as error:
        error.facts["field"] = field
        raise


def _kind(typed: str, text: str) -> WishKind:
    word = _word(typed)
    if not word:
        return next(
            (kind for kind, signs in _KIND_SIGNS if any(sign in text for sign in signs.split())),
            WishKind.GOODS,
        )
    known = {kind.label: kind for kind in WishKind} | {str(kind): kind for kind in WishKind}
    found = (known | _SHORT_KINDS).get(word)
    if found is None:
        raise UnknownKind(typed=typed)
    return found


def _theme(typed: str, text: str) -> Theme:
    word = _word(typed)
    if not word:
        return guess_theme(text)
    found = {theme.label: theme for theme in Theme} | {str(theme): theme for theme in Theme}
    if word not in found:
        raise UnknownTheme(typed=typed)
    return found[word]


def _word(typed: str) -> str:
    return unicodedata.normalize("NFKC", typed).strip().casefold().removesuffix("类")


def _by_hand(body: str, _group: str) -> Sequence[Cells]:
    """A line without tabs is a wish in words; what it costs is typed beside it."""
    return [{"text": body}]


_KINDS = tuple(kind.label for kind in WishKind)
_THEMES = tuple(theme.label for theme in Theme)
WISHES = Layout(
    columns=(
        Column("kind", N_("种类"), frozenset(["种类", "类型", "类别", "心愿类型", "kind"]), _KINDS),
        Column(
            "text",
            N_("心愿"),
            frozenset(["心愿", "微心愿", "心愿内容", "内容", "愿望", "想要什么", "wish"]),
        ),
        Column(
            "costs",
            N_("买什么"),
            frozenset(["买什么", "费用", "费用明细", "明细", "物品", "名称", "items"]),
        ),
        Column(
            "amount",
            N_("多少钱"),
            frozenset(["多少钱", "金额", "价格", "预算", "合计", "单价", "元", "price"]),
        ),
        Column("theme", N_("主题"), frozenset(["主题", "theme"]), _THEMES),
        Column("text_en", N_("英文译文"), frozenset(["英文译文", "英文", "译文", "english"])),
        Column(
            "reference",
            N_("同意书编号"),
            frozenset(["同意书编号", "同意书", "编号", "reference"]),
        ),
        Column(
            "reason",
            N_("为什么要这样写"),
            frozenset(["为什么要这样写", "为什么", "理由", "原因", "说明", "reason"]),
        ),
    ),
    carried=(),
    by_hand=_by_hand,
    unused=N_("这几列没有读进来。孩子是谁，只写进保密的儿童档案"),
    most_cell=MOST_CELL,
    most_rows=MOST_WISHES,
)
