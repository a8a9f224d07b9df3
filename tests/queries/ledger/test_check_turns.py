"""The ledger check on a day of services: it holds, counts the free ones, and finds what was changed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from market.actions.sales.turn_payment import name_turn
from market.domain.sales.turns import TurnState
from market.extensions import unit_of_work
from market.queries.ledger.check.turns import turns_are_paid_once, turns_go_step_by_step
from market.queries.ledger.check.verdict import Verdict
from tests.refunds import recorded_sale
from tests.turns import Fair, book, make_fair, step, take

GUARDED = ("turn_step", "sale_turn")


@pytest.fixture
def fair(app: Flask, databases: object) -> Fair:
    """A booked haircut, paid and not yet served; buttons sewn on for nothing; one who left."""
    del databases
    with app.app_context(), unit_of_work() as work:
        fair = make_fair(work)
        paid = book(work, fair)
        sale = recorded_sale(work, fair.day, fair.haircut)
        name_turn(work, fair.day.community.id, paid.id, sale.id)
        free = take(work, fair, fair.buttons)
        for state in (TurnState.ARRIVED, TurnState.DONE):
            step(work, fair, free, state)
        step(work, fair, take(work, fair, fair.buttons), TurnState.MISSED)
        return fair


def _without_guards(session: Session) -> None:
    for table in GUARDED:
        if session.get_bind().dialect.name == "sqlite":
            names = session.scalars(
                text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table"),
                {"table": table},
            ).all()
            for name in names:
                session.execute(text(f"DROP TRIGGER {name}"))


def _figures(verdict: Verdict) -> dict[str, object]:
    assert verdict.wrong == ()
    return dict(verdict.figures)


def test_free_turns_are_counted_and_what_is_owed_is_said(fair: Fair, session: Session) -> None:
    went = _figures(turns_go_step_by_step(session, fair.day.community.id))
    assert went == {"turns": 3, "served": 1, "of them free": 1}
    paid = _figures(turns_are_paid_once(session, fair.day.community.id))
    assert paid == {"paid": 1, "promised": 0, "owed": 0}


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("look", "change"),
    [
        (turns_go_step_by_step, "UPDATE turn_step SET ordinal = 3 WHERE state = 'done'"),
        (turns_go_step_by_step, "UPDATE turn_step SET state = 'missed' WHERE state = 'done'"),
        (turns_go_step_by_step, "UPDATE slot SET turn_id = NULL"),
        (
            turns_are_paid_once,
            "UPDATE sale_turn SET turn_id = (SELECT turn_id FROM turn_step LIMIT 1)",
        ),
        (
            turns_are_paid_once,
            "INSERT INTO sale_turn SELECT DISTINCT sale_id, number, turn_step.turn_id FROM sale_turn, turn_step",
        ),
    ],
)
def test_what_was_changed_behind_our_back_is_found(
    fair: Fair, session: Session, look: Callable[[Session, int], Verdict], change: str
) -> None:
    _without_guards(session)
    session.execute(text(change))
    assert not look(session, fair.day.community.id).holds
    session.rollback()
