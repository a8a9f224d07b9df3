"""A buyer brings something back after the money was spent: paid at once, settled by the next takings."""

from __future__ import annotations

from sqlalchemy.orm import Session

from market.extensions import unit_of_work
from tests.journeys.conftest import AtMarket
from tests.refunds import stage_of
from tests.wishes import allocate, make_open_wish


def test_a_refund_after_the_fund_is_spent_waits_for_the_next_takings(market: AtMarket) -> None:
    neighbours = market.neighbours
    slips = [market.sell(market.till, {"手工皂": "1"}, "¥15") for _ in range(3)]
    market.close(market.till, {"¥100": "2", "¥20": "2", "¥5": "1"})
    wish = spend_all_that_was_raised(market)
    bring_back(market, slips[0])

    # The buyer has the money; who lit the wish has not changed, for there is nothing to settle with.
    assert neighbours.balance("refunds_to_settle") == 15_00
    assert f"/wishes/{wish}" in neighbours.buyer.open(slips[0]).text
    neighbours.check_ledger()

    till = open_another_till(market)
    new_slip = market.sell(till, {"手工皂": "1"}, "¥15")
    market.close(till, {"¥10": "1", "¥5": "1"})

    # Closing settled it, for all funds at once, and nobody had to remember.
    assert neighbours.balance("refunds_to_settle") == 0
    refunded = neighbours.buyer.open(slips[0])
    assert "这张小票已经全部退款" in refunded.words
    assert f"/wishes/{wish}" not in refunded.text
    for kept in (*slips[1:], new_slip):
        assert f"/wishes/{wish}" in neighbours.buyer.open(kept).text
    assert "由 3 张小票一起点亮" in neighbours.buyer.open(f"/wishes/{wish}").words
    neighbours.check_ledger()


def spend_all_that_was_raised(market: AtMarket) -> str:
    """A wish takes all ¥31.50 of the wishes' fund, and it is bought at once; its code."""
    neighbours = market.neighbours
    with neighbours.app.app_context(), unit_of_work() as session:
        wish = _lit(session, market)
        code, address = wish
    worker, reviewer = neighbours.social_worker, neighbours.reviewer
    worker.open(address)
    worker.follow("去采购")
    worker.send(
        "提交，请同事复核",
        {
            "实际花了多少": "31.50",
            "钱从哪里付": "保管",
            "买了什么": "一套画笔",
            "小票或发票的编号": "小票 1 号",
        },
    )
    reviewer.open(worker.page.address)
    reviewer.send("同意")
    assert neighbours.balance("fund_committed") == 0
    return code


def _lit(session: Session, market: AtMarket) -> tuple[str, str]:
    day = market.day
    stage = stage_of(day)
    wish = make_open_wish(session, stage, 31_50)
    allocate(session, stage, (wish, 31_50))
    return wish.code, f"{market.neighbours.desk}/wishes/{wish.id}"


def bring_back(market: AtMarket, slip: str) -> None:
    """¥15 is a small refund: one person pays it at once, and another looks at it afterwards."""
    treasurer, reviewer = market.neighbours.treasurer, market.neighbours.reviewer
    treasurer.open(f"{market.neighbours.desk}/refunds")
    treasurer.send("查找", {"小票上的查询码": slip.rpartition("/")[2]})
    treasurer.send("提出退款", {"全部退": True, "保管": True, "为什么退": "包装压坏了"})
    assert "先由社区垫付" in treasurer.page.words
    reviewer.open(treasurer.page.address)
    reviewer.send("没有问题")


def open_another_till(market: AtMarket) -> str:
    """In the afternoon the same stalls go on selling, with a box of their own."""
    volunteer = market.neighbours.volunteer
    volunteer.open("/till/")
    volunteer.follow("开摊")
    volunteer.send("开摊", {"3 · 手作摊": True, "找零备用金": "0"})
    return volunteer.page.address
