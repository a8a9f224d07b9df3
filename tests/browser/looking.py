"""How every state of the till is looked at: does it fit, and does axe find anything."""

from __future__ import annotations

from collections.abc import Sequence

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import NARROWEST, PHONE, RULES

MAGNIFIED = {"width": 320, "height": 256}
"""What 400 % leaves of a screen of 1280 × 1024."""
STICK = """(position) => document.querySelectorAll(".till-actions, .find").forEach(
  (bar) => { bar.style.position = position; })"""
"""What stays in sight lies over half a tile until one scrolls; axe takes that for a small target."""
CUT = """[...document.querySelectorAll("button, a.button, h1, h2, p, label")]
  .filter((one) => one.offsetParent && !one.closest(".visually-hidden") && one.scrollWidth > one.clientWidth + 1
    && getComputedStyle(one).overflowX !== "visible")
  .map((one) => one.id || one.textContent.trim().slice(0, 40))"""
ON_A_PHONE = (PHONE,)
EVERYWHERE = ({"width": NARROWEST, "height": PHONE["height"]}, MAGNIFIED, PHONE)
VIEW = "[...document.querySelectorAll('main > section')].find((one) => !one.hidden)?.id"


def look(page: Page, sizes: Sequence[dict[str, int]] = EVERYWHERE) -> None:
    """Fits, and axe finds nothing, AAA contrast included, on the narrowest phone and on a desk's screen at 400 %."""
    _fits_at_double_size(page)
    for size in sizes:
        page.set_viewport_size(size)  # type: ignore[arg-type]
        view = page.evaluate(VIEW)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= size["width"], f"{view} is {wide} wide on a screen of {size}"
        options = {
            "resultTypes": ["violations"],
            "runOnly": {"type": "tag", "values": RULES},
            "rules": {"color-contrast-enhanced": {"enabled": True}},
        }
        page.evaluate(STICK, "static")
        found = Axe().run(page, options=options).response["violations"]
        page.evaluate(STICK, "")
        wrong = [f"{one['id']}: {[node['html'][:160] for node in one['nodes']]}" for one in found]
        assert wrong == [], f"{view} at {size}"


def _fits_at_double_size(page: Page) -> None:
    """Nothing runs off to the side, and no button is cut, with text of 200 % on a phone of 360."""
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    wide = page.evaluate("document.documentElement.scrollWidth")
    cut = page.evaluate(CUT)
    page.evaluate("document.documentElement.style.fontSize = ''")
    assert wide <= PHONE["width"], f"{page.evaluate(VIEW)} is {wide} wide at 200 %"
    assert cut == [], f"{page.evaluate(VIEW)} at 200 %"
