"""Kill servers, databases and browsers as often as asked for, and say what it has cost.

scripts/faults server --kills 200                          the server, phones uploading
scripts/faults server --kills 200 --database postgresql
scripts/faults database --kills 50                         PostgreSQL itself, beneath the server
scripts/faults browser --kills 50                          Chromium with a full outbox
scripts/faults offline --sales 2000                        nobody: three days offline in Chromium
scripts/faults disk --database postgresql                  the room on the disk of server and database
scripts/faults server --kills 200 --seed 7                 the same choices as a run that said so

It fails unless 0 are lost, 0 doubled and 0 unbalanced.
"""

from __future__ import annotations

import argparse
import secrets
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import sync_playwright

from market.app import create_app
from tests.bench.houses import houses
from tests.databases import PostgresDatabases, settings_for
from tests.faults.browsers import KilledBrowsers, kill_browsers
from tests.faults.disk import FullDisk, fill_a_disk, on_a_small_disk
from tests.faults.killing import Killed, kill_databases, kill_servers
from tests.faults.offline import DaysOffline, sell_offline
from tests.postgres import postgres_server

KINDS = ("sqlite", "postgresql")


def main() -> int:
    """1 if anything was lost, doubled or does not balance."""
    given = _arguments()
    if given.what == "disk" and given.disk is None:
        return on_a_small_disk(sys.argv[1:])
    seed = secrets.randbelow(10**6) if given.seed is None else given.seed
    kind = "postgresql" if given.what == "database" else given.database
    lengths = {"offline": f"--sales {given.sales} ", "disk": ""}
    length = lengths.get(given.what, f"--kills {given.kills} ")
    sys.stdout.write(f"{given.what}, {kind}, {length}--seed {seed}\n")
    sys.stdout.flush()
    runs: dict[str, Callable[[], Killed | KilledBrowsers | DaysOffline | FullDisk]] = {
        "server": lambda: _servers(given.database, given.kills, seed),
        "database": lambda: _databases(given.kills, seed),
        "browser": lambda: _browsers(given.database, given.kills, seed),
        "offline": lambda: _offline(given.database, given.sales, seed),
        "disk": lambda: _disk(given.database, given.disk, seed),
    }
    found = runs[given.what]()
    sys.stdout.write(f"{found}\n")
    return 0 if found.toll.is_nothing else 1


def _servers(kind: str, kills: int, seed: int) -> Killed:
    with houses([kind]) as [house]:
        url = house.url()
        return kill_servers(create_app(settings_for(url)), url, kills=kills, seed=seed, told=_say)


def _databases(kills: int, seed: int) -> Killed:
    with postgres_server(durable=True) as postgres:
        url = PostgresDatabases(postgres).fresh()
        app = create_app(settings_for(url))
        return kill_databases(app, url, postgres, kills=kills, seed=seed, told=_say)


def _browsers(kind: str, kills: int, seed: int) -> KilledBrowsers:
    with (
        houses([kind]) as [house],
        tempfile.TemporaryDirectory(prefix="market-profile-") as profile,
        sync_playwright() as driver,
    ):
        url = house.url()
        app = create_app(settings_for(url))
        return kill_browsers(app, url, driver, Path(profile), kills=kills, seed=seed, told=_say)


def _offline(kind: str, sales: int, seed: int) -> DaysOffline:
    with (
        houses([kind]) as [house],
        tempfile.TemporaryDirectory(prefix="market-profile-") as profile,
        sync_playwright() as driver,
    ):
        url = house.url()
        app = create_app(settings_for(url))
        return sell_offline(app, url, driver, Path(profile), sales=sales, seed=seed)


def _disk(kind: str, disk: Path, seed: int) -> FullDisk:
    with houses([kind]) as [house]:
        url = house.url()
        return fill_a_disk(create_app(settings_for(url)), url, disk, seed=seed)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/faults", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument(
        "what",
        choices=("server", "database", "browser", "offline", "disk"),
        help="what is killed, or cut off",
    )
    parser.add_argument("--kills", type=int, default=20, help="how often")
    parser.add_argument("--sales", type=int, default=200, help="how many are sold offline")
    parser.add_argument("--database", choices=KINDS, default="sqlite")
    parser.add_argument("--disk", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--seed", type=int, help="makes the same choices again")
    return parser.parse_args()


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")


if __name__ == "__main__":
    sys.exit(main())
