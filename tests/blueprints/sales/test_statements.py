"""Statements by plain forms: a file in, three piles, and what becomes of what is left."""

from __future__ import annotations

import io
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from market.actions.sales.recording import record_sales
from market.domain.sales.sale import Tender
from market.extensions import unit_of_work
from market.models.ledger import MoneyMove
from market.models.people import Person
from market.models.sales import Statement, StatementLine, StatementWord
from tests.actions.sales.test_statements import MERCHANT, statement
from tests.market_day import LATER, Day, close, count, open_day
from tests.people import form_token, post, sign_in

one_database = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


@pytest.fixture
def day(app: Flask) -> Day:
    """A closed till with two sales by WeChat: soap and a scarf."""
    with app.app_context():
        day = open_day()
        with unit_of_work() as work:
            sales = [day.sale(tender=Tender.WECHAT), day.sale(day.scarf, tender=Tender.WECHAT)]
            record_sales(work, day.till.id, sales, received_at=LATER, by_id=day.cast.volunteer.id)
        with unit_of_work() as work:
            count(work, day)
        with unit_of_work() as work:
            close(work, day)
    return day


@pytest.fixture
def desk(client: FlaskClient, day: Day) -> FlaskClient:
    sign_in(client, day.cast.treasurer)
    return client


def page_of(day: Day, more: str = "/wechat") -> str:
    return f"/desk/{day.community.slug}/markets/{day.day.id}/statements{more}"


def upload(desk: FlaskClient, day: Day, content: bytes, more: str = "/wechat") -> TestResponse:
    fields: Mapping[str, object] = {
        "file": (io.BytesIO(content), "账单.csv"),
        "csrf_token": form_token(desk),
    }
    return desk.post(page_of(day, more), data=fields)


def test_a_file_is_taken_in_and_the_piles_are_drawn(
    desk: FlaskClient, day: Day, session: Session
) -> None:
    assert "还没有账单" in desk.get(page_of(day, "")).text
    content = statement(("10:00:00", "15.00"), ("10:30:00", "51.00"))
    answer = upload(desk, day, content)
    assert answer.status_code == 303
    page = desk.get(answer.location).text
    assert "新收下 2 笔" in page
    assert "有钱没有义卖" in page
    assert "¥51.00" in page or "¥51" in page
    assert "有义卖没收到钱" in page
    assert "相差" in desk.get(page_of(day, "")).text
    again = desk.get(upload(desk, day, content).location).text
    assert "2 笔以前就有了" in again
    assert session.scalar(select(func.count()).select_from(StatementLine)) == 2


@one_database
@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "不像微信支付或支付宝的账单"),
        ("姓名,电话".encode(), "不像微信支付或支付宝的账单"),
        (statement(("10:00:00", "15.00"), on="2026-10-21"), "没有 2026年11月21日 的收款"),
        (MERCHANT.replace(b"`2026-11-21 10:02:05", b"`then"), "第 3 行看不懂"),
    ],
)
def test_what_is_no_statement_of_the_day_is_refused_with_a_sentence(
    desk: FlaskClient, day: Day, session: Session, content: bytes, sentence: str
) -> None:
    answer = upload(desk, day, content)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert session.scalar(select(func.count()).select_from(StatementLine)) == 0


@one_database
def test_alipays_file_is_refused_where_wechats_is_wanted(desk: FlaskClient, day: Day) -> None:
    assert upload(desk, day, MERCHANT, "/alipay").status_code == 404
    assert desk.get(page_of(day, "/cash")).status_code == 404


def test_money_without_a_sale_is_settled_from_its_page(
    desk: FlaskClient, day: Day, session: Session
) -> None:
    upload(desk, day, statement(("10:00:00", "15.00"), ("10:30:00", "51.00")))
    line_id = session.scalars(select(StatementLine.id).order_by(StatementLine.at.desc())).first()
    session.rollback()
    address = page_of(day, f"/wechat/lines/{line_id}")
    assert "找到了对应的义卖" in desk.get(address).text
    for fields, sentence in (
        ({"act": "settle", "note": "不知道是谁"}, "请选择是哪一班钱箱"),
        ({"act": "find", "note": "不知道是谁"}, "请选择对应的是哪一笔义卖"),
        ({"act": "settle", "till": day.till.id}, "还没有填写"),
        ({"note": "不知道是谁"}, "选一个"),
    ):
        answer = post(desk, address, fields)
        assert (answer.status_code, sentence in answer.text) == (422, True), fields
    answer = post(desk, address, {"act": "settle", "till": day.till.id, "note": "没人认"})
    assert answer.status_code == 303
    assert "复核以后才入账" in desk.get(answer.location).text
    move = session.scalars(select(MoneyMove)).one()
    assert (move.kind, move.amount_minor, "没人认" in move.note) == ("money_found", 51_00, True)
    session.rollback()
    # Going back and sending it again meets the piles as they are now.
    assert (
        post(desk, address, {"act": "settle", "till": day.till.id, "note": "x"}).status_code == 303
    )
    assert session.scalar(select(func.count()).select_from(MoneyMove)) == 1


def test_a_sale_without_money_is_explained_and_brought_together(
    desk: FlaskClient, day: Day, session: Session
) -> None:
    upload(desk, day, statement(("10:00:00", "15.00"), ("10:30:00", "51.00")))
    page = desk.get(page_of(day)).text
    sale_id = page.split("/wechat/sales/")[1].split('"')[0]
    address = page_of(day, f"/wechat/sales/{sale_id}")
    assert post(desk, address, {"act": "explain", "note": "邻居说晚点补"}).status_code == 303
    assert "邻居说晚点补" in desk.get(page_of(day)).text
    assert post(desk, address, {"act": "explain", "note": "找到了这位邻居"}).status_code == 303
    assert "先前写的：邻居说晚点补" in desk.get(address).text
    line_id = page.split("/wechat/lines/")[1].split('"')[0]
    found = {"act": "find", "sale": sale_id, "note": "少输了九块"}
    address = page_of(day, f"/wechat/lines/{line_id}")
    assert post(desk, address, found).status_code == 303
    move = session.scalars(select(MoneyMove)).one()
    assert (move.kind, move.amount_minor) == ("money_missing", 9_00)
    assert session.scalar(select(func.count()).select_from(StatementWord)) == 3
    assert "已经处理的" in desk.get(page_of(day)).text


@one_database
def test_reviewers_look_and_do_not_upload(client: FlaskClient, day: Day) -> None:
    sign_in(client, day.cast.reviewer)
    page = client.get(page_of(day)).text
    assert "上传并对账" not in page
    assert upload(client, day, MERCHANT).status_code == 403


def test_two_who_upload_the_same_file_at_once_keep_it_once(
    app: Flask, day: Day, session: Session
) -> None:
    content = statement(*[(f"10:{minute:02}:00", "15.00") for minute in range(40)])
    barrier = Barrier(2)

    def send(who: Person) -> int:
        client = app.test_client()
        sign_in(client, who)
        barrier.wait()
        return upload(client, day, content).status_code

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(send, (day.cast.treasurer, day.cast.social_worker)))
    assert answers == [303, 303]
    assert session.scalar(select(func.count()).select_from(StatementLine)) == 40
    assert session.scalar(select(func.count()).select_from(Statement)) == 1
