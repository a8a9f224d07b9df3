"""`flask check-ledger`: a line for each property, and an exit status whoever runs it can act on."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import create_engine, text

from market.extensions import unit_of_work
from tests.books import busy_day
from tests.databases import Databases
from tests.factories import make_community
from tests.market_day import Day


@pytest.fixture
def day(app: Flask) -> Day:
    with app.app_context(), unit_of_work() as work:
        return busy_day(work)


def test_it_says_of_every_property_that_it_holds(app: Flask, day: Day) -> None:
    answer = app.test_cli_runner().invoke(args=["check-ledger"])
    assert answer.exit_code == 0
    lines = answer.stdout.splitlines()
    assert lines[0] == f"{day.community.slug}:"
    assert len(lines) > 20
    assert all(line.lstrip().startswith("ok ") for line in lines[1:])
    assert "traces_sum: each receipt's trace sums to its net" in answer.stdout


def test_it_says_what_is_wrong_and_leaves_with_one(
    app: Flask, day: Day, database_url: str, databases: Databases
) -> None:
    engine = create_engine(databases.owner_url(database_url))
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE account SET balance_minor = balance_minor + 1 WHERE code = :code"),
            {"code": f"payable:{day.weaver.id}"},
        )
    engine.dispose()
    answer = app.test_cli_runner().invoke(args=["check-ledger"])
    assert answer.exit_code == 1
    assert "WRONG  balances_replayed" in answer.stdout
    assert f"account payable:{day.weaver.id}" in answer.stdout
    assert "WRONG  both_sides_agree" in answer.stdout
    assert "ok     vouchers_balance" in answer.stdout


def test_one_community_is_checked_by_its_name(app: Flask, day: Day) -> None:
    with app.app_context(), unit_of_work() as work:
        other = make_community(work)
    runner = app.test_cli_runner()
    both = runner.invoke(args=["check-ledger"])
    assert f"{other.slug}:" in both.stdout
    assert f"{day.community.slug}:" in both.stdout
    one = runner.invoke(args=["check-ledger", "--community", other.slug])
    assert one.exit_code == 0
    assert day.community.slug not in one.stdout
    none = runner.invoke(args=["check-ledger", "--community", "nowhere"])
    assert none.exit_code == 1
    assert "say which community" in none.output


def test_it_writes_nothing(app: Flask, day: Day) -> None:
    runner = app.test_cli_runner()
    first = runner.invoke(args=["check-ledger"])
    assert day.community.slug in first.stdout
    assert runner.invoke(args=["check-ledger"]).stdout == first.stdout
