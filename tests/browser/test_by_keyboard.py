"""The work of a market with Tab, arrows, Space and Enter alone: focus is always seen, and never caught."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import PASSWORD, MarketDay
from tests.browser.sellers import OpenStall
from tests.passes import DIGITS
from tests.serving import Server

pytestmark = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)

SCREEN = {"width": 1280, "height": 800}
MOST_STOPS = 120
FOCUS = """async () => {
  await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  const one = document.activeElement;
  const style = getComputedStyle(one);
  const box = one.getBoundingClientRect();
  const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
  return {
    what: `${one.tagName}#${one.id}.${one.className} ${one.name ?? ""}`,
    ringed: ring || style.boxShadow !== "none",
    inView: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight,
  };
}"""


@dataclass(frozen=True, slots=True)
class Keys:
    """Somebody who has a keyboard and nothing else."""

    page: Page
    home: str

    def open(self, address: str) -> None:
        self.page.goto(self.home + address)

    def to(self, target: Locator) -> None:
        """Go on with Tab until it has the focus; each stop on the way is seen."""
        for _ in range(MOST_STOPS):
            self.page.keyboard.press("Tab")
            now = self.page.evaluate(FOCUS)
            if now["what"].startswith("BODY"):
                continue
            assert now["ringed"], f"no ring on {now['what']} of {self.page.url}"
            assert now["inView"], f"{now['what']} is out of sight on {self.page.url}"
            if target.evaluate("(one) => one === document.activeElement"):
                return
        pytest.fail(f"Tab never comes to {target} on {self.page.url}")

    def write(self, label: str, text: str) -> None:
        named = re.compile(rf"^{re.escape(label)}(?!\d)")
        self.to(self.page.get_by_role("textbox", name=named).first)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)

    def tick(self, label: str) -> None:
        box = self.page.get_by_role("checkbox", name=label).first
        self.to(box)
        if not box.is_checked():
            self.page.keyboard.press("Space")

    def enter(self, name: str, role: str = "button") -> None:
        """Press what has this name, and wait for the page it leads to."""
        self.to(self.page.get_by_role(role, name=name).first)  # type: ignore[arg-type]
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def use(self, target: Locator) -> None:
        """Press what stays on this page."""
        self.to(target)
        self.page.keyboard.press("Enter")

    def reads(self, words: str) -> None:
        expect(self.page.locator("main")).to_contain_text(words)


@pytest.fixture
def desks(browser: Browser, server: Server) -> Iterator[Callable[[], Keys]]:
    """A computer for whoever asks."""
    contexts = []

    def new_desk() -> Keys:
        context = browser.new_context(
            locale="zh-CN",
            viewport=SCREEN,  # type: ignore[arg-type]
            reduced_motion="reduce",
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        return Keys(context.new_page(), server.url)

    yield new_desk
    for context in contexts:
        context.close()


def test_a_till_is_opened_sold_at_counted_and_closed_and_its_money_lights_a_wish(
    market_day: MarketDay, desks: Callable[[], Keys]
) -> None:
    cast = market_day.cast
    volunteer = signed_in(desks(), cast.volunteer.username)
    volunteer.open("/till/")
    volunteer.enter("开摊", "link")
    volunteer.tick("3 · 手作小铺")
    volunteer.write("找零备用金", "50")
    volunteer.enter("开摊")
    volunteer.write("手工皂", "2")
    volunteer.enter("收款")
    volunteer.enter("已收到 ¥30")
    volunteer.reads("手工皂")

    volunteer.open("/till/")
    volunteer.enter("手作小铺", "link")
    volunteer.enter("收摊点钱", "link")
    volunteer.write("¥50", "1")
    volunteer.write("¥20", "1")
    volunteer.write("¥10", "1")
    volunteer.write("第二位点钱人", "宝妈乙")
    volunteer.enter("点完了，提交")
    volunteer.write("写不了？在这里填写第二位点钱人的姓名", "宝妈乙")
    volunteer.tick("我就是第二位点钱人")
    volunteer.enter("签名确认")
    till = urlsplit(volunteer.page.url).path

    treasurer = signed_in(desks(), cast.treasurer.username)
    treasurer.open(till)
    treasurer.enter("收摊结账")
    treasurer.reads("点出的现金和账上正好")

    worker = signed_in(desks(), cast.social_worker.username)
    worker.open(f"/desk/{market_day.community}/funds")
    worker.enter("微心愿专款", "link")
    worker.enter("安排这些钱", "link")
    worker.write("安排给 想要一盒水彩", "20")
    worker.enter("核对这份安排")
    worker.enter("安排 ¥20，点亮 1 个心愿")
    proposal = urlsplit(worker.page.url).path

    reviewer = signed_in(desks(), cast.reviewer.username)
    reviewer.open(proposal)
    reviewer.enter("批准")
    reviewer.reads("已批准")


def test_the_sell_screen_and_its_dialogs_need_no_pointer(
    stall: OpenStall, desks: Callable[[], Keys]
) -> None:
    seller = desks()
    page = seller.page
    seller.open(stall.pass_path)
    seller.write("您的称呼", "王阿姨")
    seller.write("今天的四位数字", DIGITS)
    seller.enter("加入")
    expect(page.locator("#strip")).to_be_visible()
    seller.use(page.locator(".tile-main", has_text="手工皂"))
    seller.use(page.get_by_role("button", name="改数量或价格：手工皂"))
    seller.to(page.locator("#edit-quantity"))
    page.keyboard.press("Control+a")
    page.keyboard.type("3")
    seller.use(page.get_by_role("button", name="好", exact=True))
    expect(page.locator("#charge-amount")).to_have_text("¥45")
    seller.use(page.locator("#charge"))
    expect(page.locator("#pay")).to_be_visible()
    seller.use(page.get_by_role("button", name="¥50", exact=True))
    expect(page.locator("#change-amount")).to_have_text("¥5")
    seller.use(page.locator("#paid"))
    expect(page.locator("#just-sold")).to_be_visible()
    seller.use(page.locator("#strip"))
    expect(page.locator("#rows .row-button")).to_have_count(1)


def signed_in(desk: Keys, username: str) -> Keys:
    desk.open("/sign-in")
    desk.write("用户名", username)
    desk.to(desk.page.get_by_label("密码", exact=True))
    desk.page.keyboard.type(PASSWORD)
    with desk.page.expect_navigation():
        desk.page.keyboard.press("Enter")
    return desk
