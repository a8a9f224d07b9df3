"""Phones in a real Chromium, and a market day to use them at.

Every page a phone stops at is looked at: by axe, and for sideways scrolling, as wide as the phone
and on the narrowest one. `SCREENSHOTS=folder` keeps a picture of each.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page
from sqlalchemy import select

from market.actions.ledger.posting import post
from market.actions.people.passwords import hash_password
from market.domain.ledger.posting_table import cash_advanced
from market.extensions import unit_of_work
from market.models.people import Community
from market.models.sales import MarketDay as MarketDayRow
from market.models.sales import PaymentCode, Stall
from tests import factories
from tests.browser.sellers import SOON_MS, OpenStall, Seller
from tests.passes import make_pass
from tests.people import Cast, make_cast
from tests.serving import Server
from tests.wishes import Stage, make_open_wish

PHONE = {"width": 360, "height": 740}
NARROWEST = 320
PASSWORD = "wan-jia-deng-huo"  # noqa: S105 - of made-up people
PARTS = """[...new Set([...document.querySelectorAll("body *")].map(
  (one) => `${one.tagName}.${one.getAttribute("class")}.${one.type}`))].sort().join()"""
"""The kinds of elements that a page is made of."""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
TODAY = datetime.now(ZoneInfo("Asia/Shanghai")).date()


@dataclass(frozen=True, slots=True)
class MarketDay:
    """A market that is open today, with one stall and a wish for ¥20 that waits."""

    slug: str
    community: str
    cast: Cast


@dataclass(slots=True)
class Phone:
    """Somebody's phone at our server; `look` is what makes sure a page is fit to be seen."""

    page: Page
    home: str
    scripts: bool
    name: str
    parts_seen: set[str]
    looks: int = 0

    def open(self, address: str) -> None:
        self.page.goto(address if address.startswith("http") else self.home + address)
        self.look()

    def follow(self, words: str) -> None:
        self.page.get_by_role("link", name=words).first.click()
        self.look()

    def press(self, words: str) -> None:
        self.page.get_by_role("button", name=words).first.click()
        self.look()

    def fill(self, label: str, text: str) -> None:
        exactly = self.page.get_by_label(label, exact=True)
        begins = self.page.get_by_role("textbox", name=label)
        (exactly if exactly.count() else begins).first.fill(text)

    def tick(self, label: str) -> None:
        self.page.get_by_label(label).first.check()

    def reads(self, words: str) -> bool:
        return words in " ".join(self.page.inner_text("body").split())

    def look(self) -> None:
        """Nothing is in anybody's way on this page, and nothing runs off to the side.

        A page made of the same parts as one before is not looked at again.
        """
        self.page.wait_for_load_state()
        self.looks += 1
        self._keep_a_picture()
        parts = self.page.evaluate(PARTS)
        if parts in self.parts_seen:
            return
        self.parts_seen.add(parts)
        for width in (PHONE["width"], NARROWEST):
            self.page.set_viewport_size({"width": width, "height": PHONE["height"]})
            wide = self.page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{self.page.url} is {wide} wide on a screen of {width}"
            if self.scripts:
                self._ask_axe(width)
        self.page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})

    def _ask_axe(self, width: int) -> None:
        options = {"resultTypes": ["violations"], "runOnly": {"type": "tag", "values": RULES}}
        found = Axe().run(self.page, options=options)
        wrong = [
            f"{one['id']}: {one['help']} {[node['html'][:200] for node in one['nodes']]}"
            for one in found.response["violations"]
        ]
        assert wrong == [], f"{self.page.url} at {width}"

    def _keep_a_picture(self) -> None:
        folder = os.environ.get("SCREENSHOTS")
        if folder:
            file = Path(folder) / f"{self.name}-{self.looks:02}.png"
            self.page.screenshot(path=file, full_page=True)


