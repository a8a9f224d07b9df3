"""A backup is taken while people sell, and a restore is drilled before anybody needs it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, inspect, make_url, select, table, update
from sqlalchemy.orm import Session

from market.actions.people.joining import join_as_known
from market.actions.people.links import LinkSpent, invite
from market.actions.sales.moving import MoveCash, pay_out
from market.app import create_app
from market.cli.backup import postgresql
from market.config import ROOT
from market.domain.people import Role
from market.extensions import db, let_go_of_the_database, unit_of_work
from market.models.ledger import AuditEvent, AuditHead
from market.models.sales import Sale
from tests.books import busy_day
from tests.databases import Databases, settings_for
from tests.factories import NOW
from tests.market_day import Day, open_day, sell_one
from tests.people import sign_in

LATER_MIGRATION = """
from alembic import op

revision = "0002_after"
down_revision = "{last}"


def upgrade():
    op.execute("CREATE TABLE came_later (id integer)")
"""


@dataclass(frozen=True, slots=True)
class Installation:
    """An application with a database, and who owns the database's tables."""

    app: Flask
    owner_url: str

    def run(self, *arguments: str, typed: str | None = None) -> Result:
        return self.app.test_cli_runner().invoke(
            args=list(arguments), input=typed, env={"MIGRATION_DATABASE_URL": self.owner_url}
        )

    def counts(self) -> dict[str, int]:
        """How many rows each table has."""
        with self.app.app_context(), Session(db.engine) as session:
            return {
                name: session.scalar(select(func.count()).select_from(table(name))) or 0
                for name in inspect(db.engine).get_table_names()
            }

    def head(self) -> tuple[int, str]:
        """The newest link of the one community's chain."""
        with self.app.app_context(), Session(db.engine) as session:
            number, kept = session.execute(select(AuditHead.number, AuditHead.hash)).one()
            return number, kept.hex()


@pytest.fixture
def here(app: Flask, databases: Databases, database_url: str) -> Installation:
    return Installation(app, databases.owner_url(database_url))


@pytest.fixture
def there(databases: Databases) -> Iterator[Installation]:
    """An empty installation beside the first one, to restore into."""
    url = databases.fresh()
    app = create_app(settings_for(url))
    yield Installation(app, databases.owner_url(url))
    with app.app_context():
        let_go_of_the_database()
    databases.drop(url)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "market.backup"


def keep_books(here: Installation) -> None:
    """A market day with one of everything, written."""
    with here.app.app_context(), unit_of_work() as session:
        busy_day(session)


def told_head(result: Result) -> tuple[int, str]:
    """The one chain head that a command told."""
    [(number, kept)] = re.findall(r"chain head (\d+) ([0-9a-f]{64})$", result.output, re.MULTILINE)
    return int(number), kept


@contextmanager
def selling(app: Flask, day: Day) -> Iterator[None]:
    """Somebody sells, and pays a fen out of the box, over and over as long as the block runs."""
    begun, stop = Event(), Event()
    sold: list[int] = []

    def work() -> None:
        while not stop.is_set():
            now = NOW + timedelta(seconds=len(sold))
            command = MoveCash(
                community_id=day.community.id, till_id=day.till.id, amount_minor=1, note="找零"
            )
            with app.app_context(), unit_of_work() as session:
                sell_one(session, day, now=now)
                pay_out(session, command, by_id=day.cast.volunteer.id, now=now)
            sold.append(1)
            if len(sold) == 3:
                begun.set()

    seller = Thread(target=work)
    seller.start()
    try:
        assert begun.wait(timeout=30)
        already = len(sold)
        yield
        assert len(sold) > already, "nobody was able to sell meanwhile"
    finally:
        stop.set()
        seller.join()


def test_a_copy_taken_while_people_sell_is_one_moment_of_the_books(
    here: Installation, there: Installation, file: Path
) -> None:
    with here.app.app_context():
        day = open_day()
    with selling(here.app, day):
        before = here.counts()
        taken = here.run("backup", str(file))
        after = here.counts()
    restored = there.run("restore", str(file))
    assert (taken.exit_code, restored.exit_code) == (0, 0), taken.output + restored.output
    assert list(file.parent.iterdir()) == [file]
    now = there.counts()
    # Each sale of this day went with one payment: a copy of one moment has as many of both.
    assert before["sale"] <= now["sale"] <= after["sale"]
    assert now["till_move"] == now["sale"]
    number, kept = told_head(taken)
    assert there.head() == told_head(restored) == (number, kept)
    with here.app.app_context(), Session(db.engine) as session:
        event = select(AuditEvent.hash).where(AuditEvent.number == number)
        assert session.scalars(event).one().hex() == kept


def test_what_is_restored_is_what_was_copied(
    here: Installation, there: Installation, file: Path
) -> None:
    keep_books(here)
    assert here.run("backup", str(file)).exit_code == 0
    restored = there.run("restore", str(file))
    assert restored.exit_code == 0, restored.output
    assert "WRONG" not in restored.output
    assert restored.output.count("  ok  ") > 15
    assert there.counts() == here.counts()
    assert there.head() == here.head() == told_head(restored)


