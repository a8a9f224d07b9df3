"""A line that loses, doubles, delays, reorders and cuts: whatever it does, every sale counts once."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from flask import Flask

from market.extensions import let_go_of_the_database
from tests.bench.server import serving
from tests.faults.phone import Phone, seeded
from tests.faults.proxy import LOSSY, Fate, Proxy, proxying
from tests.faults.toll import toll_of
from tests.faults.wire import Wire, run
from tests.passes import Phone as Joined
from tests.uploads import Stall, another_phone, open_stall

SEED = 1
SALES = 12
BATCH = 3
OFFLINE = timedelta(hours=72)
SALES_OFFLINE = 2_000
PATIENCE_SECONDS = 120
PAUSE_SECONDS = 0.02


def test_each_sale_counts_once_whatever_becomes_of_its_uploads(
    app: Flask, database_url: str
) -> None:
    with app.app_context():
        here = open_stall()
        joined = [another_phone(here) for _ in Fate]
        let_go_of_the_database()
    with serving(database_url) as server:
        phones = [
            _through(server.port, fate, here, one) for fate, one in zip(Fate, joined, strict=True)
        ]
    toll = toll_of(app, here.day, [row for phone in phones for row in phone.rows])
    assert toll.is_nothing, toll
    assert (toll.rows, toll.aside) == (SALES * len(Fate), 0)


def test_three_days_offline_end_with_every_sale_on_a_slow_and_lossy_line(
    app: Flask, database_url: str
) -> None:
    with app.app_context():
        here = open_stall()
        let_go_of_the_database()
    now = datetime.now(UTC)
    with serving(database_url) as server, proxying(server.port, seed=SEED, fates=LOSSY) as line:
        phone = _phone(line, here, here.phone)
        for number in range(SALES_OFFLINE):
            at = now - OFFLINE + OFFLINE * number / SALES_OFFLINE
            phone.clock = lambda at=at: at  # type: ignore[misc]
            phone.sell(here.day.soap)
        phone.clock = lambda: now
        run(_push(phone))
        assert line.met[Fate.LOSE_ANSWER] > 0
    toll = toll_of(app, here.day, phone.rows)
    assert toll.is_nothing, toll
    assert (toll.rows, toll.aside) == (SALES_OFFLINE, 0)


def _through(port: int, fate: Fate, here: Stall, joined: Joined) -> Phone:
    """A phone whose every other upload meets this fate sends all it has."""
    with proxying(port, seed=SEED, fates={Fate.PASS: 1.0, fate: 1.0}) as line:
        phone = _phone(line, here, joined)
        phone.batch = BATCH
        for _ in range(SALES):
            phone.sell(here.day.cup)
        run(_push(phone))
        assert line.met[fate] > 0
    return phone


def _phone(line: Proxy, here: Stall, joined: Joined) -> Phone:
    wire = Wire(line.port, joined.headers)
    return Phone(here.day, joined, wire.sync, lambda: datetime.now(UTC), seeded(joined.device.id))


async def _push(phone: Phone) -> None:
    """Again and again, quicker than a phone would."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await phone.push(sign_off=True):
            await asyncio.sleep(PAUSE_SECONDS)
