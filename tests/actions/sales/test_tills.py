"""Opening a till, and cash put in or taken out while it is open."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.ledger.posting import NotEnoughMoney, post
from market.actions.sales import tills
from market.actions.sales.moving import MoveCash, NotEnoughInTill, pay_in, pay_out
from market.actions.sales.tills import OpenTill, open_till
from market.domain.errors import Missing
from market.domain.ledger.posting_table import cash_advanced
from market.domain.money import AmountNegative, AmountTooLarge, AmountTooSmall
from market.domain.text import TextMissing, TextTooLong
from market.extensions import unit_of_work
from market.models.sales import LegalBasis, MarketOpening, Till, TillMove, TillStall
from market.queries.sales.tills import NoSuchMarketDay, NoSuchTill
from tests import factories
from tests.factories import NOW
from tests.market_day import (
    FLOAT_MINOR,
    LATER,
    Day,
    balance,
    close,
    count,
    kept_totals,
    make_day,
    open_day,
    sell_one,
)

one_database = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
"""For what reads a form or a rule and leaves the database alone."""


def test_the_change_leaves_the_custodian_for_the_till(session: Session) -> None:
    day = make_day(session)
    assert balance(session, day, f"cash_till:{day.till.id}") == FLOAT_MINOR
    assert balance(session, day, f"cash_safe:{day.custodian.id}") == 0


def test_a_till_without_change_posts_nothing(session: Session) -> None:
    day = make_day(session, float_minor=0)
    assert balance(session, day, f"cash_till:{day.till.id}") == 0


def test_a_till_is_called_after_its_stalls_unless_it_has_a_name(session: Session) -> None:
    day = make_day(session)
    assert day.till.name == "手作摊、围巾摊"
    stall = factories.make_stall(session, day.day, name="饼干摊")
    named = open_till(session, _opening(day, stall_ids=[stall.id], name="东门"), **_by(day))
    assert (named.name, named.number) == ("东门", 2)


def test_a_till_keeps_totals_for_every_tender_from_the_start(session: Session) -> None:
    day = make_day(session)
    assert kept_totals(session, day.till.id) == {}


def test_no_stall_is_in_two_open_tills(session: Session) -> None:
    day = make_day(session)
    with pytest.raises(tills.StallTaken, match="手作摊"):
        open_till(session, _opening(day, stall_ids=[day.stall.id]), **_by(day))


@pytest.mark.usefixtures("session")
def test_a_stall_is_free_again_once_its_till_has_closed() -> None:
    day = open_day()
    with unit_of_work() as work:
        count(work, day)
        close(work, day)
        again = open_till(work, _opening(day, stall_ids=[day.stall.id]), **_by(day))
    assert again.number == 2


def test_a_market_day_that_is_only_being_prepared_has_no_tills(session: Session) -> None:
    day = make_day(session)
    draft = factories.make_market_day(session, day.community, day.cast.social_worker)
    stall = factories.make_stall(session, draft)
    with pytest.raises(tills.MarketDayNotOpen):
        open_till(session, _opening(day, draft.id, stall_ids=[stall.id]), **_by(day))


def test_takings_without_a_basis_or_a_split_would_belong_to_nobody(session: Session) -> None:
    day = make_day(session)
    other = factories.make_market_day(session, day.community, day.cast.social_worker)
    stall = factories.make_stall(session, other)
    session.add(LegalBasis(market_day_id=other.id, kind="C", holder_id=day.holder.id))
    session.add(
        MarketOpening(market_day_id=other.id, opened_by_id=day.cast.volunteer.id, opened_at=NOW)
    )
    session.flush()
    with pytest.raises(tills.MarketDayNotReady):
        open_till(session, _opening(day, other.id, stall_ids=[stall.id]), **_by(day))


@one_database
@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"stall_ids": []}, tills.NoStallChosen),
        ({"stall_ids": [987_654]}, tills.NoSuchStall),
        ({"market_day_id": 987_654}, NoSuchMarketDay),
        ({"community_id": 987_654}, NoSuchMarketDay),
        ({"safe_holder_id": 987_654}, tills.NoSuchSafe),
        ({"float_minor": -1}, AmountNegative),
        ({"float_minor": 10**20}, AmountTooLarge),
        ({"float_minor": 500_00}, NotEnoughMoney),
        ({"name": "很" * 41}, TextTooLong),
    ],
)
def test_what_cannot_be_opened_is_refused(
    session: Session, change: dict[str, Any], error: type[Exception]
) -> None:
    day = make_day(session)
    stall = factories.make_stall(session, day.day)
    with pytest.raises(error):
        open_till(session, _opening(day, **{"stall_ids": [stall.id], **change}), **_by(day))


def test_stalls_and_custodians_of_another_community_are_not_to_be_had(session: Session) -> None:
    day, other = make_day(session), make_day(session)
    stall = factories.make_stall(session, other.day)
    with pytest.raises(tills.NoSuchStall):
        open_till(session, _opening(day, stall_ids=[stall.id]), **_by(day))
    own = factories.make_stall(session, day.day)
    with pytest.raises(tills.NoSuchSafe):
        open_till(
            session,
            _opening(day, stall_ids=[own.id], safe_holder_id=other.custodian.id),
            **_by(day),
        )
    with pytest.raises(NoSuchMarketDay):
        open_till(session, _opening(day, other.day.id, stall_ids=[stall.id]), **_by(day))


def test_eight_who_open_a_till_for_one_stall_open_it_once(session: Session, app: Flask) -> None:
    day = open_day()
    with unit_of_work() as work:
        stall = factories.make_stall(work, day.day)

    def attempt(_: int) -> bool:
        with app.app_context():
            try:
                with unit_of_work() as work:
                    open_till(work, _opening(day, stall_ids=[stall.id]), **_by(day))
            except tills.StallTaken:
                return False
            return True

    with ThreadPoolExecutor(8) as threads:
        opened = list(threads.map(attempt, range(8)))
    assert opened.count(True) == 1
    assert len(session.scalars(select(TillStall).where(TillStall.stall_id == stall.id)).all()) == 1


def test_more_change_comes_from_the_custodian_and_a_purchase_becomes_a_cost(
    session: Session,
) -> None:
    day = make_day(session, float_minor=FLOAT_MINOR)
    pay_out(session, _move(day, 30_00, "买胶带"), **_by(day))
    assert balance(session, day, "costs_to_settle") == 30_00
    assert balance(session, day, f"cash_till:{day.till.id}") == FLOAT_MINOR - 30_00
    lender = factories.make_party(session, day.community, kind="person")
    _advance(session, day, lender.id, 50_00)
    move = pay_in(session, _move(day, 50_00, "补零钱"), **_by(day))
    assert balance(session, day, f"cash_till:{day.till.id}") == FLOAT_MINOR + 20_00
    assert (move.kind, move.amount_minor, move.note) == ("pay_in", 50_00, "补零钱")


def test_what_was_sold_for_cash_may_be_paid_out(session: Session) -> None:
    day = make_day(session, float_minor=0)
    sell_one(session, day)
    pay_out(session, _move(day, 15_00, "买胶带"), **_by(day))
    with pytest.raises(NotEnoughInTill):
        pay_out(session, _move(day, 1, "再买"), **_by(day))


@one_database
@pytest.mark.parametrize("move", [pay_in, pay_out])
@pytest.mark.parametrize(
    ("amount_minor", "note", "error"),
    [
        (0, "零", AmountTooSmall),
        (-5, "负", AmountNegative),
        (10**20, "太多", AmountTooLarge),
        (100, "  ", TextMissing),
        (100, "长" * 201, TextTooLong),
    ],
)
def test_a_move_needs_an_amount_and_a_note(
    session: Session,
    move: Callable[..., TillMove],
    amount_minor: int,
    note: str,
    error: type[Exception],
) -> None:
    day = make_day(session)
    with pytest.raises(error):
        move(session, _move(day, amount_minor, note), **_by(day))


def test_nothing_goes_into_or_out_of_a_counted_till(session: Session) -> None:
    day = make_day(session)
    count(session, day)
    for move in (pay_in, pay_out):
        with pytest.raises(tills.TillNotOpen):
            move(session, _move(day, 1_00, "买水"), **_by(day))


def test_another_community_s_till_is_not_found(session: Session) -> None:
    day, other = make_day(session), make_day(session)
    command = MoveCash(
        community_id=other.community.id, till_id=day.till.id, amount_minor=1_00, note="买水"
    )
    with pytest.raises(NoSuchTill) as refusal:
        pay_out(session, command, **_by(day))
    assert isinstance(refusal.value, Missing)


def test_tills_of_a_day_are_numbered(session: Session) -> None:
    day = make_day(session)
    stall = factories.make_stall(session, day.day)
    open_till(session, _opening(day, stall_ids=[stall.id]), **_by(day))
    numbers = session.scalars(select(Till.number).where(Till.market_day_id == day.day.id))
    assert sorted(numbers) == [1, 2]


def _by(day: Day) -> dict[str, Any]:
    return {"by_id": day.cast.volunteer.id, "now": LATER - timedelta(hours=1)}


def _opening(day: Day, market_day_id: int | None = None, **changes: Any) -> OpenTill:
    given: dict[str, Any] = {
        "community_id": day.community.id,
        "market_day_id": market_day_id or day.day.id,
        "stall_ids": [],
        "safe_holder_id": day.custodian.id,
        "float_minor": 0,
    }
    return OpenTill(**{**given, **changes})


def _move(day: Day, amount_minor: int, note: str) -> MoveCash:
    return MoveCash(
        community_id=day.community.id, till_id=day.till.id, amount_minor=amount_minor, note=note
    )


def _advance(session: Session, day: Day, party_id: int, amount_minor: int) -> None:
    entry = cash_advanced(
        "", party_id=party_id, safe_holder_id=day.custodian.id, amount_minor=amount_minor
    )
    post(session, entry, community_id=day.community.id, by_id=day.cast.volunteer.id, now=NOW)
