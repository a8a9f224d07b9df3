"""The live screen in a real browser: lanterns light without a reload, and a lost network is said."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from market.extensions import unit_of_work
from tests.browser.conftest import NARROWEST, PHONE, RULES
from tests.lighting import agree, take_and_close, wish_of
from tests.market_day import Day, make_day
from tests.refunds import recorded_sale
from tests.serving import Server

one_database = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
SOON_MILLISECONDS = 30_000
WALLS = ({"width": 1920, "height": 1080}, {"width": 3840, "height": 2160})


@pytest.fixture
def day(app: Flask) -> Day:
    with app.app_context(), unit_of_work() as work:
        made = make_day(work, basis="B")
        wish, dark = (wish_of(work, made, cost, text=f"想要{cost}") for cost in (10_00, 90_00))
        agree(work, made, (wish, 10_00), (dark, 90_00))
        return made


@pytest.fixture
def wall(browser: Browser) -> Iterator[Page]:
    with browser.new_context(locale="zh-CN", viewport=WALLS[0]) as context:  # type: ignore[arg-type]
        yield context.new_page()


@one_database
def test_lanterns_light_on_the_wall_and_each_wish_has_its_moment(
    app: Flask, server: Server, wall: Page, day: Day
) -> None:
    wall.goto(f"{server.url}/markets/{day.day.slug}/live")
    lamps = wall.locator("[data-lamps] > li")
    expect(lamps).to_have_count(2)
    expect(lamps.first).to_contain_text("等待点亮")
    with app.app_context(), unit_of_work() as work:
        recorded_sale(work, day)
    expect(lamps.first).to_contain_text("预计点亮", timeout=SOON_MILLISECONDS)
    expect(wall.locator("[data-show=income]")).to_have_text("¥15")
    with app.app_context(), unit_of_work() as work:
        take_and_close(work, day, 0)
    joy = wall.locator("[data-joy]")
    expect(joy).to_be_visible(timeout=SOON_MILLISECONDS)
    expect(joy).to_contain_text("想要1000")
    expect(lamps.first).to_contain_text("已点亮")
    expect(joy).to_be_hidden(timeout=SOON_MILLISECONDS)
    wall.reload()
    expect(wall.locator("[data-show=lit]")).to_have_text("1")
    expect(joy).to_be_hidden()


@one_database
def test_a_lost_network_leaves_the_figures_and_says_of_when_they_are(
    server: Server, wall: Page, day: Day
) -> None:
    wall.goto(f"{server.url}/markets/{day.day.slug}/live")
    said = wall.locator("[data-as-of]")
    wall.context.set_offline(offline=True)
    expect(said).to_contain_text("网络断了，截至", timeout=SOON_MILLISECONDS)
    expect(wall.locator("[data-lamps] > li")).to_have_count(2)
    wall.context.set_offline(offline=False)
    expect(said).not_to_contain_text("网络断了", timeout=SOON_MILLISECONDS)


@one_database
def test_it_is_fit_for_walls_and_phones(server: Server, wall: Page, day: Day) -> None:
    for size in (*WALLS, PHONE, {"width": NARROWEST, "height": 740}):
        wall.set_viewport_size(size)  # type: ignore[arg-type]
        for what in ("live", "bulletin"):
            wall.goto(f"{server.url}/markets/{day.day.slug}/{what}")
            wide = wall.evaluate("document.documentElement.scrollWidth")
            assert wide <= size["width"], (what, size)
            options = {"resultTypes": ["violations"], "runOnly": {"type": "tag", "values": RULES}}
            wrong = [one["id"] for one in Axe().run(wall, options=options).response["violations"]]
            assert wrong == [], (what, size)
        if size in WALLS:
            wall.goto(f"{server.url}/markets/{day.day.slug}/live")
            high = wall.evaluate("document.documentElement.scrollHeight")
            assert high <= size["height"], size