@pytest.fixture
def market_day(app: Flask) -> MarketDay:
    """A neighbourhood of its own, ready to sell."""
    with app.app_context(), unit_of_work() as session:
        here = factories.make_community(session, slug="lantern", name="灯笼街社区")
        cast = make_cast(session, here)
        kept = hash_password(PASSWORD)
        for part in cast.__slots__:
            getattr(cast, part).password_hash = kept
        day = factories.make_market_day(
            session, here, cast.social_worker, name="秋收市集", held_on=TODAY
        )
        bank = factories.make_holder(session, here, kind="bank", name="社区专户")
        wechat = factories.make_holder(session, here, kind="platform", name="社区微信收款码")
        safe = factories.make_holder(session, here, name="社工站保险柜")
        lender = factories.make_party(session, here, kind="person", name="宝妈联盟")
        wishes = factories.make_fund(session, here)
        enterprise = factories.make_fund(session, here, purpose="enterprise", name="助残创业专款")
        factories.make_legal_basis(session, day, bank, kind="B")
        factories.make_policy(session, day, (wishes, 70), (enterprise, 30))
        session.add(PaymentCode(market_day_id=day.id, tender="wechat", holder_id=wechat.id))
        stall = factories.make_stall(session, day, number="3", name="手作小铺")
        factories.make_listing(session, stall, name="手工皂")
        factories.make_listing(session, stall, name="缝补", kind="service", price_minor=None)
        factories.make_listing(session, stall, name="布艺香囊", price_minor=12_00, stock=3)
        factories.make_opening(session, day, cast.social_worker)
        lent = cash_advanced("", party_id=lender.id, safe_holder_id=safe.id, amount_minor=100_00)
        by_id = cast.treasurer.id
        post(session, lent, community_id=here.id, by_id=by_id, now=factories.NOW)
        stage = Stage(community=here, cast=cast, fund=wishes, safe=safe)
        make_open_wish(session, stage, 20_00, text="想要一盒水彩", text_en="Watercolours")
        return MarketDay(day.slug, here.slug, cast)


@pytest.fixture(params=[False, True], ids=["no scripts", "scripts"])
def phones(
    request: pytest.FixtureRequest, browser: Browser, server: object
) -> Iterator[Callable[[str], Phone]]:
    """A new phone for whoever asks, with or without JavaScript."""
    scripts: bool = request.param
    home: str = server.url  # type: ignore[attr-defined]
    contexts = []
    parts_seen: set[str] = set()

    def new_phone(name: str) -> Phone:
        context = browser.new_context(
            locale="zh-CN",
            viewport=PHONE,  # type: ignore[arg-type]
            is_mobile=True,
            has_touch=True,
            java_script_enabled=scripts,
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        name = f"{'scripts' if scripts else 'plain'}-{name}"
        return Phone(context.new_page(), home, scripts, name, parts_seen)

    yield new_phone
    for context in contexts:
        context.close()


@pytest.fixture
def stall(app: Flask, market_day: MarketDay) -> OpenStall:
    with app.app_context(), unit_of_work() as session:
        day = session.scalars(select(MarketDayRow)).one()
        row = session.scalars(select(Stall)).one()
        community = session.get_one(Community, day.community_id)
        volunteer = market_day.cast.volunteer
        factories.make_listing(
            session,
            row,
            name="竹编小篮",
            price_minor=40_00,
            consignor_id=factories.make_party(session, community).id,
            share_bp=8000,
            floor_minor=30_00,
        )
        till = factories.make_till(session, day, [row], volunteer, now=datetime.now(UTC))
        return OpenStall(f"/p/{make_pass(session, row, volunteer).token}", till.id)


@pytest.fixture
def sellers(browser: Browser, server: Server) -> Iterator[Callable[..., Seller]]:
    """A new phone for whoever asks; `keeper` is for whether it has service workers."""
    contexts: list[BrowserContext] = []

    def new_phone(*, scripts: bool = True, language: str = "zh-CN", keeper: bool = False) -> Seller:
        context = browser.new_context(
            service_workers="allow" if keeper else "block",
            locale=language,
            viewport=PHONE,  # type: ignore[arg-type]
            is_mobile=True,
            has_touch=True,
            java_script_enabled=scripts,
        )
        context.set_default_timeout(SOON_MS)
        contexts.append(context)
        seller = Seller(context.new_page(), server.url)
        seller.page.on("request", seller.note)
        return seller

    yield new_phone
    for context in contexts:
        context.close()
