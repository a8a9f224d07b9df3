"""Closing together: the second counter's own phone, drawn names, phones that sign off, the envelope."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.ledger.moves import DecideMove, decide_move
from market.actions.sales.closing import CloseTill, NotClosed, close_late_sales, close_till
from market.actions.sales.counting import (
    AlreadyConfirmed,
    CounterMayNotConfirm,
    NotSigned,
    confirm_by_code,
    sign_count,
)
from market.actions.sales.handing_over import (
    AlreadyHandedOver,
    HandOver,
    NothingToHandOver,
    NotTaken,
    hand_over,
)
from market.actions.sales.recording import record_sales
from market.actions.sales.signing_off import PhonesNotSignedOff
from market.actions.sales.tills import NoSuchSafe
from market.domain.sales.signature import SignatureTooShort
from market.domain.sales.till import SameCounter, SecondCounterMissing
from market.models.sales import CashHandOver, Closure, CountConfirmation, DeviceSignOff
from market.queries.sales.after_closing import hand_over_of, late_sales_of
from market.queries.sales.closings import count_of
from market.queries.sales.sign_offs import named_by
from tests import factories, market_day
from tests.factories import NOW
from tests.market_day import FLOAT_MINOR, LATER, Day, balance
from tests.passes import Phone, make_pass, make_phone

DRAWN = "100,50 120,60 140,80 160,120;300,40 300,90 320,160 340,200"


@pytest.fixture
def day(session: Session) -> Day:
    return market_day.make_day(session)


def confirmation(session: Session, day: Day) -> CountConfirmation:
    return session.get_one(CountConfirmation, day.till.id)


def by_code(session: Session, day: Day, *, by_id: int | None) -> None:
    confirm_by_code(session, day.community.id, day.till.id, by_id=by_id, now=LATER)


def test_a_code_confirms_in_the_name_that_was_written_down(session: Session, day: Day) -> None:
    market_day.count(session, day, signed=False)
    by_code(session, day, by_id=None)
    word = confirmation(session, day)
    assert (word.signature, word.person_id, word.strokes) == ("宝妈乙", None, "")
    with pytest.raises(AlreadyConfirmed):
        by_code(session, day, by_id=None)


def test_whoever_is_signed_in_confirms_as_themselves_and_the_first_not_at_all(
    session: Session, day: Day
) -> None:
    market_day.count(session, day, signed=False)
    with pytest.raises(CounterMayNotConfirm):
        by_code(session, day, by_id=day.cast.volunteer.id)
    by_code(session, day, by_id=day.cast.second_volunteer.id)
    word = confirmation(session, day)
    assert (word.signature, word.person_id) == ("", day.cast.second_volunteer.id)


def test_a_drawn_name_is_kept_as_strokes(session: Session, day: Day) -> None:
    market_day.count(session, day, signed=False)

    def sign(**given: str) -> None:
        by_id = day.cast.volunteer.id
        sign_count(session, day.community.id, day.till.id, **given, by_id=by_id, now=LATER)

    with pytest.raises(NotSigned):
        sign(signature="宝妈丙")
    with pytest.raises(SignatureTooShort):
        sign(strokes="5,5")
    sign(strokes=DRAWN)
    count = count_of(session, day.till.id)
    assert count is not None
    assert (count.confirmed_by, count.strokes) == ("宝妈乙", DRAWN)


def phone_that_sold(session: Session, day: Day, *sequences: int, **given: Any) -> Phone:
    stall_pass = make_pass(session, day.stall, day.cast.social_worker)
    phone = make_phone(session, stall_pass, name="李阿姨", **given)
    sales = [
        factories.make_sale(day.till.id, phone.device.id, day.soap, sequence=sequence)
        for sequence in sequences
    ]
    record_sales(session, day.till.id, sales, received_at=NOW, by_id=None)
    phone.device.last_sequence = max(sequences, default=0)
    session.flush()
    return phone


def signed_off(session: Session, day: Day, phone: Phone, last_sequence: int) -> None:
    session.add(
        DeviceSignOff(
            till_id=day.till.id, device_id=phone.device.id, last_sequence=last_sequence, at=LATER
        )
    )
    session.flush()


def close(session: Session, day: Day, **given: str) -> Closure:
    command = CloseTill(community_id=day.community.id, till_id=day.till.id, **given)
    return close_till(session, command, by_id=day.cast.treasurer.id, now=LATER)


def test_a_closure_names_the_phones_that_signed_off(session: Session, day: Day) -> None:
    phone = phone_that_sold(session, day, 1, 2)
    signed_off(session, day, phone, 2)
    market_day.count(session, day)
    (named,) = named_by(session, close(session, day).id)
    assert (named.letter, named.name, named.signed_off_at, named.missing, named.reason) == (
        phone.device.letter,
        "李阿姨",
        LATER,
        0,
        "",
    )


@pytest.mark.parametrize(("sequences", "word"), [((1, 2), None), ((1, 3), 3), ((1, 2), 5)])
def test_a_phone_that_has_not_signed_off_is_named_with_its_last_contact_and_a_reason(
    session: Session, day: Day, sequences: tuple[int, ...], word: int | None
) -> None:
    phone = phone_that_sold(session, day, *sequences, unsent=3)
    if word is not None:
        signed_off(session, day, phone, word)
    market_day.count(session, day)
    with pytest.raises(PhonesNotSignedOff) as refused:
        close(session, day, phones_reason="  ")
    assert "李阿姨" in str(refused.value.facts["phones"])
    closure = close(session, day, phones_reason="手机没电，回家再传")
    (named,) = named_by(session, closure.id)
    assert (named.seen_at, named.unsent, named.reason) == (NOW, 3, "手机没电，回家再传")
    assert named.missing == max(sequences[-1], word or 0) - len(sequences)


def test_what_a_phone_sends_after_that_is_listed_and_closed_apart(
    session: Session, day: Day
) -> None:
    phone = phone_that_sold(session, day, 1)
    market_day.count(session, day)
    first = close(session, day, phones_reason="没电")
    late = factories.make_sale(day.till.id, phone.device.id, day.cup, sequence=2)
    record_sales(session, day.till.id, [late], received_at=LATER, by_id=None)
    (waiting,) = late_sales_of(session, day.till.id)
    assert (waiting.id, waiting.due_minor, waiting.letter, waiting.closure) == (
        late.id,
        8_00,
        phone.device.letter,
        None,
    )
    supplement = CloseTill(community_id=day.community.id, till_id=day.till.id)
    close_late_sales(session, supplement, by_id=day.cast.treasurer.id, now=LATER)
    (closed,) = late_sales_of(session, day.till.id)
    assert closed.closure == 2
    assert named_by(session, first.id)[0].missing == 0


def handed(day: Day, **overrides: Any) -> HandOver:
    given = {
        "community_id": day.community.id,
        "till_id": day.till.id,
        "giver": "宝妈甲",
        "taker": "蔡小务",
        "holder_id": day.custodian.id,
        "taken": True,
    }
    return HandOver(**{**given, **overrides})


def hand(session: Session, day: Day, **overrides: Any) -> CashHandOver:
    command = handed(day, **overrides)
    return hand_over(session, command, by_id=day.cast.volunteer.id, now=LATER)


def test_the_envelope_is_handed_over_once_by_two_names(session: Session, day: Day) -> None:
    with pytest.raises(NotClosed):
        hand(session, day)
    market_day.count(session, day)
    market_day.close(session, day)
    for wrong, refusal in (
        ({"taker": " 宝妈 甲"}, SameCounter),
        ({"taker": ""}, SecondCounterMissing),
        ({"taken": False}, NotTaken),
        ({"taken": False, "strokes": "5,5"}, SignatureTooShort),
        ({"holder_id": day.platform.id}, NoSuchSafe),
    ):
        with pytest.raises(refusal):
            hand(session, day, **wrong)
    row = hand(session, day, taken=False, strokes=DRAWN)
    assert (row.amount_minor, row.move_id) == (FLOAT_MINOR, None)
    shown = hand_over_of(session, day.till.id)
    assert shown is not None
    assert (shown.giver, shown.taker, shown.strokes, shown.holder) == (
        "宝妈甲",
        "蔡小务",
        DRAWN,
        day.custodian.name,
    )
    with pytest.raises(AlreadyHandedOver):
        hand(session, day)


def test_another_keeper_is_a_move_that_a_second_person_decides_on(
    session: Session, day: Day
) -> None:
    other = factories.make_holder(session, day.community)
    market_day.count(session, day)
    market_day.close(session, day)
    row = hand(session, day, holder_id=other.id)
    assert row.move_id is not None
    assert balance(session, day, f"cash_safe:{other.id}") == 0
    decision = DecideMove(community_id=day.community.id, move_id=row.move_id, approved=True)
    decide_move(session, decision, by_id=day.cast.reviewer.id, now=LATER)
    assert balance(session, day, f"cash_safe:{other.id}") == FLOAT_MINOR
    assert balance(session, day, f"cash_safe:{day.custodian.id}") == 0


def test_an_empty_box_has_no_envelope(session: Session) -> None:
    day = market_day.make_day(session, float_minor=0)
    market_day.count(session, day, second_name="", signed=False)
    market_day.close(session, day)
    with pytest.raises(NothingToHandOver):
        hand(session, day)
    assert session.scalar(select(CashHandOver.till_id)) is None
