"""A Saturday at one till: two volunteers, slips of the hand and all, till the box is empty."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from market.extensions import db
from market.models.sales import Closure
from tests.journeys.conftest import AtMarket


def test_a_saturday_at_a_till_from_the_first_buyer_to_the_envelope(market: AtMarket) -> None:
    sell_on_one_phone(market)
    sell_on_the_other(market)
    pay_for_tape(market)
    count_and_close(market)
    look_at_the_books(market)


def sell_on_one_phone(market: AtMarket) -> None:
    """¥20 for a piece of soap, no change wanted; a scarf by WeChat, tapped twice on a slow network."""
    first = market.neighbours.volunteer
    first.open("/till/")
    first.follow("手作摊")
    assert "收银中" in first.page.words
    first.send("收款", {"手工皂": "1"})
    first.send("收 ¥20")
    assert "找零 ¥5" in first.page.words
    first.send("不用找了")
    first.send("已收到 ¥20")
    assert "3B-001" in first.page.words
    first.follow("再卖一单")
    first.send("收款", {"围巾": "1"})
    slow = first.page
    for _ in range(2):
        first.page = slow
        first.send("已收到 ¥60", {"微信": True})
        assert "4B-002" in first.page.words


def sell_on_the_other(market: AtMarket) -> None:
    """Trousers mended for what was agreed; three cups that should have been one."""
    second = market.neighbours.second_volunteer
    second.open(market.till)
    second.send("收款", {"缝补 · 价格": "１２。５"})
    second.send("已收到 ¥12.50", {"现金": True})
    assert "3C-001" in second.page.words
    second.follow("再卖一单")
    second.send("收款", {"杯子": "3"})
    second.send("已收到 ¥24", {"现金": True})
    second.follow("作废")
    second.send("作废这一笔", {"作废原因": "只要一个"})
    assert "只要一个" in second.page.words
    second.open(market.till)
    assert "剩 3 件" in second.page.words
    second.send("收款", {"杯子": "1"})
    second.send("已收到 ¥8", {"现金": True})
    # The void has taken a number too.
    assert "3C-004" in second.page.words


def pay_for_tape(market: AtMarket) -> None:
    second = market.neighbours.second_volunteer
    second.open(market.till)
    second.follow("存取现金")
    second.send("记下这笔", {"从钱箱付出": True, "金额": "6.5", "说明": "买胶带"})
    assert "买胶带" in second.page.words


def count_and_close(market: AtMarket) -> None:
    """¥200 + 20 + 12.50 + 8 − 6.50 should be ¥234; they find ¥233.50, and learn of it afterwards."""
    first, second = market.neighbours.volunteer, market.neighbours.second_volunteer
    first.open(market.till)
    first.follow("收摊点钱")
    counted = {"¥100": "2", "¥20": "1", "¥10": "1", "¥1": "3", "¥0.50": "1"}
    first.send("点完了", {**counted, "第二位点钱人": "宝妈乙"})
    assert "账上应有" not in first.page.words
    second.open("/till/")
    second.follow("手作摊")
    second.send("我核对过")
    assert "点出的现金比账上少了 ¥0.50" in second.page.words
    second.send("收摊结账")
    for words in ("义卖净额 ¥52.50", "微信 · 1 笔 ¥60", "点钱 ¥233.50，少了 ¥0.50"):
        assert words in second.page.words


def look_at_the_books(market: AtMarket) -> None:
    """Net: 20 for the soap, 60 − 48 for the scarf, 12.50 for the mending, 8 for the cup."""
    neighbours = market.neighbours
    assert neighbours.balance("cash_till") == 0
    assert neighbours.balance("cash_safe") == 233_50
    assert neighbours.balance("over_short") == 50
    assert neighbours.balance("costs_to_settle") == 6_50
    assert neighbours.balance("tender") == 60_00
    # What the weaver is owed, and who lent the change.
    assert neighbours.balance("payable") == -(48_00 + 200_00)
    assert neighbours.balance("fund_unallocated") == -52_50
    with neighbours.app.app_context(), Session(db.engine) as session:
        closure = session.scalars(select(Closure)).one()
        assert (closure.sales, closure.net_minor, closure.variance_minor) == (4, 52_50, -50)
    neighbours.check_ledger()
