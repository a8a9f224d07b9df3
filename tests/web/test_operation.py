"""Alive, ready, measured; and logs that say enough to help and nothing about anybody."""

from __future__ import annotations

import io
import json
import logging
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from flask import Flask, abort
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from market.actions.people import passwords
from market.app import create_app
from market.config import Settings
from market.domain.people import Role
from market.extensions import let_go_of_the_database, unit_of_work
from market.models.people import Person
from market.web import logs
from market.web.access import public
from market.web.operation import newest_migrations
from tests.databases import settings_for
from tests.factories import make_community
from tests.people import make_person, post

MIGRATIONS = Path(__file__).parents[2] / "migrations"
WORDS = "蓝色 灯笼 三月 河岸"


@pytest.fixture
def written(app: Flask) -> Iterator[io.StringIO]:
    """What the application logs from here on."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.JsonLines())
    logger = logging.getLogger(app.name)
    logger.addHandler(handler)
    yield stream
    logger.removeHandler(handler)


def lines(written: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


def test_it_is_alive_even_without_a_database(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        let_go_of_the_database()
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "alive"})
    assert "Set-Cookie" not in answer.headers


def test_it_is_ready_when_the_tables_are_those_it_was_written_for(client: FlaskClient) -> None:
    assert client.get("/readyz").json == {"status": "ready"}


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_it_is_not_ready_while_migrations_are_due(app: Flask, client: FlaskClient) -> None:
    with app.app_context(), unit_of_work() as work:
        work.execute(text("UPDATE alembic_version SET version_num = 'older'"))
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "migrations are due" in answer.text


def test_it_is_not_ready_without_a_database() -> None:
    app = create_app(settings_for("postgresql+psycopg://nobody@/nothing?host=/nowhere"))
    answer = app.test_client().get("/readyz")
    assert answer.status_code == 503
    assert "nowhere" not in answer.text


def test_the_newest_migration_is_the_one_alembic_knows() -> None:
    heads = ScriptDirectory(str(MIGRATIONS)).get_heads()
    assert newest_migrations(MIGRATIONS / "versions") == set(heads)


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("given", "status"),
    [
        (None, 401),
        ("Bearer wrong", 401),
        ("Basic c2VjcmV0", 401),
        ("Bearer 秘密".encode().decode("latin-1"), 401),
        ("Bearer secret", 200),
    ],
)
def test_the_figures_are_for_who_bears_the_token(
    database_url: str, given: str | None, status: int
) -> None:
    settings: Settings = replace(settings_for(database_url), metrics_token="secret")
    headers = {"Authorization": given} if given else {}
    answer = create_app(settings).test_client().get("/metrics", headers=headers)
    assert answer.status_code == status
    assert ("market_requests_total" in answer.text) == (status == 200)


def test_without_a_token_set_there_are_no_figures(client: FlaskClient) -> None:
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_requests_are_counted_by_their_route(database_url: str) -> None:
    app = create_app(replace(settings_for(database_url), metrics_token="secret"))
    client = app.test_client()
    client.get("/sign-in")
    client.open("/sign-in", method="BREW")
    figures = client.get("/metrics", headers={"Authorization": "Bearer secret"}).text
    counted = 'market_requests_total{endpoint="people.sign_in",method="GET",status="200"}'
    assert counted in figures
    assert "BREW" not in figures


def test_a_request_id_is_kept_if_it_is_sane_and_made_otherwise(client: FlaskClient) -> None:
    def said(given: str) -> str:
        return client.get("/healthz", headers={"X-Request-ID": given}).headers["X-Request-ID"]

    assert said("abc-123_DEF") == "abc-123_DEF"
    for odd in ("short", "x" * 65, "with space here", 'quote"quote"', ""):
        assert re.fullmatch(r"[0-9a-f]{16}", said(odd))


def test_every_request_is_one_line_of_json(client: FlaskClient, written: io.StringIO) -> None:
    answer = client.get("/sign-in", headers={"X-Request-ID": "request-1"})
    line = lines(written)[-1]
    assert answer.status_code == 200
    assert line["request"] == "request-1"
    assert (line["route"], line["method"], line["status"]) == ("/sign-in", "GET", 200)
    assert {"at", "level", "ms"} <= set(line)


def test_the_logs_know_nobody(
    app: Flask, client: FlaskClient, written: io.StringIO, caplog: pytest.LogCaptureFixture
) -> None:
    with app.app_context(), unit_of_work() as work:
        here = make_community(work)
        person = make_person(work, here, Role.TREASURER, username="wangxiaoming", name="王小明")
        person.password_hash = passwords.hash_password(WORDS)
    home = {"REMOTE_ADDR": "203.0.113.77"}
    client.environ_base.update(home)
    said = {"username": "wangxiaoming", "password": WORDS}
    post(client, "/sign-in", said | {"password": "错错错错错错错错错错"})
    assert post(client, "/sign-in", said).status_code == 303
    client.get("/me?q=王小明", headers={"User-Agent": "SomebodysPhone"})
    client.get("/join/" + "t" * 43)
    everything = written.getvalue() + "".join(map(str, (r.__dict__ for r in caplog.records)))
    assert len(lines(written)) == 4
    for secret in ("wangxiaoming", "王小明", WORDS, "203.0.113", "SomebodysPhone", "t" * 43):
        assert secret not in everything
        assert json.dumps(secret).strip('"') not in everything


@pytest.mark.own_app
@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_an_error_is_logged_by_its_class_and_place_without_what_was_typed(
    app: Flask, written: io.StringIO
) -> None:
    @public
    def broken() -> str:
        with unit_of_work() as work:
            work.add(Person(username="wangxiaoming", name="王小明"))
        return ""

    app.testing = False
    app.add_url_rule("/broken", "broken", broken)
    answer = app.test_client().get("/broken")
    assert answer.status_code == 500
    line = lines(written)[0]
    assert line["error"] == ["IntegrityError", "IntegrityError"]
    assert "test_operation.py" in str(line["where"])
    assert "王小明" not in written.getvalue()
    assert "wangxiaoming" not in written.getvalue()


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_an_error_of_the_database_does_not_repeat_what_was_to_be_written(
    session: Session,
) -> None:
    session.add(Person(username="wangxiaoming", name="王小明"))
    with pytest.raises(IntegrityError) as refusal:
        session.flush()
    assert "wangxiaoming" not in str(refusal.value)


@pytest.mark.own_app
@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_database_that_is_gone_is_a_503_in_words(app: Flask, written: io.StringIO) -> None:
    @public
    def gone() -> str:
        statement = "SELECT name"
        raise OperationalError(statement, {}, Exception("王小明"))

    app.add_url_rule("/gone", "gone", gone)
    answer = app.test_client().get("/gone")
    assert answer.status_code == 503
    assert "王小明" not in answer.text + written.getvalue()


@pytest.mark.own_app
@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_the_api_answers_problems_as_json(app: Flask) -> None:
    @public
    def broken() -> str:
        abort(413)

    app.add_url_rule("/api/v1/broken", "broken", broken)
    answer = app.test_client().get("/api/v1/broken")
    assert answer.mimetype == "application/problem+json"
    assert answer.json is not None
    assert answer.json["status"] == answer.status_code == 413
    assert app.test_client().get("/api/v1/nowhere").mimetype == "application/problem+json"


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_workers_that_share_a_folder_count_together(database_url: str, tmp_path: Path) -> None:
    worker = (
        "import os, sys\n"
        "from dataclasses import replace\n"
        "from market.app import create_app\n"
        "from tests.databases import settings_for\n"
        "settings = replace(settings_for(sys.argv[1]), metrics_token='secret')\n"
        "client = create_app(settings).test_client()\n"
        "client.get('/healthz')\n"
        "bearer = {'Authorization': 'Bearer secret'}\n"
        "print(client.get('/metrics', headers=bearer).text)\n"
    )
    environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    for number in (1, 2):
        said = subprocess.run(
            [sys.executable, "-c", worker, database_url],
            env=environment,
            cwd=MIGRATIONS.parent,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        counted = 'market_requests_total{endpoint="healthz",method="GET",status="200"}'
        assert f"{counted} {number}.0" in said
