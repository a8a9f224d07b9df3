"""No more room for the database: nothing is acknowledged, reading goes on, and it mends itself.

`scripts/faults disk --database postgresql` does the same with PostgreSQL on the disk, too.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import make_url

from market.extensions import let_go_of_the_database
from tests.bench.server import ONE_WORKER, serving
from tests.faults.disk import in_a_room_of_its_own, may_mount, sell_on_a_full_disk
from tests.faults.toll import toll_of
from tests.uploads import open_stall

SIZE = "16m"

pytestmark = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


def test_a_full_disk_takes_nothing_in_and_loses_nothing(
    app: Flask, database_url: str, tmp_path: Path
) -> None:
    if not may_mount(tmp_path):
        pytest.skip("nobody may mount a disk here; it takes root or a user namespace")
    with app.app_context():
        here = open_stall()
        let_go_of_the_database()
    file = Path(str(make_url(database_url).database))
    there = tmp_path / file.name
    copying = ["sh", "-c", 'cp "$1" "$2"; shift 2; exec "$@"', "sh", str(file), str(there)]
    before = [*in_a_room_of_its_own(tmp_path, SIZE), *copying]
    with serving(f"sqlite:///{there}", more=ONE_WORKER, before=before) as server:
        disk = Path(f"/proc/{server.process.pid}/root{tmp_path}")
        phone, waited = sell_on_a_full_disk(here, server.port, disk, seed=1)
        for part in disk.glob(f"{file.name}*"):
            shutil.copy(part, file.parent)
    toll = toll_of(app, here.day, phone.rows)
    assert toll.is_nothing, toll
    assert (toll.rows, toll.aside) == (len(phone.rows), 0)
    assert waited > 0
