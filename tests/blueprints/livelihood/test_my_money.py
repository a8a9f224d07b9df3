"""Her money: one sentence first, then every figure as the books have it; and the desk's view of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from market.actions.livelihood.income import ReportIncome, report_income
from market.extensions import unit_of_work
from market.models.ledger import Party
from tests.factories import NOW, make_listing, make_party, make_stall, make_till
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


def test_what_neighbours_earned_together_is_told_from_five_people_on(
    app: Flask, client: FlaskClient
) -> None:
    app.extensions["clock"] = lambda: NOW
    with app.app_context(), unit_of_work() as work:
        day = make_day(work)
        for number in range(4):
            earn(work, day, make_party(work, day.community, name=f"测试人{number}"))
    assert "一共挣了" not in client.get("/enterprises").text
    with app.app_context(), unit_of_work() as work:
        fifth = make_party(work, day.community, name="测试人五")
        earn(work, day, fifth)
        post_income(work, day, fifth)
    assert "5 位邻居靠手艺在市集上一共挣了 ¥240。" in client.get("/enterprises").text


def earn(session: Session, day: Day, party: Party) -> None:
    """An enterprise of a till of its own that sells a scarf for ¥60, ¥48 of it theirs."""
    enterprise_of(session, day.community, day.cast.social_worker, party)
    stall = make_stall(session, day.day)
    terms = {"consignor_id": party.id, "share_bp": 8000, "price_minor": 60_00}
    scarf = make_listing(session, stall, **terms)
    till = make_till(session, day.day, [stall], day.cast.volunteer, safe_holder_id=day.custodian.id)
    closed_sale(session, replace(day, till=till), scarf)


def post_income(session: Session, day: Day, party: Party) -> None:
    """What somebody reports is no part of it."""
    told = ReportIncome(party_id=party.id, month="2026-11", amount_minor=1_000_00)
    report_income(session, told, by_id=day.cast.social_worker.id, today=NOW.date(), now=NOW)
