"""Closing together by plain forms: her own phone, a drawn name, phones named, the envelope, late sales."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.actions.sales.recording import record_sales
from market.extensions import unit_of_work
from market.models.people import Person
from market.models.sales import CashHandOver, Closure, CountConfirmation
from tests import factories
from tests.factories import make_community
from tests.market_day import LATER, Day, open_day
from tests.market_day import close as close_now
from tests.market_day import count as count_now
from tests.passes import make_pass, make_phone
from tests.people import make_cast, post, sign_in

one_database = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
COUNTED = {"n10000": "2", "n1000": "3", "first_name": "宝妈甲", "second_name": "宝妈乙"}
DRAWN = "100,50 120,60 140,80 160,120;300,40 300,90 320,160 340,200"


@pytest.fixture
def day(app: Flask) -> Day:
    """¥30 in cash; the float is ¥200."""
    with app.app_context():
        day = open_day()
        with unit_of_work() as work:
            sales = [day.sale(), day.sale()]
            record_sales(work, day.till.id, sales, received_at=LATER, by_id=day.cast.volunteer.id)
    return day


@pytest.fixture
def first(client: FlaskClient, day: Day) -> FlaskClient:
    sign_in(client, day.cast.volunteer)
    return client


def at(day: Day, more: str = "") -> str:
    return f"/till/{day.community.slug}/{day.till.id}{more}"


def code_shown(first: FlaskClient, day: Day) -> str:
    """Where the code on the first counter's page leads."""
    page = first.get(at(day, "/closure")).text
    assert "<svg" in page
    found = re.search(r"http://localhost(/till/[^/]+/second/[^\s<]+)", page)
    assert found is not None
    return found[1]


def test_the_second_counter_scans_and_confirms_without_an_account(
    app: Flask, first: FlaskClient, day: Day, session: Session
) -> None:
    post(first, at(day, "/count"), COUNTED)
    address = code_shown(first, day)
    phone = app.test_client()
    page = phone.get(address).text
    assert "¥230" in page
    assert "我是 宝妈乙" in page
    for words in ("账上应有", "多了", "少了", "正好", "找零备用金"):
        assert words not in page
    assert session.get(CountConfirmation, day.till.id) is None
    session.rollback()
    assert post(phone, address).status_code == 303
    assert "有两个人确认了" in phone.get(address).text
    again = post(phone, address)
    assert (again.status_code, "已经确认过了" in again.text) == (409, True)
    word = session.get_one(CountConfirmation, day.till.id)
    assert (word.signature, word.person_id) == ("宝妈乙", None)
    assert "账上应有" in first.get(at(day, "/closure")).text


@one_database
def test_the_first_counter_cannot_use_her_own_code(first: FlaskClient, day: Day) -> None:
    post(first, at(day, "/count"), COUNTED)
    answer = post(first, code_shown(first, day))
    assert (answer.status_code, "不能自己确认" in answer.text) == (403, True)


@one_database
def test_a_code_that_was_changed_or_is_of_elsewhere_shows_nothing(
    app: Flask, first: FlaskClient, day: Day
) -> None:
    post(first, at(day, "/count"), COUNTED)
    address = code_shown(first, day)
    with app.app_context(), unit_of_work() as work:
        other = make_community(work)
        make_cast(work, other)
    phone = app.test_client()
    for wrong in (address[:-3], address.replace(day.community.slug, other.slug)):
        answer = phone.get(wrong)
        assert (answer.status_code, "¥230" in answer.text) == (404, False), wrong


def test_a_drawn_name_confirms_and_is_shown_as_it_was_drawn(
    first: FlaskClient, day: Day, session: Session
) -> None:
    post(first, at(day, "/count"), COUNTED)
    page = first.get(at(day, "/closure")).text
    assert "data-signature hidden" in page
    sign = at(day, "/count/signature")
    for fields, sentence in (
        ({"strokes": "5,5", "sure": "y"}, "签名太短了"),
        ({"strokes": "M0 0", "sure": "y"}, "没有传完整"),
        ({"strokes": DRAWN}, "勾选签名"),
        ({"sure": "y"}, "勾选签名"),
    ):
        answer = post(first, sign, fields)
        assert (answer.status_code, sentence in answer.text) == (422, True), fields
    assert post(first, sign, {"strokes": DRAWN, "sure": "y"}).status_code == 303
    assert session.get_one(CountConfirmation, day.till.id).strokes == DRAWN
    post(first, at(day, "/closure"))
    assert 'd="M100,50 L120,60' in first.get(at(day, "/closure")).text


