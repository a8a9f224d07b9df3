"""Putting a market day off or calling it off: said honestly, and everything else goes along."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.sales.bookings import NotBookable
from market.actions.sales.market_days import open_market
from market.actions.sales.postponing import (
    CalledOffAlready,
    ChangeMarket,
    SellingAlready,
    put_off_market,
)
from market.actions.sales.tills import OpenTill, open_till
from market.extensions import unit_of_work
from market.models.sales import MarketChange, MarketDay
from market.queries.public.markets import markets, next_market
from market.queries.sales.changes import MarketCalledOff, require_on
from tests.factories import NOW
from tests.people import post, sign_in
from tests.preparing import HELD_ON, Place, make_place, open_day, prepare_day
from tests.turns import book, open_fair

LATER = date(2026, 12, 5)


@pytest.fixture
def place(app: Flask) -> Place:
    app.extensions["clock"] = lambda: NOW
    with app.app_context(), unit_of_work() as work:
        return make_place(work)


@pytest.fixture
def day_id(app: Flask, place: Place) -> int:
    with app.app_context(), unit_of_work() as work:
        return prepare_day(work, place)[0].id


@pytest.fixture
def page(place: Place, day_id: int) -> str:
    return f"/desk/{place.community.slug}/markets/{day_id}/change"


@pytest.fixture
def zhima(client: FlaskClient, place: Place) -> FlaskClient:
    sign_in(client, place.cast.social_worker)
    return client


def put_off(to_on: date = LATER) -> dict[str, str]:
    return {"what": "put_off", "to_on": to_on.isoformat(), "reason": "预报有大雨"}


CALL_OFF = {"what": "call_off", "to_on": "", "reason": "场地停电"}


def held_on(session: Session) -> date:
    session.rollback()
    return session.scalars(select(MarketDay.held_on)).one()


def public_page(client: FlaskClient, session: Session) -> str:
    slug = session.scalars(select(MarketDay.slug)).one()
    return client.get(f"/markets/{slug}").text


def test_a_market_is_put_off_with_its_reason_and_words_to_copy(
    zhima: FlaskClient, page: str, session: Session
) -> None:
    assert post(zhima, page, put_off()).status_code == 303
    assert held_on(session) == LATER
    told = zhima.get(page).text
    assert "【改期】" in told
    assert "2026年12月5日" in told
    public = public_page(zhima, session)
    assert "预报有大雨" in public
    assert "2026年11月28日" in public


def test_a_market_that_is_called_off_is_nobodys_next_market(
    zhima: FlaskClient, page: str, day_id: int, session: Session
) -> None:
    assert next_market(session, today=HELD_ON) is not None
    assert post(zhima, page, CALL_OFF).status_code == 303
    assert held_on(session) == HELD_ON
    assert next_market(session, today=HELD_ON) is None
    assert [row.stage for row in markets(session)] == ["called_off"]
    assert "场地停电" in public_page(zhima, session)
    assert "【取消】" in zhima.get(page).text
    assert "不办了" in zhima.get("/markets").text
    assert "不办了" in zhima.get(page.removesuffix("/change")).text
    with pytest.raises(MarketCalledOff):
        require_on(session, day_id, "")


def test_what_is_called_off_neither_opens_nor_is_called_off_again_and_comes_back_with_a_date(
    app: Flask, zhima: FlaskClient, place: Place, page: str, day_id: int, session: Session
) -> None:
    post(zhima, page, CALL_OFF)
    assert post(zhima, page, CALL_OFF).status_code == 409
    with app.app_context(), pytest.raises(MarketCalledOff), unit_of_work() as work:
        open_market(work, place.community.id, day_id, by_id=place.by_id, now=NOW)
    assert post(zhima, page, put_off(HELD_ON)).status_code == 303
    session.rollback()
    assert [row.stage for row in markets(session)] == ["upcoming"]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({**CALL_OFF, "reason": ""}, "还没有填写"),
        ({**put_off(), "to_on": ""}, "请选一个新的日期"),
        (put_off(HELD_ON), "新的日期和原来一样"),
        (put_off(date(2026, 11, 20)), "新的日期已经过去"),
        (put_off(date(2036, 11, 20)), "检查市集日期的年份"),
        ({**CALL_OFF, "what": "forget"}, "请从列出的选项里选一个"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_changes(
    zhima: FlaskClient, page: str, session: Session, said: dict[str, str], words: str
) -> None:
    answer = post(zhima, page, said)
    assert answer.status_code == 422
    assert words in answer.text
    assert held_on(session) == HELD_ON


def test_an_opened_market_keeps_its_date_but_may_be_called_off(
    app: Flask, zhima: FlaskClient, place: Place, page: str, day_id: int
) -> None:
    with app.app_context(), unit_of_work() as work:
        open_day(work, place, work.get_one(MarketDay, day_id))
    assert post(zhima, page, put_off()).status_code == 409
    assert post(zhima, page, CALL_OFF).status_code == 303


def test_nothing_is_booked_and_no_till_opened_where_the_market_is_called_off(app: Flask) -> None:
    with app.app_context():
        fair = open_fair()
        community_id, market_day_id = fair.day.community.id, fair.day.day.id
        with unit_of_work() as work:
            # The fair has a till; it is called off by hand, as nobody may any more.
            work.add(
                MarketChange(
                    market_day_id=market_day_id,
                    from_on=fair.day.day.held_on,
                    to_on=None,
                    reason="场地停电",
                    said_by_id=fair.day.cast.social_worker.id,
                    said_at=NOW,
                )
            )
        with pytest.raises(NotBookable), unit_of_work() as work:
            book(work, fair)
        command = OpenTill(
            community_id=community_id,
            market_day_id=market_day_id,
            stall_ids=[],
            safe_holder_id=1,
            float_minor=0,
        )
        with pytest.raises(MarketCalledOff), unit_of_work() as work:
            open_till(work, command, by_id=fair.day.cast.volunteer.id, now=NOW)
        change = ChangeMarket(
            community_id=community_id, market_day_id=market_day_id, to_on=None, reason="雨"
        )
        with pytest.raises(CalledOffAlready), unit_of_work() as work:
            put_off_market(work, change, by_id=fair.day.cast.social_worker.id, now=NOW)


def test_a_market_where_somebody_sells_is_not_called_off(app: Flask) -> None:
    with app.app_context():
        day = open_fair().day
        change = ChangeMarket(
            community_id=day.community.id,
            market_day_id=day.day.id,
            to_on=None,
            reason="雨",
        )
        with pytest.raises(SellingAlready), unit_of_work() as work:
            put_off_market(work, change, by_id=day.cast.social_worker.id, now=NOW)
