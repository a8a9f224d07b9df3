"""Every kind of page, as narrow as it gets: axe finds nothing, and nothing runs off to the side.

In Chinese, and once more in English, whose words are longer.

A template is looked at once, wherever somebody of the demo's neighbourhood first comes to it. The
screen is 320 × 256: the narrowest phone, and what a desk's screen of 1280 × 1024 is at 400 %, which
zooming makes of it by the same layout (WCAG 2.2, 1.4.10 Reflow), so that one look is for both.
A page is shown as it was drawn on the way there: nobody signs in, nothing is asked twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask, Response
from jinja2 import BytecodeCache
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from tests.browser.conftest import RULES
from tests.browser.sample import Sample
from tests.browser.samples import samples_of
from tests.databases import SqliteDatabases
from tests.vaults import SqliteVaults
from tests.walking import demo_in

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

MAGNIFIED = {"width": 320, "height": 256}
LARGE = {"width": 360, "height": 740}
"""A phone whose text is set to 200 %."""
TEMPLATES = Path(__file__).parents[2] / "templates"
NO_PAGES = ("components", "layouts")
"""Parts of pages."""
LOOKED_AT_IN = {
    "proceeds/allocations/check.html": "tests/browser/test_a_market_day.py",
    "public/booking.html": "tests/browser/test_services.py",
    "sales/till/check.html": "tests/browser/test_a_market_day.py",
    "sales/till/close.html": "tests/browser/test_a_market_day.py",
    "sales/till/confirm.html": "tests/browser/test_a_market_day.py",
    "sales/till/phone.html": "tests/browser/test_the_sell_screen.py",
}
"""Pages that take a whole story to come to, and the story in which they are looked at."""
SAME_IN_ENGLISH = ("color-contrast", "color-contrast-enhanced")
"""Rules that take axe most of its time; and no colour depends on the language."""
WIDTH = "document.documentElement.scrollWidth"
TEXT_SIZE = "(size) => { document.documentElement.style.fontSize = size; }"


@pytest.fixture(scope="module")
def demo(
    sqlite_databases: SqliteDatabases,
    sqlite_vaults: SqliteVaults,
    compiled_templates: BytecodeCache,
) -> Iterator[Flask]:
    with demo_in(sqlite_databases, sqlite_vaults, compiled_templates) as app:
        yield app


@pytest.fixture(scope="module")
def samples(demo: Flask) -> dict[str, Sample]:
    return samples_of(demo)


@pytest.fixture
def shelf(demo: Flask) -> Iterator[Shelf]:
    shelf = Shelf(demo)
    serving = Thread(target=shelf.server.serve_forever)
    serving.start()
    yield shelf
    shelf.server.shutdown()
    serving.join()
    shelf.server.server_close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with browser.new_context(
        viewport=MAGNIFIED,  # type: ignore[arg-type]
        locale="zh-CN",
        service_workers="block",
    ) as context:
        yield context.new_page()


def test_every_page_is_looked_at(samples: dict[str, Sample]) -> None:
    """Whoever adds a page that no link of the demo leads to says in byways.py how to come to it."""
    pages = {
        str(file.relative_to(TEMPLATES))
        for file in TEMPLATES.rglob("*/*.html")
        if not file.name.startswith("_") and file.parent.name not in NO_PAGES
    }
    missing = sorted(pages - set(samples) - set(LOOKED_AT_IN))
    assert missing == [], "\n".join(missing)
    assert set(LOOKED_AT_IN) <= pages
    only_chinese = sorted(
        name for name, sample in samples.items() if '<html lang="en' not in sample.english
    )
    assert only_chinese == [], "\n".join(only_chinese)


def test_nothing_is_in_anybodys_way_at_320_pixels_or_400_percent(
    samples: dict[str, Sample], shelf: Shelf, page: Page
) -> None:
    wrong: list[str] = []
    axe = Axe()
    for template, sample in sorted(samples.items()):
        page.goto(shelf.show(sample, sample.html))
        found = _sideways(page, "320")
        page.evaluate(TEXT_SIZE, "200%")
        page.set_viewport_size(LARGE)  # type: ignore[arg-type]
        found += _sideways(page, "200 %")
        page.set_viewport_size(MAGNIFIED)  # type: ignore[arg-type]
        page.evaluate(TEXT_SIZE, "")
        found += _violations(axe, page)
        page.goto(shelf.show(sample, sample.english))
        found += _sideways(page, "320 in English") + _violations(axe, page, SAME_IN_ENGLISH)
        wrong += [f"{template} ({sample.address}): {one}" for one in found]
    assert wrong == [], "\n".join(wrong)


class Shelf:
    """A server of one sample at a time, and of the files that go with it: those a browser keeps."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._sample: Sample | None = None
        self._html = ""
        self.server = make_server("127.0.0.1", 0, self, threaded=True)
        self.home = f"http://127.0.0.1:{self.server.port}"

    def show(self, sample: Sample, html: str) -> str:
        """The address at which it stands from now on, as its Chinese or its English `html`."""
        self._sample, self._html = sample, html
        return self.home + sample.address

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith("/s/") or self._sample is None:
            return self._app(environ, start)
        if environ.get("HTTP_SEC_FETCH_DEST") == "document":
            page = Response(self._html, mimetype="text/html")
            return page(environ, start)
        with self._sample.client.get(environ["PATH_INFO"]) as answer:
            part = Response(answer.data, answer.status_code, mimetype=answer.mimetype)
        return part(environ, start)


def _sideways(page: Page, at: str) -> list[str]:
    """Whether the page itself scrolls sideways; a table in a scroller of its own may."""
    view = page.viewport_size or {"width": 0}
    wide = page.evaluate(WIDTH)
    return [f"{wide} wide on {view['width']} at {at}"] if wide > view["width"] else []


def _violations(axe: Axe, page: Page, known: Iterable[str] = ()) -> list[str]:
    """What axe finds; of the rules in `known` it was asked before."""
    options = {
        "resultTypes": ["violations"],
        "runOnly": {"type": "tag", "values": RULES},
        "rules": {rule: {"enabled": False} for rule in known},
    }
    return [
        f"{one['id']}: {one['help']} {[node['html'][:160] for node in one['nodes']][:3]}"
        for one in axe.run(page, options=options).response["violations"]
    ]
