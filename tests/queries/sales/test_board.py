"""The tills of a market day, and what waits there."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from market.actions.sales.recording import record_sales
from market.queries.sales.board import late_sales, tills_on_board
from market.queries.sales.tills import TillState
from tests import market_day
from tests.factories import make_till
from tests.market_day import LATER, Day
from tests.preparing import questions_asked


@pytest.fixture
def day(session: Session) -> Day:
    return market_day.make_day(session)


def board(session: Session, day: Day) -> tuple[TillState, int, int, int]:
    session.flush()
    (till,) = tills_on_board(session, [day.day.id])
    return till.state, till.sales, till.due_minor, till.late


def test_a_till_goes_from_open_to_closed(session: Session, day: Day) -> None:
    assert board(session, day) == (TillState.OPEN, 0, 0, 0)
    market_day.sell_one(session, day)
    assert board(session, day) == (TillState.OPEN, 1, 15_00, 0)
    market_day.count(session, day)
    assert board(session, day)[0] is TillState.CONFIRMED
    market_day.close(session, day)
    assert board(session, day) == (TillState.CLOSED, 1, 15_00, 0)


def test_a_count_waits_for_the_second_person(session: Session, day: Day) -> None:
    market_day.count(session, day, signed=False)
    assert board(session, day)[0] is TillState.COUNTED


def test_sales_that_came_late_wait_for_a_supplement(session: Session, day: Day) -> None:
    market_day.sell_one(session, day)
    market_day.count(session, day)
    market_day.close(session, day)
    assert late_sales(session, day.community.id) == []
    late = [day.sale(), day.sale()]
    record_sales(session, day.till.id, late, received_at=LATER, by_id=day.cast.volunteer.id)
    assert board(session, day) == (TillState.CLOSED, 3, 45_00, 2)
    (waiting,) = late_sales(session, day.community.id)
    assert (waiting.market_day_id, waiting.market_day, waiting.number) == (
        day.day.id,
        day.day.name,
        2,
    )
    assert late_sales(session, day.community.id + 1) == []


def test_many_tills_are_one_question(session: Session, day: Day) -> None:
    with questions_asked() as questions:
        tills_on_board(session, [day.day.id])
    assert len(questions) == 1
    market_day.count(session, day)
    market_day.close(session, day)
    make_till(session, day.day, [day.stall], day.cast.volunteer, now=LATER)
    with questions_asked() as questions:
        assert len(tills_on_board(session, [day.day.id])) == 2
    assert len(questions) == 1
