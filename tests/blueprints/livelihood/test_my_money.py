"""Her money: one sentence first, then every figure as the books have it; and the desk's view of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from market.extensions import unit_of_work
from tests.factories import NOW
from tests.livelihood import MadeEnterprise, card_in, enterprise_of
from tests.market_day import Day, make_day
from tests.people import post, sign_in
from tests.refunds import closed_sale

pytestmark = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


@pytest.fixture
def day(app: Flask) -> Day:
    """A Saturday on which a scarf of hers was sold for ¥60, 80 % of it hers."""
    app.extensions["clock"] = lambda: NOW + timedelta(hours=9)
    with app.app_context(), unit_of_work() as work:
        day = make_day(work)
        closed_sale(work, day, day.scarf)
    return day


@pytest.fixture
def made(app: Flask, day: Day) -> MadeEnterprise:
    with app.app_context(), unit_of_work() as work:
        return enterprise_of(work, day.community, day.cast.social_worker, day.weaver)


def test_what_she_is_owed_is_one_sentence(
    app: Flask, client: FlaskClient, day: Day, made: MadeEnterprise
) -> None:
    card_in(client, made)
    for page in ("/mine/", "/mine/money"):
        assert "您还有 ¥48 没结，周二到账。" in client.get(page).text
    statement = client.get(f"/mine/money/{day.day.id}").text
    assert "这一场您得 ¥48，还有 ¥48 没结" in statement
    assert "售价的 80%" in statement
    app.extensions["clock"] = lambda: NOW + timedelta(days=5)
    card_in(client, made)
    assert "晚了 2 天" in client.get("/mine/money").text


def test_the_desk_sees_the_account_and_what_is_overdue(
    app: Flask, client: FlaskClient, day: Day
) -> None:
    app.extensions["clock"] = lambda: NOW + timedelta(days=5)
    sign_in(client, day.cast.treasurer)
    desk = f"/desk/{day.community.slug}"
    assert "1 位寄售人的货款过了期还没结" in client.get(desk).text
    assert "过期：2026年11月24日" in client.get(f"{desk}/consignors").text
    account = client.get(f"{desk}/consignors/{day.weaver.id}").text
    assert "过期 ¥48" in account
    of_day = f"{desk}/consignors/{day.weaver.id}/markets/{day.day.id}"
    assert "应得 ¥48，还没结 ¥48。" in client.get(of_day).text


def test_what_she_reports_is_seen_by_her_and_her_helper_and_nobody_else(
    app: Flask, client: FlaskClient, day: Day, made: MadeEnterprise
) -> None:
    card_in(client, made)
    typed = {"month": "2026-11", "amount": "123.45", "note": "小区群接龙"}
    assert post(client, "/mine/income", typed).status_code == 303
    page = client.get("/mine/income").text
    assert "一共收入 ¥171.45，其中市集上 ¥48。" in page
    assert post(client, "/mine/income", {**typed, "month": "2027-01"}).status_code == 422
    assert post(client, "/mine/income", {**typed, "amount": "0"}).status_code == 422
    treasurer = app.test_client()
    sign_in(treasurer, day.cast.treasurer)
    desk = f"/desk/{day.community.slug}"
    for path in (f"consignors/{day.weaver.id}", f"enterprises/{made.enterprise.id}", "consignors"):
        assert "123.45" not in treasurer.get(f"{desk}/{path}").text
    assert treasurer.get("/mine/income").status_code == 404
    assert post(client, "/mine/income/1/striking").status_code == 303
    assert "123.45" not in client.get("/mine/income").text


def test_a_card_is_shown_once_and_only_its_hash_is_kept(
    app: Flask, client: FlaskClient, day: Day, made: MadeEnterprise
) -> None:
    sign_in(client, day.cast.social_worker)
    desk = f"/desk/{day.community.slug}/enterprises"
    begun = post(
        client, f"{desk}/new", {"name": "清甜米糕", "party": "0", "person_name": "测试人甲"}
    )
    assert begun.status_code == 303
    card = post(client, f"{begun.location}/card")
    assert "<svg" in card.text
    assert card.headers["Cache-Control"] == "no-store"
    again = {"name": "又一个", "party": "0", "person_name": "测试人甲"}
    assert post(client, f"{desk}/new", again).status_code == 409
    assert card_in(app.test_client(), made).status_code == 303
    assert post(client, f"{desk}/{made.enterprise.id}/card").status_code == 200
    assert card_in(app.test_client(), made).status_code == 404