def counted(app: Flask, day: Day) -> None:
    with app.app_context(), unit_of_work() as work:
        count_now(work, day)


def test_a_phone_that_has_not_signed_off_is_named_with_a_reason(
    app: Flask, first: FlaskClient, day: Day
) -> None:
    with app.app_context(), unit_of_work() as work:
        stall_pass = make_pass(work, day.stall, day.cast.social_worker)
        make_phone(work, stall_pass, name="李阿姨", unsent=4)
    counted(app, day)
    page = first.get(at(day, "/closure")).text
    assert "没有签退" in page
    assert "4 笔待上传" in page
    answer = post(first, at(day, "/closure"))
    assert (answer.status_code, "还有手机没有签退" in answer.text) == (422, True)
    assert post(first, at(day, "/closure"), {"phones_reason": "手机没电"}).status_code == 303
    closed = first.get(at(day, "/closure")).text
    assert "李阿姨" in closed
    assert "手机没电" in closed


def test_the_envelope_goes_from_hand_to_hand_with_two_names(
    app: Flask, first: FlaskClient, day: Day, session: Session
) -> None:
    counted(app, day)
    post(first, at(day, "/closure"))
    page = first.get(at(day, "/closure")).text
    assert "的现金 ¥230 点好装进信封了" in page
    fields = {"giver": "宝妈甲", "taker": "蔡小务", "holder": day.custodian.id, "taken": "y"}
    for change, sentence in (
        ({"taker": "宝妈甲"}, "不能是同一个人"),
        ({"taken": ""}, "当面点清后签名"),
        ({"holder": "987654"}, "选一个"),
        ({"taker": ""}, "还没有填写"),
    ):
        answer = post(first, at(day, "/hand-over"), {**fields, **change})
        assert (answer.status_code, sentence in answer.text) == (422, True), change
        assert 'value="宝妈甲"' in answer.text
    assert post(first, at(day, "/hand-over"), fields).status_code == 303
    assert "宝妈甲 → 蔡小务" in first.get(at(day, "/closure")).text
    again = post(first, at(day, "/hand-over"), fields)
    assert (again.status_code, "已经由 蔡小务 收下了" in again.text) == (409, True)
    assert session.scalar(select(func.count()).select_from(CashHandOver)) == 1


def test_late_sales_are_listed_before_and_after_their_supplement(
    app: Flask, first: FlaskClient, day: Day
) -> None:
    counted(app, day)
    post(first, at(day, "/closure"))
    with app.app_context(), unit_of_work() as work:
        late = factories.make_sale(day.till.id, day.device.id, day.cup)
        record_sales(work, day.till.id, [late], received_at=LATER, by_id=day.cast.volunteer.id)
    page = first.get(at(day, "/closure")).text
    assert "补传的每一笔" in page
    assert "还没有结账" in page
    post(first, at(day, "/supplements"))
    assert "第 2 次结账" in first.get(at(day, "/closure")).text


def test_two_people_close_one_till_at_once_and_one_of_them_does(
    app: Flask, day: Day, session: Session
) -> None:
    counted(app, day)
    barrier = Barrier(2)

    def close(who: Person) -> tuple[int, str]:
        client = app.test_client()
        sign_in(client, who)
        barrier.wait()
        answer = post(client, at(day, "/closure"))
        return answer.status_code, answer.text

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(close, (day.cast.volunteer, day.cast.treasurer)))
    assert sorted(status for status, _ in answers) == [303, 409]
    (beaten,) = [text for status, text in answers if status == 409]
    assert "已经收摊结账了，结果就在这一页" in beaten
    assert "义卖净额" in beaten
    assert session.scalar(select(func.count()).select_from(Closure)) == 1


@one_database
def test_nobody_hands_over_what_is_not_closed(app: Flask, first: FlaskClient, day: Day) -> None:
    fields = {"giver": "宝妈甲", "taker": "蔡小务", "holder": day.custodian.id, "taken": "y"}
    counted(app, day)
    answer = post(first, at(day, "/hand-over"), fields)
    assert (answer.status_code, "还没有收摊" in answer.text) == (409, True)
    with app.app_context(), unit_of_work() as work:
        close_now(work, day)
    assert post(first, at(day, "/hand-over"), fields).status_code == 303
