"""Every kind of page, as narrow as it gets: axe finds nothing, and nothing runs off to the side.

In Chinese, and once more in English, whose words are longer.

A template is looked at once, wherever somebody of the demo's neighbourhood first comes to it. The
screen is 320 × 256: the narrowest phone, and what a desk's screen of 1280 × 1024 is at 400 %, which
zooming makes of it by the same layout (WCAG 2.2, 1.4.10 Reflow), so that one look is for both.
A page is shown as it was drawn on the way there: nobody signs in, nothing is asked twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import cycle

import pytest
from flask import Flask
from jinja2 import BytecodeCache
from playwright.sync_api import Browser

from market.web.headers import CONTENT_POLICY, PICTURES_DRAWN_HERE
from tests.browser.samples import PAGES, Samples, samples_of
from tests.browser.shelf import Shelf
from tests.databases import SqliteDatabases
from tests.vaults import SqliteVaults
from tests.walking import demo_in

INLINE = re.compile(
    r"<script(?![^>]*\s(?:src=|type=\"application/json\"))[^>]*>|<style[\s>]|<[^>]+\sstyle=\"|<[^>]+\son[a-z]+=\"|javascript:"
)
ELSEWHERE = re.compile(
    r"<(?:script|img|source|video|audio|iframe|embed|object|form|link rel=\"(?!canonical)[^>]*)\b[^>]*\s(?:src|srcset|data|action|href)=\"(?:https?:)?//[^\"]*"
)
LOOKED_AT_IN = {"sales/till/phone.html": "tests/browser/test_the_sell_screen.py"}
"""A page that is many, and where each of them is looked at."""
AT_ONCE = 2
"""While axe works on one page, the next is laid out: axe asks a processor of its own for most of the time."""


@pytest.fixture(scope="module")
def demo(
    sqlite_databases: SqliteDatabases,
    sqlite_vaults: SqliteVaults,
    compiled_templates: BytecodeCache,
) -> Iterator[Flask]:
    with demo_in(sqlite_databases, sqlite_vaults, compiled_templates) as app:
        yield app


@pytest.fixture(scope="module")
def samples(demo: Flask) -> Samples:
    return samples_of(demo)


@pytest.fixture
def shelves(demo: Flask, browser: Browser) -> Iterator[list[Shelf]]:
    shelves = [Shelf(demo, browser) for _ in range(AT_ONCE)]
    yield shelves
    for shelf in shelves:
        shelf.close()


def test_every_page_is_looked_at(samples: Samples) -> None:
    """Whoever adds a page that no link of the demo leads to says in byways.py how to come to it."""
    missing = sorted(samples.missing - set(LOOKED_AT_IN))
    assert missing == [], "\n".join(missing)
    assert set(LOOKED_AT_IN) <= PAGES
    only_chinese = sorted(
        name for name, english in samples.english.items() if '<html lang="en' not in english
    )
    assert only_chinese == [], "\n".join(only_chinese)


def test_no_page_holds_a_script_or_a_style_or_asks_another_origin(samples: Samples) -> None:
    """The policy allows neither, and names nobody but ourselves; so no page may need them."""
    for policy in (CONTENT_POLICY, PICTURES_DRAWN_HERE):
        rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
        assert rules.pop("default-src") == "'none'"
        assert set(" ".join(rules.values()).split()) <= {"'self'", "'none'", "blob:"}
        assert (rules["script-src"], rules["style-src"]) == ("'self'", "'self'")
    wrong = {
        template: [*INLINE.findall(html), *ELSEWHERE.findall(html)]
        for template, sample in samples.of.items()
        for html in (sample.html, samples.english[template])
        if INLINE.search(html) or ELSEWHERE.search(html)
    }
    assert wrong == {}


def test_nothing_is_in_anybodys_way_at_320_pixels_or_400_percent(
    samples: Samples, shelves: list[Shelf]
) -> None:
    wrong: dict[str, list[str]] = {}
    laid: dict[Shelf, str] = {}
    for template, shelf in zip(sorted(samples.of), cycle(shelves), strict=False):
        if shelf in laid:
            wrong[laid[shelf]] += shelf.take()
        wrong[template] = shelf.lay(samples.of[template], samples.english[template])
        laid[shelf] = template
    for shelf, template in laid.items():
        wrong[template] += shelf.take()
    said = [
        f"{template} ({samples.of[template].address}): {one}"
        for template, found in sorted(wrong.items())
        for one in found
    ]
    assert said == [], "\n".join(said)
