"""A disclosure from the desk to the wall: published, corrected behind it, never over it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.public.disclosing import (
    FiguresMoved,
    NotClosedYet,
    NothingNew,
    Publish,
    WhyIsMissing,
    publish,
)
from market.domain.public.disclosure import USES
from market.extensions import unit_of_work
from market.models.ledger import AuditEvent
from market.models.public import Disclosure
from market.models.sales import Sale
from market.queries.public.disclosures import figures_now, figures_of_day
from market.queries.public.markets import market_page
from tests.books import busy_day
from tests.factories import NOW
from tests.market_day import Day, make_day
from tests.people import post, sign_in
from tests.refunds import ask, close_day, recorded_sale, whole

LATER = NOW + timedelta(days=2)


@pytest.fixture
def day(app: Flask) -> Day:
    """A closed day of basis B: soap for ¥15, and a scarf of ¥60 with a gift of ¥1."""
    return _closed(app, "B")


def test_the_first_stands_and_the_second_explains_itself(
    app: Flask, day: Day, client: FlaskClient
) -> None:
    assert _publish(app, day) == 1
    with pytest.raises(NothingNew):
        _publish(app, day)
    address = f"/disclosures/{day.day.slug}"
    first = client.get(address).text
    _refund(app, day)
    with pytest.raises(WhyIsMissing):
        _publish(app, day)
    assert _publish(app, day, why="一位邻居退了肥皂") == 2
    latest = client.get(address).text
    assert "一位邻居退了肥皂" in latest
    earlier = client.get(f"{address}/1").text
    assert "后来有更正" in earlier
    assert _figures(earlier) == _figures(first) != _figures(latest)
    assert client.get(f"{address}/3").status_code == 404


def test_the_chain_knows_the_figures_that_were_published(
    app: Flask, day: Day, session: Session
) -> None:
    _publish(app, day)
    kept = session.scalars(select(Disclosure)).one()
    told = select(AuditEvent).where(AuditEvent.kind == "disclosure_published")
    assert session.scalars(told).one().subject["figures"] == kept.hash.hex()


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_figures_that_moved_since_they_were_looked_at_are_not_published(
    app: Flask, day: Day, session: Session
) -> None:
    with pytest.raises(FiguresMoved):
        _publish(app, day, seen=bytes(32))
    assert session.scalars(select(Disclosure)).all() == []


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_market_with_an_open_till_has_no_sums_to_publish(app: Flask) -> None:
    with app.app_context(), unit_of_work() as session:
        day = make_day(session)
    with pytest.raises(NotClosedYet):
        _publish(app, day)


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_neighbours_markets_are_disclosed_but_not_listed(app: Flask, client: FlaskClient) -> None:
    day = _closed(app, "C")
    desk = f"/desk/{day.community.slug}"
    sign_in(client, day.cast.treasurer)
    page = client.get(f"{desk}/markets/{day.day.id}/disclosure").text
    [seen] = re.findall(r'name="seen" value="(\w+)"', page)
    assert (
        post(client, f"{desk}/markets/{day.day.id}/disclosure", {"seen": seen}).status_code == 303
    )
    assert "公示了 1 份" in client.get(f"{desk}/disclosures").text
    anybody = app.test_client()
    assert anybody.get(f"/disclosures/{day.day.slug}").status_code == 200
    assert day.day.slug not in anybody.get("/disclosures").text


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_page_sheet_and_file_say_the_same_sum(app: Flask, day: Day, client: FlaskClient) -> None:
    _publish(app, day)
    address = f"/disclosures/{day.day.slug}"
    assert "¥76" in client.get(address).text
    assert "¥76" in client.get(f"{address}/sheet").text
    assert "义卖收入,76.00" in client.get(f"{address}?format=csv").get_data(as_text=True)
    assert address in client.get("/disclosures").text


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_support_of_one_person_is_not_told_from_what_waits(app: Flask) -> None:
    with app.app_context(), unit_of_work() as session:
        day = busy_day(session)
        session.flush()
        found = market_page(session, day.day.slug)
        assert found
        assert sum(fund.supported for fund in found.funds) == 1
        assert sum(fund.support_minor for fund in found.funds) == 0
        figures = figures_now(found)
    assert figures.of_funds("support_minor") == 0
    assert sum(figures.of_funds(use) for use in USES) == figures.net_minor


def _closed(app: Flask, basis: str) -> Day:
    with app.app_context(), unit_of_work() as session:
        day = make_day(session, basis=basis)
        recorded_sale(session, day)
        recorded_sale(session, day, day.scarf, gift_minor=1_00)
        close_day(session, day)
    return day


def _publish(app: Flask, day: Day, *, why: str = "", seen: bytes | None = None) -> int:
    with app.app_context(), unit_of_work() as session:
        figures = figures_of_day(session, day.day.slug)
        assert figures
        command = Publish(
            community_id=day.community.id,
            market_day_id=day.day.id,
            seen=seen or figures.hash,
            why=why,
        )
        return publish(session, command, by_id=day.cast.treasurer.id, now=LATER).number


def _refund(app: Flask, day: Day) -> None:
    with app.app_context(), unit_of_work() as session:
        sale_id = session.scalars(select(Sale.id).order_by(Sale.recorded_at, Sale.id)).first()
        assert sale_id
        ask(session, day, sale_id, whole(session, day, sale_id))


def _figures(page: str) -> list[str]:
    table = page[page.index('<table class="bill disclosed">') : page.index("</table>")]
    return re.findall(r"<td>(.*?)</td>", table, re.DOTALL)
