"""A server killed in the middle of uploads: what it acknowledged is kept, what it did not comes again.

`scripts/faults server --kills 200` does the same for longer, `scripts/faults database` the second.
"""

from __future__ import annotations

from flask import Flask
from psycopg import sql

from market.app import create_app
from tests.databases import PostgresDatabases, settings_for
from tests.faults.killing import kill_databases, kill_servers
from tests.postgres import APPLICATION, postgres_server

KILLS = 4
SEED = 1


def test_nothing_is_lost_or_doubled_by_power_cuts(app: Flask, database_url: str) -> None:
    found = kill_servers(app, database_url, kills=KILLS, seed=SEED)
    assert found.toll.is_nothing, found
    assert found.toll.aside == 0
    assert found.broken > 0, "no upload was cut off: it would prove nothing"


def test_nothing_is_lost_or_doubled_when_the_database_goes() -> None:
    with postgres_server() as postgres:
        # What was written outlives its process without waiting for the disk, but it has to be written.
        role = sql.Identifier(APPLICATION)
        postgres.execute(sql.SQL("ALTER ROLE {} SET synchronous_commit = on").format(role))
        url = PostgresDatabases(postgres).fresh()
        app = create_app(settings_for(url))
        found = kill_databases(app, url, postgres, kills=KILLS, seed=SEED)
        assert found.toll.is_nothing, found
        assert found.broken > 0, "no upload was cut off: it would prove nothing"
