"""The organisers' first page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from market.actions.sales.recording import record_sales
from market.extensions import unit_of_work
from market.models.people import Person
from market.models.sales import LegalBasis
from tests import market_day
from tests.factories import make_market_day
from tests.market_day import LATER, Day
from tests.people import sign_in
from tests.preparing import Place, make_place, plan_day, prepare_day, questions_asked

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 21)


@pytest.fixture(autouse=True)
def _today(app: Flask) -> None:
    app.extensions["clock"] = lambda: NOW


def place_with(app: Flask, make: Callable[[Session, Place], Any] | None = None) -> Place:
    with app.app_context(), unit_of_work() as work:
        place = make_place(work)
        if make is not None:
            make(work, place)
        return place


def desk_of(client: FlaskClient, slug: str, person: Person) -> str:
    sign_in(client, person)
    answer = client.get(f"/desk/{slug}")
    assert answer.status_code == 200
    return answer.text.split("<main")[1]


def seen(client: FlaskClient, place: Place) -> str:
    return desk_of(client, place.community.slug, place.cast.social_worker)


def test_where_nothing_is_planned_it_says_to_plan(app: Flask, client: FlaskClient) -> None:
    text = seen(client, place_with(app))
    assert "计划下一次市集" in text
    assert "2026年11月21日 周六" in text


def test_who_only_looks_is_not_told_to_plan(app: Flask, client: FlaskClient) -> None:
    place = place_with(app)
    text = desk_of(client, place.community.slug, place.cast.auditor)
    assert "计划下一次市集" not in text
    assert "眼下没有要赶着办的事" in text


def test_a_coming_market_says_what_it_still_needs(app: Flask, client: FlaskClient) -> None:
    text = seen(client, place_with(app, plan_day))
    assert "继续准备“腊八市集”" in text
    assert "2026年11月28日 开办，还差：活动依据、款项分配、摊位" in text


def test_today_s_market_is_to_be_opened(app: Flask, client: FlaskClient) -> None:
    place = place_with(app, lambda work, place: prepare_day(work, place, held_on=TODAY))
    text = seen(client, place)
    assert "今天的“腊八市集”还没有开市" in text
    assert "都准备好了，点这里开市" in text
    assert "/opening" in text


def test_an_open_market_shows_its_tills(app: Flask, client: FlaskClient) -> None:
    with app.app_context(), unit_of_work() as work:
        day = market_day.make_day(work)
        market_day.sell_one(work, day)
    text = desk_of(client, day.community.slug, day.cast.treasurer)
    assert "收银中" in text
    assert "¥15" in text


def closed_day(work: Session, **overrides: Any) -> Day:
    day = market_day.make_day(work)
    market_day.sell_one(work, day)
    market_day.count(work, day)
    market_day.close(work, day)
    for name, value in overrides.items():
        setattr(day.day, name, value)
    return day


def test_yesterday_s_open_till_is_to_be_closed(app: Flask, client: FlaskClient) -> None:
    with app.app_context(), unit_of_work() as work:
        day = market_day.make_day(work)
        day.day.held_on = TODAY - timedelta(days=40)
    text = desk_of(client, day.community.slug, day.cast.treasurer)
    assert "还有 1 个收银班次没有收摊" in text


def test_many_open_days_are_one_row(app: Flask, client: FlaskClient) -> None:
    with app.app_context(), unit_of_work() as work:
        day = market_day.make_day(work)
        day.day.held_on = TODAY - timedelta(days=40)
        for days in range(4):
            other = market_day.make_day(work)
            other.day.community_id = day.community.id
            other.day.held_on = TODAY - timedelta(days=days + 1)
    text = desk_of(client, day.community.slug, day.cast.treasurer)
    assert "5 次市集还没有收摊" in text


def test_late_sales_are_to_be_supplemented(app: Flask, client: FlaskClient) -> None:
    with app.app_context(), unit_of_work() as work:
        day = closed_day(work, held_on=TODAY - timedelta(days=90))
        by_id = day.cast.volunteer.id
        record_sales(work, day.till.id, [day.sale()], received_at=LATER, by_id=by_id)
    text = desk_of(client, day.community.slug, day.cast.treasurer)
    assert "有 1 笔补传记录等补充结账" in text


@pytest.mark.parametrize(
    ("due_in", "words"),
    [(20, None), (14, "最晚 2026年12月5日"), (-3, "说好最晚 2026年11月18日，已经过了"), (-9, None)],
)
def test_a_hand_over_is_shown_when_it_comes_near(
    app: Flask, client: FlaskClient, due_in: int, words: str | None
) -> None:
    with app.app_context(), unit_of_work() as work:
        day = closed_day(work, held_on=TODAY - timedelta(days=30))
        basis = work.get_one(LegalBasis, day.day.id)
        basis.kind, basis.handover_due_on = "B", TODAY + timedelta(days=due_in)
    text = desk_of(client, day.community.slug, day.cast.treasurer)
    assert ("的款项要移交" in text) == (words is not None)
    assert words is None or words in text


def test_another_community_s_markets_are_not_shown(app: Flask, client: FlaskClient) -> None:
    place_with(app, plan_day)
    assert "腊八市集" not in seen(client, place_with(app))


def test_it_asks_as_much_for_many_markets_as_for_one(app: Flask, client: FlaskClient) -> None:
    place = place_with(app, plan_day)
    seen(client, place)

    def asked() -> int:
        with app.app_context(), questions_asked() as questions:
            client.get(f"/desk/{place.community.slug}")
        return len(questions)

    few = asked()
    with app.app_context(), unit_of_work() as work:
        for days in range(30):
            make_market_day(
                work,
                place.community,
                place.cast.social_worker,
                held_on=TODAY + timedelta(days=days),
            )
    assert asked() == few
