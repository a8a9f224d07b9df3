"""Finding a receipt: by its code, by its number and amount; and not by trying them all."""

from __future__ import annotations

import secrets
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, select

from market.domain.sales.receipt_code import grouped, mint
from market.extensions import unit_of_work
from market.models.ledger import Holder
from market.models.people import Community, Miss, Person
from market.models.sales import Sale
from market.web.guessing import guess_from_here
from market.web.qr import qr_png
from tests.blueprints.public.conftest import Told
from tests.factories import make_legal_basis, make_market_day

one_database = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


def day_number(app: Flask, told: Told) -> str:
    with app.app_context(), unit_of_work() as session:
        return session.scalars(select(Sale.day_number).where(Sale.id == told.sale.id)).one()


def test_a_receipt_tells_what_was_bought_how_it_was_split_and_what_it_lit(
    client: FlaskClient, told: Told
) -> None:
    page = client.get(f"/r/{told.sale.code}").text
    for said in ("手工皂", "¥15", "¥10.50", "¥4.50", "想要一盒水彩", "微心愿专款", "助残创业专款"):
        assert said in page, said
    assert f"/wishes/{told.lit}" in page


@one_database
def test_a_code_is_found_however_it_was_typed(client: FlaskClient, told: Told) -> None:
    code = told.sale.code
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in code)
    for typed in (grouped(code), code.lower(), f" {code[:5]} {code[5:]} ", wide):
        found = client.get("/receipts", query_string={"code": typed})
        assert (found.status_code, found.location) == (303, f"/r/{code}"), typed
    moved = client.get(f"/r/{grouped(code).lower()}")
    assert (moved.status_code, moved.location) == (301, f"/r/{code}")


@one_database
def test_a_mistyped_code_is_told_what_is_wrong_with_it_and_kept(
    client: FlaskClient, told: Told
) -> None:
    code = told.sale.code
    other = "A" if code[0] != "A" else "B"
    for typed, sentence in (
        (other + code[1:], "有一位不对"),
        (code[:-1], "查询码是 12 位"),
        ("0" + code[1:], "查询码里没有“0”"),
        ("", "查询码是 12 位"),
    ):
        answer = client.get("/receipts", query_string={"code": typed})
        assert answer.status_code == 422
        assert sentence in answer.text
        assert f'value="{typed}"' in answer.text


def test_an_unknown_code_is_a_page_that_helps(client: FlaskClient, told: Told) -> None:
    never_sold = mint(secrets.token_bytes)
    answer = client.get(f"/r/{never_sold}")
    assert answer.status_code == 404
    assert "没有找到这张小票" in answer.text
    assert f'value="{never_sold}"' in answer.text
    assert client.get(f"/r/{told.sale.code[:-2]}").status_code == 404


def test_it_opens_by_its_number_of_the_day_and_the_amount(
    app: Flask, client: FlaskClient, told: Told
) -> None:
    number = day_number(app, told)
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in number.lower())
    for typed, amount in ((number, "15"), (wide, "１５．００"), (f" {number} ", "¥15")):
        found = client.get(
            "/receipts",
            query_string={"market": told.market, "day_number": typed, "amount": amount},
        )
        assert (found.status_code, found.location) == (303, f"/r/{told.sale.code}"), typed


def test_a_wrong_number_or_amount_finds_nothing_and_keeps_what_was_typed(
    app: Flask, client: FlaskClient, told: Told
) -> None:
    number = day_number(app, told)
    for typed, amount, status, sentence in (
        (number, "16", 404, "没有找到这张小票"),
        ("3Z-999", "15", 404, "没有找到这张小票"),
        (number, "abc", 422, "金额"),
        (number, "", 422, "金额"),
        ("", "15", 422, "当日号"),
    ):
        answer = client.get(
            "/receipts",
            query_string={"market": told.market, "day_number": typed, "amount": amount},
        )
        assert answer.status_code == status, (typed, amount)
        assert sentence in answer.text
        assert f'value="{typed}"' in answer.text
        assert f'value="{amount}"' in answer.text
        assert f'value="{told.market}" selected' in answer.text


def test_only_markets_that_have_opened_are_offered(
    client: FlaskClient, told: Told, app: Flask
) -> None:
    with app.app_context(), unit_of_work() as session:
        community = session.get_one(Community, told.community_id)
        by = session.get_one(Person, told.social_worker_id)
        holder = session.scalars(select(Holder).where(Holder.kind == "bank")).one()
        to_come = make_market_day(session, community, by, held_on=date(2027, 1, 1))
        make_legal_basis(session, to_come, holder, kind="B")
        slug = to_come.slug
    page = client.get("/receipts").text
    assert f'value="{told.market}"' in page
    assert f'value="{slug}"' not in page
    assert slug in client.get("/markets").text


def test_who_misses_too_often_has_to_wait_and_a_real_code_still_opens(
    app: Flask, client: FlaskClient, told: Told
) -> None:
    with app.test_request_context(environ_base={"REMOTE_ADDR": "127.0.0.1"}):
        key = guess_from_here("receipt").key_hash
    with app.app_context(), unit_of_work() as session:
        session.execute(
            insert(Miss), [{"key_hash": key, "at": datetime.now(UTC)} for _ in range(205)]
        )
    by_number = {"market": told.market, "day_number": "3Z-999", "amount": "15"}
    for missed in (
        client.get(f"/r/{mint(secrets.token_bytes)}"),
        client.get("/receipts", query_string=by_number),
        client.get("/receipts", query_string={**by_number, "day_number": day_number(app, told)}),
    ):
        assert missed.status_code == 429
        assert "秒再试" in missed.text
    assert client.get(f"/r/{told.sale.code}").status_code == 200
    elsewhere = client.get(
        "/receipts", query_string=by_number, environ_base={"REMOTE_ADDR": "127.0.0.2"}
    )
    assert elsewhere.status_code == 404


@one_database
def test_its_qr_is_a_picture_that_holds_its_address(client: FlaskClient, told: Told) -> None:
    picture = client.get(f"/r/{told.sale.code}/qr.png")
    assert picture.mimetype == "image/png"
    assert picture.data == qr_png(f"http://localhost/r/{told.sale.code}")
    assert client.get("/r/nonsense/qr.png").status_code in (404, 422)
