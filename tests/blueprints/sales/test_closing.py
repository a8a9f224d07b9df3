"""Opening, moving cash, counting and closing by plain forms."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.actions.sales.recording import record_sales
from market.domain.sales.sale import Tender
from market.extensions import unit_of_work
from market.models.sales import CashCount, Closure, CountConfirmation, Till, TillMove
from tests import factories
from tests.market_day import LATER, Day, close, count, open_day
from tests.people import post, sign_in

one_database = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
"""For what reads a form or a rule and leaves the database alone."""


@pytest.fixture
def day(app: Flask) -> Day:
    """Taken so far: ¥30 in cash and a scarf by WeChat; the float is ¥200."""
    with app.app_context():
        day = open_day(basis="A")
        with unit_of_work() as work:
            sales = [day.sale(), day.sale(), day.sale(day.scarf, tender=Tender.WECHAT)]
            record_sales(work, day.till.id, sales, received_at=LATER, by_id=day.cast.volunteer.id)
    return day


@pytest.fixture
def first(client: FlaskClient, day: Day) -> FlaskClient:
    sign_in(client, day.cast.volunteer)
    return client


@pytest.fixture
def second(app: Flask, day: Day) -> FlaskClient:
    phone = app.test_client()
    sign_in(phone, day.cast.second_volunteer)
    return phone


COUNTED = {
    "n10000": "2",
    "n1000": "３",
    "first_name": "宝妈甲",
    "second_name": "宝妈乙",
}
"""¥230, what is expected."""


def test_a_till_is_opened_for_stalls_that_are_free(
    app: Flask, first: FlaskClient, day: Day, session: Session
) -> None:
    with app.app_context(), unit_of_work() as work:
        stall = factories.make_stall(work, day.day, name="饼干摊")
    address = f"/till/{day.community.slug}/open/{day.day.id}"
    page = first.get(address).text
    assert "正在收银" in page
    fields = {"stalls": stall.id, "float_amount": "0", "safe": day.custodian.id}
    answer = post(first, address, fields)
    assert answer.status_code == 303
    till = session.scalars(select(Till).where(Till.id != day.till.id)).one()
    assert answer.location == f"/till/{day.community.slug}/{till.id}"
    assert "饼干摊" in first.get("/till/").text


@one_database
@pytest.mark.parametrize(
    ("change", "status", "sentence"),
    [
        ({"stalls": ""}, 422, "请从列出的选项里选一个"),
        ({"stalls": "987654"}, 422, "这里填写得不对"),
        ({"stalls": "taken"}, 409, "已经有一班在收银"),
        ({"float_amount": ""}, 422, "还没有填写金额"),
        ({"float_amount": "两百"}, 422, "没看懂这个金额"),
        ({"float_amount": "-5"}, 422, "不能是负数"),
        ({"float_amount": "99999999"}, 422, "金额太大了"),
        ({"float_amount": "500"}, 409, "不够付"),
        ({"safe": "987654"}, 422, "选一个"),
        ({"name": "很" * 41}, 422, "文字太长了"),
    ],
)
def test_what_cannot_be_opened_comes_back_as_it_was_typed(
    app: Flask,
    first: FlaskClient,
    day: Day,
    session: Session,
    change: dict[str, Any],
    status: int,
    sentence: str,
) -> None:
    with app.app_context(), unit_of_work() as work:
        stall = factories.make_stall(work, day.day)
    fields = {"stalls": stall.id, "float_amount": "0", "safe": day.custodian.id, "name": "东门"}
    fields |= {key: day.stall.id if text == "taken" else text for key, text in change.items()}
    answer = post(first, f"/till/{day.community.slug}/open/{day.day.id}", fields)
    assert answer.status_code == status
    assert sentence in answer.text
    assert f'value="{fields["name"]}"' in answer.text
    assert session.scalar(select(func.count()).select_from(Till)) == 1


def test_a_market_day_that_is_not_there_is_not_found(first: FlaskClient, day: Day) -> None:
    assert first.get(f"/till/{day.community.slug}/open/987654").status_code == 404


def test_cash_is_put_in_and_taken_out(first: FlaskClient, day: Day, session: Session) -> None:
    address = _address(day, "/moves")
    out = {"kind": "pay_out", "amount": "12.5", "note": "买胶带"}
    assert post(first, address, out).status_code == 303
    assert session.scalars(select(TillMove)).one().amount_minor == 12_50
    page = first.get(address).text
    assert "买胶带" in page
    assert "−¥12.50" in page
    for change, status, sentence in (
        ({"kind": "pay_in"}, 409, "不够付"),
        ({"amount": "1000"}, 409, "没有这么多"),
        ({"amount": "0"}, 422, "金额至少"),
        ({"note": ""}, 422, "还没有填写"),
        ({"kind": "steal"}, 422, "选一个"),
    ):
        answer = post(first, address, {**out, **change})
        assert (answer.status_code, sentence in answer.text) == (status, True), change
    assert session.scalar(select(func.count()).select_from(TillMove)) == 1


@one_database
def test_the_count_is_blind(first: FlaskClient, day: Day) -> None:
    page = first.get(_address(day, "/count")).text
    # ¥230 is expected, ¥30 was sold for cash, ¥90 in all, the float was ¥200.
    for sum_ in ("230", "30.", "¥30", "¥90", "¥200", "¥60"):
        assert sum_ not in page
    post(first, _address(day, "/count"), COUNTED)
    waiting = first.get(_address(day, "/closure")).text
    assert "宝妈乙" in waiting
    for words in ("账上应有", "多了", "少了", "正好", "¥90"):
        assert words not in waiting


def test_the_second_confirms_on_her_own_phone_and_the_till_is_closed(
    first: FlaskClient, second: FlaskClient, day: Day, session: Session
) -> None:
    assert post(first, _address(day, "/count"), COUNTED).status_code == 303
    own = post(first, _address(day, "/count/confirmation"))
    assert own.status_code == 403
    assert "不能自己确认" in own.text
    assert "我核对过，确认" in second.get(_address(day, "/closure")).text
    assert post(second, _address(day, "/count/confirmation")).status_code == 303
    reckoning = second.get(_address(day, "/closure")).text
    assert "正好" in reckoning
    assert "¥230" in reckoning
    assert post(second, _address(day, "/closure")).status_code == 303
    closure = session.scalars(select(Closure)).one()
    assert (closure.net_minor, closure.variance_minor) == (42_00, 0)
    result = first.get(_address(day, "/closure")).text
    for words in (
        "¥42",
        "正好",
        "接下来",
        "交接",
        "复制微信消息",
        "微信 1 笔 ¥60",
        "宝妈甲、宝妈乙",
    ):
        assert words in result


def test_the_second_signs_on_the_first_phone(
    first: FlaskClient, day: Day, session: Session
) -> None:
    assert post(first, _address(day, "/count"), {**COUNTED, "signed": "y"}).status_code == 303
    assert session.scalars(select(CountConfirmation)).one().signature == "宝妈乙"
    assert "账上应有" in first.get(_address(day, "/closure")).text


def test_a_signature_needs_her_name_and_her_tick(
    first: FlaskClient, day: Day, session: Session
) -> None:
    post(first, _address(day, "/count"), COUNTED)
    address = _address(day, "/count/signature")
    for fields in (
        {"signature": "宝妈乙"},
        {"signature": "宝妈丙", "sure": "y"},
        {"signature": "", "sure": "y"},
    ):
        assert post(first, address, fields).status_code == 422
    assert session.scalars(select(CountConfirmation)).all() == []
    assert post(first, address, {"signature": "宝妈乙", "sure": "y"}).status_code == 303


@one_database
@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"n10000": "两张"}, "¥100：没看懂这个数量"),
        ({"n10000": "-2"}, "数量要在"),
        ({"n10000": "99999999"}, "数量要在"),
        ({"second_name": ""}, "请填写第二位的姓名"),
        ({"second_name": " 宝妈甲 "}, "不能是同一个人"),
        ({"first_name": ""}, "还没有填写"),
        ({"box": "300"}, "不能超过点出的总额 ¥230"),
        ({"box": "-1"}, "不能是负数"),
        ({"box": "有"}, "没看懂这个金额"),
    ],
)
def test_what_is_no_count_comes_back_as_it_was_typed(
    first: FlaskClient, day: Day, session: Session, change: dict[str, str], sentence: str
) -> None:
    fields = {**COUNTED, **change}
    answer = post(first, _address(day, "/count"), fields)
    assert answer.status_code == 422
    assert sentence in answer.text
    for name, text in fields.items():
        assert re.search(rf'name="{name}"[^>]*value="{re.escape(text)}"', answer.text), name
    assert session.scalars(select(CashCount)).all() == []


def test_there_is_one_count_and_one_closure(
    first: FlaskClient, second: FlaskClient, day: Day, session: Session
) -> None:
    assert first.get(_address(day, "/closure")).location == _address(day, "/count")
    assert post(first, _address(day, "/closure")).location == _address(day, "/count")
    post(first, _address(day, "/count"), COUNTED)
    assert first.get(_address(day, "/count")).location == _address(day, "/closure")
    again = post(second, _address(day, "/count"), COUNTED)
    assert again.status_code == 409
    assert "一班只点一次" in again.text
    early = post(first, _address(day, "/closure"))
    assert early.status_code == 409
    post(second, _address(day, "/count/confirmation"))
    post(first, _address(day, "/closure"))
    late = post(second, _address(day, "/closure"))
    assert late.status_code == 409
    assert "已经收摊结账了" in late.text
    assert session.scalar(select(func.count()).select_from(Closure)) == 1


def test_a_difference_beyond_the_threshold_asks_for_its_reason(
    first: FlaskClient, day: Day, session: Session
) -> None:
    post(first, _address(day, "/count"), {**COUNTED, "n10000": "1", "signed": "y"})
    assert "点出的现金比账上少了" in first.get(_address(day, "/closure")).text
    answer = post(first, _address(day, "/closure"))
    assert answer.status_code == 422
    assert "少了 ¥100，请写明原因" in answer.text
    long = post(first, _address(day, "/closure"), {"reason": "长" * 201})
    assert long.status_code == 422
    assert "长" * 201 in long.text
    assert post(first, _address(day, "/closure"), {"reason": "找零找错"}).status_code == 303
    assert session.scalars(select(Closure)).one().reason == "找零找错"
    assert "原因：找零找错" in first.get(_address(day, "/closure")).text


@one_database
def test_the_box_is_asked_for_only_where_there_may_be_one(app: Flask, client: FlaskClient) -> None:
    for basis, asked in (("A", True), ("B", True), ("C", False)):
        with app.app_context():
            day = open_day(basis=basis)
        sign_in(client, day.cast.volunteer)
        assert ("无明细收入" in client.get(_address(day, "/count")).text) is asked


def test_late_sales_wait_for_a_supplement_on_the_same_page(
    app: Flask, first: FlaskClient, day: Day, session: Session
) -> None:
    with app.app_context(), unit_of_work() as work:
        count(work, day)
        close(work, day)
        record_sales(work, day.till.id, [day.sale(), day.sale()], received_at=LATER)
    page = first.get(_address(day, "/closure")).text
    assert "收摊以后又传来 2 笔记录" in page
    assert post(first, _address(day, "/supplements")).status_code == 303
    assert session.scalars(select(Closure.number).order_by(Closure.number)).all() == [1, 2]
    assert "又传来" not in first.get(_address(day, "/closure")).text
    nothing = post(first, _address(day, "/supplements"))
    assert nothing.status_code == 409
    assert "没有等待结账的补传记录" in nothing.text


def test_records_set_aside_are_shown_and_keep_nobody_from_closing(
    app: Flask, first: FlaskClient, day: Day
) -> None:
    with app.app_context(), unit_of_work() as work:
        record_sales(work, day.till.id, [day.sale(till_id=987)], received_at=LATER)
        count(work, day)
    assert "待核对" in first.get(_address(day, "/closure")).text
    assert post(first, _address(day, "/closure")).status_code == 303
    assert "写的是另一班收银" in first.get(_address(day, "/closure")).text


def test_totals_by_tender_are_shown_only_after_closing(
    app: Flask, first: FlaskClient, day: Day
) -> None:
    assert "微信 ·" not in first.get(_address(day, "/sales")).text
    with app.app_context(), unit_of_work() as work:
        count(work, day)
        close(work, day)
    assert "微信 ·" in first.get(_address(day, "/sales")).text


def _address(day: Day, page: str) -> str:
    return f"/till/{day.community.slug}/{day.till.id}{page}"
