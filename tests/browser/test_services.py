"""Services on real phones of 360 × 740, with scripts and without: set up, booked, called, served."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from market.extensions import unit_of_work
from market.models.sales import Listing, Stall
from market.models.sales import MarketDay as MarketDayRow
from tests import factories
from tests.browser.conftest import TODAY, MarketDay, Phone
from tests.browser.test_a_market_day import open_the_till, signed_in

pytestmark = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)

WAYS = {"理发": "预约时段", "钉扣子": "现场取号", "换拉链": "留件取件", "看孩子": "现场取号"}


@pytest.fixture
def stall_id(app: Flask, market_day: MarketDay) -> int:
    """A stall with four services, of a market that is tomorrow: all its times are still to come."""
    with app.app_context(), unit_of_work() as session:
        day = session.scalars(
            select(MarketDayRow).where(MarketDayRow.slug == market_day.slug)
        ).one()
        day.held_on = TODAY + timedelta(days=1)
        stall = session.scalars(select(Stall).where(Stall.market_day_id == day.id)).one()
        for name in WAYS:
            price_minor = 15_00 if name == "换拉链" else 0
            factories.make_listing(
                session, stall, name=name, kind="service", price_minor=price_minor, minutes=20
            )
        return stall.id


def test_services_are_set_up_booked_called_and_served(
    app: Flask, market_day: MarketDay, stall_id: int, phones: Callable[[str], Phone]
) -> None:
    set_up(signed_in(phones("worker"), market_day.cast.social_worker.username), app, stall_id)
    neighbour = phones("neighbour")
    code = book(neighbour, market_day)
    volunteer = signed_in(phones("volunteer"), market_day.cast.volunteer.username)
    open_the_till(volunteer)
    volunteer.follow("取号和预约")
    queue = volunteer.page.url
    call(volunteer, queue)
    mend(volunteer, queue)
    look_after(volunteer, queue)
    serve_at_the_time(volunteer, queue)
    book_and_give_back(neighbour, market_day, code)


def set_up(worker: Phone, app: Flask, stall_id: int) -> None:
    with app.app_context(), unit_of_work() as session:
        ids = dict(
            session.execute(
                select(Listing.name, Listing.id).where(Listing.stall_id == stall_id)
            ).all()
        )
    for name, way in WAYS.items():
        worker.open(f"/desk/lantern/listings/{ids[name]}/service")
        worker.tick(way)
        worker.fill("谁来做", "宝妈服务队")
        if name == "看孩子":
            worker.tick("这是托管孩子")
        worker.press("保存")
        if way == "预约时段":
            worker.press("加上这些时段")
            assert worker.reads("加了 9 个时段")


def book(neighbour: Phone, market_day: MarketDay) -> str:
    neighbour.open(f"/markets/{market_day.slug}")
    neighbour.follow("预约 理发")
    neighbour.press("预约这个时段")
    assert neighbour.reads("请从列出的选项里选一个")
    neighbour.page.get_by_text("09:20", exact=True).click()
    neighbour.fill("怎么称呼", "王阿姨")
    neighbour.fill("手机号后四位", "5678")
    neighbour.press("预约这个时段")
    assert neighbour.reads("约好了，请留好预约码")
    return neighbour.page.url.rpartition("/")[2]


def call(volunteer: Phone, queue: str) -> None:
    volunteer.follow("钉扣子")
    volunteer.press("取一个号")
    assert volunteer.reads("A1")
    volunteer.follow("回到排队页")
    volunteer.press("到了")
    volunteer.press("完成")
    assert volunteer.reads("已经过去的 1 个")
    volunteer.open(queue)
    assert volunteer.reads("已服务 1 人次")


def mend(volunteer: Phone, queue: str) -> None:
    volunteer.follow("换拉链")
    volunteer.follow("留下一件")
    volunteer.fill("怎么称呼", "李爷爷")
    volunteer.fill("手机号后四位", "0042")
    volunteer.press("收下，给牌子")
    turn = volunteer.page.url
    tag = volunteer.page.inner_text(".notice").rpartition("-")[2].strip()
    volunteer.follow("去收款")
    volunteer.press("收款")
    volunteer.press("已收到 ¥15")
    volunteer.open(turn)
    assert volunteer.reads("已付款 3A-001")
    volunteer.fill("约定哪天做好", (TODAY + timedelta(days=3)).isoformat())
    volunteer.press("记下这个日子")
    volunteer.open("/till/lantern/unserved")
    assert volunteer.reads("李爷爷")
    volunteer.open(turn)
    volunteer.press("做好了")
    volunteer.follow("取走了")
    volunteer.fill("对方那一半牌子的后三位", "000")
    volunteer.press("取走了")
    assert volunteer.reads("取件牌对不上")
    volunteer.fill("对方那一半牌子的后三位", tag)
    volunteer.press("取走了")
    volunteer.open(queue)


def look_after(volunteer: Phone, queue: str) -> None:
    volunteer.follow("看孩子")
    volunteer.press("取一个号")
    volunteer.fill("第一位志愿者", "宝妈甲")
    volunteer.fill("第二位志愿者", "宝妈乙")
    volunteer.tick("监护人就在市集里")
    volunteer.press("接下孩子")
    assert volunteer.reads("已到")
    volunteer.open(queue)


def serve_at_the_time(volunteer: Phone, queue: str) -> None:
    volunteer.follow("理发")
    assert volunteer.reads("王阿姨")
    volunteer.follow("替邻居约一个时段")
    volunteer.open(queue)
    volunteer.follow("理发")
    volunteer.press("到了")
    volunteer.press("完成")


def book_and_give_back(neighbour: Phone, market_day: MarketDay, code: str) -> None:
    neighbour.open(f"/bookings/{code}")
    assert neighbour.reads("已完成")
    neighbour.open(f"/markets/{market_day.slug}")
    neighbour.follow("预约 理发")
    neighbour.page.get_by_text("10:00", exact=True).click()
    neighbour.fill("怎么称呼", "王阿姨")
    neighbour.fill("手机号后四位", "5678")
    neighbour.press("预约这个时段")
    second = neighbour.page.url.rpartition("/")[2]
    neighbour.open("/bookings")
    neighbour.fill("预约码", second)
    neighbour.press("查看预约")
    neighbour.press("取消这个预约")
    assert neighbour.reads("预约已经取消")
    neighbour.open(f"/bookings/{second}")
    assert neighbour.reads("没有找到这个预约")