def test_people_can_go_on_in_what_was_restored(
    here: Installation, there: Installation, file: Path
) -> None:
    with here.app.app_context():
        day = open_day()
    here.run("backup", str(file))
    there.run("restore", str(file))
    with there.app.app_context(), unit_of_work() as session:
        sell_one(session, day)
    with there.app.app_context(), Session(db.engine) as session:
        assert session.scalar(select(func.count(Sale.id))) == 1


def test_a_full_database_is_replaced_only_when_told_and_asked(
    here: Installation, there: Installation, file: Path
) -> None:
    keep_books(here)
    here.run("backup", str(file))
    with there.app.app_context():
        open_day()
    kept = there.head()
    untold = there.run("restore", str(file))
    assert untold.exit_code == 1
    assert "--replace" in untold.output
    unsure = there.run("restore", "--replace", str(file), typed="n\n")
    assert unsure.exit_code == 1
    assert there.head() == kept
    sure = there.run("restore", "--replace", str(file), typed="y\n")
    assert sure.exit_code == 0, sure.output
    assert there.head() == here.head()
    assert there.run("restore", "--replace", "--yes", str(file)).exit_code == 0


def test_a_damaged_copy_changes_nothing(
    here: Installation, there: Installation, file: Path
) -> None:
    keep_books(here)
    here.run("backup", str(file))
    with there.app.app_context():
        open_day()
    kept = there.counts()
    whole = file.read_bytes()
    for damaged in (whole[: len(whole) // 2], b"date,time,receipt\n", b""):
        file.write_bytes(damaged)
        refused = there.run("restore", "--replace", "--yes", str(file))
        assert refused.exit_code == 1
        assert file.name in refused.output
    assert there.counts() == kept


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_restore_fails_where_the_ledger_does_not_hold(
    here: Installation, there: Installation, file: Path
) -> None:
    keep_books(here)
    with here.app.app_context(), unit_of_work() as session:
        session.execute(update(AuditHead).values(hash=bytes(32)))
    here.run("backup", str(file))
    restored = there.run("restore", str(file))
    assert restored.exit_code == 1
    assert "WRONG" in restored.output


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_sessions_and_links_that_stood_in_the_copy_are_dead(
    here: Installation, there: Installation, file: Path
) -> None:
    with here.app.app_context():
        day = open_day()
    here_client, there_client = here.app.test_client(), there.app.test_client()
    sign_in(here_client, day.cast.administrator)
    with here.app.app_context(), unit_of_work() as session:
        invite(
            session,
            b"\1" * 32,
            [Role.VOLUNTEER],
            community_id=day.community.id,
            by_id=day.cast.administrator.id,
            now=datetime.now(UTC),
        )
    with here_client.session_transaction() as cookie:
        carried = dict(cookie)
    assert here_client.get("/me").status_code == 200
    here.run("backup", str(file))
    there.run("restore", str(file))
    with there_client.session_transaction() as cookie:
        cookie.update(carried)
    assert there_client.get("/me").status_code == 303
    with there.app.app_context(), unit_of_work() as session, pytest.raises(LinkSpent):
        join_as_known(session, b"\1" * 32, day.cast.auditor.id, now=datetime.now(UTC))


def test_an_older_copy_is_brought_up_to_date(
    here: Installation,
    there: Installation,
    file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keep_books(here)
    here.run("backup", str(file))
    folder = tmp_path / "migrations"
    shutil.copytree(ROOT / "migrations", folder, ignore=shutil.ignore_patterns("__pycache__"))
    last = sorted((folder / "versions").glob("*.py"))[-1]
    revision = re.findall(r"^revision = ['\"](.+)['\"]", last.read_text(), re.MULTILINE)[0]
    (folder / "versions" / "later.py").write_text(LATER_MIGRATION.format(last=revision))
    monkeypatch.setattr(there.app.extensions["migrate"].migrate, "directory", str(folder))
    restored = there.run("restore", str(file))
    assert restored.exit_code == 0, restored.output
    assert "came_later" in there.counts()


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_a_missing_program_is_named(
    here: Installation, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(postgresql, "INSTALLED", file.parent)
    refused = here.run("backup", str(file))
    assert refused.exit_code == 1
    assert "pg_dump is not installed" in refused.output
    assert list(file.parent.iterdir()) == []


def test_a_copy_of_another_kind_of_database_is_named_as_such(
    there: Installation, file: Path
) -> None:
    for begins in (b"SQLite format 3\0", b"PGDMP"):
        file.write_bytes(begins + bytes(100))
        refused = there.run("restore", str(file))
        assert refused.exit_code == 1
        assert file.name in refused.output


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_copy_does_not_take_the_place_of_the_database_itself(
    here: Installation, database_url: str
) -> None:
    with here.app.app_context():
        open_day()
    refused = here.run("backup", str(make_url(database_url).database))
    assert refused.exit_code == 1
    assert here.counts()["till"] == 1
