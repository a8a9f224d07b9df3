"""A whole market on phones of 360 px: a plan is agreed, two sell, two close, and lanterns light on the wall."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import func, select

from market.extensions import reading, unit_of_work
from market.models.ledger import Fund, Holder
from market.models.people import Community
from market.models.proceeds import LightingOutcome
from market.models.sales import Closure, DeviceSignOff, Sale, TillTotal
from tests.browser.conftest import PASSWORD, MarketDay
from tests.browser.sellers import SOON_MS, OpenStall, Seller, tell
from tests.wishes import Stage, make_open_wish

pytestmark = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)

A_POLL_MS = 30_000
WALL = {"width": 1920, "height": 1080}
DEAR = ("想要一辆儿童自行车", "想要一张小书桌", "想要一双冰刀", "想要一把尤克里里")
"""¥300 each: with the market's watercolours ¥1,220; 70 % of a hundred pieces of soap are ¥1,050."""


@pytest.fixture
def plans(app: Flask, market_day: MarketDay) -> str:
    """Four more wishes wait; the address of the day's lighting plans."""
    with app.app_context(), unit_of_work() as session:
        here = session.scalars(select(Community)).one()
        fund = session.scalars(select(Fund).where(Fund.purpose == "wishes")).one()
        safe = session.scalars(select(Holder).where(Holder.name == "社工站保险柜")).one()
        stage = Stage(community=here, cast=market_day.cast, fund=fund, safe=safe)
        for text in DEAR:
            make_open_wish(session, stage, 300_00, text=text)
    return f"/desk/{market_day.community}/market-days/1/lighting"


@pytest.fixture
def wall(browser: Browser) -> Iterator[Page]:
    """The screen at the market's entrance."""
    with browser.new_context(locale="zh-CN", viewport=WALL) as context:  # type: ignore[arg-type]
        yield context.new_page()


def test_two_phones_sell_a_hundred_times_two_people_close_and_the_plan_lights_its_wishes(
    app: Flask,
    market_day: MarketDay,
    stall: OpenStall,
    plans: str,
    sellers: Callable[..., Seller],
    wall: Page,
    capsys: pytest.CaptureFixture[str],
) -> None:
    cast = market_day.cast
    plan = propose(signed_in(sellers(), cast.social_worker.username), plans)
    approve(signed_in(sellers(), cast.reviewer.username), plan)
    wall.goto(f"{sellers().home}/markets/{market_day.slug}/live")
    lamps = wall.locator("[data-lamps] > li")
    expect(lamps).to_have_text([re.compile("等待点亮")] * 5)

    pair = [sellers(), sellers()]
    began = time.monotonic()
    pair[0].join(stall.pass_path)
    pair[0].sell_soap()
    first_s, first_taps = time.monotonic() - began, pair[0].taps
    pair[1].join(stall.pass_path, "李阿姨")
    pair[1].sell_soap()
    began = time.monotonic()
    for _ in range(49):
        for seller in pair:
            seller.sell_soap()
    selling_s = time.monotonic() - began
    for seller in pair:
        sign_off(seller)
    expect(wall.locator("[data-show=receipts]")).to_have_text("100", timeout=A_POLL_MS)
    expect(wall.locator("[data-show=income]")).to_have_text("¥1,500")
    expect(wall.locator("[data-show=expected]")).to_have_text("4")

    till = f"/till/{market_day.community}/{stall.till_id}"
    asked = count(signed_in(sellers(), cast.volunteer.username), till)
    confirm(sellers(), asked)
    began = time.monotonic()
    close(signed_in(sellers(), cast.treasurer.username), till)
    expect(wall.locator("[data-joy]")).to_be_visible(timeout=A_POLL_MS)
    joy_s = time.monotonic() - began
    expect(wall.locator("[data-show=lit]")).to_have_text("4")
    expect(lamps).to_have_text([re.compile(word) for word in ("已点亮",) * 4 + ("等待点亮",)])
    tell(
        capsys,
        f"\nfrom scan to first sale: {first_taps} taps, {first_s:.1f} s; 98 sales by two phones:"
        f" {selling_s:.1f} s; from the treasurer's sign-in to the first joy on the wall: {joy_s:.1f} s",
    )
    the_books_say_the_same(app)


def signed_in(somebody: Seller, username: str) -> Seller:
    somebody.page.goto(f"{somebody.home}/sign-in")
    somebody.page.get_by_label("用户名").fill(username)
    somebody.page.get_by_label("密码", exact=True).fill(PASSWORD)
    arrive(somebody, "登录")
    return somebody


def propose(worker: Seller, plans: str) -> str:
    worker.page.goto(worker.home + plans)
    worker.tap(worker.page.get_by_role("link", name="定一份清单"))
    for place, words in enumerate(("想要一盒水彩", *DEAR), start=1):
        worker.page.get_by_label(f"{words} 的名次").fill(str(place))
    arrive(worker, "提出这份清单，请同事复核")
    return urlsplit(worker.page.url).path


def approve(reviewer: Seller, plan: str) -> None:
    reviewer.page.goto(reviewer.home + plan)
    arrive(reviewer, "批准清单：5 个心愿，共 ¥1,220")
    expect(reviewer.page.locator("main")).to_contain_text("已批准，照此执行")


def sign_off(seller: Seller) -> None:
    seller.uploaded()
    seller.tap("#to-more")
    seller.tap(seller.button("我卖完了"))
    expect(seller.page.locator("#finish-sum")).to_contain_text("50 位邻居，义卖 ¥750")
    seller.tap("#sign-off")
    expect(seller.page.locator("#finish-state")).to_contain_text("已签退", timeout=SOON_MS)


def count(volunteer: Seller, till: str) -> str:
    """Fifteen notes of ¥100; gives the address that is sent to the second of the two."""
    volunteer.page.goto(f"{volunteer.home}{till}/count")
    volunteer.page.get_by_label("¥100", exact=True).fill("15")
    volunteer.page.get_by_role("textbox", name="第二位点钱人").fill("宝妈乙")
    arrive(volunteer, "点完了，提交")
    [address] = re.findall(r"https?://\S+", volunteer.page.locator("#second-ask").input_value())
    return str(address)


def confirm(second: Seller, address: str) -> None:
    """On her own phone, without an account."""
    second.page.goto(address)
    arrive(second, "我是 宝妈乙，核对过，确认")
    expect(second.page.locator("main")).to_contain_text("有两个人确认了")


def close(treasurer: Seller, till: str) -> None:
    treasurer.page.goto(f"{treasurer.home}{till}/closure")
    arrive(treasurer, "收摊结账")
    expect(treasurer.page.locator("main")).to_contain_text("¥1,500")


def arrive(somebody: Seller, button: str) -> None:
    """Press it, and wait for the page it leads to."""
    with somebody.page.expect_navigation():
        somebody.tap(somebody.button(button))


def the_books_say_the_same(app: Flask) -> None:
    with app.app_context():
        assert len(set(reading().scalars(select(Sale.day_number)))) == 100
        totals = reading().execute(select(func.sum(TillTotal.sales), func.sum(TillTotal.due_minor)))
        assert totals.one() == (100, 1500_00)
        assert reading().scalars(select(DeviceSignOff.last_sequence)).all() == [50, 50]
        assert reading().scalars(select(Closure.net_minor)).all() == [1500_00]
        given = select(LightingOutcome.amount_minor).order_by(LightingOutcome.ordinal)
        assert reading().scalars(given).all() == [20_00, 300_00, 300_00, 300_00, 0]
        assert reading().scalars(select(Fund.taken_minor).order_by(Fund.id)).all() == [920_00, 0]
