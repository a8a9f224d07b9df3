"""A phone that was offline at closing comes back when the month is locked; nothing is rewritten."""

from __future__ import annotations

from datetime import timedelta

from market.actions.sales.recording import record_sales
from market.extensions import unit_of_work
from tests.factories import NOW
from tests.journeys.conftest import AtMarket

IN_DECEMBER = NOW + timedelta(days=12)


def test_a_late_sale_after_a_month_was_locked_is_settled_by_a_supplement(market: AtMarket) -> None:
    neighbours = market.neighbours
    on_time = market.sell(market.till, {"手工皂": "1"}, "¥15")
    # The other phone's ¥15 is in the box already, though nobody knows what it was for.
    market.close(market.till, {"¥100": "2", "¥10": "3"}, reason="可能有一笔还没有传上来")
    assert neighbours.balance("over_short") == -15_00

    neighbours.wait_until(IN_DECEMBER)
    lock_november(market)
    november = vouchers_of_november(market)

    late = the_phone_comes_back(market)
    buyer = neighbours.buyer
    assert "市集还没有收摊" in buyer.open(f"/r/{late}").words
    treasurer = neighbours.treasurer
    treasurer.open(f"{market.till}/closure")
    assert "又传来 1 笔记录" in treasurer.page.words
    treasurer.send("补充结账")
    assert "第 2 次 · 1 笔" in treasurer.page.words

    # The cash was counted in November: it only has a name now.
    assert neighbours.balance("over_short") == 0
    assert neighbours.balance("fund_unallocated") == -30_00
    assert vouchers_of_november(market) == november
    assert "2026年12月" in neighbours.auditor.open(f"{neighbours.desk}/months").words
    for slip in (on_time, f"/r/{late}"):
        assert "¥10.50" in buyer.open(slip).words
    assert "收摊后补传 1 张小票" in buyer.open(f"/markets/{market.day.day.slug}").words
    neighbours.check_ledger()


def lock_november(market: AtMarket) -> None:
    """Who proposes does not confirm."""
    treasurer, reviewer = market.neighbours.treasurer, market.neighbours.reviewer
    treasurer.open(f"{market.neighbours.desk}/months")
    treasurer.send("提出锁账")
    assert "等人确认" in treasurer.page.words
    assert not [one for one in treasurer.page.root.all("button") if "确认锁账" in one.words]
    reviewer.open(f"{market.neighbours.desk}/months")
    reviewer.send("确认锁账")
    assert "已锁账" in reviewer.page.words


def vouchers_of_november(market: AtMarket) -> str:
    """Every voucher of the month, as the journal lists them with their sum."""
    journal = market.neighbours.auditor.open(f"{market.neighbours.desk}/journal?month=2026-11")
    return journal.words[journal.words.index("张凭证") :]


def the_phone_comes_back(market: AtMarket) -> str:
    """What it sold at the market arrives twelve days later; the code on its slip."""
    sale = market.day.sale(phone_at=NOW + timedelta(minutes=5))
    with market.neighbours.app.app_context(), unit_of_work() as session:
        [result] = record_sales(
            session,
            market.day.till.id,
            [sale],
            received_at=IN_DECEMBER,
            by_id=market.day.cast.second_volunteer.id,
        )
    assert result.outcome == "created"
    return sale.code
