"""Preparing a service: its one way of taking turns, and its slots."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest
from sqlalchemy.orm import Session

from market.actions.sales.copying import plan_market_like
from market.actions.sales.market_days import PlanMarket
from market.actions.sales.services import (
    MinutesUnknown,
    NoNewSlots,
    NotBySlots,
    OpenSlots,
    SetService,
    SlotGone,
    SlotsOutsideMarket,
    WayFixed,
    close_slot,
    open_slots,
    set_service,
)
from market.domain.sales.bookings import SlotsUnclear
from market.domain.sales.turns import CareIsNotLeft, Way
from market.domain.text import TextMissing
from market.models.sales import Listing
from market.queries.sales.services import NoSuchService, services_of, slots_of
from tests import factories
from tests.factories import NOW
from tests.people import make_cast
from tests.turns import Fair, book, make_fair, take


@pytest.fixture
def fair(session: Session) -> Fair:
    return make_fair(session)


def set_up(session: Session, fair: Fair, listing: Listing, **overrides: Any) -> None:
    given = {"way": Way.NUMBER, "provider": "王师傅", "care": False}
    command = SetService(
        community_id=fair.day.community.id, listing_id=listing.id, **{**given, **overrides}
    )
    set_service(session, command, by_id=fair.day.cast.social_worker.id, now=NOW)


def slots(session: Session, fair: Fair, listing: Listing, first: time, last: time) -> int:
    command = OpenSlots(
        community_id=fair.day.community.id, listing_id=listing.id, first=first, last=last
    )
    return open_slots(session, command, by_id=fair.day.cast.social_worker.id, now=NOW)


def test_slots_are_made_from_times_and_minutes(session: Session, fair: Fair) -> None:
    starts = [slot.at for slot in slots_of(session, fair.haircut.id)]
    assert starts[:3] == [time(9), time(9, 20), time(9, 40)]
    assert starts[-1] == time(11, 40)
    assert len(starts) == 9


def test_slots_that_are_there_already_are_not_made_twice(session: Session, fair: Fair) -> None:
    with pytest.raises(NoNewSlots):
        slots(session, fair, fair.haircut, time(9, 10), time(10, 10))
    close_slot(
        session,
        fair.day.community.id,
        fair.haircut.id,
        time(9, 20),
        by_id=fair.day.cast.social_worker.id,
        now=NOW,
    )
    assert slots(session, fair, fair.haircut, time(9), time(12)) == 1


def test_slots_stay_within_the_market(session: Session, fair: Fair) -> None:
    for first, last in ((time(8, 40), time(10)), (time(11), time(12, 20))):
        with pytest.raises(SlotsOutsideMarket):
            slots(session, fair, fair.haircut, first, last)
    with pytest.raises(SlotsUnclear):
        slots(session, fair, fair.haircut, time(11), time(11, 10))


def test_slots_need_minutes_and_a_service_that_has_them(session: Session, fair: Fair) -> None:
    with pytest.raises(NotBySlots):
        slots(session, fair, fair.buttons, time(9), time(10))
    set_up(session, fair, fair.day.repair, way=Way.SLOT)
    with pytest.raises(MinutesUnknown):
        slots(session, fair, fair.day.repair, time(9), time(10))


def test_the_way_stays_once_somebody_has_a_turn(session: Session, fair: Fair) -> None:
    take(session, fair, fair.buttons)
    with pytest.raises(WayFixed):
        set_up(session, fair, fair.buttons, way=Way.LEFT)
    set_up(session, fair, fair.buttons, provider="另一位师傅")
    assert fair.service(session, fair.buttons).provider == "另一位师傅"


def test_another_way_takes_the_free_slots_with_it(session: Session, fair: Fair) -> None:
    set_up(session, fair, fair.haircut, way=Way.NUMBER)
    assert slots_of(session, fair.haircut.id) == []


def test_a_taken_slot_cannot_be_closed(session: Session, fair: Fair) -> None:
    turn = book(session, fair)
    assert turn.slot_at is not None
    by_id = fair.day.cast.social_worker.id
    for at in (turn.slot_at, time(11, 1)):
        with pytest.raises(SlotGone):
            close_slot(session, fair.day.community.id, fair.haircut.id, at, by_id=by_id, now=NOW)


def test_a_child_is_never_left_like_a_coat(session: Session, fair: Fair) -> None:
    with pytest.raises(CareIsNotLeft):
        set_up(session, fair, fair.day.repair, way=Way.LEFT, care=True)


def test_somebody_has_to_serve(session: Session, fair: Fair) -> None:
    with pytest.raises(TextMissing):
        set_up(session, fair, fair.day.repair, provider="  ")


def test_goods_and_other_communities_services_are_none(session: Session, fair: Fair) -> None:
    with pytest.raises(NoSuchService):
        set_up(session, fair, fair.day.soap)
    elsewhere = factories.make_community(session)
    command = SetService(
        community_id=elsewhere.id, listing_id=fair.haircut.id, way=Way.NUMBER, provider="别人"
    )
    with pytest.raises(NoSuchService):
        set_service(session, command, by_id=make_cast(session, elsewhere).volunteer.id, now=NOW)


def test_a_day_lists_what_says_how_turns_are_taken(session: Session, fair: Fair) -> None:
    found = [service.name for service in services_of(session, fair.day.day.id)]
    assert found == ["理发", "钉扣子", "换拉链", "看孩子"]
    fair.haircut.retired_at = NOW
    assert "理发" not in [service.name for service in services_of(session, fair.day.day.id)]


def test_a_service_taken_off_keeps_its_queue(session: Session, fair: Fair) -> None:
    take(session, fair, fair.buttons)
    fair.haircut.retired_at = fair.buttons.retired_at = NOW
    found = services_of(session, fair.day.day.id, with_queues=True)
    assert [service.name for service in found] == ["钉扣子", "换拉链", "看孩子"]


def test_another_market_like_it_has_the_same_services_and_free_slots(
    session: Session, fair: Fair
) -> None:
    book(session, fair)
    plan = PlanMarket(
        community_id=fair.day.community.id,
        name="下一次",
        held_on=date(2026, 12, 5),
        starts_at=time(9, 30),
        ends_at=time(11),
        place="社区广场",
    )
    by_id = fair.day.cast.social_worker.id
    day = plan_market_like(session, fair.day.day.id, plan, by_id=by_id, now=NOW).day
    found = services_of(session, day.id)
    assert [(one.name, one.way, one.care) for one in found] == [
        ("理发", Way.SLOT, False),
        ("钉扣子", Way.NUMBER, False),
        ("换拉链", Way.LEFT, False),
        ("看孩子", Way.NUMBER, True),
    ]
    slots_there = slots_of(session, found[0].listing_id)
    assert [slot.at for slot in slots_there] == [time(9, 40), time(10), time(10, 20), time(10, 40)]
    assert {slot.turn_id for slot in slots_there} == {None}
