"""A phone's browser that can be killed: a real Chromium of our own on a profile that stays."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Error, Page, Playwright

from tests.conftest import QUIET_CHROMIUM
from tests.faults.phone import Kept

SOON_SECONDS = 60.0
SOON_MS = 60_000
_ROWS = """async () => {
  const rows = [];
  for (const { name } of await indexedDB.databases()) {
    if (!/^till-[0-9]+$/.test(name)) continue;
    const database = await new Promise((resolve, reject) => {
      const request = indexedDB.open(name);
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    rows.push(...await new Promise((resolve, reject) => {
      const request = database.transaction("rows").objectStore("rows").getAll();
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    }));
    database.close();
  }
  return rows;
}"""
"""Every row that the phone keeps, as it is kept."""
_TOLD_ANOTHER = """(before) => !document.getElementById("just-sold").hidden
  && document.getElementById("just-number").textContent !== before"""


@dataclass(frozen=True, slots=True)
class Browser:
    """A running browser with one page; `pid` leads the processes it is made of."""

    pid: int
    page: Page

    def kill(self) -> None:
        """End all of its processes at once, as an empty battery would."""
        os.killpg(self.pid, signal.SIGKILL)


@contextmanager
def browsing(playwright: Playwright, profile: Path) -> Iterator[Browser]:
    """A browser on this profile until the end of the block, where it is closed unless it was killed."""
    context = playwright.chromium.launch_persistent_context(
        profile,
        executable_path=shutil.which("chromium"),
        args=["--no-sandbox", *QUIET_CHROMIUM],
        locale="zh-CN",
        viewport={"width": 360, "height": 740},
    )
    context.set_default_timeout(SOON_MS)
    try:
        yield Browser(_leader(profile), context.pages[0])
    finally:
        # Of one that was killed nothing is left to be closed.
        with suppress(Error):
            context.close()


def rows_on(page: Page) -> list[Kept]:
    """What the phone holds, by its own storage."""
    found: list[dict[str, Any]] = page.evaluate(_ROWS)
    return [Kept(row["wire"], row["state"], row.get("outcome") or "") for row in found]


def numbers_on(page: Page) -> set[str]:
    """The day's numbers of the sales it holds."""
    return {row["dayNumber"] for row in page.evaluate(_ROWS) if row["kind"] == "sale"}


def join(page: Page, address: str, digits: str) -> None:
    """Scan a pass, say a name and the day's digits; the till then stands."""
    page.goto(address)
    page.get_by_label("您的称呼").fill("王阿姨")
    page.get_by_label("今天的四位数字").fill(digits)
    page.get_by_role("button", name="加入").first.click()
    ready(page)


def ready(page: Page) -> None:
    page.locator("#strip[data-waiting]").wait_for()


def sell(page: Page, name: str) -> str:
    """Sell one of it, in cash; gives the number under which the phone said 已记录."""
    before = tap_paid(page, name)
    page.wait_for_function(_TOLD_ANOTHER, arg=before)
    return page.locator("#just-number").inner_text()


def tap_paid(page: Page, name: str) -> str:
    """Sell one of it, and wait for nothing; gives the number of the sale before."""
    before = page.locator("#just-number").text_content() or ""
    page.locator(".tile-main", has_text=name).click()
    page.locator("#charge").click()
    page.locator("#paid").click(no_wait_after=True)
    return before


def try_the_line(page: Page) -> None:
    """As the phone does when it finds a network."""
    page.evaluate("window.dispatchEvent(new Event('online'))")


def wait_until_sent(page: Page, *, within_seconds: float = SOON_SECONDS) -> None:
    """Until nothing waits; the line is tried again and again."""
    deadline = time.monotonic() + within_seconds
    while page.locator("#strip").get_attribute("data-waiting") != "0":
        if time.monotonic() > deadline:
            message = page.locator("#strip").inner_text()
            raise TimeoutError(message)
        try_the_line(page)
        page.wait_for_timeout(200)


def _leader(profile: Path) -> int:
    """The process that holds the profile, which leads a group of its own."""
    pid = int(os.readlink(profile / "SingletonLock").rpartition("-")[2])
    if os.getpgid(pid) != pid:
        message = "the browser shares its group with others, and cannot be killed alone"
        raise RuntimeError(message)
    return pid
