"""Connections to PostgreSQL: dead ones are replaced, questions travel once."""

from __future__ import annotations

import time
from typing import Any

import pytest
from flask import Flask
from psycopg import sql
from sqlalchemy import event, text

from market import extensions
from market.extensions import db, reading, unit_of_work
from tests.postgres import Postgres

only_postgresql = pytest.mark.parametrize("databases", ["postgresql"], indirect=True)


@only_postgresql
def test_connections_that_died_while_nobody_came_are_replaced(
    app: Flask, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extensions, "SURELY_ALIVE_SECONDS", 0.05)
    with app.app_context():
        with unit_of_work() as session:
            database = session.execute(text("SELECT current_database()")).scalar_one()
        assert reading().scalar(text("SELECT 1")) == 1
        db.session.remove()
        kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = {}"
        postgres.execute(sql.SQL(kill).format(sql.Literal(database)))
        time.sleep(0.1)
        assert reading().scalar(text("SELECT 1")) == 1
        with unit_of_work() as session:
            assert session.scalar(text("SELECT 1")) == 1


@only_postgresql
def test_a_question_of_a_request_opens_no_transaction(app: Flask) -> None:
    with app.app_context():
        asked = text("SELECT pg_backend_pid(), pg_current_xact_id_if_assigned(), now()")
        first, second = reading().execute(asked).one(), reading().execute(asked).one()
        # The moment a transaction began: two statements of one would tell the same.
        assert first[0] == second[0]
        assert first[2] < second[2]


def test_a_unit_of_work_is_one_transaction(app: Flask) -> None:
    begun: list[Any] = []
    with app.app_context():
        event.listen(db.engine, "begin", begun.append)
        with unit_of_work() as session:
            session.execute(text("SELECT 1"))
            session.execute(text("SELECT 1"))
        assert len(begun) == 1
        with unit_of_work() as session:
            isolation = session.connection().get_isolation_level()
    assert isolation in {"READ COMMITTED", "SERIALIZABLE"}
