"""Booking online without a script: a time, a nickname, four digits; a private code to come back."""

from __future__ import annotations

import logging

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.sales.bookings import code_hash
from market.domain.sales.receipt_code import parse
from market.domain.sales.turns import TurnState
from market.extensions import unit_of_work
from market.models.people import Miss
from market.models.sales import Listing, Slot, Turn, TurnContact
from tests.factories import NOW
from tests.turns import LI, Fair, book, new_code, open_fair, step, take
from tests.visitor import Visitor

one_database = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
SAID: dict[str, str | bool] = {"11:00": True, "怎么称呼": "王阿姨", "手机号后四位": "5678"}


@pytest.fixture
def fair(app: Flask) -> Fair:
    app.extensions["clock"] = lambda: NOW
    with app.app_context():
        return open_fair(basis="B")


@pytest.fixture
def neighbour(client: FlaskClient, fair: Fair) -> Visitor:
    visitor = Visitor(client)
    visitor.open(f"/markets/{fair.day.day.slug}")
    return visitor


def test_a_neighbour_books_sees_and_cancels(neighbour: Visitor, session: Session) -> None:
    assert "最近空着：10:20、10:40、11:00，另有 2 个" in neighbour.page.words
    neighbour.follow("预约")
    page = neighbour.send("预约这个时段", SAID)
    assert page.heading == "理发 11:00"
    code = parse(page.address.rpartition("/")[2])
    assert session.scalars(select(TurnContact.code_hash)).one() == code_hash(code)
    neighbour.open("/bookings")
    spoken = f"{code[:4]} {code[4:8].lower()}-{code[8:]}"
    assert neighbour.send("查看预约", {"预约码": spoken}).heading == "理发 11:00"
    page = neighbour.send("取消这个预约")
    assert "预约已经取消" in page.words
    session.rollback()
    assert session.scalars(select(TurnContact)).all() == []
    assert session.scalars(select(Slot).where(Slot.turn_id.is_not(None))).all() == []
    assert neighbour.open(f"/bookings/{code}", status=404).heading == "我的预约"


def test_the_market_page_is_as_fresh_as_its_turns(
    app: Flask, neighbour: Visitor, fair: Fair
) -> None:
    assert "10:20、10:40、11:00" in neighbour.page.words
    with app.app_context(), unit_of_work() as work:
        book(work, fair)
    page = neighbour.open(neighbour.page.address)
    assert "10:20、10:40、11:20" in page.words


@one_database
def test_a_time_taken_meanwhile_is_told_and_nothing_typed_is_lost(
    app: Flask, neighbour: Visitor, fair: Fair
) -> None:
    neighbour.follow("预约")
    with app.app_context(), unit_of_work() as work:
        book(work, fair, contact=LI)
    page = neighbour.send("预约这个时段", SAID, status=409)
    assert "11:00 刚刚被别人约走了" in page.words
    assert 'value="王阿姨"' in page.text
    assert 'value="5678"' in page.text
    assert neighbour.send("预约这个时段", {"11:20": True}).heading == "理发 11:20"


@one_database
def test_a_second_tap_books_nothing_more(neighbour: Visitor, session: Session) -> None:
    neighbour.follow("预约")
    form = neighbour.page
    first = neighbour.send("预约这个时段", SAID).address
    neighbour.page = form
    assert neighbour.send("预约这个时段", SAID).address == first
    assert len(session.scalars(select(Turn)).all()) == 1


@one_database
@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"怎么称呼": ""}, "还没有填写"),
        ({"怎么称呼": "13812345678"}, "称呼里请不要写电话"),
        ({"怎么称呼": "长" * 13}, "文字太长了"),
        ({"手机号后四位": "13812345678"}, "最后四位数字"),
        ({"手机号后四位": "五六七八"}, "最后四位数字"),
        ({"手机号后四位": "9" * 500}, "文字太长了"),
    ],
)
def test_what_tells_too_much_or_too_little_is_refused(
    neighbour: Visitor, session: Session, said: dict[str, str], sentence: str
) -> None:
    neighbour.follow("预约")
    page = neighbour.send("预约这个时段", {**SAID, **said}, status=422)
    assert sentence in page.words
    assert session.scalars(select(Turn)).all() == []


@one_database
def test_a_time_nobody_offers_is_refused(neighbour: Visitor, fair: Fair) -> None:
    neighbour.follow("预约")
    for at, status in (("11:01", 409), ("09:00", 409), ("quatsch", 422), ("", 422), ("25:00", 422)):
        form = neighbour.page
        [field] = [one for one in form.root.all("input") if one.get("value") == "11:00"]
        field.attributes["value"] = at
        neighbour.send("预约这个时段", SAID, status=status)
        neighbour.open(f"/markets/{fair.day.day.slug}/services/{fair.haircut.id}")


@one_database
@pytest.mark.usefixtures("fair")
def test_guessing_at_codes_is_counted(client: FlaskClient, session: Session) -> None:
    for _ in range(3):
        assert client.get(f"/bookings/{new_code()}").status_code == 404
    assert client.get("/bookings/garbled").status_code == 404
    assert len(session.scalars(select(Miss)).all()) == 4


@one_database
@pytest.mark.usefixtures("fair")
def test_after_many_misses_the_next_one_waits(client: FlaskClient) -> None:
    said = {client.get(f"/bookings/{new_code()}").status_code for _ in range(203)}
    assert said == {404, 429}


@one_database
def test_a_bookings_page_is_kept_nowhere(neighbour: Visitor) -> None:
    neighbour.follow("预约")
    address = neighbour.send("预约这个时段", SAID).address
    answer = neighbour.client.get(address)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "5678" not in answer.text


@one_database
def test_the_log_holds_neither_name_nor_digits_nor_code(
    neighbour: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        neighbour.follow("预约")
        code = neighbour.send("预约这个时段", SAID).address.rpartition("/")[2]
        neighbour.send("取消这个预约")
    said = " ".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records)
    assert "public.service" in said or "/markets/" in said
    for secret in ("王阿姨", "5678", code):
        assert secret not in said


@one_database
def test_services_by_number_say_where_to_go(client: FlaskClient, fair: Fair) -> None:
    slug = fair.day.day.slug
    for listing, words in ((fair.buttons, "现场取号"), (fair.mending, "留下一半牌子")):
        page = client.get(f"/markets/{slug}/services/{listing.id}").text
        assert words in page
        assert "预约这个时段" not in page
    assert client.get(f"/markets/{slug}/services/{fair.day.soap.id}").status_code == 404
    assert client.get(f"/markets/nowhere/services/{fair.haircut.id}").status_code == 404


@one_database
def test_few_people_served_are_never_a_figure(app: Flask, client: FlaskClient, fair: Fair) -> None:
    address = f"/markets/{fair.day.day.slug}"
    assert "人次" not in client.get(address).text
    for listing, words in (
        (fair.mending, "已服务 少于 5 人次"),
        (fair.buttons, "已服务 5 人次，其中免费便民 少于 5 人次"),
    ):
        for _ in range(4 if listing is fair.mending else 1):
            _serve(app, fair, listing)
        assert words in Visitor(client).open(address).words


def _serve(app: Flask, fair: Fair, listing: Listing) -> None:
    with app.app_context(), unit_of_work() as work:
        turn = take(work, fair, listing)
        if listing is not fair.mending:
            step(work, fair, turn, TurnState.ARRIVED)
        step(work, fair, turn, TurnState.DONE)
