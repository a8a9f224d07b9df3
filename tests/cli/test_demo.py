"""`flask demo`: an empty database becomes a neighbourhood in which everything can be looked at."""

from __future__ import annotations

import re

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.app import create_app
from market.config import Settings
from market.domain.proceeds.wish import WishState
from market.extensions import db, let_go_of_the_database, unit_of_work
from market.models.ledger import AuditHead
from market.models.proceeds import Wish
from market.models.sales import Closure, MarketDay, Sale, Till
from tests import factories
from tests.people import post
from tests.rehearsal import exported

one_database = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=list(arguments))


@pytest.fixture
def said(app: Flask) -> str:
    """What the command prints on an empty database."""
    result = run(app, "demo")
    assert result.exit_code == 0, (result.output, result.exception)
    return result.output


def head(app: Flask) -> tuple[int, bytes]:
    with app.app_context(), Session(db.engine) as session:
        row = session.execute(select(AuditHead.number, AuditHead.hash)).one()
        return row.number, row.hash


def test_the_demos_books_hold(app: Flask, said: str) -> None:
    assert "who may sign in" in said
    checked = run(app, "check-ledger")
    assert checked.exit_code == 0, checked.output
    assert "WRONG" not in checked.output
    with app.app_context(), Session(db.engine) as session:
        community_id = session.scalars(select(AuditHead.community_id)).one()
        # Outside, beancount comes to the same balances.
        assert exported(community_id).vouchers


def test_a_second_run_says_the_same_and_writes_nothing(app: Flask, said: str) -> None:
    before = head(app)
    again = run(app, "demo")
    assert (again.exit_code, again.output) == (0, said)
    assert (run(app, "demo", "--if-empty").exit_code, head(app)) == (0, before)


@one_database
@pytest.mark.usefixtures("said")
def test_there_is_a_wish_in_every_state_a_market_behind_one_open_and_one_to_come(
    app: Flask,
) -> None:
    with app.app_context(), Session(db.engine) as session:
        states = set(session.scalars(select(Wish.state)))
        markets = session.execute(
            select(
                MarketDay.name, func.count(Till.id.distinct()), func.count(Closure.id.distinct())
            )
            .outerjoin(Till, Till.market_day_id == MarketDay.id)
            .outerjoin(Closure, Closure.till_id == Till.id)
            .group_by(MarketDay.id, MarketDay.name)
            .order_by(MarketDay.held_on)
        )
        assert [tuple(row[1:]) for row in markets] == [(2, 3), (2, 0), (0, 0)]
        assert (session.scalar(select(func.count(Sale.id))) or 0) > 50
    assert states == {str(state) for state in WishState}


@one_database
def test_everybody_it_names_can_sign_in_with_the_password_it_prints(app: Flask, said: str) -> None:
    usernames = re.findall(r"^  ([a-z]+) +\S+  \S", said, re.MULTILINE)
    [password] = re.findall(r"password: (\S+)", said)
    assert len(usernames) == 7
    for username in usernames:
        client = app.test_client()
        entered = post(client, "/sign-in", {"username": username, "password": password})
        assert entered.status_code == 303, username
        assert client.get("/me").status_code == 200


@one_database
def test_it_leaves_a_database_alone_that_holds_something_else(app: Flask) -> None:
    with app.app_context(), unit_of_work() as session:
        factories.make_community(session)
    before = head(app)
    refused = run(app, "demo")
    assert refused.exit_code == 1
    assert "not empty" in refused.output
    assert (run(app, "demo", "--if-empty").exit_code, head(app)) == (0, before)


@one_database
def test_it_has_no_place_in_production(database_url: str) -> None:
    settings = Settings(
        database_url=database_url,
        secret_key="only for tests, only for tests, only",
        production=True,
        trusted_hosts=("market.example",),
    )
    app = create_app(settings)
    refused = run(app, "demo")
    assert refused.exit_code == 1
    assert "production" in refused.output
    with app.app_context(), Session(db.engine) as session:
        assert session.scalar(select(func.count(MarketDay.id))) == 0
    with app.app_context():
        let_go_of_the_database()
