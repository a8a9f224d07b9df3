"""Sellers with phones at a stall whose till is open, for the tests that use the sell screen."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Locator, Page, Request, expect

from tests.passes import DIGITS

SOON_MS = 10_000


@dataclass(frozen=True, slots=True)
class OpenStall:
    """A stall whose till is open: the address its pass's code holds."""

    pass_path: str
    till_id: int


@dataclass
class Seller:
    """Somebody with a phone at the stall. `taps` counts what her finger does."""

    page: Page
    home: str
    taps: int = 0
    sent: list[Request] = field(default_factory=list)

    def tap(self, target: str | Locator) -> None:
        (self.page.locator(target) if isinstance(target, str) else target).tap()
        self.taps += 1

    def note(self, request: Request) -> None:
        self.sent.append(request)

    def button(self, name: str, *, exact: bool = False) -> Locator:
        return self.page.get_by_role("button", name=name, exact=exact).first

    def tile(self, name: str) -> Locator:
        return self.page.locator(".tile-main", has_text=name)

    def join(self, path: str, name: str = "王阿姨") -> None:
        self.page.goto(self.home + path)
        self.tap(self.page.get_by_label("您的称呼"))
        self.page.keyboard.type(name)
        self.tap(self.page.get_by_label("今天的四位数字"))
        self.page.keyboard.type(DIGITS)
        self.tap(self.button("加入"))
        self.ready()

    def ready(self) -> None:
        expect(self.page.locator("#strip")).to_be_visible()

    def sell_soap(self) -> None:
        self.tap(self.tile("手工皂"))
        self.tap("#charge")
        self.tap("#paid")
        expect(self.page.locator("#just-sold")).to_be_visible()

    def uploaded(self) -> None:
        expect(self.page.locator("#pay")).to_be_hidden()
        strip = self.page.locator("#strip")
        expect(strip).to_have_attribute("data-waiting", "0", timeout=SOON_MS)
        expect(strip).to_have_attribute("data-tone", "online", timeout=SOON_MS)


def tell(capsys: pytest.CaptureFixture[str], figures: str) -> None:
    """What was measured is said, whether the test passes or not."""
    with capsys.disabled():
        print(figures)  # noqa: T201
