"""A browser killed again and again with a full outbox: every sale for which it said 已记录 arrives once."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from flask import Flask
from playwright.sync_api import Page, Playwright

from market.extensions import db, let_go_of_the_database, unit_of_work
from market.models.sales import MarketDay
from tests.bench.server import serving
from tests.faults.chromium import (
    Browser,
    browsing,
    join,
    numbers_on,
    ready,
    rows_on,
    sell,
    tap_paid,
    try_the_line,
    wait_until_sent,
)
from tests.faults.phone import WAITING, Kept, seeded
from tests.faults.proxy import Fate, Proxy, proxying
from tests.faults.toll import Toll, toll_of
from tests.passes import DIGITS
from tests.uploads import Stall, open_stall

SOAP = "手工皂"
MOST_SALES = 3
WITHIN_SECONDS = 0.06
"""From the tap on "paid" to 已记录 it takes less: a kill within this time often falls in between."""
SLOW = {Fate.PASS: 1.0, Fate.DELAY: 1.0, Fate.LOSE_ANSWER: 1.0}


class Moment(StrEnum):
    """When the browser is killed."""

    FULL = "with a full outbox"
    PAYING = "just after the tap on paid"
    SENDING = "while it sends"


@dataclass(frozen=True, slots=True)
class KilledBrowsers:
    """What came of a run: `back` rows were found unsent after a kill, summed up over all kills."""

    kills: int
    back: int
    toll: Toll
    seconds: float

    def __str__(self) -> str:
        said = f"{self.kills} kills in {self.seconds:.0f} s, {self.back} rows back unsent, "
        return said + f"{self.toll}"


@dataclass(slots=True)
class _Told:
    """The numbers under which the phone has said 已记录."""

    numbers: set[str]
    back: int = 0
    lost: int = 0


def kill_browsers(
    app: Flask,
    database_url: str,
    playwright: Playwright,
    profile: Path,
    *,
    kills: int,
    seed: int,
    told: Callable[[str], None] = lambda _: None,
) -> KilledBrowsers:
    """Kill it `kills` times, reopen it on the same profile, and let it send what it has."""
    begun = time.monotonic()
    random, so_far = seeded(seed), _Told(set())
    here = stall_of_today(app)
    moments = [list(Moment)[number % len(Moment)] for number in range(kills)]
    random.shuffle(moments)
    with serving(database_url) as server, proxying(server.port, seed=seed, fates=SLOW) as line:
        home = f"http://127.0.0.1:{line.port}"
        with browsing(playwright, profile) as browser:
            join(browser.page, f"{home}/p/{here.seats.token}", DIGITS)
            address = browser.page.url
        for number, moment in enumerate(moments, start=1):
            line.shut = True
            with browsing(playwright, profile) as browser:
                _reopen(browser.page, address, so_far)
                _sell_until_killed(browser, moment, line, so_far, random)
            told(f"{number} of {kills} killed {moment}, {len(so_far.numbers)} sales recorded")
        line.shut = True
        with browsing(playwright, profile) as browser:
            _reopen(browser.page, address, so_far)
            line.shut = False
            wait_until_sent(browser.page)
            rows = rows_on(browser.page)
    toll = toll_of(app, here.day, [row for row in rows if row.wire])
    toll = replace(toll, lost=toll.lost + so_far.lost)
    return KilledBrowsers(kills, so_far.back, toll, time.monotonic() - begun)


def stall_of_today(app: Flask) -> Stall:
    """A stall whose pass can be redeemed now."""
    with app.app_context():
        here = open_stall()
        with unit_of_work() as work:
            day = work.get_one(MarketDay, here.day.day.id)
            day.held_on = datetime.now(ZoneInfo("Asia/Shanghai")).date()
        db.session.remove()
        let_go_of_the_database()
    return here


def _reopen(page: Page, address: str, so_far: _Told) -> None:
    """The till stands again, and every sale that it said it had recorded is there."""
    page.goto(address)
    ready(page)
    here = numbers_on(page)
    so_far.lost += len(so_far.numbers - here)
    # The one that was being paid may be there or not: if it is, it stays.
    so_far.numbers |= here
    so_far.back += _waiting(rows_on(page))


def _waiting(rows: list[Kept]) -> int:
    return sum(row.state == WAITING for row in rows)


def _sell_until_killed(
    browser: Browser, moment: Moment, line: Proxy, so_far: _Told, random: Random
) -> None:
    page = browser.page
    for _ in range(random.randint(1, MOST_SALES)):
        so_far.numbers.add(sell(page, SOAP))
    if moment is Moment.PAYING:
        tap_paid(page, SOAP)
    if moment is Moment.SENDING:
        line.shut = False
        try_the_line(page)
    if moment is not Moment.FULL:
        time.sleep(random.uniform(0, WITHIN_SECONDS))
    browser.kill()
