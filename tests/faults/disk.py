"""A disk that is really full beneath the server and its database: a small one in memory, mounted where
nobody else sees it, and filled to the last byte."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask

from market.extensions import let_go_of_the_database
from tests.bench.server import serving
from tests.faults.phone import Phone, seeded
from tests.faults.toll import Toll, toll_of
from tests.faults.wire import SYNC, Wire, run
from tests.uploads import Stall, body_of, open_stall

NOT_HERE = 77
"""What a run ends with where no disk may be mounted."""
SIZE = "256m"
MOST_SALES = 3_000
"""What was laid out for the database before the disk was full holds fewer."""
AT_ONCE = 10
_MOUNT = 'mount -t tmpfs -o "size=$1" tmpfs "$2" || exit 77; shift 2; exec "$@"'


@dataclass(frozen=True, slots=True)
class FullDisk:
    """What came of a run: sales still taken in where room had been laid out, `waited` that had to wait."""

    taken: int
    waited: int
    toll: Toll
    seconds: float

    def __str__(self) -> str:
        said = f"{self.taken} sales found room on the full disk, then {self.waited} waited for it; "
        return said + f"{self.seconds:.0f} s; {self.toll}"


def in_a_room_of_its_own(folder: Path, size: str = SIZE) -> list[str]:
    """What stands before a command that alone is to see a disk of this size at `folder`."""
    unshare = ["unshare", "--mount"]
    if os.geteuid() != 0:
        unshare += ["--user", "--map-root-user"]
    return [*unshare, "sh", "-c", _MOUNT, "sh", size, str(folder)]


def on_a_small_disk(arguments: Sequence[str]) -> int:
    """Run `python -m tests.faults` anew with the folder of a disk of its own; gives what that ends with."""
    with tempfile.TemporaryDirectory(prefix="market-disk-") as folder:
        again = [sys.executable, "-m", "tests.faults", *arguments, "--disk", folder]
        command = [*in_a_room_of_its_own(Path(folder)), *again]
        return subprocess.run(command, check=False, env=os.environ | {"TMPDIR": folder}).returncode


def may_mount(folder: Path) -> bool:
    """Whether a disk of its own may be given to a command here."""
    asked = subprocess.run(
        [*in_a_room_of_its_own(folder), "true"], check=False, capture_output=True
    )
    return asked.returncode == 0


def fill_a_disk(app: Flask, database_url: str, disk: Path, *, seed: int) -> FullDisk:
    """Serve a database that lies on this disk, and let the disk be full for a while."""
    begun = time.monotonic()
    with app.app_context():
        here = open_stall()
        let_go_of_the_database()
    with serving(database_url) as server:
        phone, waited = sell_on_a_full_disk(here, server.port, disk, seed=seed)
    toll = toll_of(app, here.day, phone.rows)
    return FullDisk(len(phone.rows) - waited - 1, waited, toll, time.monotonic() - begun)


def sell_on_a_full_disk(here: Stall, port: int, disk: Path, *, seed: int) -> tuple[Phone, int]:
    """Sell until the full disk takes no more, see what still works, make room, and send the rest.

    Gives the phone, and how many of its sales had to wait.
    """
    wire = Wire(port, here.phone.headers)
    phone = Phone(here.day, here.phone, wire.sync, lambda: datetime.now(UTC), seeded(seed))
    phone.sell(here.day.soap)
    assert run(phone.push())
    _fill(disk / "filler")
    while not phone.waiting:
        assert len(phone.rows) < MOST_SALES, "the disk is not full"
        for _ in range(AT_ONCE):
            phone.sell(here.day.soap)
        run(phone.push())
    waited = len(phone.waiting)
    status, said = run(wire.ask("POST", SYNC, body_of([phone.rows[-1].wire])))
    assert (status, b"title" in said) == (503, True), said
    for address in ("/api/v1/till", "/", "/healthz"):
        assert run(wire.ask("GET", address))[0] == 200, address
    (disk / "filler").unlink()
    assert run(phone.push()), "there is room again"
    return phone, waited


def _fill(file: Path) -> None:
    """Until not one more byte can be written."""
    with file.open("wb", buffering=0) as filler:
        for size in (2**20, 2**12, 1):
            with suppress(_Full):
                while True:
                    _write(filler.fileno(), b"0" * size)


class _Full(Exception):
    """No space left on the device."""


def _write(descriptor: int, some: bytes) -> None:
    try:
        os.write(descriptor, some)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise _Full from error
