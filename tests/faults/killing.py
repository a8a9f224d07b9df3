"""A server killed again and again while phones upload to it; and the database server beneath it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from random import Random

from flask import Flask

from market.extensions import db, let_go_of_the_database
from tests.bench.server import Server, free_port, serving
from tests.faults.phone import Phone, seeded
from tests.faults.toll import Toll, toll_of
from tests.faults.wire import Wire, run
from tests.postgres import Postgres
from tests.uploads import Stall, another_phone, open_stall

PHONES = 5
MOST_AT_ONCE = 4
"""So many sales a phone may have made since it last tried …"""
FULLEST = 15
"""… unless so many wait already, as they do while the server is being started."""
UNDONE = 0.1
PAUSE_SECONDS = (0.02, 0.15)
SENT_BEFORE_A_KILL = (1, 12)
WITHIN_SECONDS = 0.03
"""An upload takes less: a kill within this time after one was sent often hits it midway."""
SOON_SECONDS = 180


@dataclass(frozen=True, slots=True)
class Killed:
    """What came of a run. `broken` uploads were sent and had no good answer; of their rows those that
    had been written are `repeated`: sent again, and known."""

    kills: int
    broken: int
    repeated: int
    toll: Toll
    seconds: float

    def __str__(self) -> str:
        said = f"{self.kills} kills in {self.seconds:.0f} s, {self.broken} uploads cut off, "
        return said + f"{self.repeated} rows sent again that were there; {self.toll}"


@dataclass(frozen=True, slots=True)
class _Crowd:
    """Phones at one stall, all of which joined by one pass."""

    here: Stall
    phones: Sequence[Phone]
    wires: Sequence[Wire]

    @property
    def sent(self) -> int:
        return sum(wire.sent for wire in self.wires)


def kill_servers(
    app: Flask,
    database_url: str,
    *,
    kills: int,
    seed: int,
    told: Callable[[str], None] = lambda _: None,
) -> Killed:
    """Kill the server with all its workers while it takes uploads in, start it again, `kills` times."""
    random, port = seeded(seed), free_port()
    crowd = _crowd(app, port, random)
    serve = partial(serving, database_url, port=port)

    def lives() -> None:
        for number in range(1, kills + 1):
            with serve() as server:
                _wait_for_a_moment(crowd, random)
                server.kill()
            told(f"{number} of {kills} killed, {crowd.sent} uploads sent")

    return _result(app, crowd, kills, lives, serve)


def kill_databases(
    app: Flask,
    database_url: str,
    postgres: Postgres,
    *,
    kills: int,
    seed: int,
    told: Callable[[str], None] = lambda _: None,
) -> Killed:
    """Kill PostgreSQL beneath a server that goes on, and start it again, `kills` times.

    `postgres` has to be durable: one that does not wait for the disk loses what it answered for.
    """
    random, port = seeded(seed), free_port()
    crowd = _crowd(app, port, random)
    serve = partial(serving, database_url, port=port)

    def lives() -> None:
        with serve():
            for number in range(1, kills + 1):
                _wait_for_a_moment(crowd, random)
                postgres.kill()
                postgres.start()
                told(f"{number} of {kills} killed, {crowd.sent} uploads sent")

    return _result(app, crowd, kills, lives, serve)


def _crowd(app: Flask, port: int, random: Random) -> _Crowd:
    with app.app_context():
        here = open_stall()
        joined = [here.phone, *(another_phone(here) for _ in range(PHONES - 1))]
        # Nothing of this process may stay connected to a database that is killed.
        db.session.remove()
        let_go_of_the_database()
    wires = [Wire(port, phone.headers) for phone in joined]
    phones = [
        Phone(here.day, one, wire.sync, _now, seeded(random.random()))
        for one, wire in zip(joined, wires, strict=True)
    ]
    return _Crowd(here, phones, wires)


def _result(
    app: Flask,
    crowd: _Crowd,
    kills: int,
    lives: Callable[[], None],
    serve: Callable[[], AbstractContextManager[Server]],
) -> Killed:
    begun = time.monotonic()
    run(_sell_through(crowd, lives, serve))
    repeated = sum(row.outcome == "exists" for phone in crowd.phones for row in phone.rows)
    toll = toll_of(app, crowd.here.day, [row for phone in crowd.phones for row in phone.rows])
    broken = sum(wire.broken for wire in crowd.wires)
    return Killed(kills, broken, repeated, toll, time.monotonic() - begun)


async def _sell_through(
    crowd: _Crowd, lives: Callable[[], None], serve: Callable[[], AbstractContextManager[Server]]
) -> None:
    """Sell while the lives go by; then let every phone send the rest to a server that stays."""
    over = asyncio.Event()
    selling = [asyncio.create_task(_sell(phone, over)) for phone in crowd.phones]
    try:
        await asyncio.to_thread(lives)
    finally:
        over.set()
        await asyncio.gather(*selling)
    with serve():
        for phone in crowd.phones:
            async with asyncio.timeout(SOON_SECONDS):
                while not await phone.push(sign_off=True):
                    await asyncio.sleep(PAUSE_SECONDS[1])


async def _sell(phone: Phone, over: asyncio.Event) -> None:
    """A volunteer: some sales, now and then one undone, and a try to send them; the clock is quick."""
    goods = (phone.day.soap, phone.day.cup, phone.day.scarf)
    while not over.is_set():
        for _ in range(phone.random.randint(1, MOST_AT_ONCE)):
            if len(phone.waiting) >= FULLEST:
                break
            sold = phone.sell(phone.random.choice(goods))
            if phone.random.random() < UNDONE:
                phone.undo(sold)
        await phone.push()
        await asyncio.sleep(phone.random.uniform(*PAUSE_SECONDS))


def _wait_for_a_moment(crowd: _Crowd, random: Random) -> None:
    """Until some more uploads were sent, and then not until the last is answered."""
    enough = crowd.sent + random.randint(*SENT_BEFORE_A_KILL)
    deadline = time.monotonic() + SOON_SECONDS
    while crowd.sent < enough and time.monotonic() < deadline:
        time.sleep(0.001)
    time.sleep(random.uniform(0, WITHIN_SECONDS))


def _now() -> datetime:
    return datetime.now(UTC)
