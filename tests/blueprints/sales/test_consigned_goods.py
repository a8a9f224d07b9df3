"""What consigned and home-made things ask for: food's particulars, a floor, pre-orders, what was left."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from market.actions.ledger.holders import close_party
from market.actions.sales.copying import plan_market_like
from market.actions.sales.market_days import PlanMarket
from market.extensions import reading, unit_of_work
from market.models.sales import FoodLabel, Listing, PreOrder, Sale
from market.queries.sales.counter import goods_of
from tests import factories
from tests.factories import NOW
from tests.market_day import Day, make_day
from tests.people import post, sign_in
from tests.refunds import closed_sale, recorded_sale

pytestmark = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)

WHOLE = {
    "maker": "小满",
    "made_on": "2026-11-20",
    "use_by": "2026-11-24",
    "allergens": "糯米，无坚果",
    "licence": "食小作坊登记 演示 001",
}


@pytest.fixture
def day(app: Flask) -> Day:
    app.extensions["clock"] = lambda: NOW
    with app.app_context(), unit_of_work() as work:
        return make_day(work)


@pytest.fixture
def desk(client: FlaskClient, day: Day) -> str:
    sign_in(client, day.cast.social_worker)
    return f"/desk/{day.community.slug}"


def on_sale(app: Flask, day: Day) -> set[int]:
    with app.app_context():
        return set(goods_of(reading(), day.till.id))


@pytest.mark.parametrize("without", WHOLE)
def test_food_that_says_too_little_is_not_sold_and_all_else_is(
    app: Flask, client: FlaskClient, day: Day, desk: str, without: str
) -> None:
    before, food = on_sale(app, day), f"{desk}/listings/{day.cup.id}/food"
    assert post(client, food, {**WHOLE, without: ""}).status_code == 303
    assert on_sale(app, day) == before - {day.cup.id}
    assert "先不卖，缺：" in client.get(f"{desk}/stalls/{day.stall.id}").text
    assert post(client, food, WHOLE).status_code == 303
    assert on_sale(app, day) == before


def test_food_that_keeps_too_short_is_not_sold(
    app: Flask, client: FlaskClient, day: Day, desk: str
) -> None:
    food = f"{desk}/listings/{day.cup.id}/food"
    assert post(client, food, {**WHOLE, "use_by": "2026-11-19"}).status_code == 422
    past = {**WHOLE, "made_on": "2026-11-15", "use_by": "2026-11-20"}
    assert post(client, food, past).status_code == 303
    assert day.cup.id not in on_sale(app, day)
    assert post(client, f"{food}/end").status_code == 303
    assert day.cup.id in on_sale(app, day)


def test_copied_food_waits_for_its_dates(
    app: Flask, day: Day, client: FlaskClient, desk: str
) -> None:
    post(client, f"{desk}/listings/{day.cup.id}/food", WHOLE)
    with app.app_context(), unit_of_work() as work:
        plan = PlanMarket(
            community_id=day.community.id,
            name="下一场",
            held_on=NOW.date().replace(month=12),
            starts_at=time(9),
            ends_at=time(12),
            place="小广场",
        )
        plan_market_like(work, day.day.id, plan, by_id=day.cast.social_worker.id, now=NOW)
        labels = work.scalars(select(FoodLabel).order_by(FoodLabel.listing_id))
        assert [(one.maker, one.made_on is None) for one in labels] == [
            ("小满", False),
            ("小满", True),
        ]


def test_a_listing_whose_consignor_left_is_not_sold_and_not_brought_back(
    app: Flask, client: FlaskClient, day: Day, desk: str
) -> None:
    assert {day.scarf.id, day.fan.id} <= on_sale(app, day)
    assert post(client, f"{desk}/listings/{day.fan.id}/retirement").status_code == 303
    with app.app_context(), unit_of_work() as work:
        close_party(work, day.community.id, day.weaver.id, by_id=day.cast.treasurer.id, now=NOW)
    assert not {day.scarf.id, day.fan.id} & on_sale(app, day)
    back = post(client, f"{desk}/listings/{day.fan.id}/return")
    assert back.status_code == 409
    assert "寄售人已经停用" in back.text


@pytest.mark.parametrize(
    "changed",
    [
        {"share": "100.01"},
        {"share": "-1"},
        {"price": "24", "share": ""},
        {"fixed": "26", "price": "25"},
    ],
)
def test_terms_beyond_what_was_agreed_are_refused(
    app: Flask, client: FlaskClient, day: Day, desk: str, changed: Mapping[str, str]
) -> None:
    typed = {
        "kind": "goods",
        "name": "团扇",
        "price": "30",
        "consignor": str(day.weaver.id),
        "share": "80" if "share" in changed else "",
        "fixed": "" if changed.get("share") else "20",
        "floor": "25",
        **changed,
    }
    assert post(client, f"{desk}/listings/{day.fan.id}", typed).status_code == 422
    with app.app_context():
        assert reading().get_one(Listing, day.fan.id).price_minor == 30_00


def test_an_order_is_paid_by_the_sale_that_holds_it(
    app: Flask, client: FlaskClient, day: Day, desk: str
) -> None:
    with app.app_context(), unit_of_work() as work:
        own = {"written_by_id": day.cast.social_worker.id, "written_at": NOW}
        orders = [
            PreOrder(listing_id=day.cup.id, name=name, quantity=2, **own) for name in ("甲", "乙")
        ]
        work.add_all(orders)
        cups = factories.make_line(1, day.cup, quantity=3)
        recorded_sale(work, day, lines=(cups,))
        recorded_sale(work, day)
        ids = [one.id for one in orders]
    with app.app_context():
        first_number, second_number = reading().scalars(
            select(Sale.day_number).order_by(Sale.day_number)
        )
    pay = f"{desk}/orders/{ids[0]}/payment"
    assert post(client, pay, {"number": "9Z-999"}).status_code == 409
    assert post(client, pay, {"number": second_number}).status_code == 409, "only soap"
    assert post(client, pay, {"number": first_number.lower()}).status_code == 303
    page = client.get(f"{desk}/markets/{day.day.id}/orders").text
    assert f"已付款 {first_number}" in page
    assert "已取走" in page
    other = f"{desk}/orders/{ids[1]}/payment"
    assert post(client, other, {"number": first_number}).status_code == 409, "one cup is left of it"


def test_what_was_not_sold_goes_back_or_is_given_and_never_more_than_there_was(
    app: Flask, client: FlaskClient, day: Day, desk: str
) -> None:
    with app.app_context(), unit_of_work() as work:
        work.get_one(Listing, day.scarf.id).stock = 4
        closed_sale(work, day, day.scarf)
    told = f"{desk}/consignors/{day.weaver.id}/markets/{day.day.id}"
    assert "剩 3 件" in client.get(told).text
    rest = {"listing": str(day.scarf.id), "returned": "2", "donated": "2"}
    assert post(client, f"{told}/rest", rest).status_code == 409
    assert (
        post(client, f"{told}/rest", {**rest, "donated": "0", "returned": "0"}).status_code == 422
    )
    assert post(client, f"{told}/rest", {**rest, "donated": "1"}).status_code == 303
    assert "还了 2 件，捐了 1 件。" in client.get(told).text
    assert post(client, f"{told}/rest", {**rest, "donated": "1"}).status_code == 409
