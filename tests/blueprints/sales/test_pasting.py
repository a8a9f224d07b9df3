"""Pasting lists at the desk: look first, put right in place, then take in."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

import pytest
import xlsxwriter
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from market.extensions import unit_of_work
from market.models.sales import Listing, Stall
from tests.people import form_token, post, sign_in
from tests.preparing import Place, make_place, plan_day
from tests.visitor import read

CHAIN = "#接龙\n1. 小明妈妈 手工皂 15元\n2. 张阿姨 饺子"


@pytest.fixture
def place(app: Flask) -> Place:
    with app.app_context(), unit_of_work() as work:
        return make_place(work)


@pytest.fixture
def page(app: Flask, place: Place) -> str:
    with app.app_context(), unit_of_work() as work:
        day = plan_day(work, place)
        return f"/desk/{place.community.slug}/markets/{day.id}/pasted/offers"


@pytest.fixture
def zhima(client: FlaskClient, place: Place) -> FlaskClient:
    sign_in(client, place.cast.social_worker)
    return client


def fields_of(answer: TestResponse) -> dict[str, Any]:
    """What the preview would send back as it stands."""
    # Its token is signed anew each second.
    [form] = [one for one in read(answer.text).all("form") if one.get("action").endswith("/rows")]
    sent = {}
    for one in form.all("input"):
        if one.get("name") == "csrf_token":
            continue
        if one.get("type") != "checkbox" or "checked" in one.attributes:
            sent[one.get("name")] = one.get("value")
    for one in form.all("select"):
        chosen = [option for option in one.all("option") if "selected" in option.attributes]
        sent[one.get("name")] = chosen[0].get("value") if chosen else ""
    return sent


def upload(client: FlaskClient, page: str, raw: bytes, name: str) -> TestResponse:
    data = {"csrf_token": form_token(client), "text": "", "file": (io.BytesIO(raw), name)}
    return client.post(page, data=data, content_type="multipart/form-data")


def workbook(*rows: list[object], at: int = 0) -> bytes:
    raw = io.BytesIO()
    with xlsxwriter.Workbook(raw, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number + at, 0, row)
    return raw.getvalue()


def offers(session: Session) -> list[tuple[str, str, int | None]]:
    session.rollback()
    rows = session.execute(
        select(Stall.name, Listing.name, Listing.price_minor)
        .join(Listing, Listing.stall_id == Stall.id)
        .order_by(Listing.id)
    )
    return [(stall, name, price) for stall, name, price in rows]


def test_a_chain_is_looked_through_put_right_and_taken_in(
    zhima: FlaskClient, page: str, session: Session
) -> None:
    look = post(zhima, page, {"text": CHAIN})
    assert look.status_code == 200
    assert "2. 张阿姨 饺子" in look.text
    assert "这一行没有价格" in look.text
    assert "接龙的开头，没有用上" in look.text
    assert offers(session) == []
    sent = fields_of(look)
    wrong = post(zhima, f"{page}/rows", sent)
    assert wrong.status_code == 422
    assert fields_of(wrong) == sent
    done = post(zhima, f"{page}/rows", {**sent, "price_1": "现场定"})
    assert done.status_code == 303
    assert offers(session) == [("小明妈妈", "手工皂", 15_00), ("张阿姨", "饺子", None)]


def test_what_is_there_already_is_left_out_and_a_double_tap_adds_nothing(
    zhima: FlaskClient, page: str, session: Session
) -> None:
    sent = fields_of(post(zhima, page, {"text": "甲 皂 1元"}))
    assert [post(zhima, f"{page}/rows", sent).status_code for _ in range(2)] == [303, 303]
    again = post(zhima, page, {"text": "甲 皂 1元\n甲 香包 2元"})
    assert "这一样本来就有" in again.text
    assert fields_of(again).keys() >= {"skip_0"}
    assert post(zhima, f"{page}/rows", fields_of(again)).status_code == 303
    assert offers(session) == [("甲", "皂", 1_00), ("甲", "香包", 2_00)]


def test_a_row_nobody_wants_needs_not_be_right(
    zhima: FlaskClient, page: str, session: Session
) -> None:
    sent = fields_of(post(zhima, page, {"text": CHAIN}))
    assert post(zhima, f"{page}/rows", {**sent, "skip_1": "y"}).status_code == 303
    assert offers(session) == [("小明妈妈", "手工皂", 15_00)]


def test_no_row_left_is_said(zhima: FlaskClient, page: str) -> None:
    sent = fields_of(post(zhima, page, {"text": "甲 皂 1元"}))
    answer = post(zhima, f"{page}/rows", {**sent, "skip_0": "y"})
    assert answer.status_code == 422
    assert "一行也没有留下" in answer.text
    assert post(zhima, f"{page}/rows", {"rows": "-3"}).status_code == 422
    assert post(zhima, f"{page}/rows", {}).status_code == 422


@pytest.mark.parametrize("number", ["三", "a-b"])
def test_a_number_that_fits_no_sign_is_said_at_its_cell(
    zhima: FlaskClient, page: str, number: str
) -> None:
    answer = post(zhima, page, {"text": f"甲\t皂\t1\t\t\t\t{number}"})
    [cell] = [one for one in read(answer.text).all("input") if one.get("name") == "number_0"]
    assert cell.get("aria-invalid") == "true"
    assert "摊位号请用数字或英文字母" in answer.text


def test_a_spreadsheet_is_read_like_a_pasted_table(
    zhima: FlaskClient, page: str, session: Session
) -> None:
    raw = workbook(["摊位", "商品", "价格"], ["甲", "皂", 15.5], ["", "香包", 8])
    look = upload(zhima, page, raw, "名单.xlsx")
    assert look.status_code == 200
    assert post(zhima, f"{page}/rows", fields_of(look)).status_code == 303
    assert offers(session) == [("甲", "皂", 15_50), ("甲", "香包", 8_00)]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_csv_of_either_encoding_is_read(zhima: FlaskClient, page: str, encoding: str) -> None:
    look = upload(zhima, page, "摊位,商品,价格\n甲,皂,15\n".encode(encoding), "a.csv")
    assert 'value="皂"' in look.text


def far_cell() -> bytes:
    return workbook(["甲", "皂", 1], at=900_000)


def bomb() -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/worksheets/sheet1.xml", b" " * 30_000_000)
    return raw.getvalue()


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"PK\x03\x04rubbish", "打不开这个文件"),
        (b"\x00\x01\x02", "打不开这个文件"),
        (bomb(), "文件太大了"),
        (far_cell(), "文件太大了"),
        (workbook([""]), "没有读到一行内容"),
    ],
    ids=["no zip", "no text", "bomb", "far cell", "empty"],
)
def test_a_file_that_is_none_is_refused(
    zhima: FlaskClient, page: str, raw: bytes, words: str
) -> None:
    answer = upload(zhima, page, raw, "名单.xlsx")
    assert answer.status_code == 422
    assert words in answer.text


def test_a_heavy_file_is_refused(
    zhima: FlaskClient, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("market.web.uploads.MOST_BYTES", 100)
    assert "文件太大了" in upload(zhima, page, b"x" * 101, "a.csv").text
    assert "这一行没有说是哪个摊位" in upload(zhima, page, b"x" * 100, "a.csv").text


def test_nothing_too_much_and_unknown_kinds_are_refused(zhima: FlaskClient, page: str) -> None:
    assert "请先粘贴" in post(zhima, page, {"text": ""}).text
    long = post(zhima, page, {"text": "长" * 40_001})
    assert (long.status_code, "文字太长了" in long.text) == (422, True)
    many = post(zhima, page, {"text": "甲 皂 1元\n" * 201})
    assert "一次最多 200 行" in many.text
    assert zhima.get(re.sub("offers$", "children", page)).status_code == 404


def test_another_communitys_market_is_not_there(
    app: Flask, zhima: FlaskClient, page: str, place: Place
) -> None:
    with app.app_context(), unit_of_work() as work:
        other = make_place(work).community.slug
    assert zhima.get(page.replace(place.community.slug, other)).status_code in (403, 404)
