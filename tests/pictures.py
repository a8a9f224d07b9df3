"""Pictures of every public page: a phone, a phone with text of 200 %, a desk, in both languages.

    scripts/pictures               writes docs/pictures/NAME-SIZE-LANGUAGE.webp
    scripts/pictures wall wish     only these

A picture shows what the first two screens of a phone or one screen and a half of a desk hold. All
together stay below 3 MB.
"""

from __future__ import annotations

import io
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, sync_playwright
from sqlalchemy import select
from sqlalchemy.orm import Session

from market.extensions import db
from market.models.proceeds import Wish
from market.models.sales import Closure, MarketDay, Till
from tests.apps import ClientFromOutside
from tests.bench.houses import houses, inside
from tests.bench.pages import demo, receipt_that_lit_a_wish
from tests.bench.server import serving
from tests.conftest import QUIET_CHROMIUM
from tests.walking import walk

FOLDER = Path(__file__).parents[1] / "docs" / "pictures"
MOST_BYTES = 3_000_000
QUALITY = 42
LANGUAGES = ("zh-CN", "en")


@dataclass(frozen=True, slots=True)
class Screen:
    """A screen (pixels), how much of a page its picture holds, how wide that is, how large the text."""

    name: str
    width: int
    height: int
    most_height: int
    picture_width: int
    text: str = ""


SCREENS = (
    Screen("phone", 360, 740, 1480, 360),
    Screen("phone-200", 360, 740, 1480, 360, "200%"),
    Screen("desk", 1280, 800, 1200, 854),
)


def main() -> None:
    asked = sys.argv[1:]
    FOLDER.mkdir(parents=True, exist_ok=True)
    with houses(["sqlite"]) as [house]:
        url = house.url()
        with inside(url) as app:
            demo(app)
            pages = {name: at for name, at in _pages(app).items() if not asked or name in asked}
        with serving(url) as server, sync_playwright() as driver:
            browser = driver.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox", *QUIET_CHROMIUM]
            )
            for screen in SCREENS:
                for language in LANGUAGES:
                    home = f"http://127.0.0.1:{server.port}"
                    _take(browser, screen, language, home, pages)
            browser.close()
    size = sum(picture.stat().st_size for picture in FOLDER.glob("*.webp"))
    sys.stdout.write(f"{len(list(FOLDER.glob('*.webp')))} pictures, {size / 1e6:.2f} MB\n")
    if size > MOST_BYTES:
        sys.exit("that is too much")


def _pages(app: Flask) -> dict[str, str]:
    """One of each public page that links lead to, by its template; and those nobody links to."""
    app.test_client_class = ClientFromOutside
    with Session(db.engine) as session:
        codes = dict(session.execute(select(Wish.state, Wish.code)).all())
        closed = session.scalars(
            select(MarketDay.slug)
            .join(Till, Till.market_day_id == MarketDay.id)
            .join(Closure, Closure.till_id == Till.id)
        ).first()
    # The first that a walk comes to would be the market that is still to come.
    chosen = {
        "wish": f"/wishes/{codes['followed_up']}",
        "wish-waiting": f"/wishes/{codes['open']}",
        "receipt": f"/r/{receipt_that_lit_a_wish()}",
        "market": f"/markets/{closed}",
        "live": f"/markets/{closed}/live",
        "bulletin": f"/markets/{closed}/bulletin",
        "gone": "/wishes/W-0000",
    }
    walked = {
        _name(page.template): page.address
        for page in reversed(list(walk(app.test_client(), "anybody", "zh-CN", most=2)))
        if page.template.startswith(("public/", "livelihood/public"))
    }
    return walked | chosen


def _name(template: str) -> str:
    """'public/wall.html' → 'wall', 'livelihood/public/list.html' → 'livelihood-list'."""
    parts = Path(template).with_suffix("").parts
    return "-".join(part for part in parts if part != "public").replace("_", "-")


def _take(
    browser: Browser, screen: Screen, language: str, home: str, pages: dict[str, str]
) -> None:
    size = {"width": screen.width, "height": screen.height}
    with browser.new_context(
        viewport=size,  # type: ignore[arg-type]
        locale=language,
        reduced_motion="reduce",
        service_workers="block",
    ) as context:
        for name, address in pages.items():
            picture = _picture(context, screen, home + address)
            short = language.partition("-")[0]
            picture.save(FOLDER / f"{name}-{screen.name}-{short}.webp", quality=QUALITY, method=6)


def _picture(context: BrowserContext, screen: Screen, address: str) -> Image.Image:
    page = context.new_page()
    page.goto(address)
    if screen.text:
        page.evaluate("(size) => { document.documentElement.style.fontSize = size; }", screen.text)
    height = page.evaluate("document.documentElement.scrollHeight")
    shown = {"x": 0, "y": 0, "width": screen.width, "height": min(height, screen.most_height)}
    taken = page.screenshot(full_page=True, clip=shown)  # type: ignore[arg-type]
    page.close()
    picture = Image.open(io.BytesIO(taken)).convert("RGB")
    return picture.resize(
        (screen.picture_width, picture.height * screen.picture_width // picture.width)
    )


if __name__ == "__main__":
    main()
