"""Given goods at the desk: taken in one after the other, and afterwards accounted for."""

from __future__ import annotations

import io
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from market.actions.sales.copying import plan_market_like
from market.actions.sales.intake import (
    SoldAlready,
    StickerTaken,
    TakeInGoods,
    settle_goods,
    take_in_goods,
)
from market.extensions import unit_of_work
from market.models.sales import GivenGoods, GoodsPhoto, Listing
from market.queries.sales.goods import GoodsState
from tests.factories import NOW
from tests.people import form_token, post, sign_in
from tests.preparing import HELD_ON, Place, make_place, meanwhile, prepare_day
from tests.visitor import read


@pytest.fixture
def place(app: Flask) -> Place:
    with app.app_context(), unit_of_work() as work:
        return make_place(work)


@pytest.fixture
def stall(app: Flask, place: Place) -> tuple[int, int]:
    """The ids of a market day and its only stall."""
    with app.app_context(), unit_of_work() as work:
        day, soap = prepare_day(work, place)
        return day.id, soap.stall_id


@pytest.fixture
def page(place: Place, stall: tuple[int, int]) -> str:
    return f"/desk/{place.community.slug}/markets/{stall[0]}/goods"


@pytest.fixture
def zhima(client: FlaskClient, place: Place) -> FlaskClient:
    sign_in(client, place.cast.social_worker)
    return client


def piece(place_of: tuple[int, int], /, **said: object) -> dict[str, object]:
    return {"sticker": "1", "name": "绘本", "price": "5", "stall": str(place_of[1]), **said}


def goods(session: Session) -> list[tuple[str, int | None, str, bool, str | None]]:
    session.rollback()
    rows = session.execute(
        select(
            Listing.name,
            Listing.price_minor,
            GivenGoods.donor,
            GivenGoods.may_be_named,
            GivenGoods.outcome,
        )
        .join(GivenGoods, GivenGoods.listing_id == Listing.id)
        .order_by(GivenGoods.sticker)
    )
    return [(name, price, donor, named, outcome) for name, price, donor, named, outcome in rows]


def shown(answer: TestResponse) -> dict[str, str]:
    return {one.get("name"): one.get("value") for one in read(answer.text).all("input")}


def photo() -> bytes:
    raw = io.BytesIO()
    Image.new("RGB", (20, 10), "red").save(raw, "JPEG")
    return raw.getvalue()


def send(client: FlaskClient, page: str, fields: dict[str, object], raw: bytes) -> TestResponse:
    photo = FileStorage(io.BytesIO(raw), filename="a.jpg")
    # Encoded here: the client leaves the file open into which it would put a large body.
    boundary, body = encode_multipart({**fields, "csrf_token": form_token(client), "photo": photo})
    kind = f"multipart/form-data; boundary={boundary}"
    return client.post(f"{page}/new", data=body, content_type=kind)


def test_pieces_are_taken_in_one_after_the_other(
    zhima: FlaskClient, page: str, stall: tuple[int, int], session: Session
) -> None:
    first = piece(stall, donor="王阿姨", may_be_named="y")
    assert shown(zhima.get(f"{page}/new"))["sticker"] == "1"
    assert post(zhima, f"{page}/new", first).status_code == 303
    following = shown(zhima.get(f"{page}/new"))
    assert (following["sticker"], following["donor"]) == ("2", "王阿姨")
    second = piece(stall, sticker="2", name="滑板车", price="", donor="")
    assert post(zhima, f"{page}/new", second).status_code == 303
    assert goods(session) == [
        ("001 绘本", 5_00, "王阿姨", True, None),
        ("002 滑板车", None, "", False, None),
    ]
    assert session.scalars(select(Listing.stock).order_by(Listing.id)).all()[-2:] == [1, 1]
    seen = zhima.get(page).text
    assert "匿名" in seen
    assert "王阿姨" in seen


def test_a_double_tap_takes_a_piece_in_once(
    zhima: FlaskClient, page: str, stall: tuple[int, int], session: Session
) -> None:
    assert [post(zhima, f"{page}/new", piece(stall)).status_code for _ in range(2)] == [303, 303]
    assert len(goods(session)) == 1
    other = post(zhima, f"{page}/new", piece(stall, name="茶杯"))
    assert other.status_code == 422
    assert "001 绘本" in other.text
    assert 'value="茶杯"' in other.text


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"name": ""}, "还没有填写"),
        ({"price": "五块"}, "没看懂这个金额"),
        ({"sticker": "0"}, "数量要在"),
        ({"stall": "99999"}, "请从列出的选项里选一个"),
        ({"may_be_named": "y"}, "匿名的就不要勾选"),
    ],
)
def test_what_is_wrong_with_a_piece_is_said_at_its_field(
    zhima: FlaskClient,
    page: str,
    stall: tuple[int, int],
    session: Session,
    said: dict[str, str],
    words: str,
) -> None:
    answer = post(zhima, f"{page}/new", piece(stall, **said))
    assert answer.status_code == 422
    assert words in answer.text
    assert goods(session) == []


