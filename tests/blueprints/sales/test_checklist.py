"""The check-list of a market day: it sees what is missing, people tick the rest."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from market.domain.sales.checklist import Asked, DayFacts, seen
from market.extensions import reading, unit_of_work
from market.models.sales import DayTask, MarketDay
from market.queries.sales.checklist import TaskNow, checklist_of
from market.queries.sales.market_days import market_day_now
from tests import factories
from tests.people import post, sign_in
from tests.preparing import Place, make_place, open_day, plan_day, prepare_day


@pytest.fixture
def place(app: Flask) -> Place:
    with app.app_context(), unit_of_work() as work:
        return make_place(work)


@pytest.fixture
def day_id(app: Flask, place: Place) -> int:
    with app.app_context(), unit_of_work() as work:
        return plan_day(work, place).id


@pytest.fixture
def page(place: Place, day_id: int) -> str:
    return f"/desk/{place.community.slug}/markets/{day_id}/tasks"


@pytest.fixture
def zhima(client: FlaskClient, place: Place) -> FlaskClient:
    sign_in(client, place.cast.social_worker)
    return client


def lines(app: Flask, place: Place, day_id: int) -> dict[str, TaskNow]:
    with app.app_context():
        day = market_day_now(reading(), place.community.id, day_id)
        return {task.name: task for task in checklist_of(reading(), day)}


def test_what_the_books_see_is_not_ticked_and_the_rest_is() -> None:
    facts = DayFacts(
        has_basis=True,
        filing_pending=False,
        has_split=True,
        stalls=2,
        without_offers=(),
        without_people=("缝补摊",),
        without_pass=1,
        opened=False,
        tills=0,
        open_tills=0,
        orders_waiting=3,
        goods_left=2,
        set_aside=0,
    )
    books = seen(facts)
    assert {one for one in Asked if not one.by_people} == set(books)
    assert {one for one in books if books[one].done} == {
        Asked.BASIS,
        Asked.SPLIT,
        Asked.STALLS,
        Asked.OFFERS,
        Asked.FILING,
    }
    assert books[Asked.SHIFTS].stalls == ("缝补摊",)
    assert (books[Asked.PASSES].count, books[Asked.ORDERS].count) == (1, 0)


def test_it_asks_for_what_is_really_missing(app: Flask, place: Place) -> None:
    with app.app_context(), unit_of_work() as work:
        day, _ = prepare_day(work, place)
        factories.make_stall(work, day, number="2", name="空摊")
        number = day.id
    found = lines(app, place, number)
    assert found["basis"].done
    assert found["split"].done
    assert found["offers"].seen is not None
    assert found["offers"].seen.stalls == ("空摊",)
    assert "filing" not in found
    assert not found["opening"].done
    with app.app_context(), unit_of_work() as work:
        open_day(work, place, work.get_one(MarketDay, number))
    assert lines(app, place, number)["opening"].done


def test_a_tick_names_who_and_when_and_is_taken_back(
    app: Flask, zhima: FlaskClient, place: Place, day_id: int, page: str
) -> None:
    assert [post(zhima, f"{page}/notice/tick").status_code for _ in range(2)] == [303, 303]
    ticked = lines(app, place, day_id)["notice"]
    assert (ticked.done, ticked.done_by) == (True, "佘小工")
    assert "打的勾" in zhima.get(page).text
    assert post(zhima, f"{page}/notice/tick/removal").status_code == 303
    assert not lines(app, place, day_id)["notice"].done


def test_nobody_ticks_what_the_books_see(zhima: FlaskClient, page: str, session: Session) -> None:
    assert post(zhima, f"{page}/basis/tick").status_code == 409
    session.rollback()
    assert session.scalars(select(DayTask.done_at)).all() in ([], [None])


def test_every_task_may_have_somebody_who_does_it(
    app: Flask, zhima: FlaskClient, place: Place, day_id: int, page: str
) -> None:
    assert post(zhima, f"{page}/basis/owner", {"owner": "芝麻"}).status_code == 303
    assert lines(app, place, day_id)["basis"].owner == "芝麻"
    assert "芝麻" in zhima.get(page).text
    post(zhima, f"{page}/basis/owner", {"owner": ""})
    assert lines(app, place, day_id)["basis"].owner == ""


def test_tasks_of_our_own_are_added_ticked_and_dropped(
    app: Flask, zhima: FlaskClient, place: Place, day_id: int, page: str
) -> None:
    wrong = post(zhima, page, {"words": "", "phase": "eve", "owner": "芝麻"})
    assert wrong.status_code == 422
    assert 'value="芝麻"' in wrong.text
    assert post(zhima, page, {"words": "借二十张桌子", "phase": "eve"}).status_code == 303
    [name] = [one for one in lines(app, place, day_id) if one.startswith("own-")]
    post(zhima, f"{page}/{name}/tick")
    assert lines(app, place, day_id)[name].done
    assert "借二十张桌子" in zhima.get(page).text
    assert post(zhima, f"{page}/{name}/removal").status_code == 303
    assert post(zhima, f"{page}/{name}/removal").status_code == 404


@pytest.mark.parametrize("name", ["nothing", "own-", "own-x", "own-99999999999999999999", "own-７"])
def test_what_is_not_on_the_list_is_not_there(zhima: FlaskClient, page: str, name: str) -> None:
    assert post(zhima, f"{page}/{name}/tick").status_code == 404


def test_what_is_always_asked_is_not_dropped(zhima: FlaskClient, page: str) -> None:
    assert post(zhima, f"{page}/notice/removal").status_code == 404


def test_whoever_reads_the_desk_sees_it_and_is_offered_no_button(
    client: FlaskClient, place: Place, page: str
) -> None:
    sign_in(client, place.cast.auditor)
    seen_page = client.get(page).text
    assert "写明活动依据" in seen_page
    assert not re.findall(r'action="[^"]*/tasks', seen_page)
