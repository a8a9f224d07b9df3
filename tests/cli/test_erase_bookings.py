"""What bookings say of people goes after thirty days, and stays gone after a restore."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from market.extensions import db, unit_of_work
from market.models.sales import DeviceHolder, MarketDay, Turn, TurnContact
from tests.passes import make_pass, make_phone
from tests.turns import LI, WANG, Fair, open_fair, take

one_database = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


@pytest.fixture
def fair(app: Flask) -> Fair:
    """Two things were left at a market that was 31 days ago, one at another of 30 days ago."""
    today = datetime.now(UTC).date()
    with app.app_context():
        old, recent = open_fair(), open_fair()
        with unit_of_work() as work:
            for fair, whose, days in ((old, (WANG, LI), 31), (recent, (WANG,), 30)):
                for contact in whose:
                    take(work, fair, fair.mending, contact=contact)
                day = work.get_one(MarketDay, fair.day.day.id)
                day.held_on = today - timedelta(days=days)
        return old


def left(app: Flask) -> tuple[int, int]:
    """How many turns there are, and of how many we still know whose they are."""
    with app.app_context(), Session(db.engine) as session:
        return (
            len(session.scalars(select(Turn.id)).all()),
            len(session.scalars(select(TurnContact.turn_id)).all()),
        )


@pytest.mark.usefixtures("fair")
def test_the_command_erases_what_is_old_and_says_how_much(app: Flask) -> None:
    runner = app.test_cli_runner()
    assert runner.invoke(args=["erase-bookings"]).output == "Erased: 2.\n"
    assert left(app) == (3, 1)
    assert runner.invoke(args=["erase-bookings"]).output == "Erased: 0.\n"


def test_who_sold_with_which_phone_is_forgotten_too(app: Flask, fair: Fair) -> None:
    with app.app_context(), unit_of_work() as work:
        phone = make_phone(work, make_pass(work, fair.day.stall, fair.day.cast.social_worker))
    assert app.test_cli_runner().invoke(args=["erase-bookings"]).output == "Erased: 3.\n"
    with app.app_context(), Session(db.engine) as session:
        names = select(DeviceHolder.name).where(DeviceHolder.device_id == phone.device.id)
        assert session.scalars(names).all() == [""]


@one_database
@pytest.mark.usefixtures("fair")
def test_no_backup_holds_what_is_old(app: Flask, tmp_path: Path) -> None:
    done = app.test_cli_runner().invoke(args=["backup", str(tmp_path / "copy")])
    assert done.exit_code == 0, done.output
    assert left(app) == (3, 1)


@one_database
def test_what_was_erased_stays_gone_after_a_restore(app: Flask, fair: Fair, tmp_path: Path) -> None:
    runner = app.test_cli_runner()
    runner.invoke(args=["erase-bookings"])
    with app.app_context(), unit_of_work() as work:
        take(work, fair, fair.mending, contact=WANG)
        day = work.get_one(MarketDay, fair.day.day.id)
        held_on, day.held_on = day.held_on, datetime.now(UTC).date()
    file = str(tmp_path / "copy")
    runner.invoke(args=["backup", file])
    assert left(app) == (4, 2)
    _held_long_ago_in(file, fair.day.day.id, str(held_on))
    done = runner.invoke(args=["restore", file, "--replace", "--yes"])
    assert "Restored" in done.output
    assert left(app) == (4, 1)


def _held_long_ago_in(file: str, market_day_id: int, held_on: str) -> None:
    """As if the copy lay on a shelf for a month."""
    import sqlite3  # noqa: PLC0415 - a copy is looked into here alone

    with sqlite3.connect(file) as copy:
        copy.execute("UPDATE market_day SET held_on = ? WHERE id = ?", (held_on, market_day_id))
