"""Selling on a phone by plain forms, nothing but HTML."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from market.domain.people import Role
from market.extensions import unit_of_work
from market.models.sales import Device, Listing, QuarantinedSale, Sale, SaleVoid
from tests import factories
from tests.market_day import Day, close, count, kept_totals, open_day, recorded
from tests.people import make_person, post, sign_in

one_database = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
"""For what reads a form or a rule and leaves the database alone."""


@pytest.fixture
def day(app: Flask) -> Day:
    with app.app_context():
        return open_day()


@pytest.fixture
def volunteer(client: FlaskClient, day: Day) -> FlaskClient:
    """A phone on which a volunteer is signed in."""
    sign_in(client, day.cast.volunteer)
    return client


@one_database
def test_the_page_offers_what_the_stalls_of_the_till_have(volunteer: FlaskClient, day: Day) -> None:
    page = volunteer.get(_address(day)).text
    for words in ("手工皂", "¥15", "缝补", "价格面议", "剩 3 件", "手作摊", "围巾摊", "收款"):
        assert words in page
    assert page.index("手作摊</legend>") < page.index("围巾摊</legend>")


def test_what_is_sold_out_is_shown_and_not_to_be_had(
    app: Flask, volunteer: FlaskClient, day: Day
) -> None:
    with app.app_context(), unit_of_work() as work:
        work.get_one(Listing, day.cup.id).sold = 3
    page = volunteer.get(_address(day)).text
    assert "已售完" in page
    assert re.search(rf'id="q{day.cup.id}"[^>]* disabled', page)


def test_the_check_page_says_what_is_owed_and_writes_nothing(
    volunteer: FlaskClient, day: Day, session: Session
) -> None:
    answer = _check(volunteer, day, {f"q{day.soap.id}": "2", f"p{day.repair.id}": "12.5"})
    assert answer.status_code == 200
    assert "¥42.50" in answer.text
    assert recorded(session, day.till.id) == 0


def test_paying_records_the_sale_and_leads_to_its_slip(
    volunteer: FlaskClient, day: Day, session: Session
) -> None:
    typed = {f"q{day.soap.id}": "2", f"q{day.scarf.id}": "1", "gift": "1"}
    answer = _sell(volunteer, day, typed, tender="cash", tendered="100")
    assert answer.status_code == 303
    row = session.scalars(select(Sale)).one()
    assert answer.location == f"{_address(day)}/sales/{row.id}"
    assert (row.lines_minor, row.gift_minor, row.tendered_minor, row.net_minor) == (
        90_00,
        1_00,
        100_00,
        43_00,
    )
    assert (row.day_number, row.person_id) == ("3B-001", day.cast.volunteer.id)
    slip = volunteer.get(answer.location).text
    for words in ("3B-001", "¥91", "找零", "¥9", "<svg", "再卖一单", "作废"):
        assert words in slip
    for start in (0, 4, 8):
        assert f"<span>{row.code[start : start + 4]}</span>" in slip


def test_a_double_tap_records_once(volunteer: FlaskClient, day: Day, session: Session) -> None:
    paying = _paying(volunteer, day, {f"q{day.cup.id}": "1"})
    first, again = (post(volunteer, f"{_address(day)}/sales", paying) for _ in range(2))
    assert first.status_code == again.status_code == 303
    assert first.location == again.location
    assert kept_totals(session, day.till.id) == {"cash": (1, 8_00, 8_00)}
    assert session.scalars(select(Device.last_sequence).where(Device.kind == "form")).one() == 1


def test_numbers_of_one_person_follow_one_another(
    volunteer: FlaskClient, day: Day, session: Session
) -> None:
    for _ in range(3):
        _sell(volunteer, day, {f"q{day.soap.id}": "1"})
    numbers = session.scalars(select(Sale.day_number).order_by(Sale.sequence)).all()
    assert numbers == ["3B-001", "3B-002", "3B-003"]


def test_two_people_have_a_letter_each(app: Flask, day: Day, session: Session) -> None:
    for person in (day.cast.volunteer, day.cast.second_volunteer, day.cast.volunteer):
        phone = app.test_client()
        sign_in(phone, person)
        _sell(phone, day, {f"q{day.scarf.id}": "1"})
    numbers = session.scalars(select(Sale.day_number).order_by(Sale.received_at)).all()
    assert numbers == ["4B-001", "4C-001", "4B-002"]


def test_back_to_a_page_whose_sale_is_done_starts_a_new_one(
    volunteer: FlaskClient, day: Day, session: Session
) -> None:
    opened = _fields(volunteer.get(_address(day)).text)
    told = []
    for pieces in ("1", "2"):
        checked = post(volunteer, f"{_address(day)}/check", {**opened, f"q{day.soap.id}": pieces})
        fields = {**_fields(checked.text), "tender": "cash"}
        assert post(volunteer, f"{_address(day)}/sales", fields).status_code == 303
        told.append("3B-001 已经记好了" in checked.text)
    assert told == [False, True]
    assert kept_totals(session, day.till.id) == {"cash": (2, 45_00, 45_00)}


def test_a_page_used_twice_with_other_content_says_so_and_writes_nothing(
    volunteer: FlaskClient, day: Day, session: Session
) -> None:
    paying = _paying(volunteer, day, {f"q{day.soap.id}": "1"})
    post(volunteer, f"{_address(day)}/sales", paying)
    answer = post(volunteer, f"{_address(day)}/sales", {**paying, "tender": "wechat"})
    assert answer.status_code == 409
    assert "3B-001" in answer.text
    assert recorded(session, day.till.id) == 1
    assert session.scalars(select(QuarantinedSale)).all() == []
    assert session.scalars(select(Device.last_sequence).where(Device.kind == "form")).one() == 1


def test_digits_of_full_width_are_digits(
    volunteer: FlaskClient, day: Day, session: Session
) -> None:
    typed = {f"q{day.soap.id}": "２", f"p{day.repair.id}": "￥１２。５", "gift": "０．５"}
    assert _sell(volunteer, day, typed).status_code == 303
    assert kept_totals(session, day.till.id) == {"cash": (1, 43_00, 43_00)}


@one_database
@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"soap": "一百"}, "没看懂这个数量"),
        ({"soap": "-1"}, "数量要在"),
        ({"soap": "1000"}, "数量要在"),
        ({"soap": "1e3"}, "没看懂这个数量"),
        ({"soap": "1.5"}, "没看懂这个数量"),
        ({"cup": "4"}, "只剩 3 件"),
        ({"repair": "2"}, "还没有填价格"),
        ({"repair price": "十块"}, "没看懂这个金额"),
        ({"repair price": "-3"}, "不能是负数"),
        ({"repair price": "1e20"}, "没看懂这个金额"),
        ({"repair price": "1.234"}, "最多写到分"),
        ({"repair price": "10000001"}, "金额太大了"),
        ({"repair price": "1000000", "soap": "1"}, "金额太大了"),
        ({"soap": "1", "gift": "NaN"}, "没看懂这个金额"),
        ({"repair price": "0"}, "合计是 0 元"),
        ({"soap": "0"}, "还没有选商品"),
        ({}, "还没有选商品"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    volunteer: FlaskClient, day: Day, session: Session, typed: dict[str, str], sentence: str
) -> None:
    names = {
        "soap": f"q{day.soap.id}",
        "cup": f"q{day.cup.id}",
        "repair": f"q{day.repair.id}",
        "repair price": f"p{day.repair.id}",
    }
    fields = {names.get(name, name): text for name, text in typed.items()}
    opened = _fields(volunteer.get(_address(day)).text)
    for step in ("check", "sales"):
        answer = post(volunteer, f"{_address(day)}/{step}", {**opened, "tender": "cash", **fields})
        assert answer.status_code == 422
        assert "<title>错误：" in re.sub(r"\s+", "", answer.text)
        assert sentence in answer.text
        kept = _fields(answer.text)
        assert {name: kept[name] for name in fields} == fields
        assert kept["sale_id"] == opened["sale_id"]
    assert recorded(session, day.till.id) == 0


def test_a_listing_of_another_market_is_not_sold_here(
    app: Flask, volunteer: FlaskClient, day: Day, session: Session
) -> None:
    with app.app_context():
        elsewhere = open_day()
    for listing_id in (elsewhere.soap.id, 987_654, "9" * 11):
        answer = _check(volunteer, day, {f"q{day.soap.id}": "1", f"q{listing_id}": "1"})
        assert answer.status_code == 422
        assert "撤下" in answer.text
    assert recorded(session, day.till.id) == 0


@one_database
@pytest.mark.parametrize("missing", ["sale_id", "code", "tender"])
def test_half_a_page_is_not_taken_for_a_whole(
    volunteer: FlaskClient, day: Day, session: Session, missing: str
) -> None:
    paying = _paying(volunteer, day, {f"q{day.soap.id}": "2"})
    del paying[missing]
    answer = post(volunteer, f"{_address(day)}/sales", paying)
    assert answer.status_code == 422
    assert _fields(answer.text)[f"q{day.soap.id}"] == "2"
    assert recorded(session, day.till.id) == 0


@one_database
@pytest.mark.parametrize(
    "change",
    [
        {"sale_id": "not an id"},
        {"code": "2222-2222-2223"},
        {"tender": "gold"},
        {"tendered": "five"},
        {"tendered": "1"},
    ],
)
def test_broken_fields_of_the_check_page_are_refused(
    volunteer: FlaskClient, day: Day, session: Session, change: dict[str, str]
) -> None:
    paying = {**_paying(volunteer, day, {f"q{day.soap.id}": "2"}), **change}
    answer = post(volunteer, f"{_address(day)}/sales", paying)
    assert answer.status_code == 422
    assert recorded(session, day.till.id) == 0


@one_database
def test_a_note_handed_over_gives_the_change(volunteer: FlaskClient, day: Day) -> None:
    typed = {f"q{day.soap.id}": "1"}
    page = _check(volunteer, day, typed).text
    assert re.findall(r'name="step" value="(\d+)"', page) == ["2000", "5000", "10000"]
    stepped = post(volunteer, f"{_address(day)}/check", {**_fields(page), "step": "5000"}).text
    assert "找零" in stepped
    assert "¥35" in stepped
    assert _fields(stepped)["tendered"] == "50"


def test_too_little_cash_is_said_before_anything_is_written(
    volunteer: FlaskClient, day: Day, session: Session
) -> None:
    page = _check(volunteer, day, {f"q{day.soap.id}": "2"}).text
    fields = {**_fields(page), "tender": "cash", "tendered": "20"}
    for step in ({"step": "change"}, {"step": "keep"}):
        answer = post(volunteer, f"{_address(day)}/check", {**fields, **step})
        assert answer.status_code == 422
        assert "收到的现金不够，应付 ¥30" in answer.text
    answer = post(volunteer, f"{_address(day)}/sales", fields)
    assert answer.status_code == 422
    assert "收到的现金不够，应付 ¥30" in answer.text
    assert recorded(session, day.till.id) == 0


def test_change_that_is_given_away_becomes_a_gift(
    volunteer: FlaskClient, day: Day, session: Session
) -> None:
    page = _check(volunteer, day, {f"q{day.soap.id}": "1", "gift": "1"}).text
    keeping = {**_fields(page), "tender": "cash", "tendered": "20", "step": "keep"}
    kept = post(volunteer, f"{_address(day)}/check", keeping).text
    paying = {**_fields(kept), "tender": "cash"}
    assert post(volunteer, f"{_address(day)}/sales", paying).status_code == 303
    row = session.scalars(select(Sale)).one()
    assert (row.gift_minor, row.tendered_minor) == (5_00, 20_00)


def test_cash_typed_before_another_tender_was_chosen_says_nothing(
    volunteer: FlaskClient, day: Day, session: Session
) -> None:
    _sell(volunteer, day, {f"q{day.soap.id}": "1"}, tender="wechat", tendered="20")
    row = session.scalars(select(Sale)).one()
    assert (row.tender, row.tendered_minor) == ("wechat", None)


@one_database
def test_the_tender_used_last_stands_first(volunteer: FlaskClient, day: Day) -> None:
    def tenders() -> list[str]:
        page = _check(volunteer, day, {f"q{day.soap.id}": "1"}).text
        return re.findall(r'name="tender"[^>]*value="(\w+)"', page)

    assert tenders() == ["cash", "wechat", "alipay", "other"]
    _sell(volunteer, day, {f"q{day.soap.id}": "1"}, tender="alipay")
    assert tenders() == ["alipay", "cash", "wechat", "other"]


def test_a_price_that_moved_is_said_before_the_buyer_pays_another(
    app: Flask, volunteer: FlaskClient, day: Day, session: Session
) -> None:
    paying = _paying(volunteer, day, {f"q{day.soap.id}": "1"})
    with app.app_context(), unit_of_work() as work:
        work.get_one(Listing, day.soap.id).price_minor = 18_00
    answer = post(volunteer, f"{_address(day)}/sales", paying)
    assert answer.status_code == 409
    assert "价格刚刚改过" in answer.text
    assert "¥18" in answer.text
    assert recorded(session, day.till.id) == 0
    again = {**_fields(answer.text), "tender": "cash"}
    assert post(volunteer, f"{_address(day)}/sales", again).status_code == 303


def test_nothing_is_sold_by_hand_once_the_cash_is_counted(
    app: Flask, volunteer: FlaskClient, day: Day, session: Session
) -> None:
    paying = _paying(volunteer, day, {f"q{day.soap.id}": "1"})
    with app.app_context(), unit_of_work() as work:
        count(work, day)
    for step in ("check", "sales"):
        answer = post(volunteer, f"{_address(day)}/{step}", paying)
        assert answer.status_code == 409
        assert "已经点过钱了" in answer.text
    assert recorded(session, day.till.id) == 0
    assert "已经点过钱了" in volunteer.get(_address(day)).text


def test_another_community_s_till_is_not_found(
    app: Flask, client: FlaskClient, day: Day, session: Session
) -> None:
    with app.app_context():
        elsewhere = open_day()
    sign_in(client, elsewhere.cast.volunteer)
    theirs = f"/till/{elsewhere.community.slug}/{day.till.id}"
    for address in (_address(day), theirs):
        for page in ("", "/sales", "/moves", "/count", "/closure", f"/sales/{UUID(int=1)}"):
            assert client.get(address + page).status_code == 404
        for page in ("/check", "/sales", "/moves", "/count", "/closure", "/supplements"):
            assert post(client, address + page, {f"q{day.soap.id}": "1"}).status_code == 404
    assert recorded(session, day.till.id) == 0


def test_an_auditor_looks_and_does_not_sell(client: FlaskClient, day: Day) -> None:
    sign_in(client, day.cast.auditor)
    assert client.get(f"{_address(day)}/sales").status_code == 200
    assert client.get(_address(day)).status_code == 403
    assert post(client, f"{_address(day)}/sales", {}).status_code == 403


@one_database
def test_a_stale_or_forged_page_is_refused(volunteer: FlaskClient, day: Day) -> None:
    paying = _paying(volunteer, day, {f"q{day.soap.id}": "1"})
    assert volunteer.post(f"{_address(day)}/sales", data=paying).status_code == 400


@one_database
def test_a_huge_body_is_refused(volunteer: FlaskClient, day: Day, session: Session) -> None:
    answer = post(volunteer, f"{_address(day)}/sales", {"gift": "1" * 10_000_000})
    assert answer.status_code == 413
    assert recorded(session, day.till.id) == 0


def test_the_list_has_the_newest_first_and_the_sum(volunteer: FlaskClient, day: Day) -> None:
    for _ in range(2):
        _sell(volunteer, day, {f"q{day.soap.id}": "1"})
    page = volunteer.get(f"{_address(day)}/sales").text
    assert page.index("3B-002") < page.index("3B-001")
    assert "¥30" in page
    for number in ("0", "-5", "99", "x"):
        assert volunteer.get(f"{_address(day)}/sales?page={number}").status_code == 200


def test_a_sale_is_voided_with_a_reason(volunteer: FlaskClient, day: Day, session: Session) -> None:
    slip = _sell(volunteer, day, {f"q{day.soap.id}": "1"}).location
    empty = post(volunteer, f"{slip}/void", _fields(volunteer.get(f"{slip}/void").text))
    assert empty.status_code == 422
    fields = {**_fields(empty.text), "reason": "点错了"}
    for _ in range(2):
        assert post(volunteer, f"{slip}/void", fields).status_code == 303
    assert session.scalars(select(SaleVoid)).one().reason == "点错了"
    assert kept_totals(session, day.till.id) == {}
    page = volunteer.get(slip).text
    assert "已作废" in page
    assert "点错了" in page
    assert f"{slip}/void" not in page


def test_a_voided_or_closed_sale_says_why_it_cannot_be_voided(
    app: Flask, volunteer: FlaskClient, day: Day
) -> None:
    slips = [_sell(volunteer, day, {f"q{day.soap.id}": "1"}).location for _ in range(2)]
    post(volunteer, f"{slips[0]}/void", {"reason": "点错了"})
    twice = post(volunteer, f"{slips[0]}/void", {"reason": "又点错了"})
    assert twice.status_code == 409
    assert "已经作废过了" in twice.text
    with app.app_context(), unit_of_work() as work:
        count(work, day)
        close(work, day)
    closed = post(volunteer, f"{slips[1]}/void", {"reason": "太晚了"})
    assert closed.status_code == 409
    assert "退款" in closed.text
    assert "太晚了" in closed.text


def test_a_slip_of_another_till_is_not_shown(app: Flask, volunteer: FlaskClient, day: Day) -> None:
    with app.app_context():
        elsewhere = open_day()
    other = app.test_client()
    sign_in(other, elsewhere.cast.volunteer)
    slip = _sell(other, elsewhere, {f"q{elsewhere.soap.id}": "1"}).location
    number = slip.rsplit("/", 1)[1]
    assert volunteer.get(f"{_address(day)}/sales/{number}").status_code == 404
    assert (
        post(volunteer, f"{_address(day)}/sales/{number}/void", {"reason": "x"}).status_code == 404
    )


def test_my_tills_are_those_of_the_communities_i_sell_in(
    app: Flask, client: FlaskClient, day: Day
) -> None:
    with app.app_context():
        elsewhere = open_day()
    sign_in(client, day.cast.volunteer)
    page = client.get("/till/").text
    assert _address(day) in page
    assert _address(elsewhere) not in page


def test_whoever_may_not_sell_is_told_what_to_ask_for(
    app: Flask, client: FlaskClient, day: Day
) -> None:
    sign_in(client, day.cast.auditor)
    assert "志愿者" in client.get("/till/").text
    with app.app_context(), unit_of_work() as work:
        nobody = make_person(work, factories.make_community(work), Role.REVIEWER)
    sign_in(client, nobody)
    assert client.get("/till/").status_code == 200


def _address(day: Day) -> str:
    return f"/till/{day.community.slug}/{day.till.id}"


def _fields(page: str) -> dict[str, str]:
    """What a browser would send of a page's fields, its buttons apart."""
    fields = {}
    for tag in re.findall(r"<input\b[^>]*>", page):
        name, value = (re.search(rf'\b{key}="([^"]*)"', tag) for key in ("name", "value"))
        choice = re.search(r'type="(radio|checkbox)"', tag)
        if name and name[1] != "csrf_token" and not (choice and " checked" not in tag):
            fields[name[1]] = value[1] if value else ""
    return fields


def _check(client: FlaskClient, day: Day, typed: dict[str, Any]) -> TestResponse:
    opened = _fields(client.get(_address(day)).text)
    return post(client, f"{_address(day)}/check", {**opened, **typed})


def _paying(client: FlaskClient, day: Day, typed: dict[str, Any]) -> dict[str, str]:
    return {**_fields(_check(client, day, typed).text), "tender": "cash"}


def _sell(client: FlaskClient, day: Day, typed: dict[str, Any], **paid: str) -> TestResponse:
    return post(client, f"{_address(day)}/sales", {**_paying(client, day, typed), **paid})
