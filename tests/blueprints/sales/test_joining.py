"""A volunteer scans a stall pass and sells with the plain form, without an account."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from market.blueprints.sales.joining import FREE_MISSES
from market.extensions import unit_of_work
from market.models.people import Miss
from market.models.sales import Device, MarketOpening, Sale, SaleVoid, StallPass
from tests import factories
from tests.factories import NOW
from tests.market_day import Day, count, make_day
from tests.passes import DIGITS, Pass, make_pass, make_phone
from tests.people import post, sign_in
from tests.visitor import Visitor


@dataclass(frozen=True, slots=True)
class Place:
    day: Day
    stall_pass: Pass

    @property
    def address(self) -> str:
        return f"/p/{self.stall_pass.token}"


@pytest.fixture
def place(app: Flask) -> Place:
    app.extensions["clock"] = lambda: NOW
    with app.app_context(), unit_of_work() as session:
        day = make_day(session)
        return Place(day, make_pass(session, day.stall, day.cast.social_worker))


def joined(
    client: FlaskClient, place: Place, name: str = "宝妈丙", digits: str = DIGITS
) -> TestResponse:
    return post(client, place.address, {"name": name, "digits": digits})


def taken(app: Flask, place: Place) -> int:
    with app.app_context(), unit_of_work() as session:
        return session.get_one(StallPass, place.stall_pass.row.id).taken


def misses(app: Flask) -> int:
    with app.app_context(), unit_of_work() as session:
        return session.scalar(select(func.count()).select_from(Miss)) or 0


def test_looking_takes_no_seat_however_often(app: Flask, client: FlaskClient, place: Place) -> None:
    answers = [client.get(place.address) for _ in range(30)]
    assert {answer.status_code for answer in answers} == {200}
    answer = answers[-1]
    assert "手作摊" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert taken(app, place) == 0
    assert misses(app) == 0


def test_a_name_and_four_digits_lead_to_the_first_sale(
    app: Flask, client: FlaskClient, place: Place
) -> None:
    visitor = Visitor(client)
    visitor.open(place.address)
    visitor.send("加入，去收银", {"您的称呼": "李阿姨", "今天的四位数字": "０４２７"})
    visitor.open("/till/phone")
    assert "手作摊" in visitor.page.heading
    assert "李阿姨" in visitor.page.words
    visitor.follow("开始收银")
    visitor.send("收款", {place.day.soap.name: "2"})
    visitor.send("已收到", {"现金": True})
    assert "李阿姨" in visitor.page.words
    with app.app_context(), unit_of_work() as session:
        sale = session.scalars(select(Sale)).one()
        device = session.get_one(Device, sale.device_id)
    assert (sale.person_id, sale.till_id) == (None, place.day.till.id)
    assert (device.kind, device.letter) == ("form", sale.day_number[1])
    assert device.phone_id is not None
    assert taken(app, place) == 1


def test_the_token_is_kept_from_scripts_and_other_sites(client: FlaskClient, place: Place) -> None:
    answer = joined(client, place)
    [cookie] = _device_cookies(answer)
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert "宝妈" not in answer.location


def test_scanning_again_keeps_the_seat_and_may_change_hands(
    app: Flask, client: FlaskClient, place: Place
) -> None:
    joined(client, place)
    again = client.get(place.address)
    assert "这部手机已经加入" in again.text
    joined(client, place, name="王姐")
    assert "王姐" in client.get("/till/phone").text
    assert taken(app, place) == 1


def test_two_taps_before_the_first_answer_take_one_seat(
    app: Flask, client: FlaskClient, place: Place
) -> None:
    with app.app_context(), unit_of_work() as session:
        session.get_one(StallPass, place.stall_pass.row.id).seats = 1
    visitor = Visitor(client)
    page = visitor.open(place.address)
    [attempt] = [one for one in page.root.all("input") if one.get("name") == "attempt"]
    fields = {"name": "李阿姨", "digits": DIGITS, "attempt": attempt.get("value")}
    first = post(app.test_client(), place.address, fields)
    second = post(app.test_client(), place.address, fields)
    assert (first.status_code, second.status_code) == (303, 303)
    assert taken(app, place) == 1
    [token] = {one.split(";")[0] for answer in (first, second) for one in _device_cookies(answer)}
    client.set_cookie("device", token.removeprefix("device="))
    assert "李阿姨" in client.get("/till/phone").text


def test_no_name_digits_or_token_reaches_a_log(
    client: FlaskClient, place: Place, capfd: pytest.CaptureFixture[str]
) -> None:
    joined(client, place, name="李阿姨特别的名字")
    joined(client, place, digits="0001")
    client.get("/till/phone")
    lines = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    assert "/p/<token>" in {line["route"] for line in lines}
    # What is made up for each line may happen to hold anything.
    logged = str([{**line, "request": "", "at": "", "ms": ""} for line in lines])
    cookie = client.get_cookie("device")
    assert cookie is not None
    for secret in ("特别", DIGITS, place.stall_pass.token, cookie.value):
        assert secret not in logged


def test_in_production_the_cookie_belongs_to_the_host_alone(
    app: Flask, client: FlaskClient, place: Place
) -> None:
    app.extensions["settings"] = replace(app.extensions["settings"], production=True)
    [cookie] = _device_cookies(joined(client, place))
    assert cookie.startswith("__Host-device=")
    assert "Secure" in cookie
    assert "Domain" not in cookie


def test_changing_hands_needs_no_digits(client: FlaskClient, place: Place) -> None:
    joined(client, place)
    assert post(client, "/till/phone/holder", {"name": "王姐"}).status_code == 303
    assert "王姐" in client.get("/till/phone").text
    assert post(client, "/till/phone/holder", {"name": " "}).status_code == 422


def test_wrong_digits_are_misses_and_after_many_the_next_waits(
    app: Flask, client: FlaskClient, place: Place
) -> None:
    for _ in range(FREE_MISSES):
        answer = joined(client, place, digits="0000")
        assert answer.status_code == 422
        assert "四位数字不对" in answer.text
    waits = joined(client, place)
    assert waits.status_code == 429
    assert "宝妈丙" in waits.text
    assert client.get(place.address).status_code == 200
    app.extensions["clock"] = lambda: NOW + timedelta(minutes=2)
    assert joined(client, place).status_code == 303


def test_whoever_knows_the_digits_is_no_miss(app: Flask, client: FlaskClient, place: Place) -> None:
    for _ in range(3):
        joined(client, place)
    joined(client, place, name="")
    joined(client, place, digits="12")
    assert misses(app) == 0


def test_one_stall_s_guesses_do_not_keep_the_next_stall_waiting(
    app: Flask, client: FlaskClient, place: Place
) -> None:
    with app.app_context(), unit_of_work() as session:
        other = make_pass(session, place.day.other_stall, place.day.cast.social_worker)
    for _ in range(FREE_MISSES + 2):
        joined(client, place, digits="0000")
    there = post(client, f"/p/{other.token}", {"name": "王姐", "digits": DIGITS})
    assert there.status_code == 303


def test_a_full_pass_says_what_to_do_and_lets_its_own_phones_on(
    app: Flask, client: FlaskClient, place: Place
) -> None:
    joined(client, place)
    with app.app_context(), unit_of_work() as session:
        session.get_one(StallPass, place.stall_pass.row.id).seats = 1
    stranger = app.test_client()
    for answer in (stranger.get(place.address), joined(stranger, place)):
        assert answer.status_code == 409
        assert "1 个名额已经用完" in answer.text
        assert "社工" in answer.text
    assert client.get(place.address).status_code == 200
    assert misses(app) == 0


def test_a_pass_taken_back_expired_or_made_up_says_so(
    app: Flask, client: FlaskClient, place: Place
) -> None:
    assert client.get(place.address + "x").status_code == 404
    app.extensions["clock"] = lambda: NOW + timedelta(days=1)
    assert "已经结束" in client.get(place.address).text
    app.extensions["clock"] = lambda: NOW
    with app.app_context(), unit_of_work() as session:
        session.get_one(StallPass, place.stall_pass.row.id).revoked_at = NOW
    for answer in (client.get(place.address), joined(client, place)):
        assert answer.status_code == 409
        assert "已经停用" in answer.text


def test_before_the_market_opens_there_is_practice(
    app: Flask, client: FlaskClient, place: Place
) -> None:
    with app.app_context(), unit_of_work() as session:
        by = place.day.cast.social_worker
        tomorrow = factories.make_market_day(session, place.day.community, by)
        early = make_pass(session, factories.make_stall(session, tomorrow), by)
        assert session.get(MarketOpening, tomorrow.id) is None
    assert "练习" in client.get(f"/p/{early.token}").text
    post(client, f"/p/{early.token}", {"name": "王姐", "digits": DIGITS})
    assert "还没有开市" in client.get("/till/phone").text


def test_without_an_open_till_the_phone_says_who_opens_one(
    app: Flask, client: FlaskClient, place: Place
) -> None:
    with app.app_context(), unit_of_work() as session:
        stall = factories.make_stall(session, place.day.day)
        lonely = make_pass(session, stall, place.day.cast.social_worker)
    post(client, f"/p/{lonely.token}", {"name": "王姐", "digits": DIGITS})
    page = client.get("/till/phone").text
    assert "还没有开摊" in page
    assert "开始收银" not in page


def test_a_counted_till_takes_no_more_of_the_phone(
    app: Flask, client: FlaskClient, place: Place
) -> None:
    joined(client, place)
    with app.app_context(), unit_of_work() as session:
        count(session, place.day)
    assert "不再收银" in client.get("/till/phone").text


def test_a_phone_reaches_the_tills_of_its_stall_and_no_others(
    app: Flask, client: FlaskClient, place: Place
) -> None:
    with app.app_context(), unit_of_work() as session:
        stall = factories.make_stall(session, place.day.day)
        other = factories.make_till(session, place.day.day, [stall], place.day.cast.volunteer)
    joined(client, place)
    slug = place.day.community.slug
    assert client.get(f"/till/{slug}/{place.day.till.id}").status_code == 200
    assert client.get(f"/till/{slug}/{other.id}").status_code == 404
    for shut in ("moves", "count"):
        answer = client.get(f"/till/{slug}/{place.day.till.id}/{shut}")
        assert answer.location.startswith("/sign-in")


def test_a_phone_undoes_a_sale_with_a_reason(app: Flask, client: FlaskClient, place: Place) -> None:
    joined(client, place)
    visitor = Visitor(client)
    visitor.open("/till/phone")
    visitor.follow("开始收银")
    visitor.send("收款", {place.day.soap.name: "1"})
    visitor.send("已收到", {"现金": True})
    visitor.follow("作废")
    visitor.send("作废这一笔", {"原因": "点错了"})
    assert "已作废" in visitor.page.words
    with app.app_context(), unit_of_work() as session:
        assert session.scalars(select(SaleVoid)).one().voided_by_id is None


def test_a_phone_shown_out_is_told_to_scan(app: Flask, client: FlaskClient, place: Place) -> None:
    joined(client, place)
    with app.app_context(), unit_of_work() as session:
        session.scalars(select(Device).where(Device.pass_id.is_not(None))).one().revoked_at = NOW
    assert client.get("/till/").location.startswith("/sign-in")
    answer = client.get("/till/phone")
    assert answer.status_code == 401
    assert "扫摊位通行码" in answer.text


def test_whoever_is_signed_in_as_well_still_finds_their_tills(
    app: Flask, client: FlaskClient, place: Place
) -> None:
    with app.app_context(), unit_of_work() as session:
        phone = make_phone(
            session, make_pass(session, place.day.other_stall, place.day.cast.auditor)
        )
    phone.carried_by(client)
    sign_in(client, place.day.cast.volunteer)
    tills, sells = "我的收银班次", f"{phone.device.letter}</span> · 宝妈丙"
    assert sells in client.get("/till/", follow_redirects=True).text
    assert tills in client.get("/till/mine").text
    app.extensions["clock"] = lambda: NOW + timedelta(days=3)
    sign_in(client, place.day.cast.volunteer)
    assert sells not in client.get("/till/").text
    assert tills in client.get("/till/").text


def _device_cookies(answer: TestResponse) -> list[str]:
    cookies = answer.headers.getlist("Set-Cookie")
    return [one for one in cookies if one.partition("=")[0].endswith("device")]
