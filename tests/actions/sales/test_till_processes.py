"""What real processes do to one till at the same moment, on either database."""

from __future__ import annotations

from collections import Counter

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.actions.sales.recording import Outcome, record_sales
from market.extensions import unit_of_work
from market.models.sales import Closure, Listing, SalePosition
from tests.market_day import LATER, count, kept_totals, open_day, recorded
from tests.till_processes import Close, Send, all_at_once

PHONES = 32


def test_thirty_two_processes_that_send_the_same_sales_count_them_once(
    app: Flask, database_url: str, session: Session
) -> None:
    with app.app_context():
        day = open_day()
    sales = [day.sale(day.cup) for _ in range(4)]
    sendings = [
        Send(day.till.id, sales[place % 4 :] + sales[: place % 4]) for place in range(PHONES)
    ]
    answers = [result for results in all_at_once(database_url, sendings) for result in results]
    outcomes = Counter(result.outcome for result in answers)
    assert outcomes == {Outcome.CREATED: 4, Outcome.EXISTS: 4 * (PHONES - 1)}
    assert recorded(session, day.till.id) == 4
    assert kept_totals(session, day.till.id) == {"cash": (4, 32_00, 32_00)}
    assert session.scalar(select(Listing.sold).where(Listing.id == day.cup.id)) == 4


def test_eight_processes_that_close_one_till_close_it_once(
    app: Flask, database_url: str, session: Session
) -> None:
    with app.app_context():
        day = open_day()
        with unit_of_work() as work:
            record_sales(work, day.till.id, [day.sale() for _ in range(9)], received_at=LATER)
            count(work, day)
    closing = Close(day.community.id, day.till.id, day.cast.treasurer.id)
    assert all_at_once(database_url, [closing] * 8).count(True) == 1
    assert session.scalar(select(func.count()).select_from(Closure)) == 1
    assert session.scalar(select(func.count()).select_from(SalePosition)) == 9
