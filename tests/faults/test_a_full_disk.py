"""No more room for the database: nothing is acknowledged, reading goes on, and it mends itself."""

from __future__ import annotations

import resource
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask

from market.extensions import let_go_of_the_database
from tests.bench.server import Server, serving
from tests.faults.phone import Phone, seeded
from tests.faults.toll import toll_of
from tests.faults.wire import Wire, run
from tests.uploads import body_of, open_stall

A_PAGE_BYTES = 4096

pytestmark = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


def test_a_full_disk_takes_nothing_in_and_loses_nothing(app: Flask, database_url: str) -> None:
    with app.app_context():
        here = open_stall()
        let_go_of_the_database()
    wire = Wire(0, here.phone.headers)
    phone = Phone(here.day, here.phone, wire.sync, lambda: datetime.now(UTC), seeded(1))
    with serving(database_url) as server:
        wire.port = server.port
        phone.sell(here.day.soap)
        assert run(phone.push())
        _leave_room(server, A_PAGE_BYTES)
        for _ in range(3):
            phone.sell(here.day.soap)
        status, said = run(wire.ask("POST", "/api/v1/sync", body_of([phone.rows[-1].wire])))
        assert status == 503, said
        assert "title" in said.decode()
        assert not run(phone.push())
        assert len(phone.waiting) == 3
        assert run(wire.ask("GET", "/api/v1/till"))[0] == 200
        assert run(wire.ask("GET", "/"))[0] == 200
        _leave_room(server, resource.RLIM_INFINITY)
        assert run(phone.push())
    toll = toll_of(app, here.day, phone.rows)
    assert toll.is_nothing, toll
    assert (toll.rows, toll.aside) == (4, 0)


def _leave_room(server: Server, size_bytes: int) -> None:
    """Let no file of the server's grow beyond this."""
    main = server.process.pid
    children = Path(f"/proc/{main}/task/{main}/children").read_text().split()
    for pid in map(int, children):
        _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (size_bytes, hard))
