"""Phones that share a pass, whose clock is wrong, whose storage was cleared, or that come too late."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from market.extensions import db, unit_of_work
from market.models.sales import ClosurePhone, Sale
from market.queries.sales.closings import expected_minor
from tests.faults.phone import Phone, seeded
from tests.faults.toll import toll_of
from tests.faults.wire import SYNC, Json, read, run
from tests.market_day import LATER, balance, close, count
from tests.passes import Phone as Joined
from tests.people import post, sign_in
from tests.refunds import close_late
from tests.uploads import Stall, another_phone, open_stall

TEN_YEARS = timedelta(days=3652)
SOAP_MINOR = 15_00
COUNTED = {"first_name": "宝妈甲", "second_name": "宝妈乙", "signed": "y"}


@pytest.fixture
def here(app: Flask) -> Stall:
    app.extensions["clock"] = lambda: LATER
    with app.app_context():
        return open_stall()


def test_two_phones_with_one_pass_keep_their_own_numbers(
    app: Flask, client: FlaskClient, here: Stall
) -> None:
    with app.app_context():
        joined = [here.phone, another_phone(here)]
    phones = [_phone(client, here, one) for one in joined]
    for _ in range(3):
        for phone in phones:
            phone.sell(here.day.soap)
            assert run(phone.push())
    rows = [row for phone in phones for row in phone.rows]
    assert sorted(row.wire["sequence"] for row in rows) == [1, 1, 2, 2, 3, 3]
    toll = toll_of(app, here.day, rows)
    assert toll.is_nothing, toll
    with app.app_context(), Session(db.engine) as session:
        assert len(set(session.scalars(select(Sale.day_number)))) == len(rows)


@pytest.mark.parametrize("wrong", [-TEN_YEARS, TEN_YEARS], ids=["behind", "ahead"])
def test_a_clock_ten_years_off_changes_neither_the_time_nor_the_order(
    app: Flask, client: FlaskClient, here: Stall, wrong: timedelta
) -> None:
    sold_at = [LATER - timedelta(minutes=minutes) for minutes in (30, 20, 10)]
    phone = _phone(client, here, here.phone)
    for at in sold_at:
        phone.clock = lambda at=at: at + wrong  # type: ignore[misc]
        phone.sell(here.day.soap)
    phone.clock = lambda: LATER + wrong
    assert run(phone.push(sign_off=True))
    with app.app_context(), Session(db.engine) as session:
        found = session.execute(select(Sale.recorded_at, Sale.phone_at).order_by(Sale.sequence))
        assert found.all() == [(at, at + wrong) for at in sold_at]
    assert toll_of(app, here.day, phone.rows).is_nothing


def test_a_phone_whose_storage_was_cleared_is_named_at_closing(
    app: Flask, client: FlaskClient, here: Stall
) -> None:
    phone = _phone(client, here, here.phone)
    phone.sell(here.day.soap)
    assert run(phone.push())
    # What was sold after this is gone with the storage, and the phone never says it is done.
    for _ in range(2):
        phone.sell(here.day.soap)
    phone.rows.clear()
    desk = app.test_client()
    sign_in(desk, here.day.cast.volunteer)
    address = f"/till/{here.day.community.slug}/{here.day.till.id}"
    with app.app_context(), unit_of_work() as work:
        count(work, here.day, counted_minor=200_00 + 3 * SOAP_MINOR)
    assert "没有签退" in desk.get(f"{address}/closure").text
    refused = post(desk, f"{address}/closure", {"reason": "现金多了"})
    assert (refused.status_code, "还有手机没有签退" in refused.text) == (422, True)
    reasons = {"reason": "现金多了", "phones_reason": "手机清空了"}
    assert post(desk, f"{address}/closure", reasons).status_code == 303
    with app.app_context(), Session(db.engine) as session:
        named = session.scalars(select(ClosurePhone)).one()
        assert (named.signed_off_at, named.reason) == (None, "手机清空了")


def test_cash_of_a_sale_that_comes_after_closing_is_not_booked_twice(
    app: Flask, client: FlaskClient, here: Stall
) -> None:
    phone = _phone(client, here, here.phone)
    phone.sell(here.day.soap)
    assert run(phone.push())
    phone.sell(here.day.soap)
    with app.app_context(), unit_of_work() as work:
        # The second ¥15 is in the box, though its record is still on the phone.
        expected = expected_minor(work, here.day.community.id, here.day.till.id, box_minor=0)
        count(work, here.day, counted_minor=expected + SOAP_MINOR)
    with app.app_context(), unit_of_work() as work:
        close(work, here.day, reason="还有手机没传", phones_reason="没有网络")
    with app.app_context(), Session(db.engine) as session:
        assert balance(session, here.day, f"over_short:{here.day.till.id}") == -SOAP_MINOR
        in_cash = _cash_minor(session, here)
    assert run(phone.push(sign_off=True))
    with app.app_context(), unit_of_work() as work:
        close_late(work, here.day)
    with app.app_context(), Session(db.engine) as session:
        assert balance(session, here.day, f"over_short:{here.day.till.id}") == 0
        assert _cash_minor(session, here) == in_cash
    toll = toll_of(app, here.day, phone.rows)
    assert toll.is_nothing, toll


def _phone(client: FlaskClient, here: Stall, joined: Joined) -> Phone:
    async def send(body: Json) -> Json:
        answer = client.post(SYNC, json=body, headers=joined.headers)
        return read(answer.status_code, answer.data)

    return Phone(here.day, joined, send, _later, seeded(joined.device.id))


def _later() -> datetime:
    return LATER


def _cash_minor(session: Session, here: Stall) -> int:
    """What lies in the box and with the custodian together."""
    return balance(session, here.day, f"cash_safe:{here.day.custodian.id}") + balance(
        session, here.day, f"cash_till:{here.day.till.id}"
    )
