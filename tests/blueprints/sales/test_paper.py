"""Entering from paper: by keyboard, line by line, and into the books once."""

from __future__ import annotations

import io
from collections.abc import Iterator
from html import unescape
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from market.extensions import unit_of_work
from market.models.sales import Device
from market.models.sales import Sale as Recorded
from market.queries.ledger.check import check_community
from market.queries.sales.board import late_sales
from tests.market_day import LATER, Day, close, count, kept_totals, open_day, recorded
from tests.people import post, sign_in


@pytest.fixture
def day(app: Flask) -> Iterator[Day]:
    app.extensions["clock"] = lambda: LATER
    with app.app_context():
        yield open_day()


def at(day: Day) -> str:
    return f"/desk/{day.community.slug}/tills/{day.till.id}/paper"


def test_enter_goes_on_line_by_line_and_the_sum_runs_along(
    client: FlaskClient, session: Session, day: Day
) -> None:
    sign_in(client, day.cast.social_worker)
    batch = str(uuid4())
    one = unescape(post(client, at(day), {"batch": batch, "line": "手工皂 2 微信"}).text)
    assert "¥30" in one
    assert "手工皂\t2\t\t微信" in one
    sent = {"batch": batch, "text": "手工皂\t2\t\t微信", "line": "缝补 20元"}
    two = unescape(post(client, at(day), sent).text)
    assert "记进账：2 笔，¥50" in two
    wrong = post(client, at(day), {**sent, "line": "茶壶 1", "answer": "record"})
    assert wrong.status_code == 422
    assert "这一班没有“茶壶”" in unescape(wrong.text)
    assert "茶壶" in wrong.text
    assert recorded(session, day.till.id) == 0
    for _ in range(2):
        entered = post(client, at(day), {**sent, "answer": "record"})
        assert entered.status_code == 303
    session.rollback()
    assert kept_totals(session, day.till.id) == {
        "wechat": (1, 30_00, 30_00),
        "cash": (1, 20_00, 20_00),
    }
    letter = session.scalars(select(Device.letter).where(Device.kind == "paper")).one()
    numbers = session.scalars(select(Recorded.day_number).order_by(Recorded.sequence)).all()
    assert numbers == [f"3{letter}-001", f"3{letter}-002"]
    other = post(client, at(day), {**sent, "line": "缝补 30元", "answer": "record"})
    assert other.status_code == 409
    assert "缝补" in other.text
    session.rollback()
    assert recorded(session, day.till.id) == 2
    assert all(found.holds for found in check_community(session, day.community.id))


def test_a_file_is_read_and_comes_late_where_the_till_has_closed(
    client: FlaskClient, session: Session, day: Day
) -> None:
    with unit_of_work() as work:
        count(work, day)
        close(work, day)
    sign_in(client, day.cast.treasurer)
    table = "商品,数量,收款方式\n团扇,2,微信\n手工皂,1,\n".encode("gb18030")
    page = client.get(at(day))
    assert "已经收摊" in page.text
    file = {"batch": str(uuid4()), "file": (io.BytesIO(table), "paper.csv")}
    assert "记进账：2 笔，¥75" in unescape(post(client, at(day), file).text)
    again = {**file, "file": (io.BytesIO(table), "paper.csv"), "answer": "record"}
    assert post(client, at(day), again).status_code == 303
    session.rollback()
    assert [late.number for late in late_sales(session, day.community.id)] == [2]
