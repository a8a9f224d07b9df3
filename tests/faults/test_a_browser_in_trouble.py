"""A real browser that has to live with a new version in the middle of a market, a storage that was
cleared, and days without network under a clock that is ten years off."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, Playwright, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from market.extensions import db, unit_of_work
from market.models.sales import ClosurePhone, Sale
from market.queries.sales.sign_offs import SignOff, phones_at
from tests.bench.server import ONE_WORKER, ROOT, Server, serving
from tests.faults.browsers import SOAP, stall_of_today
from tests.faults.chromium import (
    SOON_MS,
    browsing,
    join,
    ready,
    rows_on,
    sell,
    try_the_line,
    wait_until_sent,
)
from tests.faults.offline import sell_offline
from tests.faults.proxy import proxying
from tests.faults.toll import toll_of
from tests.market_day import count
from tests.passes import DIGITS
from tests.people import post, sign_in
from tests.uploads import Stall

SALES_OFFLINE = 120
TEN_YEARS = timedelta(days=3652)
SERVED = ("market", "migrations", "templates", "translations", "scripts", "wsgi.py")
KEPT = """async (version) => {
  const { active, installing, waiting } = await navigator.serviceWorker.ready;
  return !installing && !waiting && active.state === "activated" && caches.has(`till-${version}`);
}"""
VERSION = "JSON.parse(document.getElementById('till-data').textContent).version"
VERSIONS_RUN = """[...new Set(performance.getEntriesByType("resource")
  .map((one) => /\\/s\\/([^/]+)\\/js\\/till\\//.exec(one.name)?.[1]).filter(Boolean))]"""
"""The versions whose modules this page was made of."""

pytestmark = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


def test_a_version_deployed_while_phones_are_offline_loses_nothing_and_mixes_nothing(
    app: Flask, database_url: str, playwright: Playwright, tmp_path: Path
) -> None:
    here = stall_of_today(app)
    with proxying(0) as line, browsing(playwright, tmp_path / "profile") as browser:
        page = browser.page
        with serving(database_url, more=ONE_WORKER) as server:
            line.target = server.port
            join(page, f"http://127.0.0.1:{line.port}/p/{here.seats.token}", DIGITS)
            sell(page, SOAP)
            wait_until_sent(page)
            old = page.evaluate(VERSION)
            _wait_until_kept(page, old)
        # Nobody answers now. What is open goes on, and what is opened anew is the page that was kept.
        sell(page, SOAP)
        later = page.context.new_page()
        later.goto(page.url)
        ready(later)
        sell(later, SOAP)
        assert later.evaluate(VERSIONS_RUN) == [old]
        with _deployed(tmp_path, database_url) as server:
            line.target = server.port
            for tab in (page, later):
                try_the_line(tab)
            wait_until_sent(page)
            later.reload()
            ready(later)
            new = later.evaluate(VERSION)
            assert (new != old, later.evaluate(VERSIONS_RUN)) == (True, [new])
            # The page that stands is told, goes on selling, and is not reloaded under anybody's finger.
            expect(page.locator("#version-new")).not_to_have_attribute(
                "hidden", "", timeout=SOON_MS
            )
            sell(page, SOAP)
            sell(later, SOAP)
            wait_until_sent(later)
            assert page.evaluate(VERSIONS_RUN) == [old]
            _wait_until_kept(later, new)
        # Offline again, it is the new version that opens.
        page.reload()
        ready(page)
        assert (page.evaluate(VERSION), page.evaluate(VERSIONS_RUN)) == (new, [new])
        rows = rows_on(page)
    toll = toll_of(app, here.day, rows)
    assert toll.is_nothing, toll
    assert (toll.rows, toll.aside) == (5, 0)


def test_a_phone_whose_browser_was_cleared_says_so_and_the_closure_names_it(
    app: Flask, database_url: str, playwright: Playwright, tmp_path: Path
) -> None:
    here = stall_of_today(app)
    with (
        serving(database_url, more=ONE_WORKER) as server,
        proxying(server.port) as line,
        browsing(playwright, tmp_path) as browser,
    ):
        page = browser.page
        join(page, f"http://127.0.0.1:{line.port}/p/{here.seats.token}", DIGITS)
        sell(page, SOAP)
        wait_until_sent(page)
        line.shut = True
        for _ in range(2):
            sell(page, SOAP)
        _clear(page)
        line.shut = False
        page.goto(f"http://127.0.0.1:{line.port}/till/")
        ready(page)
        expect(page.locator("#cleared")).to_be_visible()
        page.locator("#cleared-seen").click()
        sell(page, SOAP)
        assert page.locator("#just-number").inner_text().endswith("-002")
        wait_until_sent(page)
        page.locator("#to-more").click()
        page.locator('#more [data-go="finish"]').click()
        expect(page.locator("#finish-state")).to_contain_text("清空过")
        expect(page.locator("#sign-off")).to_be_disabled()
    _close_naming_it(app, here)


def test_days_offline_on_a_clock_ten_years_ahead_end_with_every_sale_on_a_lossy_line(
    app: Flask, database_url: str, playwright: Playwright, tmp_path: Path
) -> None:
    found = sell_offline(
        app, database_url, playwright, tmp_path, sales=SALES_OFFLINE, seed=1, clock_off=TEN_YEARS
    )
    assert found.toll.is_nothing, found
    assert (found.toll.rows, found.toll.aside) == (SALES_OFFLINE, 0)
    with app.app_context(), Session(db.engine) as session:
        times = session.scalars(select(Sale.recorded_at).order_by(Sale.sequence)).all()
        assert (times == sorted(times), times[-1] <= datetime.now(UTC)) == (True, True)


def _clear(page: Page) -> None:
    """What "clear browsing data" does; the cookie of the pass stays, as it does where a phone in want
    of room clears by itself."""
    home = "/".join(page.url.split("/")[:3])
    settings = page.context.new_cdp_session(page)
    # The page may not write anew what is cleared beneath it.
    page.goto("about:blank")
    kinds = "indexeddb,local_storage,cache_storage,service_workers"
    settings.send("Storage.clearDataForOrigin", {"origin": home, "storageTypes": kinds})


def _close_naming_it(app: Flask, here: Stall) -> None:
    """The desk is told of the phone before the till is closed, and wants to know why."""
    with app.app_context(), unit_of_work() as work:
        count(work, here.day)
    with app.app_context(), Session(db.engine) as session:
        [cleared] = [
            one
            for one in phones_at(session, here.day.day.id, here.day.till.id)
            if one.phone.last_sequence
        ]
        assert cleared.state is SignOff.OPEN
    desk = app.test_client()
    sign_in(desk, here.day.cast.treasurer)
    address = f"/till/{here.day.community.slug}/{here.day.till.id}/closure"
    assert "没有签退" in desk.get(address).text
    assert post(desk, address, {}).status_code == 422
    assert post(desk, address, {"phones_reason": "浏览器清空了"}).status_code == 303
    with app.app_context(), Session(db.engine) as session:
        named = session.scalars(
            select(ClosurePhone).where(ClosurePhone.device_id == cleared.phone.id)
        ).one()
        assert (named.signed_off_at, named.reason) == (None, "浏览器清空了")


def _wait_until_kept(page: Page, version: str) -> None:
    """Until the till would open without network in this version."""
    page.wait_for_function(KEPT, arg=version)


@contextmanager
def _deployed(folder: Path, database_url: str) -> Iterator[Server]:
    """The next version is served: the same but for one file of the till."""
    root = folder / "next"
    root.mkdir()
    for name in SERVED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, root / name)
        else:
            shutil.copy(ROOT / name, root)
    (root / ".venv").symlink_to(ROOT / ".venv")
    changed = root / "market" / "static" / "js" / "till" / "core" / "day.js"
    changed.write_text(changed.read_text() + "\n// The next version.\n")
    with serving(database_url, root=root, more=ONE_WORKER) as server:
        yield server
