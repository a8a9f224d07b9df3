"""Turns on the spot: numbers, what is left, childcare; each step a row that stays."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from market.actions.sales.turns import (
    MovedMeanwhile,
    NotByNumbers,
    PromiseTooEarly,
    ServiceNotOpen,
    Taker,
    promise_turn,
    step_back,
)
from market.domain.sales.turns import (
    GuardianNotHere,
    StepOutOfOrder,
    TagDiffers,
    TurnState,
    TwoVolunteersNeeded,
)
from market.extensions import unit_of_work
from market.models.sales import MarketOpening, Turn, TurnContact, TurnCount, TurnStep
from market.queries.sales.served import queues_of, served_people
from market.queries.sales.services import NoSuchService
from market.queries.sales.turns import NoSuchTurn, steps_of, turn_now, turns_at
from tests import factories
from tests.factories import NOW
from tests.turns import LI, WANG, Fair, make_fair, new_id, open_fair, step, take

TWO = {"first_name": "宝妈甲", "second_name": "宝妈乙", "guardian_here": True}


@pytest.fixture
def fair(session: Session) -> Fair:
    return make_fair(session)


def test_numbers_run_by_device_and_service(session: Session, fair: Fair) -> None:
    phone = Taker(device_id=fair.day.device.id)
    labels = [
        take(session, fair, fair.buttons).label,
        take(session, fair, fair.buttons).label,
        take(session, fair, fair.buttons, taker=phone).label,
        take(session, fair, fair.care).label,
    ]
    letter = fair.day.device.letter
    assert labels == ["B1", "B2", f"{letter}1", "B1"]


def test_the_same_page_sent_again_gives_the_same_number(session: Session, fair: Fair) -> None:
    turn_id = new_id()
    first = take(session, fair, fair.buttons, turn_id=turn_id)
    assert take(session, fair, fair.buttons, turn_id=turn_id).label == first.label
    assert len(turns_at(session, fair.buttons.id)) == 1


def test_a_number_is_called_and_served(session: Session, fair: Fair) -> None:
    turn = take(session, fair, fair.buttons)
    assert turn.state is TurnState.WAITING
    step(session, fair, turn, TurnState.ARRIVED)
    assert step(session, fair, turn, TurnState.DONE).state is TurnState.DONE
    said = [(row.state, row.by) for row in steps_of(session, turn.id)]
    assert said == [(TurnState.ARRIVED, "宝妈甲"), (TurnState.DONE, "宝妈甲")]


def test_a_second_tap_changes_nothing_and_a_late_one_is_told(session: Session, fair: Fair) -> None:
    turn = take(session, fair, fair.buttons)
    step(session, fair, turn, TurnState.ARRIVED, seen=0)
    step(session, fair, turn, TurnState.ARRIVED, seen=0)
    assert len(steps_of(session, turn.id)) == 1
    with pytest.raises(MovedMeanwhile):
        step(session, fair, turn, TurnState.MISSED, seen=0)


def test_steps_come_in_their_order(session: Session, fair: Fair) -> None:
    turn = take(session, fair, fair.buttons)
    for state in (TurnState.DONE, TurnState.COLLECTED, TurnState.CANCELLED):
        with pytest.raises(StepOutOfOrder):
            step(session, fair, turn, state)
    step(session, fair, turn, TurnState.MISSED)
    assert step(session, fair, turn, TurnState.ARRIVED).state is TurnState.ARRIVED


def test_a_slip_is_taken_back_by_one_more_row(session: Session, fair: Fair) -> None:
    turn = take(session, fair, fair.buttons)
    step(session, fair, turn, TurnState.MISSED)
    here = fair.day.community.id
    back = step_back(session, here, turn.id, 1, fair.taker, now=NOW)
    assert (back.state, back.seen) == (TurnState.WAITING, 2)
    with pytest.raises(StepOutOfOrder):
        step_back(session, here, turn.id, 2, fair.taker, now=NOW)


def test_what_is_left_is_given_to_whoever_shows_the_other_half(
    session: Session, fair: Fair
) -> None:
    turn = take(session, fair, fair.mending, contact=WANG)
    assert turn.two_part_tag == f"{turn.label}-{turn.tag}"
    assert len(turn.tag) == 3
    step(session, fair, turn, TurnState.DONE)
    for wrong in ("", "000", turn.label):
        with pytest.raises(TagDiffers):
            step(session, fair, turn, TurnState.COLLECTED, tag=wrong)
    done = step(session, fair, turn, TurnState.COLLECTED, tag=turn.two_part_tag.lower())
    assert done.state is TurnState.COLLECTED


def test_a_lost_tag_takes_two_volunteers_who_answer_for_it(session: Session, fair: Fair) -> None:
    turn = take(session, fair, fair.mending, contact=WANG)
    step(session, fair, turn, TurnState.DONE)
    with pytest.raises(TwoVolunteersNeeded):
        step(session, fair, turn, TurnState.COLLECTED, tag_lost=True, first_name="宝妈甲")
    step(session, fair, turn, TurnState.COLLECTED, tag_lost=True, **TWO)
    last = steps_of(session, turn.id)[-1]
    assert (last.tag_lost, last.first_name, last.second_name) == (True, "宝妈甲", "宝妈乙")


def test_where_no_tag_is_asked_for_none_is_lost(session: Session, fair: Fair) -> None:
    turn = take(session, fair, fair.buttons)
    step(session, fair, turn, TurnState.ARRIVED, tag_lost=True)
    [said] = steps_of(session, turn.id)
    assert (said.tag_lost, said.first_name) == (False, "")


def test_a_thing_taken_back_undone_forgets_whose_it_was(session: Session, fair: Fair) -> None:
    turn = take(session, fair, fair.mending, contact=WANG)
    step(session, fair, turn, TurnState.CANCELLED)
    assert session.get(TurnContact, turn.id) is None


def test_childcare_takes_a_guardian_two_volunteers_and_the_tag(
    session: Session, fair: Fair
) -> None:
    child = take(session, fair, fair.care)
    with pytest.raises(GuardianNotHere):
        step(session, fair, child, TurnState.ARRIVED, **{**TWO, "guardian_here": False})
    for second in ("", "宝妈甲", " 宝妈甲 "):
        with pytest.raises(TwoVolunteersNeeded):
            step(session, fair, child, TurnState.ARRIVED, **{**TWO, "second_name": second})
    step(session, fair, child, TurnState.ARRIVED, **TWO)
    with pytest.raises(StepOutOfOrder):
        step_back(session, fair.day.community.id, child.id, 1, fair.taker, now=NOW)
    with pytest.raises(TagDiffers):
        step(session, fair, child, TurnState.DONE, **TWO, tag="000")
    step(session, fair, child, TurnState.DONE, **TWO, tag=child.tag)
    names = [(row.first_name, row.second_name) for row in steps_of(session, child.id)]
    assert names == [("宝妈甲", "宝妈乙")] * 2


def test_numbers_are_for_the_day_itself(session: Session, fair: Fair) -> None:
    with pytest.raises(NotByNumbers):
        take(session, fair, fair.haircut)
    with pytest.raises(ServiceNotOpen):
        take(session, fair, fair.day.repair)
    fair.buttons.retired_at = NOW
    with pytest.raises(ServiceNotOpen):
        take(session, fair, fair.buttons)


def test_a_phone_of_another_day_gives_no_numbers(session: Session, fair: Fair) -> None:
    other = factories.make_market_day(session, fair.day.community, fair.day.cast.social_worker)
    phone = factories.make_device(session, other, fair.day.cast.volunteer)
    with pytest.raises(ServiceNotOpen):
        take(session, fair, fair.buttons, taker=Taker(device_id=phone.id))


def test_another_community_has_no_such_turn(session: Session, fair: Fair) -> None:
    turn = take(session, fair, fair.buttons)
    elsewhere = factories.make_community(session)
    with pytest.raises(NoSuchTurn):
        turn_now(session, elsewhere.id, turn.id)
    with pytest.raises(NoSuchService):
        fair.service(session, fair.day.soap)


def test_who_waits_and_who_was_served_is_counted(session: Session, fair: Fair) -> None:
    served, waiting = take(session, fair, fair.buttons), take(session, fair, fair.buttons)
    step(session, fair, served, TurnState.ARRIVED)
    step(session, fair, served, TurnState.DONE)
    left = take(session, fair, fair.mending, contact=LI)
    step(session, fair, left, TurnState.DONE)
    found = queues_of(session, fair.day.day.id)
    assert (found[fair.buttons.id].waiting, found[fair.buttons.id].served) == (1, 1)
    assert served_people(session, fair.day.day.id) == (2, 1)
    assert waiting.state is TurnState.WAITING


def test_every_change_makes_a_page_of_turns_older(session: Session, fair: Fair) -> None:
    def changes() -> int:
        return session.scalars(select(TurnCount.changes)).one()

    before = changes()
    turn = take(session, fair, fair.buttons)
    step(session, fair, turn, TurnState.ARRIVED)
    assert changes() == before + 2


def test_a_promised_day_is_kept_with_who_promised_it(session: Session, fair: Fair) -> None:
    turn = take(session, fair, fair.mending)
    here, by_id = fair.day.community.id, fair.day.cast.volunteer.id
    today = date(2026, 11, 21)
    with pytest.raises(PromiseTooEarly):
        promise_turn(session, here, turn.id, date(2026, 11, 20), by_id=by_id, today=today, now=NOW)
    for due in (date(2026, 11, 28), date(2026, 11, 30)):
        promise_turn(session, here, turn.id, due, by_id=by_id, today=today, now=NOW)
    assert turn_now(session, here, turn.id).due_on == date(2026, 11, 30)


def test_turns_and_their_steps_only_grow(app: Flask) -> None:
    with app.app_context():
        fair = open_fair()
        with unit_of_work() as work:
            turn = take(work, fair, fair.buttons)
            step(work, fair, turn, TurnState.ARRIVED)
        for statement in (
            delete(TurnStep),
            delete(Turn),
            update(TurnStep).values(state="done"),
            update(Turn).values(label="Z9"),
        ):
            with pytest.raises(DatabaseError), unit_of_work() as work:
                work.execute(statement)


def test_a_market_that_is_not_open_gives_no_numbers(session: Session, fair: Fair) -> None:
    day = factories.make_market_day(session, fair.day.community, fair.day.cast.social_worker)
    fair.day.stall.market_day_id = day.id
    session.flush()
    assert session.get(MarketOpening, day.id) is None
    with pytest.raises(ServiceNotOpen):
        take(session, fair, fair.buttons)
