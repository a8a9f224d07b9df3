"""32 processes pay the same debt at the same moment: it is paid once, and the books hold."""

from __future__ import annotations

from flask import Flask
from sqlalchemy.orm import Session

from market.actions.ledger.moves import DecideMove, decide_move
from market.domain.ledger.moves import MoveKind
from market.domain.people import Role
from market.extensions import db, unit_of_work
from market.queries.ledger.check import check_community
from market.web.retries import persistently
from tests.market_day import LATER, balance, make_day
from tests.moves import propose, safe, sign
from tests.people import make_person
from tests.race import RUNNERS, Task, runners
from tests.refunds import closed_sale

DEBT_MINOR = 48_00


def pay(task: Task) -> None:
    """What the application does when somebody lets a payout go."""

    def paid() -> None:
        with unit_of_work() as session:
            command = DecideMove(
                community_id=task.community_id, move_id=task.proposal_id, approved=True
            )
            decide_move(session, command, by_id=task.by_id, now=LATER)

    persistently(paid)


def test_a_debt_that_many_processes_pay_at_once_is_paid_once(app: Flask, database_url: str) -> None:
    with app.app_context():
        with unit_of_work() as session:
            day = make_day(session)
            closed_sale(session, day, day.scarf)
            given = {"party_id": day.weaver.id, "source": safe(day)}
            tasks = []
            for number in range(RUNNERS):
                move = propose(
                    session, day, MoveKind.PAYOUT, DEBT_MINOR, note=f"第{number}次", **given
                )
                sign(session, day, move)
                by = make_person(session, day.community, Role.REVIEWER)
                tasks.append(Task(day.community.id, day.wishes.id, move.id, by.id))
        with runners(database_url, pay) as race:
            assert race(tasks) == 1
        with Session(db.engine) as session:
            assert balance(session, day, f"payable:{day.weaver.id}") == 0
            found = check_community(session, day.community.id)
            assert [one for one in found if not one.holds] == []
