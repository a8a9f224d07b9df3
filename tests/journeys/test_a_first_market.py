"""The whole road: a neighbourhood plans its first market, sells, closes, lights a wish, and a buyer sees it."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tests.journeys.conftest import Neighbours

TODAY = datetime.now(ZoneInfo("Asia/Shanghai")).date()


def test_from_a_plan_to_a_lit_wish_and_a_receipt_that_traces_to_it(neighbours: Neighbours) -> None:
    place_the_money(neighbours)
    lend_the_change(neighbours)
    plan_the_market(neighbours)
    ask_for_a_wish(neighbours)
    slip = sell_at_the_till(neighbours)
    count_and_close(neighbours)
    light_the_wish(neighbours)
    the_buyer_looks(neighbours, slip)
    neighbours.check_ledger()


def place_the_money(neighbours: Neighbours) -> None:
    """Where money can be, whom it may be owed, and what it is for."""
    treasurer, administrator = neighbours.treasurer, neighbours.administrator
    for kind, name in (
        ("现金保管人", "社工站保险柜"),
        ("银行账户", "社区专户"),
        ("收款平台", "社区微信收款码"),
    ):
        treasurer.open(f"{neighbours.desk}/holders/new")
        treasurer.send("添加", {kind: True, "名称": name})
        assert name in treasurer.page.words
    treasurer.open(f"{neighbours.desk}/parties/new")
    treasurer.send("添加", {"垫付人": True, "称呼或店名": "宝妈联盟"})
    for purpose, name in (("点亮微心愿", "微心愿专款"), ("支持残疾人创业", "助残创业专款")):
        administrator.open(f"{neighbours.desk}/funds/new")
        administrator.send("添加", {purpose: True, "名称": name})
        assert name in administrator.page.words


def lend_the_change(neighbours: Neighbours) -> None:
    """Somebody lends ¥100 in coins; it moves only after a second person's word."""
    treasurer, reviewer = neighbours.treasurer, neighbours.reviewer
    treasurer.open(f"{neighbours.desk}/moves/new")
    treasurer.follow("垫付备用金")
    treasurer.send("提出", {"谁": "宝妈联盟", "金额": "100", "说明": "找零备用金"})
    assert neighbours.balance("cash_safe") == 0
    reviewer.open(treasurer.page.address)
    reviewer.send("同意")
    assert neighbours.balance("cash_safe") == 100_00


def plan_the_market(neighbours: Neighbours) -> None:
    worker = neighbours.social_worker
    worker.open(f"{neighbours.desk}/markets")
    worker.follow("计划一次市集")
    worker.send(
        "保存",
        {
            "名称": "秋收市集",
            "日期": str(TODAY),
            "几点开始": "9:00",
            "几点结束": "12:00",
            "地点": "小广场",
        },
    )
    market = worker.page.address
    worker.follow("活动依据和款项归属")
    worker.follow("不是")
    worker.follow("是的")
    worker.send(
        "保存",
        {
            "约定": "义卖款项使用约定",
            "最晚哪天移交": str(TODAY + timedelta(days=30)),
            "微信收款码": "社区微信收款码",
        },
    )
    worker.open(market)
    worker.follow("款项分配")
    worker.send("保存", {"微心愿专款": "70", "助残创业专款": "30"})
    worker.open(market)
    worker.follow("摊位和商品")
    worker.follow("添加摊位")
    worker.send("添加", {"摊位号": "3", "摊位名称": "手作小铺"})
    worker.follow("添加商品或服务")
    worker.send("添加，再写一样", {"商品": True, "名称": "手工皂", "价格": "15"})
    worker.send("添加", {"服务": True, "名称": "缝补", "价格现场定": True})
    worker.open(market)
    worker.follow("开市")
    worker.send("开市")
    assert "已开市" in worker.page.words


