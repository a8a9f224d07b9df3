"""Wishes as a social worker's table has them."""

from __future__ import annotations

import pytest

from market.domain.errors import MarketError
from market.domain.pasted_list import cut_list
from market.domain.proceeds.refusal import BEGINNING, KindRefused, check_kinds, read_words
from market.domain.proceeds.wish import Theme, WishKind
from market.domain.proceeds.wish_content import CostItem
from market.domain.proceeds.wish_list import WISHES, ListedWish, guess_theme, read_listed_wish
from market.domain.proceeds.wish_rules import WishRules

HEADING = "种类\t心愿\t买什么\t多少钱（元）\t主题"


def listed(text: str) -> ListedWish:
    [row] = cut_list(text, WISHES).rows
    return read_listed_wish(row.cells)


def costs(text: str) -> list[tuple[str, int]]:
    return [(item.name, item.amount_minor) for item in listed(text).content.costs]


def refused(text: str) -> MarketError:
    with pytest.raises(MarketError) as error:
        listed(text)
    return error.value


@pytest.mark.parametrize(
    ("typed", "beside", "items"),
    [
        ("水彩 45；画纸 15.5", "", [("水彩", 45_00), ("画纸", 15_50)]),
        ("水彩45元 画纸15元", "60", [("水彩", 45_00), ("画纸", 15_00)]),
        ("水彩：￥45，画纸：￥15", "", [("水彩", 45_00), ("画纸", 15_00)]),
        ("12 色画笔", "45", [("12 色画笔", 45_00)]),
        ("12 色画笔 45", "", [("12 色画笔", 45_00)]),
        ("A4 纸", "１２．５元", [("A4 纸", 12_50)]),
    ],
)
def test_what_to_buy_is_read_as_people_write_it(
    typed: str, beside: str, items: list[tuple[str, int]]
) -> None:
    assert costs(f"{HEADING}\n物品\t想画画\t{typed}\t{beside}\t") == items


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ("物品\t想画画\t水彩\t\t", "costs"),
        ("物品\t想画画\t\t45\t", "costs"),
        ("物品\t想画画\t\t\t", "costs"),
        ("物品\t想画画\t水彩 45；画纸 15\t50\t", "amount"),
        ("物品\t想画画\t水彩\t四十五\t", "amount"),
        ("文具\t想画画\t水彩 45\t\t", "kind"),
        ("物品\t想画画\t水彩 45\t\t玩具", "theme"),
        ("物品\t\t水彩 45\t\t", "text"),
        ("物品\t想要 13812345678 的画\t水彩 45\t\t", "text"),
        ("陪伴\t想有人陪我下棋\t棋 45\t\t", "costs"),
    ],
)
def test_what_is_wrong_is_said_at_its_own_cell(row: str, field: str) -> None:
    assert refused(f"{HEADING}\n{row}").facts["field"] == field


def test_what_is_left_out_is_guessed_from_the_words() -> None:
    company = listed("种类\t心愿\n\t想有人陪我下一盘棋").content
    assert (company.kind, company.theme) == (WishKind.COMPANY, Theme.TOGETHER)
    paints = listed("心愿\t买什么\n想要一盒水彩\t水彩 45").content
    assert (paints.kind, paints.theme) == (WishKind.GOODS, Theme.ART)
    assert guess_theme("想要一床暖和的被子") is Theme.DAILY


def test_columns_about_the_child_are_not_read_and_the_list_says_so() -> None:
    found = cut_list("姓名\t心愿\t学校\t买什么\n灯小一\t想画画\t灯笼街小学\t水彩 45", WISHES)
    assert found.rows[0].cells == {"text": "想画画", "costs": "水彩 45"}
    assert [(one.typed, one.why) for one in found.unread] == [("姓名 学校", WISHES.unused)]


def test_a_long_text_is_kept_to_be_mended() -> None:
    typed = "想" * 300
    [row] = cut_list(f"种类\t心愿\n物品\t{typed}", WISHES).rows
    assert row.cells["text"] == typed
    assert refused(f"种类\t心愿\n物品\t{typed}").facts["field"] == "text"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("想要一个现金红包", "money"),
        ("想要一部苹果手机", "devices"),
        ("想要 ＩＰＡＤ", "devices"),
        ("想养一只小狗", "animals"),
        ("想去医院做手术", "medical"),
        ("想充值游戏币", "vouchers"),
        ("想放鞭炮", "danger"),
        ("想要一本讲小狗的书", ""),
        ("想要一个毛绒小兔", ""),
        ("想要一个手机支架", ""),
        ("想去动物园看金鱼", ""),
        ("想要一个存钱罐，攒压岁钱", ""),
    ],
)
def test_kinds_that_are_not_taken_are_known_by_their_words(text: str, key: str) -> None:
    found = [one.key for one in BEGINNING if one.found_in(text)]
    assert found == ([key] if key else [])


def test_a_refused_kind_says_why_where_and_how_to_mend_it() -> None:
    rules = WishRules(300_00, BEGINNING)
    content = listed("心愿\t买什么\n想要一个惊喜\t手机 200").content
    with pytest.raises(KindRefused) as error:
        rules.check(content, "")
    assert error.value.facts["field"] == "costs"
    assert "一次上机体验" in str(error.value)
    check_kinds({"text": "想要一部手机"}, [])


def test_words_are_listed_as_people_list_them() -> None:
    assert read_words("手机、平板，iPad  手机") == ("手机", "平板", "iPad")


def test_a_cost_item_reads_the_same_from_a_list() -> None:
    assert listed("心愿\t买什么\n想画画\t水彩 45").content.costs == (CostItem("水彩", 45_00),)
