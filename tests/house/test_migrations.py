"""The migrations make the tables that the models describe, and can be taken back."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import check, downgrade, upgrade
from sqlalchemy import inspect

from market.extensions import db
from tests.databases import Databases

MIGRATIONS = Path(__file__).parents[2] / "migrations"


def test_the_migrations_have_one_head() -> None:
    assert len(ScriptDirectory(str(MIGRATIONS)).get_heads()) == 1


def test_the_migrated_tables_are_those_of_the_models(app: Flask) -> None:
    with app.app_context():
        check()


def test_migrating_what_is_migrated_is_harmless(
    app: Flask, databases: Databases, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MIGRATION_DATABASE_URL", databases.owner_url(database_url))
    with app.app_context():
        upgrade()
        check()


def test_the_migrations_can_be_taken_back_and_made_again(
    app: Flask, databases: Databases, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MIGRATION_DATABASE_URL", databases.owner_url(database_url))
    with app.app_context():
        made = set(inspect(db.engine).get_table_names())
        downgrade(revision="base")
        left = set(inspect(db.engine).get_table_names())
        upgrade()
        made_again = set(inspect(db.engine).get_table_names())
    assert left == {"alembic_version"}
    assert made_again == made