def ask_for_a_wish(neighbours: Neighbours) -> None:
    """Entered by one, consented to on paper, read by another, and hung on the wall."""
    worker, reviewer = neighbours.social_worker, neighbours.reviewer
    worker.open(f"{neighbours.desk}/wishes")
    worker.follow("登记心愿")
    worker.send(
        "记下来",
        {
            "物品": True,
            "心愿": "想要一盒水彩",
            "主题": "画画手工",
            "第 1 项：买什么": "水彩颜料",
            "第 1 项：多少钱": "20",
        },
    )
    wish = worker.page.address
    worker.follow("登记同意书")
    worker.send(
        "登记",
        {
            "处理信息": True,
            "公开心愿文字": True,
            "孩子自己也同意": True,
            "告知书版本": "2026-1",
            "签字的日期": str(TODAY),
            "到哪一天为止": str(TODAY + timedelta(days=365)),
        },
    )
    reviewer.open(wish)
    reviewer.follow("请另一位同事读")
    reviewer.send(
        "记下我的回答",
        {
            "邻居能猜到吗 → 猜不到": True,
            "学校能猜到吗 → 猜不到": True,
            "孩子以后看到会难过吗 → 不会": True,
        },
    )
    assert "想要一盒水彩" not in neighbours.buyer.open("/").words
    worker.open(wish)
    worker.send("挂上心愿墙")
    assert "想要一盒水彩" in neighbours.buyer.open("/").words


def sell_at_the_till(neighbours: Neighbours) -> str:
    """Two sales: in cash with a gift, and by WeChat; the address on the first one's slip."""
    volunteer = neighbours.volunteer
    volunteer.open("/till/")
    volunteer.follow("开摊")
    volunteer.send("开摊", {"3 · 手作小铺": True, "找零备用金": "50"})
    volunteer.send("收款", {"手工皂": "2"})
    volunteer.send("收 ¥50")
    assert "找零 ¥20" in volunteer.page.words
    volunteer.send("不用找了")
    volunteer.send("已收到 ¥50")
    slip = next(link for link in volunteer.page.links() if "爱心去向" in link.words).get("href")
    volunteer.follow("再卖一单")
    volunteer.send("收款", {"缝补 · 价格": "8.8"})
    volunteer.send("已收到 ¥8.80", {"微信": True})
    buyer = neighbours.buyer.open(slip)
    assert "市集还没有收摊" in buyer.words
    return slip


def count_and_close(neighbours: Neighbours) -> None:
    """Two people count before anybody sees what was expected; ¥6 too few is explained, not hidden."""
    volunteer, second = neighbours.volunteer, neighbours.second_volunteer
    volunteer.open("/till/")
    volunteer.follow("手作小铺")
    volunteer.follow("收摊点钱")
    assert "应有" not in volunteer.page.words
    volunteer.send("点完了", {"¥50": "1", "¥20": "2", "¥1": "4", "第二位点钱人": "宝妈乙"})
    till = volunteer.page.address
    second.open(till)
    second.send("我核对过，确认")
    treasurer = neighbours.treasurer
    treasurer.open(till)
    assert "少了 ¥6" in treasurer.page.words
    treasurer.send("收摊结账", status=422)
    treasurer.send("收摊结账", {"差额的原因": "找零时多付了"})
    assert "义卖净额 ¥58.80" in treasurer.page.words
    assert neighbours.balance("fund_unallocated") == -58_80
    assert neighbours.balance("cash_safe") == 50_00 + 94_00
    assert neighbours.balance("over_short") == 6_00


def light_the_wish(neighbours: Neighbours) -> None:
    """One proposes what another approves; nobody approves alone."""
    worker, reviewer = neighbours.social_worker, neighbours.reviewer
    worker.open(f"{neighbours.desk}/funds")
    worker.follow("微心愿专款")
    worker.follow("安排这些钱")
    worker.send("核对这份安排", {"安排给 想要一盒水彩": "20"})
    worker.send("回去改")
    worker.send("核对这份安排")
    worker.send("安排 ¥20，点亮 1 个心愿")
    assert "请您复核" not in worker.page.words
    assert neighbours.balance("fund_committed") == 0
    reviewer.open(worker.page.address)
    reviewer.send("批准")
    assert neighbours.balance("fund_committed") == -20_00


def the_buyer_looks(neighbours: Neighbours, slip: str) -> None:
    """The receipt leads to the wish, the wish to the market, the market's sums to the fen."""
    buyer = neighbours.buyer
    assert "您的小票，点亮了 1 盏灯" in buyer.open(slip).words
    assert "您的 ¥20 点亮了它" in buyer.page.words
    buyer.follow("想要一盒水彩")
    assert "已点亮" in buyer.page.words
    assert "1 张小票" in buyer.page.words
    buyer.follow("秋收市集")
    for told in ("义卖收入 ¥58.80", "微心愿专款 ¥41.16", "助残创业专款 ¥17.64", "安排给心愿 ¥20"):
        assert told in buyer.page.words, told
    assert "想要一盒水彩" in buyer.page.words
