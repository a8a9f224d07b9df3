"""The board of a market day: sums, stalls and tills not closed, and the phones to ask after."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from market.actions.sales.recording import record_sales
from market.models.sales import DeviceSignOff
from market.queries.sales.day_board import QUIET_AFTER, DayBoard, PhoneOnBoard, day_board
from market.queries.sales.sign_offs import SignOff, phones_at
from tests import factories, market_day
from tests.factories import NOW
from tests.market_day import LATER, Day
from tests.passes import Pass, Phone, make_pass, make_phone
from tests.preparing import questions_asked


@pytest.fixture
def day(session: Session) -> Day:
    return market_day.make_day(session)


@pytest.fixture
def stall_pass(session: Session, day: Day) -> Pass:
    return make_pass(session, day.stall, day.cast.social_worker, seats=20)


def board(session: Session, day: Day, *, now: datetime = NOW) -> DayBoard:
    session.flush()
    return day_board(session, day.day.id, now=now)


def one_phone(session: Session, day: Day, *, now: datetime = NOW) -> PhoneOnBoard:
    (phone,) = board(session, day, now=now).phones
    return phone


def sold_by(session: Session, day: Day, phone: Phone, *sequences: int) -> None:
    sales = [
        factories.make_sale(day.till.id, phone.device.id, day.soap, sequence=sequence)
        for sequence in sequences
    ]
    record_sales(session, day.till.id, sales, received_at=NOW, by_id=None)
    phone.device.last_sequence = max(sequences)
    session.flush()


def signed_off(session: Session, day: Day, phone: Phone, last_sequence: int) -> None:
    session.add(
        DeviceSignOff(
            till_id=day.till.id, device_id=phone.device.id, last_sequence=last_sequence, at=LATER
        )
    )
    session.flush()


def test_it_adds_up_what_was_sold_and_what_is_open(session: Session, day: Day) -> None:
    market_day.sell_one(session, day)
    market_day.sell_one(session, day, day.scarf)
    factories.make_stall(session, day.day, number="9", name="没人的摊")
    now = board(session, day)
    assert (now.sales, now.due_minor, len(now.open_tills)) == (2, 75_00, 1)
    assert [(stall.number, stall.till is None) for stall in now.open_stalls] == [
        ("3", False),
        ("4", False),
        ("9", True),
    ]
    market_day.count(session, day)
    market_day.close(session, day)
    assert [stall.number for stall in board(session, day).open_stalls] == ["9"]


def test_a_phone_is_shown_with_its_holder_its_stall_and_its_till(
    session: Session, day: Day, stall_pass: Pass
) -> None:
    phone = make_phone(session, stall_pass, name="李阿姨", unsent=4)
    shown = one_phone(session, day)
    assert (shown.at_till.phone.name, shown.at_till.phone.letter) == (
        "李阿姨",
        phone.device.letter,
    )
    assert shown.till is not None
    assert (shown.till.id, shown.late) == (day.till.id, False)
    assert board(session, day).unsent == 4


@pytest.mark.parametrize(
    ("silent", "unsent", "counted", "late"),
    [
        (timedelta(0), 0, False, False),
        (timedelta(0), 5, False, False),
        (QUIET_AFTER, 5, False, False),
        (QUIET_AFTER + timedelta(seconds=1), 0, False, True),
        (QUIET_AFTER + timedelta(seconds=1), 0, True, False),
        (timedelta(0), 5, True, True),
    ],
)
def test_a_phone_is_asked_after_when_it_is_silent_or_holds_records_too_long(
    session: Session,
    day: Day,
    stall_pass: Pass,
    *,
    silent: timedelta,
    unsent: int,
    counted: bool,
    late: bool,
) -> None:
    make_phone(session, stall_pass, unsent=unsent)
    if counted:
        market_day.count(session, day)
    assert one_phone(session, day, now=NOW + silent).late is late


def test_a_phone_that_has_signed_off_is_not_asked_after(
    session: Session, day: Day, stall_pass: Pass
) -> None:
    phone = make_phone(session, stall_pass)
    sold_by(session, day, phone, 1, 2)
    signed_off(session, day, phone, 2)
    assert one_phone(session, day, now=LATER).late is False


@pytest.mark.parametrize(
    ("sequences", "word", "state", "missing"),
    [
        ((1, 2), None, SignOff.OPEN, 0),
        ((1, 3), None, SignOff.OPEN, 1),
        ((1, 2), 2, SignOff.DONE, 0),
        ((1, 2), 4, SignOff.HOLES, 2),
        ((1, 3), 3, SignOff.HOLES, 1),
        ((1, 2, 3), 2, SignOff.OPEN, 0),
    ],
)
def test_a_sign_off_is_held_against_what_has_come(
    session: Session,
    day: Day,
    stall_pass: Pass,
    sequences: tuple[int, ...],
    word: int | None,
    state: SignOff,
    missing: int,
) -> None:
    phone = make_phone(session, stall_pass)
    sold_by(session, day, phone, *sequences)
    if word is not None:
        signed_off(session, day, phone, word)
    (found,) = phones_at(session, day.day.id, day.till.id)
    assert (found.state, found.missing) == (state, missing)


def test_a_phone_that_sold_and_was_shown_out_is_still_asked_for_its_records(
    session: Session, day: Day, stall_pass: Pass
) -> None:
    sold = make_phone(session, stall_pass, revoked_at=NOW)
    sold_by(session, day, sold, 2)
    make_phone(session, stall_pass, revoked_at=NOW)
    (found,) = phones_at(session, day.day.id, day.till.id)
    assert (found.phone.id, found.missing) == (sold.device.id, 1)


def test_many_phones_are_no_more_questions(session: Session, day: Day, stall_pass: Pass) -> None:
    def questions() -> int:
        session.flush()
        with questions_asked() as asked:
            day_board(session, day.day.id, now=NOW)
        return len(asked)

    make_phone(session, stall_pass)
    few = questions()
    for _ in range(8):
        make_phone(session, stall_pass)
    assert questions() == few <= 10
