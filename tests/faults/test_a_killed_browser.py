"""A phone whose browser dies with a full outbox; two tabs; a session that ended meanwhile.

`scripts/faults browser --kills 50` does the first for longer.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Playwright

from tests.bench.server import ONE_WORKER, serving
from tests.faults.browsers import SOAP, kill_browsers, stall_of_today
from tests.faults.chromium import (
    browsing,
    join,
    ready,
    rows_on,
    sell,
    try_the_line,
    wait_until_sent,
)
from tests.faults.proxy import proxying
from tests.faults.toll import toll_of
from tests.passes import DIGITS

KILLS = 3
SEED = 1

pytestmark = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


def test_what_was_said_to_be_recorded_outlives_the_browser(
    app: Flask, database_url: str, playwright: Playwright, tmp_path: Path
) -> None:
    found = kill_browsers(app, database_url, playwright, tmp_path, kills=KILLS, seed=SEED)
    assert found.toll.is_nothing, found
    assert found.toll.aside == 0
    assert found.back > 0, "nothing waited at any kill: it would prove nothing"


def test_two_tabs_keep_both_their_sales_and_send_each_once_even_after_the_session_ended(
    app: Flask, database_url: str, playwright: Playwright, tmp_path: Path
) -> None:
    here = stall_of_today(app)
    with serving(database_url, more=ONE_WORKER) as server, proxying(server.port) as line:
        home = f"http://127.0.0.1:{line.port}"
        with browsing(playwright, tmp_path) as browser:
            first = browser.page
            join(first, f"{home}/p/{here.seats.token}", DIGITS)
            second = first.context.new_page()
            second.goto(first.url)
            ready(second)
            line.shut = True
            for tab in (first, second, first, second):
                tab.bring_to_front()
                sell(tab, SOAP)
            first.context.clear_cookies()
            line.shut = False
            for tab in (first, second):
                try_the_line(tab)
            for tab in (first, second):
                wait_until_sent(tab)
            rows = rows_on(first)
    sent = [row["id"] for body in line.uploads for row in json.loads(body)["rows"]]
    assert sorted(sent) == sorted(row.wire["id"] for row in rows)
    assert sorted(row.wire["sequence"] for row in rows) == [1, 2, 3, 4]
    toll = toll_of(app, here.day, rows)
    assert toll.is_nothing, toll
    assert (toll.rows, toll.aside) == (4, 0)
