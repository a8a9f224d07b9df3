"""What people paste: a table from a spreadsheet, a 接龙 from WeChat, lines by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.domain.errors import MarketError
from market.domain.pasted_list import (
    MOST_CELL,
    MOST_ROWS,
    NothingPasted,
    TooManyRows,
    cut_list,
    table_text,
)
from market.domain.sales.pasted_offer import (
    OFFERS,
    KindUnclear,
    PastedOffer,
    PriceUnsaid,
    StallUnnamed,
    read_offer,
)


def offers(text: str) -> list[PastedOffer]:
    return [read_offer(row.cells) for row in cut_list(text, OFFERS).rows]


def one(text: str) -> PastedOffer:
    [found] = offers(text)
    return found


def soap(**said: object) -> PastedOffer:
    given = {
        "number": "",
        "stall": "小明妈妈",
        "kind": "goods",
        "name": "手工皂",
        "price_minor": 15_00,
    }
    return PastedOffer(**{**given, "stock": None, "minutes": None, **said})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "line",
    [
        "1. 小明妈妈 手工皂 15元",
        "１．小明妈妈　手工皂　１５元",
        "1、小明妈妈，手工皂，¥15",
        "12) 小明妈妈 手工皂 15块钱",
        "小明妈妈 手工皂 15元/个",
        "小明妈妈 手工皂 每块15元",
        "小明妈妈：手工皂 15元",
        "小明妈妈 手工皂 15",
        "小明妈妈\t手工皂\t15",
        "小明妈妈\t手工皂\t15元",
    ],
)
def test_a_line_says_who_sells_what_for_how_much(line: str) -> None:
    assert one(line) == soap()


def test_one_line_may_name_several_things() -> None:
    assert offers("3. 张阿姨 饺子20元/份 30份 包子 3元一个") == [
        soap(stall="张阿姨", name="饺子", price_minor=20_00, stock=30),
        soap(stall="张阿姨", name="包子", price_minor=3_00),
    ]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("小明妈妈 手工皂 20个 15元", {"stock": 20}),
        ("小明妈妈 手工皂 15元 共20块", {"stock": 20}),
        ("小明妈妈 手工皂 免费", {"price_minor": 0}),
        ("小明妈妈 手工皂 面议", {"price_minor": None}),
        ("3号小明妈妈 手工皂 15元", {"number": "3"}),
        ("小明妈妈 手工皂 30分钟 15元", {"minutes": 30, "kind": "service"}),
        ("小明妈妈 手工 皂 15.50元", {"name": "手工 皂", "price_minor": 15_50}),
    ],
)
def test_a_line_may_say_more(line: str, said: dict[str, object]) -> None:
    assert one(line) == soap(**said)


def test_a_chain_drops_its_opening_and_its_example_and_says_so() -> None:
    found = cut_list("#接龙\n腊八市集报名\n例 小红 饺子 10元\n\n1. 小明妈妈 手工皂 15元", OFFERS)
    assert [row.line for row in found.rows] == [5]
    assert [(lost.line, lost.typed) for lost in found.unread] == [
        (1, "#接龙"),
        (2, "腊八市集报名"),
        (3, "例 小红 饺子 10元"),
    ]


def test_a_heading_of_its_own_names_the_stall_of_the_lines_below() -> None:
    assert offers("手作摊：\n手工皂 15元\n香包 8元") == [
        soap(stall="手作摊"),
        soap(stall="手作摊", name="香包", price_minor=8_00),
    ]


def test_a_table_is_read_by_its_headings_and_names_what_it_leaves_out() -> None:
    found = cut_list(
        "摊号\t商品名称\t备注\t单价（元）\n3\t手工皂\t自己做的\t15\n\t香包\t\t8", OFFERS
    )
    assert [read_offer(row.cells) for row in found.rows] == [
        soap(number="3", stall=""),
        soap(number="3", stall="", name="香包", price_minor=8_00),
    ]
    assert [(lost.line, lost.typed) for lost in found.unread] == [(1, "备注")]


def test_cells_beyond_the_last_column_are_given_back() -> None:
    found = cut_list("\t".join(["甲", "皂", "15", "2", "30", "服务", "3", "多的"]), OFFERS)
    assert [lost.typed for lost in found.unread] == ["多的"]


def test_a_spreadsheet_reads_as_the_text_it_would_be_pasted_as() -> None:
    assert (
        table_text([["摊位", "价格"], ["甲\n乙", 15.0], ["", 7.5]])
        == "摊位\t价格\n甲 乙\t15\n\t7.5"
    )


@pytest.mark.parametrize(
    ("line", "error", "column"),
    [
        ("甲\t皂\t", PriceUnsaid, "price"),
        ("\t皂\t15", StallUnnamed, "stall"),
        ("甲\t皂\t十五", MarketError, "price"),
        ("甲\t\t15", MarketError, "name"),
        ("甲\t皂\t15\t很多", MarketError, "stock"),
        ("甲\t皂\t15\t\t\t别的", KindUnclear, "kind"),
        (f"甲\t皂\t15\t\t\t\t{'9' * 5}", MarketError, "number"),
    ],
)
def test_a_cell_that_is_not_understood_is_named(
    line: str, error: type[MarketError], column: str
) -> None:
    with pytest.raises(error) as refused:
        one(line)
    assert refused.value.facts["field"] == column


def test_nothing_and_too_much_are_refused() -> None:
    with pytest.raises(NothingPasted):
        cut_list(" \n\n", OFFERS)
    with pytest.raises(TooManyRows):
        cut_list("甲 皂 1元\n" * (MOST_ROWS + 1), OFFERS)


@given(st.text(alphabet=st.sampled_from("一皂元 0159.，：:\t\n#接龙例号个分钟¥/"), max_size=80))
def test_no_line_is_lost_and_no_text_breaks_the_reading(text: str) -> None:
    try:
        found = cut_list(text, OFFERS)
    except NothingPasted:
        return
    for row in found.rows:
        assert set(row.cells) <= {column.name for column in OFFERS.columns}
        assert all(len(value) <= MOST_CELL for value in row.cells.values())
        try:
            read_offer(row.cells)
        except MarketError as error:
            named = error.facts["field"]
        else:
            named = "name"
        assert named in {column.name for column in OFFERS.columns}
