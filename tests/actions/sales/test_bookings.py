"""Bookings: one time for one neighbour, a private code, and nothing kept for longer than it must."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, time, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.actions.sales.bookings import (
    BookedOtherwise,
    NotBookable,
    PaidAlready,
    SlotOver,
    SlotTaken,
    TooLateToCancel,
    TooManyOfOne,
    cancel_booking,
    code_hash,
    erase_old_contacts,
)
from market.actions.sales.turn_payment import (
    NothingToPayFor,
    PaidBefore,
    SaleDoesNotFit,
    name_turn,
    name_turn_by_day_number,
)
from market.actions.sales.voiding import VoidSale, void_sale
from market.domain.sales.bookings import Contact
from market.domain.sales.turns import TurnState
from market.extensions import unit_of_work
from market.models.ledger import AuditEvent
from market.models.sales import LegalBasis, Slot, Turn, TurnContact, TurnStep
from market.queries.sales.served import unserved
from market.queries.sales.services import free_slots
from market.queries.sales.turns import turn_by_code, turn_now
from tests.factories import NOW
from tests.market_day import sell_one
from tests.till_processes import all_at_once
from tests.turns import (
    AT_ELEVEN,
    LI,
    WANG,
    Fair,
    TryToBook,
    TryToStep,
    book,
    make_fair,
    new_code,
    new_id,
    open_fair,
    step,
    take,
)

NEIGHBOURS = 32


@pytest.fixture
def fair(session: Session) -> Fair:
    return make_fair(session)


def test_a_time_is_booked_and_free_no_more(session: Session, fair: Fair) -> None:
    service = fair.service(session, fair.haircut)
    assert free_slots(session, service, now=NOW)[:2] == [time(10, 20), time(10, 40)]
    turn = book(session, fair)
    assert (turn.label, turn.state, turn.nickname) == ("11:00", TurnState.WAITING, "王阿姨")
    assert AT_ELEVEN not in free_slots(session, service, now=NOW)


def test_a_taken_time_is_refused(session: Session, fair: Fair) -> None:
    book(session, fair)
    with pytest.raises(SlotTaken):
        book(session, fair, contact=LI)
    with pytest.raises(SlotTaken):
        book(session, fair, time(11, 1), contact=LI)


def test_a_time_that_has_begun_is_refused(session: Session, fair: Fair) -> None:
    for at in (time(9), time(10)):
        with pytest.raises(SlotOver):
            book(session, fair, at)
    with pytest.raises(SlotOver):
        book(session, fair, now=NOW + timedelta(days=1))


def test_the_same_page_sent_again_has_the_same_time(session: Session, fair: Fair) -> None:
    named: dict[str, Any] = {"turn_id": new_id(), "code": new_code()}
    first = book(session, fair, **named)
    assert book(session, fair, **named).id == first.id
    for other in ({"at": time(11, 20), **named}, {**named, "code": new_code()}):
        with pytest.raises(BookedOtherwise):
            book(session, fair, **other)


def test_one_neighbour_has_three_at_most(session: Session, fair: Fair) -> None:
    for at in (time(10, 20), time(10, 40), time(11)):
        book(session, fair, at)
    with pytest.raises(TooManyOfOne):
        book(session, fair, time(11, 20))
    book(session, fair, time(11, 20), contact=LI)


def test_what_has_no_slots_or_no_basis_is_not_booked(session: Session, fair: Fair) -> None:
    session.delete(session.get_one(LegalBasis, fair.day.day.id))
    session.flush()
    with pytest.raises(NotBookable):
        book(session, fair)


def test_the_code_shows_and_cancels(session: Session, fair: Fair) -> None:
    code = new_code()
    turn = book(session, fair, code=code)
    found = turn_by_code(session, code_hash(code))
    assert found is not None
    assert found.id == turn.id
    assert cancel_booking(session, code, now=NOW) is not None
    assert session.get(TurnContact, turn.id) is None
    assert turn_by_code(session, code_hash(code)) is None
    assert cancel_booking(session, code, now=NOW) is None
    assert book(session, fair, contact=LI).label == "11:00"


def test_a_booking_that_has_begun_is_not_cancelled(session: Session, fair: Fair) -> None:
    code = new_code()
    step(session, fair, book(session, fair, code=code), TurnState.ARRIVED)
    with pytest.raises(TooLateToCancel):
        cancel_booking(session, code, now=NOW)


def test_the_desk_gives_a_time_back_too(session: Session, fair: Fair) -> None:
    step(session, fair, book(session, fair), TurnState.CANCELLED)
    assert book(session, fair, contact=LI).state is TurnState.WAITING


def test_what_is_personal_goes_after_thirty_days_and_the_turn_stays(
    session: Session, fair: Fair
) -> None:
    code = new_code()
    turn = book(session, fair, code=code)
    assert erase_old_contacts(session, now=NOW + timedelta(days=30)) == 0
    assert erase_old_contacts(session, now=NOW + timedelta(days=31)) == 1
    later = turn_now(session, fair.day.community.id, turn.id)
    assert (later.nickname, later.phone_tail, later.label) == ("", "", "11:00")
    assert turn_by_code(session, code_hash(code)) is None


def test_booking_erases_what_is_old(session: Session, fair: Fair) -> None:
    old = take(session, fair, fair.mending, contact=LI)
    fair.day.day.held_on = date(2026, 10, 1)
    session.flush()
    other = make_fair(session)
    book(session, other)
    assert session.get(TurnContact, old.id) is None


def test_the_audit_chain_holds_nothing_of_a_neighbour(app: Flask, session: Session) -> None:
    with app.app_context():
        fair = open_fair()
        code = new_code()
        with unit_of_work() as work:
            turn = book(work, fair, code=code)
            step(work, fair, turn, TurnState.ARRIVED)
    said = json.dumps(
        [list(row) for row in session.execute(select(AuditEvent.kind, AuditEvent.subject))]
    )
    assert "service_set" in said
    for secret in (WANG.nickname, WANG.phone_tail, code, str(turn.id)):
        assert secret not in said


def test_a_sale_names_the_turn_it_paid_for(session: Session, fair: Fair) -> None:
    turn = book(session, fair)
    sale = sell_one(session, fair.day, fair.haircut)
    here = fair.day.community.id
    for _ in range(2):
        name_turn(session, here, turn.id, sale.sale_id)
    assert turn_now(session, here, turn.id).paid_by == sale.day_number
    other = sell_one(session, fair.day, fair.haircut)
    with pytest.raises(PaidBefore):
        name_turn(session, here, turn.id, other.sale_id)


def test_a_phones_sale_is_named_by_its_day_number(session: Session, fair: Fair) -> None:
    turn = take(session, fair, fair.mending)
    here = fair.day.community.id
    soap = sell_one(session, fair.day, fair.day.soap)
    for wrong in ("3Z-999", soap.day_number):
        with pytest.raises(SaleDoesNotFit):
            name_turn_by_day_number(session, here, turn.id, wrong)
    sale = sell_one(session, fair.day, fair.mending)
    name_turn_by_day_number(session, here, turn.id, f" {sale.day_number.lower()} ")
    second = take(session, fair, fair.mending)
    with pytest.raises(SaleDoesNotFit):
        name_turn_by_day_number(session, here, second.id, sale.day_number)


def test_a_cancelled_turn_is_not_paid(session: Session, fair: Fair) -> None:
    turn = step(session, fair, book(session, fair), TurnState.CANCELLED)
    sale = sell_one(session, fair.day, fair.haircut)
    with pytest.raises(NothingToPayFor):
        name_turn(session, fair.day.community.id, turn.id, sale.sale_id)


def test_a_paid_booking_is_cancelled_at_the_stall(session: Session, fair: Fair) -> None:
    code = new_code()
    turn = book(session, fair, code=code)
    sale = sell_one(session, fair.day, fair.haircut)
    name_turn(session, fair.day.community.id, turn.id, sale.sale_id)
    with pytest.raises(PaidAlready):
        cancel_booking(session, code, now=NOW)


def test_paid_and_not_served_is_listed_until_it_is(session: Session, fair: Fair) -> None:
    here, till = fair.day.community.id, fair.day.till.id
    haircut, coat = book(session, fair), take(session, fair, fair.mending)
    for turn, listing in ((haircut, fair.haircut), (coat, fair.mending)):
        sale = sell_one(session, fair.day, listing)
        name_turn(session, here, turn.id, sale.sale_id)
    assert {turn.id for turn in unserved(session, here)} == {haircut.id, coat.id}
    step(session, fair, haircut, TurnState.ARRIVED)
    step(session, fair, haircut, TurnState.DONE)
    step(session, fair, coat, TurnState.DONE)
    assert [turn.id for turn in unserved(session, here, till_id=till)] == [coat.id]
    assert unserved(session, here, until=date(2026, 11, 20)) == []
    step(session, fair, coat, TurnState.COLLECTED, tag=coat.tag)
    assert unserved(session, here) == []


def test_a_void_makes_a_turn_unpaid(session: Session, fair: Fair) -> None:
    turn = book(session, fair)
    sale = sell_one(session, fair.day, fair.haircut)
    here = fair.day.community.id
    name_turn(session, here, turn.id, sale.sale_id)
    void = VoidSale(
        community_id=here,
        till_id=fair.day.till.id,
        sale_id=sale.sale_id,
        void_id=new_id(),
        reason="点错了",
    )
    void_sale(session, void, by_id=fair.day.cast.volunteer.id, now=NOW)
    assert turn_now(session, here, turn.id).paid_by == ""
    assert unserved(session, here) == []
    again = sell_one(session, fair.day, fair.haircut)
    name_turn(session, here, turn.id, again.sale_id)
    assert turn_now(session, here, turn.id).paid_by == again.day_number


def test_a_time_that_thirty_two_want_at_once_is_had_by_one(
    app: Flask, database_url: str, session: Session
) -> None:
    with app.app_context():
        fair = open_fair()
    after = [
        TryToBook(fair.day.community.id, fair.haircut.id, f"邻居{number}")
        for number in range(NEIGHBOURS)
    ]
    said = Counter(all_at_once(database_url, after))
    assert said == {"got it": 1, "SlotTaken": NEIGHBOURS - 1}
    [turn_id] = session.scalars(select(Slot.turn_id).where(Slot.turn_id.is_not(None)))
    assert session.scalars(select(Turn.id)).all() == [turn_id]
    assert session.scalars(select(TurnContact.turn_id)).all() == [turn_id]


def test_eight_volunteers_who_tap_one_turn_move_it_once(
    app: Flask, database_url: str, session: Session
) -> None:
    with app.app_context():
        fair = open_fair()
        with unit_of_work() as work:
            turn = take(work, fair, fair.buttons)
    by_id = fair.day.cast.volunteer.id
    here = fair.day.community.id
    taps = [
        TryToStep(here, turn.id, (TurnState.ARRIVED, TurnState.MISSED)[number % 2], by_id)
        for number in range(8)
    ]
    said = Counter(all_at_once(database_url, taps))
    assert set(said) <= {"done", "MovedMeanwhile"}
    assert session.scalar(select(func.count()).select_from(TurnStep)) == 1


def test_a_contact_is_a_nickname_and_four_digits() -> None:
    assert Contact("  王阿姨 ", "５６７８") == Contact("王阿姨", "5678")
