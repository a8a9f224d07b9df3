"""Days without network on a real phone's browser, then a line that does everything but work well."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask
from playwright.sync_api import Page, Playwright

from tests.bench.server import ONE_WORKER, serving
from tests.faults.browsers import stall_of_today
from tests.faults.chromium import browsing, join, ready, rows_on, wait_until_sent
from tests.faults.phone import WAITING
from tests.faults.proxy import LOSSY, proxying
from tests.faults.toll import Toll, toll_of
from tests.passes import DIGITS

OFFLINE = timedelta(hours=72)
WITHIN_SECONDS = 600.0
_SELL = """async (name) => {
  const one = (id) => document.getElementById(id);
  const before = one("just-number").textContent;
  [...document.querySelectorAll(".tile-main")].find((tile) => tile.textContent.includes(name)).click();
  one("charge").click();
  one("paid").click();
  while (one("just-sold").hidden || one("just-number").textContent === before) {
    await new Promise((resolve) => setTimeout(resolve));
  }
}"""
"""The three taps of a common sale, until the phone says 已记录."""


@dataclass(frozen=True, slots=True)
class DaysOffline:
    """What came of a run: `uploads` reached the line, which let pass what it pleased."""

    sales: int
    uploads: int
    toll: Toll
    seconds: float

    def __str__(self) -> str:
        said = f"{self.sales} sales in {OFFLINE.total_seconds() / 3600:.0f} hours without network, "
        return said + f"{self.uploads} uploads, {self.seconds:.0f} s; {self.toll}"


def sell_offline(
    app: Flask,
    database_url: str,
    playwright: Playwright,
    profile: Path,
    *,
    sales: int,
    seed: int,
    clock_off: timedelta = timedelta(0),
) -> DaysOffline:
    """Sell `sales` times within 72 hours by the phone's clock, which is `clock_off` ahead of ours; open
    the till again, and send it all over a line on which two of three uploads meet with something."""
    begun, now = time.monotonic(), datetime.now(UTC)
    here = stall_of_today(app)
    with (
        serving(database_url, more=ONE_WORKER) as server,
        proxying(server.port, seed=seed, fates=LOSSY) as line,
        browsing(playwright, profile) as browser,
    ):
        page = browser.page
        page.clock.set_fixed_time(now - OFFLINE + clock_off)
        join(page, f"http://127.0.0.1:{line.port}/p/{here.seats.token}", DIGITS)
        line.shut = True
        for number in range(sales):
            page.clock.set_fixed_time(now - OFFLINE * (1 - number / sales) + clock_off)
            page.evaluate(_SELL, here.day.soap.name)
        page.clock.set_fixed_time(now + clock_off)
        page.reload()
        ready(page)
        assert _waiting(page) == sales, "some are not there when the till is opened again"
        line.shut = False
        wait_until_sent(page, within_seconds=WITHIN_SECONDS)
        rows = rows_on(page)
    toll = toll_of(app, here.day, rows)
    return DaysOffline(len(rows), line.met.total(), toll, time.monotonic() - begun)


def _waiting(page: Page) -> int:
    return sum(row.state == WAITING for row in rows_on(page))
