"""Market days as organisers see them, in lists and at the desk."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from market.queries.sales.market_days import (
    Stage,
    When,
    days_at_desk,
    market_day_now,
    market_days,
)
from market.queries.sales.tills import NoSuchMarketDay
from tests import market_day
from tests.factories import make_market_day
from tests.preparing import (
    Place,
    make_place,
    open_day,
    plan_day,
    prepare_day,
    questions_asked,
)

TODAY = date(2026, 11, 21)


@pytest.fixture
def place(session: Session) -> Place:
    return make_place(session)


def names(session: Session, place: Place, when: When, words: str = "") -> list[str]:
    page = market_days(session, place.community.id, when=when, today=TODAY, words=words)
    return [day.name for day in page.days]


def test_a_market_is_coming_until_its_day_is_over(session: Session, place: Place) -> None:
    for name, days in (("前天", -2), ("昨天", -1), ("今天", 0), ("明天", 1)):
        plan_day(session, place, name=name, held_on=TODAY + timedelta(days=days))
    assert names(session, place, When.COMING) == ["今天", "明天"]
    assert names(session, place, When.PAST) == ["昨天", "前天"]


def test_words_are_looked_for_as_they_are_typed(session: Session, place: Place) -> None:
    plan_day(session, place, name="秋收100%市集")
    plan_day(session, place, name="腊八", place="Lantern_街")
    assert names(session, place, When.COMING, "100%") == ["秋收100%市集"]
    assert names(session, place, When.COMING, "lantern_") == ["腊八"]
    for other in ("%街", "100_", "秋收%集"):
        assert names(session, place, When.COMING, other) == []


def test_a_list_has_pages_and_sums_of_the_whole(session: Session, place: Place) -> None:
    for days in range(45):
        plan_day(session, place, held_on=TODAY - timedelta(days=1 + days))

    def page(number: int) -> tuple[int, int, int, int]:
        found = market_days(session, place.community.id, when=When.PAST, today=TODAY, number=number)
        return found.number, found.pages, len(found.days), found.count

    assert page(1) == (1, 3, 20, 45)
    assert page(3) == (3, 3, 5, 45)
    assert page(99) == (3, 3, 5, 45)
    assert page(-1) == (1, 3, 20, 45)


def test_a_day_says_how_far_it_is(session: Session, place: Place) -> None:
    def stage() -> Stage:
        return market_day_now(session, place.community.id, day.id).stage

    day, _ = prepare_day(session, place)
    assert stage() is Stage.PREPARING
    open_day(session, place, day)
    assert stage() is Stage.OPEN


def test_a_day_sums_its_tills_and_is_settled_when_all_are_closed(session: Session) -> None:
    day = market_day.make_day(session)
    for _ in range(2):
        market_day.sell_one(session, day)
    now = market_day_now(session, day.community.id, day.day.id)
    assert (now.tills, now.open_tills, now.sales, now.due_minor) == (1, 1, 2, 30_00)
    assert now.stage is Stage.OPEN
    market_day.count(session, day)
    market_day.close(session, day)
    assert market_day_now(session, day.community.id, day.day.id).stage is Stage.SETTLED


def test_another_community_s_day_is_not_found(session: Session, place: Place) -> None:
    day = plan_day(session, make_place(session))
    with pytest.raises(NoSuchMarketDay):
        market_day_now(session, place.community.id, day.id)


def test_the_desk_shows_what_is_near_and_what_is_left_open(session: Session) -> None:
    day = market_day.make_day(session)
    here, by = day.community, day.cast.social_worker
    day.day.held_on = TODAY - timedelta(days=400)
    make_market_day(session, here, by, name="很久以前", held_on=TODAY - timedelta(days=300))
    make_market_day(session, here, by, name="上周", held_on=TODAY - timedelta(days=6))
    make_market_day(session, here, by, name="下周", held_on=TODAY + timedelta(days=7))
    found = days_at_desk(session, here.id, since=TODAY - timedelta(days=7))
    assert [one.name for one in found] == ["下周", "上周", day.day.name]


def test_a_list_asks_as_much_for_twenty_days_as_for_one(session: Session, place: Place) -> None:
    def asked() -> int:
        session.flush()
        with questions_asked() as questions:
            names(session, place, When.COMING)
        return len(questions)

    prepare_day(session, place)
    few = asked()
    for _ in range(19):
        prepare_day(session, place)
    assert asked() == few