def test_a_photo_is_kept_as_ours_and_shown_for_a_short_time(
    zhima: FlaskClient, client: FlaskClient, place: Place, page: str, stall: tuple[int, int]
) -> None:
    assert send(zhima, page, piece(stall), photo()).status_code == 303
    [address] = re.findall(r'href="([^"]*/photo)"', zhima.get(page).text)
    answer = zhima.get(address)
    assert (answer.status_code, answer.mimetype) == (200, "image/webp")
    assert answer.headers["Cache-Control"] == "private, max-age=30"
    assert zhima.get(address.replace("/goods/", "/goods/9")).status_code == 404
    sign_in(client, place.cast.volunteer)
    assert client.get(address).status_code == 403


def test_a_file_that_is_no_photo_is_refused_and_what_was_typed_stays(
    zhima: FlaskClient, page: str, stall: tuple[int, int], session: Session
) -> None:
    answer = send(zhima, page, piece(stall), b"<svg/>")
    assert answer.status_code == 422
    assert "打不开这张照片" in answer.text
    assert 'value="绘本"' in answer.text
    assert session.scalars(select(GoodsPhoto)).all() == []
    assert goods(session) == []


def test_a_photo_may_be_larger_than_what_else_is_sent(
    zhima: FlaskClient, page: str, stall: tuple[int, int]
) -> None:
    raw = photo() + b"\0" * 1_200_000
    assert send(zhima, page, piece(stall), raw).status_code == 303


def test_what_is_left_is_donated_or_returned_and_leaves_the_tiles(
    app: Flask, zhima: FlaskClient, page: str, stall: tuple[int, int], session: Session
) -> None:
    for number, donor in enumerate(("王阿姨", "", "王阿姨"), start=1):
        post(zhima, f"{page}/new", piece(stall, sticker=str(number), donor=donor))
    numbers = session.scalars(select(GivenGoods.listing_id).order_by(GivenGoods.sticker)).all()
    with app.app_context(), unit_of_work() as work:
        work.execute(update(Listing).where(Listing.id == numbers[2]).values(sold=1))
    left = zhima.get(f"{page}/left").text
    assert "001 绘本" in left
    assert "003 绘本" not in left
    done = post(zhima, f"{page}/left", {"pieces": [str(numbers[0])], "outcome": "returned"})
    assert done.status_code == 303
    done = post(zhima, f"{page}/left", {"pieces": [str(numbers[1])], "outcome": "donated"})
    assert done.status_code == 303
    assert [row[4] for row in goods(session)] == ["returned", "donated", None]
    assert session.get_one(Listing, numbers[0]).retired_at is not None
    again = post(zhima, f"{page}/left", {"pieces": [str(numbers[0])], "outcome": "donated"})
    assert again.status_code == 422
    [back, _] = re.findall(r'action="([^"]*/return)"', zhima.get(f"{page}/left").text)
    assert post(zhima, back).status_code == 303
    assert [row[4] for row in goods(session)] == [None, "donated", None]
    assert session.get_one(Listing, numbers[0]).retired_at is None


def test_what_was_sold_is_not_given_away(
    app: Flask, zhima: FlaskClient, place: Place, page: str, stall: tuple[int, int]
) -> None:
    post(zhima, f"{page}/new", piece(stall))
    with app.app_context(), unit_of_work() as work:
        [number] = work.scalars(select(GivenGoods.listing_id))
        work.execute(update(Listing).where(Listing.id == number).values(sold=1))
        with pytest.raises(SoldAlready):
            settle_goods(
                work,
                place.community.id,
                stall[0],
                [number],
                GoodsState.DONATED,
                by_id=place.by_id,
                now=NOW,
            )


def test_the_next_market_gets_other_goods(
    app: Flask, zhima: FlaskClient, place: Place, page: str, stall: tuple[int, int]
) -> None:
    post(zhima, f"{page}/new", piece(stall))
    with app.app_context(), unit_of_work() as work:
        plan = place.plan(held_on=HELD_ON)
        plan_market_like(work, stall[0], plan, by_id=place.by_id, now=NOW)
    with app.app_context(), unit_of_work() as work:
        assert sorted(work.scalars(select(Listing.name))) == ["001 绘本", "手工皂", "手工皂"]


def test_only_who_agreed_is_thanked_in_public(
    zhima: FlaskClient, page: str, stall: tuple[int, int]
) -> None:
    post(zhima, f"{page}/new", piece(stall, donor="王阿姨", may_be_named="y"))
    post(zhima, f"{page}/new", piece(stall, sticker="2", donor="李叔叔"))
    board = zhima.get(page.replace("/goods", "/prints/board")).text
    assert "王阿姨" in board
    assert "李叔叔" not in board


def test_two_who_use_one_sticker_at_once_are_told_apart(app: Flask, place: Place) -> None:
    with app.app_context(), unit_of_work() as work:
        day, soap = prepare_day(work, place)
    book, cup = (
        TakeInGoods(
            community_id=place.community.id,
            market_day_id=day.id,
            stall_id=soap.stall_id,
            sticker=1,
            name=name,
            price_minor=5_00,
        )
        for name in ("绘本", "茶杯")
    )
    with app.app_context(), unit_of_work() as work:
        take_in_goods(work, book, photo=None, by_id=place.by_id, now=NOW)
        other = meanwhile(
            app,
            lambda second: take_in_goods(second, cup, photo=None, by_id=place.by_id, now=NOW),
        )
    with pytest.raises(StickerTaken):
        other.result(timeout=20)
