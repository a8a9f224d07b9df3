"""The phone a token belongs to, and the till it records into."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from market.queries.sales.devices import device_by_token
from market.queries.sales.tills import TillState
from market.web.sessions import token_hash
from tests import factories
from tests.factories import NOW
from tests.market_day import Day, close, count, make_day
from tests.passes import Pass, Phone, make_pass, make_phone


@pytest.fixture
def day(session: Session) -> Day:
    return make_day(session)


@pytest.fixture
def stall_pass(session: Session, day: Day) -> Pass:
    return make_pass(session, day.stall, day.cast.social_worker)


@pytest.fixture
def phone(session: Session, stall_pass: Pass) -> Phone:
    return make_phone(session, stall_pass, name="宝妈丙")


def test_a_phone_is_known_by_its_token_with_the_till_that_serves_its_stall(
    session: Session, day: Day, phone: Phone
) -> None:
    here = device_by_token(session, token_hash(phone.token))
    assert here is not None
    assert (here.id, here.letter, here.name) == (phone.device.id, phone.device.letter, "宝妈丙")
    assert here.market_day_id == day.day.id
    assert here.community_id == day.community.id
    assert (here.till_id, here.till_state) == (day.till.id, TillState.OPEN)
    assert here.stall_ids == (day.stall.id, day.other_stall.id)
    assert here.stall.id == day.stall.id
    assert here.opened
    assert here.sells


def test_nobody_holds_a_made_up_token(session: Session, phone: Phone) -> None:
    assert device_by_token(session, token_hash(phone.token + "x")) is None


def test_a_phone_that_was_shown_out_is_nobody(session: Session, phone: Phone) -> None:
    phone.device.revoked_at = NOW
    session.flush()
    assert device_by_token(session, token_hash(phone.token)) is None


def test_a_phone_of_a_stall_without_a_till_records_into_none(session: Session, day: Day) -> None:
    stall = factories.make_stall(session, day.day)
    phone = make_phone(session, make_pass(session, stall, day.cast.social_worker))
    here = device_by_token(session, token_hash(phone.token))
    assert here is not None
    assert (here.till_id, here.till_state, here.sells) == (None, None, False)
    assert here.stall_ids == (stall.id,)


def test_a_closed_till_serves_nobody(session: Session, day: Day, phone: Phone) -> None:
    count(session, day)
    counted = device_by_token(session, token_hash(phone.token))
    assert counted is not None
    assert (counted.till_id, counted.sells) == (day.till.id, False)
    close(session, day, phones_reason="没电了")
    here = device_by_token(session, token_hash(phone.token))
    assert here is not None
    assert here.till_id is None


def test_a_market_day_that_has_not_opened_is_for_practice(session: Session, day: Day) -> None:
    tomorrow = factories.make_market_day(session, day.community, day.cast.social_worker)
    stall = factories.make_stall(session, tomorrow)
    phone = make_phone(session, make_pass(session, stall, day.cast.social_worker))
    here = device_by_token(session, token_hash(phone.token))
    assert here is not None
    assert not here.opened
