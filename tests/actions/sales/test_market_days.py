"""Planning a market day, splitting its proceeds, and opening it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.sales import market_days as acts
from market.actions.sales.legal_basis import set_basis
from market.domain.errors import MarketError
from market.domain.sales.legal_basis import BasisKind
from market.domain.text import TextMissing, TextTooLong
from market.extensions import unit_of_work
from market.models.ledger import AuditEvent, Fund
from market.models.sales import MarketDay, MarketOpening, PolicyShare
from market.queries.sales.tills import NoSuchMarketDay
from tests.factories import NOW
from tests.preparing import HELD_ON, Place, make_place, meanwhile, open_day, plan_day, prepare_day


@pytest.fixture
def place(session: Session) -> Place:
    return make_place(session)


def test_a_planned_market_is_found_by_its_date(session: Session, place: Place) -> None:
    day = plan_day(session, place)
    assert (day.slug, day.name, day.held_on) == ("2026-11-28", "腊八市集", HELD_ON)


def test_two_markets_of_one_day_have_two_addresses(session: Session, place: Place) -> None:
    slugs = [plan_day(session, place).slug for _ in range(3)]
    assert slugs == ["2026-11-28", "2026-11-28-2", "2026-11-28-3"]


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_of_two_who_plan_one_day_at_once_one_is_asked_to_try_again(app: Flask) -> None:
    """On SQLite the second has to wait, and then finds the address taken."""
    with app.app_context():
        with unit_of_work() as work:
            place = make_place(work)
        with unit_of_work() as work:
            plan_day(work, place)
            second = meanwhile(app, lambda other: plan_day(other, place))
        with pytest.raises(acts.PlannedAtOnce):
            second.result(timeout=10)


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"name": ""}, TextMissing),
        ({"name": "  "}, TextMissing),
        ({"name": "长" * 81}, TextTooLong),
        ({"place": ""}, TextMissing),
        ({"bring": "长" * 2001}, TextTooLong),
        ({"ends_at": time(9)}, acts.EndsBeforeItStarts),
        ({"ends_at": time(8)}, acts.EndsBeforeItStarts),
        ({"held_on": date(1999, 12, 31)}, acts.DayOutOfRange),
        ({"held_on": date(1, 1, 1)}, acts.DayOutOfRange),
        ({"held_on": date(2029, 1, 1)}, acts.DayOutOfRange),
        ({"held_on": date(9999, 12, 31)}, acts.DayOutOfRange),
    ],
)
def test_what_is_wrong_with_a_plan_is_said(
    session: Session, place: Place, said: dict[str, Any], error: type[MarketError]
) -> None:
    with pytest.raises(error):
        plan_day(session, place, **said)


def test_a_plan_s_words_change_and_its_address_stays(session: Session, place: Place) -> None:
    day = plan_day(session, place)
    plan = place.plan(name="元宵市集", held_on=HELD_ON + timedelta(days=7), bring="带口袋")
    acts.change_market(session, day.id, plan, by_id=place.by_id, now=NOW)
    assert (day.name, day.slug, day.bring) == ("元宵市集", "2026-11-28", "带口袋")


def test_once_open_a_market_keeps_its_date_but_not_its_words(
    session: Session, place: Place
) -> None:
    day, _ = prepare_day(session, place)
    open_day(session, place, day)
    with pytest.raises(acts.DateFixed):
        acts.change_market(
            session, day.id, place.plan(held_on=date(2026, 12, 1)), by_id=place.by_id, now=NOW
        )
    acts.change_market(session, day.id, place.plan(place="社工站"), by_id=place.by_id, now=NOW)
    assert (day.held_on, day.place) == (HELD_ON, "社工站")


def test_a_split_keeps_the_order_in_which_it_was_said(session: Session, place: Place) -> None:
    day = plan_day(session, place)
    shares = ((place.enterprise.id, 1), (place.wishes.id, 2))
    acts.set_policy(session, place.policy(day, *shares), by_id=place.by_id, now=NOW)
    rows = session.execute(
        select(PolicyShare.ordinal, PolicyShare.fund_id, PolicyShare.weight)
        .where(PolicyShare.market_day_id == day.id)
        .order_by(PolicyShare.ordinal)
    ).all()
    assert [tuple(row) for row in rows] == [(0, place.enterprise.id, 1), (1, place.wishes.id, 2)]


def test_a_split_said_again_takes_the_first_one_s_place(session: Session, place: Place) -> None:
    day, _ = prepare_day(session, place)
    acts.set_policy(session, place.policy(day, (place.wishes.id, 1)), by_id=place.by_id, now=NOW)
    weights = session.scalars(
        select(PolicyShare.weight).where(PolicyShare.market_day_id == day.id)
    ).all()
    assert weights == [1]


def _no_fund(_: Place) -> list[tuple[int, int]]:
    return [(987_654, 1)]


def _twice(place: Place) -> list[tuple[int, int]]:
    return [(place.wishes.id, 1), (place.wishes.id, 2)]


def _weights(*weights: Any) -> Callable[[Place], list[tuple[int, int]]]:
    return lambda place: list(zip((place.wishes.id, place.enterprise.id), weights, strict=False))


@pytest.mark.parametrize(
    ("shares", "error"),
    [
        (_weights(0, 0), acts.NoShares),
        (_weights(-1), acts.WeightOutOfRange),
        (_weights(10_001), acts.WeightOutOfRange),
        (_weights(0.5), acts.WeightOutOfRange),
        (_weights(True), acts.WeightOutOfRange),
        (_weights("70"), acts.WeightOutOfRange),
        (_no_fund, acts.NoSuchFund),
        (_twice, acts.NoSuchFund),
    ],
)
def test_a_split_that_is_none_is_refused(
    session: Session,
    place: Place,
    shares: Callable[[Place], list[tuple[int, int]]],
    error: type[MarketError],
) -> None:
    day = plan_day(session, place)
    with pytest.raises(error):
        acts.set_policy(session, place.policy(day, *shares(place)), by_id=place.by_id, now=NOW)


def test_no_split_reaches_a_fund_of_another_community(session: Session, place: Place) -> None:
    day, other = plan_day(session, place), make_place(session)
    with pytest.raises(acts.NoSuchFund):
        acts.set_policy(
            session, place.policy(day, (other.wishes.id, 1)), by_id=place.by_id, now=NOW
        )


def test_a_prepared_market_opens_and_is_frozen(session: Session, place: Place) -> None:
    day, _ = prepare_day(session, place)
    open_day(session, place, day)
    assert session.get_one(MarketOpening, day.id).opened_by_id == place.by_id
    again_acts: list[Callable[[], object]] = [
        lambda: open_day(session, place, day),
        lambda: acts.set_policy(session, place.policy(day), by_id=place.by_id, now=NOW),
        lambda: set_basis(session, place.basis(day), by_id=place.by_id, now=NOW),
    ]
    for again in again_acts:
        with pytest.raises(acts.AlreadyOpened):
            again()


def test_a_market_that_lacks_something_does_not_open(session: Session, place: Place) -> None:
    day = plan_day(session, place)
    with pytest.raises(acts.NotReadyToOpen) as refused:
        open_day(session, place, day)
    assert refused.value.facts["missing"] == ("活动依据", "款项分配", "摊位")


def test_a_market_whose_holder_was_closed_does_not_open(session: Session, place: Place) -> None:
    day, _ = prepare_day(session, place)
    place.bank.closed_at = NOW
    session.flush()
    with pytest.raises(acts.NotReadyToOpen):
        open_day(session, place, day)


def test_a_charity_s_market_does_not_open_on_the_day_without_its_number(
    session: Session, place: Place
) -> None:
    day, _ = prepare_day(session, place)
    basis = place.basis(
        day,
        kind=BasisKind.CHARITY,
        holder_id=place.charity.id,
        certificate="53320000",
        filing_due_on=HELD_ON - timedelta(days=1),
    )
    set_basis(session, basis, by_id=place.by_id, now=NOW)
    with pytest.raises(acts.NotReadyToOpen):
        acts.open_market(
            session,
            place.community.id,
            day.id,
            by_id=place.by_id,
            now=NOW + timedelta(days=7),
        )
    open_day(session, place, day)


def test_another_community_s_market_is_not_found(session: Session, place: Place) -> None:
    day, other = plan_day(session, place), make_place(session)
    tries: list[Callable[[], object]] = [
        lambda: acts.change_market(session, day.id, other.plan(), by_id=other.by_id, now=NOW),
        lambda: acts.set_policy(session, other.policy(day), by_id=other.by_id, now=NOW),
        lambda: set_basis(session, other.basis(day), by_id=other.by_id, now=NOW),
        lambda: open_day(session, other, day),
    ]
    for act in tries:
        with pytest.raises(NoSuchMarketDay):
            act()


def test_each_step_of_preparing_is_an_event(app: Flask) -> None:
    with app.app_context():
        with unit_of_work() as work:
            place = make_place(work)
            day, _ = prepare_day(work, place)
            open_day(work, place, day)
        with unit_of_work() as work:
            kinds = work.scalars(select(AuditEvent.kind).order_by(AuditEvent.number)).all()
    assert kinds == [
        "market_day_planned",
        "legal_basis_set",
        "policy_set",
        "stall_set_up",
        "listing_offered",
        "market_day_opened",
    ]


def test_whoever_changes_the_split_waits_for_whoever_opens(app: Flask) -> None:
    """The later of two finds the market opened, and its split as it was."""
    with app.app_context():
        with unit_of_work() as work:
            place = make_place(work)
            day, _ = prepare_day(work, place)
        with unit_of_work() as work:
            open_day(work, place, day)
            only_wishes = place.policy(day, (place.wishes.id, 1))
            later = meanwhile(
                app,
                lambda other: acts.set_policy(other, only_wishes, by_id=place.by_id, now=NOW),
            )
        with pytest.raises(acts.AlreadyOpened):
            later.result(timeout=10)
        with unit_of_work() as work:
            assert work.scalars(select(PolicyShare.weight)).all() == [70, 30]
            assert work.scalars(select(Fund.step)).all() == [0, 0]
            assert work.scalars(select(MarketDay.id)).all() == [day.id]
