"""Stalls and the signs on them."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from market.actions.sales import stalls as acts
from market.domain.errors import MarketError
from market.domain.text import TextMissing, TextTooLong
from market.extensions import unit_of_work
from market.models.sales import Stall
from market.queries.sales.offers import NoSuchStall
from market.queries.sales.tills import NoSuchMarketDay
from tests.factories import NOW
from tests.preparing import (
    Place,
    make_place,
    make_stall,
    meanwhile,
    open_day,
    plan_day,
    prepare_day,
)


@pytest.fixture
def place(session: Session) -> Place:
    return make_place(session)


def rename(session: Session, place: Place, stall: Stall, number: str, name: str = "缝补摊") -> None:
    command = acts.RenameStall(
        community_id=place.community.id, stall_id=stall.id, number=number, name=name
    )
    acts.rename_stall(session, command, by_id=place.by_id, now=NOW)


@pytest.mark.parametrize(
    ("typed", "kept"), [("3", "3"), (" a12 ", "A12"), ("１２", "12"), ("Ｂ３", "B3")]
)
def test_a_number_is_kept_as_it_stands_on_receipts(
    session: Session, place: Place, typed: str, kept: str
) -> None:
    day = plan_day(session, place)
    assert make_stall(session, place, day, typed).number == kept


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("", TextMissing),
        ("12345", TextTooLong),
        ("三", acts.StallNumberUnfit),
        ("-1", acts.StallNumberUnfit),
        ("1 2", acts.StallNumberUnfit),
        ("½", acts.StallNumberUnfit),
    ],
)
def test_a_number_that_is_none_is_refused(
    session: Session, place: Place, typed: str, error: type[MarketError]
) -> None:
    day = plan_day(session, place)
    with pytest.raises(error):
        make_stall(session, place, day, typed)


def test_a_number_stands_on_one_sign_of_a_market(session: Session, place: Place) -> None:
    day, other_day = plan_day(session, place), plan_day(session, place)
    make_stall(session, place, day, "a1")
    with pytest.raises(acts.StallNumberTaken):
        make_stall(session, place, day, "Ａ１")
    assert make_stall(session, place, other_day, "A1").number == "A1"


def test_of_two_who_take_one_number_at_once_one_is_told(app: Flask) -> None:
    with app.app_context():
        with unit_of_work() as work:
            place = make_place(work)
            day = plan_day(work, place)
        with unit_of_work() as work:
            make_stall(work, place, day, "7")
            second = meanwhile(app, lambda other: make_stall(other, place, day, "7"))
        with pytest.raises(acts.StallNumberTaken):
            second.result(timeout=10)


def test_a_sign_changes_until_the_market_opens(session: Session, place: Place) -> None:
    day, _ = prepare_day(session, place)
    stall = make_stall(session, place, day, "2")
    rename(session, place, stall, "5")
    assert (stall.number, stall.name) == ("5", "缝补摊")
    with pytest.raises(acts.StallNumberTaken):
        rename(session, place, stall, "1")


def test_once_open_a_sign_keeps_its_number_but_not_its_name(session: Session, place: Place) -> None:
    day, _ = prepare_day(session, place)
    stall = make_stall(session, place, day, "2")
    open_day(session, place, day)
    with pytest.raises(acts.StallNumberFixed):
        rename(session, place, stall, "5")
    rename(session, place, stall, "2", "巧手缝补")
    assert (stall.number, stall.name) == ("2", "巧手缝补")


def test_another_community_s_stalls_and_days_are_not_found(session: Session, place: Place) -> None:
    day, other = plan_day(session, place), make_place(session)
    stall = make_stall(session, place, day)
    with pytest.raises(NoSuchStall):
        rename(session, other, stall, "7")
    with pytest.raises(NoSuchMarketDay):
        make_stall(session, other, day, "7")
