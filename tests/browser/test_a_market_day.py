"""A market day on real phones of 360 × 740, with scripts and without: from signing in to the lit wish."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

from tests.browser.conftest import PASSWORD, MarketDay, Phone

pytestmark = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


def test_a_volunteer_sells_two_count_another_approves_and_a_buyer_sees_her_lantern(
    market_day: MarketDay, phones: Callable[[str], Phone]
) -> None:
    volunteer = signed_in(phones("volunteer"), market_day.cast.volunteer.username)
    open_the_till(volunteer)
    slip = sell_three_things(volunteer)
    till = count(volunteer)
    close(signed_in(phones("treasurer"), market_day.cast.treasurer.username), till)
    worker = signed_in(phones("worker"), market_day.cast.social_worker.username)
    proposal = propose(worker, market_day)
    approve(signed_in(phones("reviewer"), market_day.cast.reviewer.username), proposal)
    trace(phones("buyer"), slip)


def signed_in(phone: Phone, username: str) -> Phone:
    phone.open("/sign-in")
    phone.fill("用户名", username)
    phone.fill("密码", PASSWORD)
    phone.press("登录")
    return phone


def open_the_till(phone: Phone) -> None:
    phone.open("/till/")
    phone.follow("开摊")
    phone.tick("3 · 手作小铺")
    phone.fill("找零备用金", "50")
    phone.press("开摊")


def sell_three_things(phone: Phone) -> str:
    """Soap for cash with change; mending with the change given away; sachets by WeChat."""
    put_in_two_soaps(phone)
    phone.press("收款")
    phone.press("收 ¥50")
    assert phone.reads("找零 ¥20")
    phone.press("已收到 ¥30")
    slip = the_address_on_the_slip(phone)

    phone.follow("再卖一单")
    phone.fill("缝补 · 价格", "8.8")
    phone.press("收款")
    phone.press("收 ¥10")
    phone.press("不用找了")
    phone.press("已收到 ¥10")
    assert phone.reads("自愿加价 ¥1.20")

    phone.follow("再卖一单")
    phone.fill("布艺香囊", "1")
    phone.press("收款")
    phone.page.get_by_text("微信", exact=True).click()
    phone.press("已收到 ¥12")
    return slip


def put_in_two_soaps(phone: Phone) -> None:
    if phone.scripts:
        for _ in range(2):
            phone.page.get_by_role("button", name="加一：手工皂").tap()
    else:
        phone.fill("手工皂", "2")


def the_address_on_the_slip(phone: Phone) -> str:
    """What the QR on the slip holds stands beside it as a link, for those who cannot scan."""
    link = phone.page.get_by_role("link", name="爱心去向").first
    return urlsplit(link.get_attribute("href") or "").path


def count(phone: Phone) -> str:
    """¥50 of change, ¥30 and ¥10 in cash; the second volunteer signs on the same phone."""
    phone.open("/till/")
    phone.follow("手作小铺")
    phone.follow("收摊点钱")
    phone.fill("¥50", "1")
    phone.fill("¥20", "2")
    phone.fill("第二位点钱人", "宝妈乙")
    phone.press("点完了，提交")
    phone.fill("写不了？在这里填写第二位点钱人的姓名", "宝妈乙")
    phone.tick("我就是第二位点钱人")
    phone.press("签名确认")
    return urlsplit(phone.page.url).path


def close(phone: Phone, till: str) -> None:
    phone.open(till)
    phone.press("收摊结账")
    assert phone.reads("义卖净额 ¥52")


def propose(phone: Phone, market_day: MarketDay) -> str:
    phone.open(f"/desk/{market_day.community}/funds")
    phone.follow("微心愿专款")
    phone.follow("安排这些钱")
    phone.fill("安排给 想要一盒水彩", "20")
    phone.press("核对这份安排")
    phone.press("安排 ¥20，点亮 1 个心愿")
    return urlsplit(phone.page.url).path


def approve(phone: Phone, proposal: str) -> None:
    phone.open(proposal)
    phone.press("批准")
    assert phone.reads("已批准")


def trace(phone: Phone, slip: str) -> None:
    phone.open(slip)
    assert phone.reads("您的小票，点亮了 1 盏灯")
    phone.follow("想要一盒水彩")
    phone.follow("秋收市集")
    assert phone.reads("已结账")
    phone.open("/")
    phone.open("/receipts")
