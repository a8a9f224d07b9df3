"""Taking in a whole list of stalls and offers at once."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.sales.taking_in import StallsExhausted, TakeInOffers, TakenIn, take_in_offers
from market.domain.sales.pasted_offer import PastedOffer
from market.extensions import unit_of_work
from market.models.ledger import AuditEvent
from market.models.sales import Listing, MarketDay, Stall
from market.queries.sales.tills import NoSuchMarketDay
from tests import factories
from tests.factories import NOW
from tests.preparing import Place, make_place, meanwhile, plan_day


@pytest.fixture
def place(session: Session) -> Place:
    return make_place(session)


@pytest.fixture
def day(session: Session, place: Place) -> MarketDay:
    return plan_day(session, place)


def pasted(stall: str, name: str, **said: Any) -> PastedOffer:
    given = {"number": "", "kind": "goods", "price_minor": 15_00, "stock": None, "minutes": None}
    return PastedOffer(stall=stall, name=name, **{**given, **said})


def take_in(session: Session, place: Place, day: MarketDay, *offers: PastedOffer) -> TakenIn:
    command = TakeInOffers(community_id=place.community.id, market_day_id=day.id, offers=offers)
    return take_in_offers(session, command, by_id=place.by_id, now=NOW)


def offered(session: Session) -> list[tuple[str, str, str, int]]:
    rows = session.execute(
        select(Stall.number, Stall.name, Listing.name, Listing.position)
        .join(Listing, Listing.stall_id == Stall.id)
        .order_by(Stall.id, Listing.position)
    )
    return [(number, stall, name, place) for number, stall, name, place in rows]


def test_new_stalls_get_the_next_free_numbers(
    session: Session, place: Place, day: MarketDay
) -> None:
    factories.make_stall(session, day, number="2", name="旧摊")
    taken = take_in(
        session,
        place,
        day,
        pasted("小明妈妈", "手工皂"),
        pasted("张阿姨", "饺子"),
        pasted("小明妈妈", "香包"),
        pasted("旧摊", "绿豆糕"),
        pasted("不管叫什么", "围巾", number="２"),
    )
    assert taken == TakenIn(stalls=2, offers=5, known=0)
    assert offered(session) == [
        ("2", "旧摊", "绿豆糕", 1),
        ("2", "旧摊", "围巾", 2),
        ("1", "小明妈妈", "手工皂", 1),
        ("1", "小明妈妈", "香包", 2),
        ("3", "张阿姨", "饺子", 1),
    ]


def test_the_same_list_again_adds_only_what_is_new(
    session: Session, place: Place, day: MarketDay
) -> None:
    take_in(session, place, day, pasted("甲", "皂"))
    again = take_in(session, place, day, pasted("甲", "皂", price_minor=1), pasted("甲", "香包"))
    assert again == TakenIn(stalls=0, offers=1, known=1)
    assert session.scalars(select(Listing.price_minor)).all() == [15_00, 15_00]


def test_goods_take_no_time_and_a_stall_without_a_name_is_called_by_its_number(
    session: Session, place: Place, day: MarketDay
) -> None:
    take_in(session, place, day, pasted("", "理发", number="a1", kind="service", minutes=20))
    take_in(session, place, day, pasted("", "皂", number="A1", minutes=20))
    assert session.execute(select(Stall.number, Stall.name)).one() == ("A1", "A1")
    assert session.scalars(select(Listing.minutes).order_by(Listing.position)).all() == [20, None]


def test_it_is_written_down_once_and_nothing_where_nothing_is_new(app: Flask) -> None:
    with app.app_context(), unit_of_work() as work:
        place = make_place(work)
        day = plan_day(work, place)
    for _ in range(2):
        with app.app_context(), unit_of_work() as work:
            take_in(work, place, day, pasted("甲", "皂"))
    with app.app_context(), unit_of_work() as work:
        subjects = work.scalars(
            select(AuditEvent.subject).where(AuditEvent.kind == "offers_taken_in")
        ).all()
    assert [(one["stalls"], one["listings"]) for one in subjects] == [(1, 1)]


def test_two_who_take_in_the_same_list_at_once_add_it_once(app: Flask) -> None:
    with app.app_context(), unit_of_work() as work:
        place = make_place(work)
        day = plan_day(work, place)
    with app.app_context(), unit_of_work() as work:
        take_in(work, place, day, pasted("甲", "皂"))
        other = meanwhile(app, lambda second: take_in(second, place, day, pasted("甲", "皂")))
    assert other.result(timeout=20) == TakenIn(stalls=0, offers=0, known=1)


def test_another_communitys_day_is_not_there(session: Session, day: MarketDay) -> None:
    with pytest.raises(NoSuchMarketDay):
        take_in(session, make_place(session), day, pasted("甲", "皂"))


def test_numbers_run_out(
    session: Session, place: Place, day: MarketDay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("market.actions.sales.taking_in.MOST_NUMBERED", 1)
    with pytest.raises(StallsExhausted):
        take_in(session, place, day, pasted("甲", "皂"), pasted("乙", "皂"))
