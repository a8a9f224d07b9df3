"""Whoever waits for a second person finds words to send, for what waits as a whole."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from market.actions.ledger.move_kinds import ProposeMove
from market.actions.ledger.moves import propose_move
from market.domain.ledger.account import AccountRef
from market.domain.ledger.moves import MoveKind
from market.domain.people import Role
from market.extensions import unit_of_work
from tests import factories
from tests.market_day import FLOAT_MINOR, LATER, Day, close, count, open_day
from tests.people import make_person, sign_in

one_database = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


@pytest.fixture
def day(app: Flask) -> Day:
    """The float is back in the safe, and two moves of it wait."""
    with app.app_context():
        day = open_day()
        with unit_of_work() as work:
            count(work, day)
        with unit_of_work() as work:
            close(work, day)
        with unit_of_work() as work:
            other = factories.make_holder(work, day.community)
            for amount_minor in (60_00, 40_00):
                move = ProposeMove(
                    community_id=day.community.id,
                    kind=MoveKind.HAND_OVER,
                    amount_minor=amount_minor,
                    note=f"信封 {amount_minor}",
                    source=AccountRef.cash_safe(day.custodian.id),
                    target=AccountRef.cash_safe(other.id),
                )
                assert amount_minor < FLOAT_MINOR
                propose_move(work, move, by_id=day.cast.treasurer.id, now=LATER)
    return day


@one_database
def test_the_list_of_moves_asks_for_all_that_wait(client: FlaskClient, day: Day) -> None:
    sign_in(client, day.cast.treasurer)
    address = f"/desk/{day.community.slug}/moves"
    assert "各位老师，有 2 笔资金调拨共 ¥100 等您复核：http://" in client.get(address).text
    assert "等您复核：http" not in client.get(f"{address}?show=all").text


@one_database
def test_where_only_one_other_may_approve_she_is_asked_by_name(
    app: Flask, client: FlaskClient
) -> None:
    with app.app_context(), unit_of_work() as work:
        here = factories.make_community(work)
        one = make_person(work, here, Role.TREASURER, name="蔡小务")
        make_person(work, here, Role.REVIEWER, name="张三")
        lender = factories.make_party(work, here, kind="person")
        safe = factories.make_holder(work, here)
        move = ProposeMove(
            community_id=here.id,
            kind=MoveKind.CASH_ADVANCED,
            amount_minor=50_00,
            note="备用金",
            party_id=lender.id,
            target=AccountRef.cash_safe(safe.id),
        )
        propose_move(work, move, by_id=one.id, now=LATER)
    sign_in(client, one)
    page = client.get(f"/desk/{here.slug}/moves").text
    assert "张三老师，有 1 笔资金调拨共 ¥50 等您复核" in page
