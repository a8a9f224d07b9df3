"""The report of a market day: its figures agree with one another, and each leads to its rows."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.orm import Session

from market.domain.sales.sale import Tender
from market.extensions import db, unit_of_work
from market.queries.public.markets import market_page
from market.queries.sales.market_report import market_sold
from market.queries.sales.market_sales import SalesFilter, SaleState, sales_found
from tests.factories import NOW
from tests.market_day import Day, make_day
from tests.people import sign_in
from tests.refunds import close_day, recorded_sale

HOURS = [NOW.replace(hour=hour) for hour in range(24)]


@pytest.fixture
def auditor(client: FlaskClient, day: Day) -> FlaskClient:
    sign_in(client, day.cast.auditor)
    return client


def report_of(day: Day) -> str:
    return f"/desk/{day.community.slug}/markets/{day.day.id}/report"


def test_each_breakdown_sums_to_what_was_sold(day: Day, session: Session) -> None:
    sold = market_sold(session, day.day.id, HOURS)
    assert sold.due_minor > 0
    for parts in (sold.by_stall, sold.by_hour, sold.by_listing, sold.by_tender):
        assert sum(part.amount_minor for part in parts) == sold.due_minor
    assert sum(part.count for part in sold.by_stall) == sold.sales
    assert sum(part.count for part in sold.by_hour) == sold.sales
    assert sum(part.count for part in sold.by_tender) == sold.sales


def test_the_income_is_the_closed_sales_and_box_income(day: Day, session: Session) -> None:
    sold = market_sold(session, day.day.id, HOURS)
    page = market_page(session, day.day.slug)
    assert page is not None
    assert page.box_minor == 7_00
    assert page.income_minor == sold.due_minor - sold.open_minor + page.box_minor
    assert page.consigned_minor == sum(row.amount_minor for row in sold.consigned) > 0


def test_voids_and_late_sales_stay_visible(day: Day, session: Session) -> None:
    sold = market_sold(session, day.day.id, HOURS)
    assert (sold.voids, sold.voided_minor) == (1, 15_00)
    assert [row.number for row in sold.closures] == [1, 2]
    late = sales_found(session, day.day.id, SalesFilter(state=SaleState.LATE))
    assert (late.count, late.due_minor) == (1, 15_00)
    refunded = sales_found(session, day.day.id, SalesFilter(state=SaleState.REFUNDED))
    assert refunded.refunded_minor > 0


def test_a_sale_of_two_stalls_counts_for_each_by_its_things(session: Session) -> None:
    with unit_of_work() as work:
        day = make_day(work)
        recorded_sale(work, day, day.soap, day.scarf, gift_minor=2_00)
    by_stall = {part.key: part for part in market_sold(session, day.day.id, HOURS).by_stall}
    amounts = {by_stall[day.stall.id].amount_minor, by_stall[day.other_stall.id].amount_minor}
    assert amounts in ({17_00, 60_00}, {15_00, 62_00})
    assert sum(part.count for part in by_stall.values()) == 1


def test_nobody_is_told_what_was_paid_in_cash_before_the_count(
    client: FlaskClient, session: Session
) -> None:
    with unit_of_work() as work:
        day = make_day(work)
        recorded_sale(work, day)
        recorded_sale(work, day, tender=Tender.WECHAT)
    sold = market_sold(session, day.day.id, HOURS)
    assert (sold.by_tender, sold.uncounted_tills, sold.open_minor) == ((), 1, 30_00)
    sign_in(client, day.cast.treasurer)
    address = f"/desk/{day.community.slug}/markets/{day.day.id}/sales?tender=cash"
    assert "现金" not in client.get(address).text
    assert "收款方式" not in client.get(f"{address}&format=csv").text
    session.rollback()
    with unit_of_work() as work:
        close_day(work, day)
    assert "收款方式" in client.get(f"{address}&format=csv").text


def test_every_page_opens_and_every_figure_leads_to_its_rows(
    auditor: FlaskClient, day: Day
) -> None:
    page = auditor.get(report_of(day))
    assert page.status_code == 200
    desk = f"/desk/{day.community.slug}"
    for rows in (
        f"{desk}/markets/{day.day.id}/sales",
        f"{desk}/markets/{day.day.id}/sales?state=voided",
        f"{desk}/markets/{day.day.id}/sales?stall={day.stall.id}",
        f"{desk}/funds/{day.wishes.id}",
        f"{desk}/refunds?market={day.day.id}",
    ):
        assert f'href="{rows}"' in page.text
        assert auditor.get(rows).status_code == 200
    assert auditor.get(f"{desk}/reports").status_code == 200


@pytest.mark.parametrize("page", ["report", "sales"])
def test_a_longer_market_asks_no_more_questions(
    app: Flask, auditor: FlaskClient, day: Day, page: str
) -> None:
    address = f"/desk/{day.community.slug}/markets/{day.day.id}/{page}"
    before = _questions(app, auditor, address)
    with app.app_context(), unit_of_work() as work:
        for _ in range(5):
            recorded_sale(work, day, day.soap, day.scarf)
    assert _questions(app, auditor, address) == before


def test_a_filter_of_nonsense_is_no_filter(auditor: FlaskClient, day: Day) -> None:
    address = f"/desk/{day.community.slug}/markets/{day.day.id}/sales"
    whole = auditor.get(address).text.count("<tr")
    asked = f"{address}?till=x&stall=-1&tender=gold&state=odd&hour=99&page=0"
    assert auditor.get(asked).text.count("<tr") == whole
    assert "没有符合条件的记录" in auditor.get(f"{address}?till=2147483647").text


def _questions(app: Flask, client: FlaskClient, address: str) -> int:
    asked: list[int] = []
    with app.app_context():
        engine = db.engine

    def note(*_: object) -> None:
        asked.append(1)

    event.listen(engine, "before_cursor_execute", note)
    assert client.get(address).status_code == 200
    event.remove(engine, "before_cursor_execute", note)
    return len(asked)
