"""A weaver's things are sold: what she is owed is known at closing, and paid by two who are not her kin."""

from __future__ import annotations

from tests.journeys.conftest import AtMarket


def test_a_weaver_is_paid_what_the_ledger_owes_her(market: AtMarket) -> None:
    neighbours = market.neighbours
    # 80 % of a scarf at ¥60, and ¥20 for each fan at ¥30: ¥68 are hers, ¥22 are for the funds.
    slip = market.sell(market.till, {"围巾": "1", "团扇": "1"}, "¥90")
    market.close(market.till, {"¥100": "2", "¥50": "1", "¥20": "2"})
    assert neighbours.balance("payable") == -68_00 - 200_00
    assert neighbours.balance("fund_unallocated") == -22_00

    bank_the_cash(market)
    declare_the_reviewers_interest(market)
    pay_the_weaver(market)

    assert neighbours.balance("payable") == -200_00
    buyer = neighbours.buyer.open(slip)
    assert "¥68 归寄售人" in buyer.words
    assert market.day.weaver.name not in buyer.text
    page = neighbours.buyer.open(f"/markets/{market.day.day.slug}").words
    for told in ("义卖收入 ¥90", "寄售人应得 ¥68", "义卖净额 ¥22"):
        assert told in page, told
    neighbours.check_ledger()


def bank_the_cash(market: AtMarket) -> None:
    treasurer, reviewer = market.neighbours.treasurer, market.neighbours.reviewer
    treasurer.open(f"{market.neighbours.desk}/moves/new/deposit")
    treasurer.send("提出", {"金额": "90", "说明": "义卖现金存入专户"})
    reviewer.open(treasurer.page.address)
    reviewer.send("同意")
    assert market.neighbours.balance("bank") == 90_00


def declare_the_reviewers_interest(market: AtMarket) -> None:
    """The reviewer is the weaver's sister, and says so."""
    administrator = market.neighbours.administrator
    administrator.open(f"{market.neighbours.desk}/parties")
    administrator.follow(market.day.weaver.name)
    administrator.send("申报利益关系", {"谁要申报": "傅小核"})
    assert "傅小核" in administrator.page.words


def pay_the_weaver(market: AtMarket) -> None:
    """Never more than she is owed, never approved by who proposed it, nor by her sister."""
    neighbours = market.neighbours
    treasurer = neighbours.treasurer
    treasurer.open(f"{neighbours.desk}/moves/new/payout")
    typed = {"谁": market.day.weaver.name, "说明": "寄售货款"}
    treasurer.send("提出", {**typed, "金额": "68.01"}, status=409)
    treasurer.send("提出", {"金额": "68"})
    move = treasurer.page.address
    assert "您来复核" not in treasurer.page.words
    neighbours.reviewer.open(move)
    neighbours.reviewer.send("同意", status=403)
    assert neighbours.balance("bank") == 90_00
    neighbours.administrator.open(move)
    neighbours.administrator.send("同意")
    assert "已入账" in neighbours.administrator.page.words
