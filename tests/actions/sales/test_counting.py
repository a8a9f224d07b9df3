"""Counting a till: once, blind, by two."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from market.actions.sales import counting
from market.actions.sales.counting import CountTill, confirm_count, count_till, sign_count
from market.actions.sales.recording import Outcome, record_sales
from market.domain.errors import MarketError
from market.domain.money import CountOutOfRange, CountUnreadable
from market.domain.sales.till import SameCounter, SecondCounterMissing, UnknownDenomination
from market.domain.text import TextMissing
from market.extensions import unit_of_work
from market.queries.sales.closings import CountNow
from market.queries.sales.tills import TillState, till_now
from tests.market_day import LATER, Day, make_day, open_day, sell_one

one_database = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
"""For what reads a form or a rule and leaves the database alone."""


def test_a_count_is_kept_by_denomination_with_both_names(session: Session) -> None:
    day = make_day(session)
    count = _count(session, day, pieces={100_00: 2, 50: 3, 1_00: 0})
    assert (count.counted_minor, count.pieces) == (201_50, {100_00: 2, 50: 3})
    assert (count.first_name, count.second_name) == ("宝妈甲", "宝妈乙")
    assert not count.confirmed
    assert till_now(session, day.community.id, day.till.id).state is TillState.COUNTED


def test_the_second_confirms_on_her_own_phone(session: Session) -> None:
    day = make_day(session)
    _count(session, day)
    count = _confirm(session, day, day.cast.second_volunteer.id)
    assert (count.confirmed_by, count.confirmed_by_id) == ("宝妈乙", day.cast.second_volunteer.id)
    assert till_now(session, day.community.id, day.till.id).state is TillState.CONFIRMED


def test_the_second_signs_on_the_same_phone(session: Session) -> None:
    day = make_day(session)
    count = _count(session, day, signed=True)
    assert (count.confirmed_by, count.confirmed_by_id) == ("宝妈乙", None)


def test_the_second_may_sign_a_little_later(session: Session) -> None:
    day = make_day(session)
    _count(session, day)
    with pytest.raises(counting.NotSigned, match="宝妈乙"):
        _sign(session, day, "宝妈丙")
    assert _sign(session, day, " 宝妈乙 ").confirmed


def test_whoever_counted_does_not_confirm(session: Session) -> None:
    day = make_day(session)
    _count(session, day)
    with pytest.raises(counting.CounterMayNotConfirm):
        _confirm(session, day, day.cast.volunteer.id)


def test_there_is_one_count_and_one_confirmation(session: Session) -> None:
    day = make_day(session)
    with pytest.raises(counting.NotCounted):
        _confirm(session, day, day.cast.second_volunteer.id)
    _count(session, day)
    with pytest.raises(counting.AlreadyCounted):
        _count(session, day)
    _confirm(session, day, day.cast.second_volunteer.id)
    with pytest.raises(counting.AlreadyConfirmed):
        _confirm(session, day, day.cast.reviewer.id)


def test_an_empty_box_needs_one_name(session: Session) -> None:
    day = make_day(session, float_minor=0)
    count = _count(session, day, pieces={}, second_name="")
    assert count.confirmed


@pytest.mark.parametrize("why", ["float", "sale", "found"])
def test_a_box_that_had_cash_needs_two(session: Session, why: str) -> None:
    day = make_day(session, float_minor=100_00 if why == "float" else 0)
    if why == "sale":
        sell_one(session, day)
    pieces = {100: 1} if why == "found" else {}
    with pytest.raises(SecondCounterMissing):
        _count(session, day, pieces=pieces, second_name="")


@one_database
@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"second_name": "宝妈甲"}, SameCounter),
        ({"second_name": " 宝妈　甲"}, SameCounter),
        ({"first_name": ""}, TextMissing),
        ({"pieces": {3_00: 1}}, UnknownDenomination),
        ({"pieces": {100: -1}}, CountOutOfRange),
        ({"pieces": {100: 10**9}}, CountOutOfRange),
        ({"pieces": {100: 1.5}}, CountUnreadable),
        ({"pieces": {100: True}}, CountUnreadable),
        ({"box_minor": 1_00}, counting.BoxIncomeNotHere),
    ],
)
def test_what_is_no_count_is_refused(
    session: Session, change: dict[str, Any], error: type[MarketError]
) -> None:
    day = make_day(session)
    with pytest.raises(error):
        _count(session, day, **change)


@pytest.mark.parametrize("basis", ["A", "B"])
def test_box_income_is_said_with_the_count_where_there_may_be_any(
    session: Session, basis: str
) -> None:
    day = make_day(session, basis=basis)
    with pytest.raises(counting.BoxIncomeTooLarge):
        _count(session, day, pieces={100: 1}, box_minor=1_01)
    assert _count(session, day, pieces={100: 1}, box_minor=1_00).box_minor == 1_00


def test_a_phone_may_still_upload_what_it_sold_before_the_count(session: Session) -> None:
    day = make_day(session)
    _count(session, day)
    [result] = record_sales(session, day.till.id, [day.sale()], received_at=LATER)
    assert result.outcome is Outcome.CREATED


def test_eight_counts_at_once_leave_one(session: Session, app: Flask) -> None:
    day = open_day()

    def attempt(number: int) -> bool:
        with app.app_context():
            try:
                with unit_of_work() as work:
                    _count(work, day, pieces={100: number})
            except counting.AlreadyCounted:
                return False
            return True

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(attempt, range(8))).count(True) == 1
    assert till_now(session, day.community.id, day.till.id).state is TillState.COUNTED


def _count(session: Session, day: Day, **changes: Any) -> CountNow:
    given = {
        "community_id": day.community.id,
        "till_id": day.till.id,
        "pieces": {100_00: 1},
        "first_name": "宝妈甲",
        "second_name": "宝妈乙",
    }
    command = CountTill(**{**given, **changes})
    return count_till(session, command, by_id=day.cast.volunteer.id, now=LATER)


def _confirm(session: Session, day: Day, by_id: int) -> CountNow:
    return confirm_count(session, day.community.id, day.till.id, by_id=by_id, now=LATER)


def _sign(session: Session, day: Day, signature: str) -> CountNow:
    return sign_count(
        session,
        day.community.id,
        day.till.id,
        signature=signature,
        by_id=day.cast.volunteer.id,
        now=LATER,
    )
