"""Stalls and what they offer, at the desk."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from market.extensions import unit_of_work
from market.models.sales import Listing, MarketDay, Stall
from tests.people import post, sign_in
from tests.preparing import Place, make_place, make_stall, open_day, plan_day, prepare_day

SOAP = {"kind": "goods", "name": "手工皂", "price": "15"}


@pytest.fixture
def place(app: Flask) -> Place:
    with app.app_context(), unit_of_work() as work:
        return make_place(work)


@pytest.fixture
def stall(app: Flask, place: Place) -> int:
    """The id of a stall of a planned market."""
    with app.app_context(), unit_of_work() as work:
        return make_stall(work, place, plan_day(work, place)).id


@pytest.fixture
def page(place: Place, stall: int) -> str:
    return f"/desk/{place.community.slug}/stalls/{stall}"


@pytest.fixture
def zhima(client: FlaskClient, place: Place) -> FlaskClient:
    sign_in(client, place.cast.social_worker)
    return client


def kept(session: Session) -> list[Listing]:
    session.rollback()
    return list(session.scalars(select(Listing).order_by(Listing.position, Listing.id)))


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"number": ""}, "还没有填写"),
        ({"number": "12345"}, "文字太长了"),
        ({"number": "三"}, "摊位号请用数字或英文字母"),
        ({"number": "１"}, "1 号摊位已经有了"),
        ({"name": " "}, "还没有填写"),
        ({"name": "长" * 61}, "文字太长了"),
    ],
)
def test_a_stall_that_is_wrong_comes_back_with_all_that_was_typed(
    zhima: FlaskClient, page: str, session: Session, said: dict[str, str], words: str
) -> None:
    market = zhima.get(page).text.split('class="back-link" href="')[1].split('"')[0]
    typed = {"number": "2", "name": "缝补摊", **said}
    answer = post(zhima, f"{market}/new", typed)
    assert answer.status_code == 422
    assert words in answer.text
    assert all(f'value="{value}"' in answer.text for value in typed.values() if value.strip())
    assert session.scalars(select(Stall.number)).all() == ["1"]


def test_a_sign_changes_and_once_open_its_number_stays(
    app: Flask, zhima: FlaskClient, place: Place, session: Session
) -> None:
    with app.app_context(), unit_of_work() as work:
        day, soap = prepare_day(work, place)
        number = day.id
        sign = f"/desk/{place.community.slug}/stalls/{soap.stall_id}/sign"
    assert post(zhima, sign, {"number": "7", "name": "缝补摊"}).status_code == 303
    with app.app_context(), unit_of_work() as work:
        open_day(work, place, work.get_one(MarketDay, number))
    assert "号码不能再改" in zhima.get(sign).text
    late = post(zhima, sign, {"number": "8", "name": "巧手"})
    assert late.status_code == 409
    assert "小票上印着摊位号" in late.text
    assert post(zhima, sign, {"number": "7", "name": "巧手"}).status_code == 303
    assert session.execute(select(Stall.number, Stall.name)).one() == ("7", "巧手")


@pytest.mark.parametrize(
    ("said", "row"),
    [
        ({"price": "￥１，２００。５０"}, {"price_minor": 1200_50}),
        ({"price": "", "open_price": "y"}, {"price_minor": None}),
        ({"stock": "６０"}, {"stock": 60}),
        (
            {"kind": "service", "price": "0", "minutes": "２０"},
            {"kind": "service", "price_minor": 0, "minutes": 20},
        ),
        ({"consignor": "weaver", "share": "72.5％"}, {"share_bp": 7250, "fixed_minor": None}),
        ({"consignor": "weaver", "share": "８０"}, {"share_bp": 8000}),
        (
            {"consignor": "weaver", "fixed": "12", "floor": "14"},
            {"fixed_minor": 12_00, "floor_minor": 14_00, "share_bp": None},
        ),
    ],
)
def test_what_is_offered_is_kept_as_it_was_meant(
    zhima: FlaskClient,
    page: str,
    place: Place,
    session: Session,
    said: dict[str, str],
    row: dict[str, Any],
) -> None:
    ids = {"weaver": str(place.weaver.id)}
    typed = {name: ids.get(value, value) for name, value in said.items()}
    assert post(zhima, f"{page}/listings/new", {**SOAP, **typed}).status_code == 303
    (listing,) = kept(session)
    assert {name: getattr(listing, name) for name in row} == row


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"kind": ""}, "请从列出的选项里选一个"),
        ({"kind": "gift"}, "请从列出的选项里选一个"),
        ({"name": ""}, "还没有填写"),
        ({"name": "长" * 61}, "文字太长了"),
        ({"price": ""}, "请填一个价格，或者勾选“价格现场定”"),
        ({"open_price": "y"}, "请填一个价格，或者勾选“价格现场定”"),
        ({"price": "十五"}, "没看懂这个金额"),
        ({"price": "-1"}, "金额不能是负数"),
        ({"price": "1.234"}, "金额最多写到分"),
        ({"price": "1e9"}, "没看懂这个金额"),
        ({"price": "99999999"}, "金额太大了"),
        ({"stock": "-1"}, "数量要在 0 到 100000 之间"),
        ({"stock": "1.5"}, "没看懂这个数量"),
        ({"minutes": "0"}, "数量要在 1 到 1440 之间"),
        ({"consignor": "987654", "share": "80"}, "请从列出的选项里选一个"),
        ({"consignor": "other", "share": "80"}, "请从列出的选项里选一个"),
        ({"consignor": "weaver"}, "要么按比例，要么按每件固定金额"),
        ({"consignor": "weaver", "share": "80", "fixed": "1"}, "要么按比例"),
        ({"consignor": "weaver", "share": "101"}, "没看懂这个比例"),
        ({"consignor": "weaver", "share": "八成"}, "没看懂这个比例"),
        ({"consignor": "weaver", "fixed": "16"}, "每件应付寄售人 ¥16"),
        ({"consignor": "weaver", "share": "80", "floor": "20"}, "最低价 ¥20"),
        ({"share": "80"}, "请从列表里选一位寄售人"),
    ],
)
def test_an_offer_that_is_wrong_comes_back_with_all_that_was_typed(
    app: Flask,
    zhima: FlaskClient,
    place: Place,
    stall: int,
    session: Session,
    said: dict[str, str],
    words: str,
) -> None:
    with app.app_context(), unit_of_work() as work:
        other = make_place(work)
    ids = {"weaver": str(place.weaver.id), "other": str(other.weaver.id)}
    typed = {name: ids.get(value, value) for name, value in said.items()}
    page = f"/desk/{place.community.slug}/stalls/{stall}"
    answer = post(zhima, f"{page}/listings/new", {**SOAP, "floor": "", **typed})
    assert answer.status_code == 422
    assert words in answer.text
    assert "错误：" in answer.text
    assert "手工皂" in answer.text or "name" in said
    assert all(
        f'value="{value}"' in answer.text
        for name, value in typed.items()
        if value and name in {"price", "stock", "minutes", "share", "fixed", "name"}
    )
    assert kept(session) == []


def test_one_offer_leads_to_the_next_where_it_is_asked_for(zhima: FlaskClient, page: str) -> None:
    assert post(zhima, f"{page}/listings/new", SOAP).location == page
    again = post(zhima, f"{page}/listings/new", {**SOAP, "more": "1"})
    assert again.location == f"{page}/listings/new"


def test_a_listing_is_changed_taken_off_brought_back_and_moved(
    zhima: FlaskClient, page: str, place: Place, session: Session
) -> None:
    for name in ("手工皂", "香囊"):
        post(zhima, f"{page}/listings/new", {**SOAP, "name": name})
    soap, _ = kept(session)
    listing = f"/desk/{place.community.slug}/listings/{soap.id}"
    assert 'value="15"' in zhima.get(listing).text
    changed = {**SOAP, "name": "桂花皂", "price": "18.5"}
    assert post(zhima, listing, changed).location == page
    assert [one.name for one in kept(session)] == ["桂花皂", "香囊"]
    assert post(zhima, f"{listing}/place/down").location == page
    assert [one.name for one in kept(session)] == ["香囊", "桂花皂"]
    assert post(zhima, f"{listing}/place/sideways").status_code == 404
    assert post(zhima, f"{listing}/retirement").location == page
    text = zhima.get(page).text
    assert text.index("已下架<") < text.rindex("桂花皂")
    assert "这一样已经下架" in zhima.get(listing).text
    assert post(zhima, f"{listing}/return").location == page
    assert [one.retired_at for one in kept(session)] == [None, None]


def test_a_consignor_who_left_stays_with_what_was_agreed(
    app: Flask, zhima: FlaskClient, page: str, place: Place, session: Session
) -> None:
    typed = {**SOAP, "consignor": str(place.weaver.id), "share": "80"}
    post(zhima, f"{page}/listings/new", typed)
    with app.app_context(), unit_of_work() as work:
        work.merge(place.weaver).closed_at = place.community.created_at
    (soap,) = kept(session)
    listing = f"/desk/{place.community.slug}/listings/{soap.id}"
    assert "木兰编织坊" in zhima.get(listing).text
    assert "木兰编织坊" not in zhima.get(f"{page}/listings/new").text
    assert "请从列表里选一位寄售人" in post(zhima, listing, typed).text
