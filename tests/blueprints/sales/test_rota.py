"""Shifts and pre-orders at the desk, and the sheets that are printed."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.sales.market_days import change_market
from market.actions.sales.rota import erase_old_orders
from market.extensions import unit_of_work
from market.models.sales import PreOrder, Shift
from tests.blueprints.sales.test_pasting import fields_of
from tests.factories import NOW
from tests.people import post, sign_in
from tests.preparing import Place, make_place, prepare_day


@pytest.fixture
def place(app: Flask) -> Place:
    with app.app_context(), unit_of_work() as work:
        return make_place(work)


@pytest.fixture
def market(app: Flask, place: Place) -> str:
    """The address of a market day with one stall, number 1, 手作摊, that sells 手工皂."""
    with app.app_context(), unit_of_work() as work:
        day, _ = prepare_day(work, place)
        return f"/desk/{place.community.slug}/markets/{day.id}"


@pytest.fixture
def zhima(client: FlaskClient, place: Place) -> FlaskClient:
    sign_in(client, place.cast.social_worker)
    return client


def paste(client: FlaskClient, market: str, what: str, text: str) -> tuple[int, str]:
    """Paste, look, confirm as it stands."""
    look = post(client, f"{market}/pasted/{what}", {"text": text})
    if look.status_code != 200:
        return look.status_code, look.text
    done = post(client, f"{market}/pasted/{what}/rows", fields_of(look))
    return done.status_code, done.text


def shifts(session: Session) -> list[tuple[str, str]]:
    session.rollback()
    rows = session.execute(select(Shift.name, Shift.starts_at).order_by(Shift.id))
    return [(name, f"{at:%H:%M}") for name, at in rows]


def test_shifts_are_pasted_shown_and_taken_back(
    zhima: FlaskClient, market: str, session: Session
) -> None:
    assert "还没有排班" in zhima.get(f"{market}/shifts").text
    text = "小明妈妈 9:00-10:30 手作摊\n李老师 9点-12点"
    assert paste(zhima, market, "shifts", text)[0] == 303
    assert shifts(session) == [("小明妈妈", "09:00"), ("李老师", "09:00")]
    page = zhima.get(f"{market}/shifts").text
    assert "1 · 手作摊" in page
    assert "机动" in page
    [first, _] = re.findall(r'action="([^"]*/removal)"', page)
    assert post(zhima, first).status_code == 303
    assert len(shifts(session)) == 1
    assert post(zhima, first).status_code == 404


def test_one_person_is_not_in_two_places(zhima: FlaskClient, market: str, session: Session) -> None:
    status, page = paste(zhima, market, "shifts", "甲 9:00-10:30 1\n甲 10:00-11:00")
    assert status == 409
    assert "已经有别的班次" in page
    assert shifts(session) == []
    assert paste(zhima, market, "shifts", "甲 9:00-10:30 1\n甲 10:30-11:00")[0] == 303
    assert paste(zhima, market, "shifts", "甲 9:00-10:30 1\n乙 10:00-11:00")[0] == 303
    assert [name for name, _ in shifts(session)] == ["甲", "甲", "乙"]


def test_a_stall_nobody_knows_is_said_at_its_cell(zhima: FlaskClient, market: str) -> None:
    status, page = paste(zhima, market, "shifts", "甲 9:00-10:30 火星摊")
    assert status == 422
    assert "没有叫“火星摊”的摊位" in page


def test_orders_are_put_by_once_fetched_and_taken_back(
    zhima: FlaskClient, market: str, session: Session
) -> None:
    for _ in range(2):
        paste(zhima, market, "orders", "小红妈 手工皂 2块\n大力 1 手工皂 x3")
    session.rollback()
    orders = session.execute(select(PreOrder.name, PreOrder.quantity).order_by(PreOrder.id)).all()
    assert [(name, quantity) for name, quantity in orders] == [("小红妈", 2), ("大力", 3)]
    page = zhima.get(f"{market}/orders").text
    assert "手工皂 5 件" in page
    fetching = re.findall(r'action="([^"]*/fetching)"', page)
    assert [post(zhima, fetching[0]).status_code for _ in range(2)] == [303, 303]
    assert "已取走" in zhima.get(f"{market}/orders").text
    removal = re.findall(r'action="([^"]*orders/\d+/removal)"', page)
    assert post(zhima, removal[1]).status_code == 303
    assert post(zhima, removal[1]).status_code == 404
    assert post(zhima, fetching[1]).status_code == 404


def test_what_nobody_sells_cannot_be_put_by(zhima: FlaskClient, market: str) -> None:
    status, page = paste(zhima, market, "orders", "小红妈 月亮 2个")
    assert status == 422
    assert "没有叫“月亮”的商品" in page


@pytest.mark.parametrize("sheet", ["", "/prices", "/receipts", "/notice", "/board", "/shifts"])
def test_every_sheet_is_printed_for_whoever_reads_the_desk(
    client: FlaskClient, place: Place, market: str, sheet: str
) -> None:
    sign_in(client, place.cast.auditor)
    answer = client.get(f"{market}/prints{sheet}")
    assert answer.status_code == 200
    assert "腊八市集" in answer.text


def test_a_price_card_says_the_price_large(zhima: FlaskClient, market: str) -> None:
    page = zhima.get(f"{market}/prints/prices").text
    assert '<p class="card-large">¥15</p>' in page
    assert "card-large" not in zhima.get(f"{market}/prints/prices?stall=0").text


@pytest.mark.parametrize(("asked", "printed"), [("2", 2), ("0", 1), ("9999", 300), ("x", 36)])
def test_as_many_receipt_cards_are_printed_as_were_asked_for(
    zhima: FlaskClient, market: str, asked: str, printed: int
) -> None:
    page = zhima.get(f"{market}/prints/receipts?count={asked}").text
    assert page.count('class="card"') == printed


def test_the_board_says_basis_holder_split_and_hosts_in_their_order(
    app: Flask, zhima: FlaskClient, place: Place, market: str
) -> None:
    assert place.community.name in zhima.get(f"{market}/prints/board").text
    with app.app_context(), unit_of_work() as work:
        plan = place.plan(hosts="乙单位\n甲单位")
        number = int(market.rpartition("/")[2])
        change_market(work, number, plan, by_id=place.by_id, now=NOW)
    page = zhima.get(f"{market}/prints/board").text
    assert page.index("乙单位") < page.index("甲单位")
    assert all(words in page for words in ("承诺义卖", "社区专户", "¥70", "¥30", "义卖款使用约定"))


def test_what_was_put_by_is_forgotten_after_thirty_days(
    app: Flask, zhima: FlaskClient, market: str, session: Session
) -> None:
    paste(zhima, market, "orders", "小红妈 手工皂 2块")
    for days, gone in ((30, 0), (31, 1)):
        with app.app_context(), unit_of_work() as work:
            then = datetime(2026, 11, 28, 12, tzinfo=UTC) + timedelta(days=days)
            assert erase_old_orders(work, now=then) == gone
    session.rollback()
    assert session.scalars(select(PreOrder)).all() == []
