"""The board of a market day: drawn whole, asked again in part, and only drawn anew when it changed."""

from __future__ import annotations

import pytest
from flask import Flask, template_rendered
from flask.testing import FlaskClient
from sqlalchemy import select

from market.actions.sales.recording import record_sales
from market.extensions import unit_of_work
from market.models.sales import Device
from tests.factories import NOW, make_community
from tests.market_day import LATER, Day, open_day
from tests.passes import make_pass, make_phone
from tests.people import make_cast, sign_in

one_database = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


@pytest.fixture
def day(app: Flask) -> Day:
    """¥30 taken; one phone that holds four records and was silent for days."""
    with app.app_context():
        day = open_day()
        with unit_of_work() as work:
            sales = [day.sale(), day.sale()]
            record_sales(work, day.till.id, sales, received_at=LATER, by_id=day.cast.volunteer.id)
            stall_pass = make_pass(work, day.stall, day.cast.social_worker)
            make_phone(work, stall_pass, name="李阿姨", unsent=4)
    return day


@pytest.fixture
def desk(client: FlaskClient, day: Day) -> FlaskClient:
    sign_in(client, day.cast.social_worker)
    return client


def address(day: Day, more: str = "") -> str:
    return f"/desk/{day.community.slug}/markets/{day.day.id}/board{more}"


def test_the_board_names_what_is_open_and_whom_to_ask(desk: FlaskClient, day: Day) -> None:
    page = desk.get(address(day)).text
    for words in ("¥30", "李阿姨", "还没收摊", "要问一下", "还有 4 笔没传上来", "复制微信消息"):
        assert words in page
    assert address(day) in desk.get(f"/desk/{day.community.slug}/markets/{day.day.id}").text


def test_what_has_not_changed_is_answered_without_drawing(
    app: Flask, desk: FlaskClient, day: Day
) -> None:
    first = desk.get(address(day, "/now"))
    assert first.status_code == 200
    assert "<html" not in first.text
    drawn: list[str | None] = []

    def note(_app: Flask, template: object, **_: object) -> None:
        drawn.append(getattr(template, "name", None))

    known = {"If-None-Match": first.headers["ETag"]}
    with template_rendered.connected_to(note, app):
        again = desk.get(address(day, "/now"), headers=known)
        assert (again.status_code, again.data, drawn) == (304, b"", [])
        with app.app_context(), unit_of_work() as work:
            sales = [day.sale()]
            record_sales(work, day.till.id, sales, received_at=LATER, by_id=day.cast.volunteer.id)
        changed = desk.get(address(day, "/now"), headers=known)
    assert (changed.status_code, "¥45" in changed.text) == (200, True)
    assert drawn == ["sales/board/_now.html"]
    assert changed.headers["Cache-Control"] == "private, no-cache"


@one_database
def test_a_phones_contact_changes_the_board_by_the_minute(
    app: Flask, desk: FlaskClient, day: Day
) -> None:
    first = desk.get(address(day, "/now")).headers["ETag"]
    with app.app_context(), unit_of_work() as work:
        device = work.scalars(select(Device).where(Device.pass_id.is_not(None))).one()
        device.seen_at = NOW.replace(second=59)
    assert desk.get(address(day, "/now")).headers["ETag"] == first
    with app.app_context(), unit_of_work() as work:
        device = work.scalars(select(Device).where(Device.pass_id.is_not(None))).one()
        device.seen_at = NOW.replace(minute=1)
    assert desk.get(address(day, "/now")).headers["ETag"] != first


@one_database
def test_nobody_is_asked_after_when_all_is_well(app: Flask, client: FlaskClient) -> None:
    with app.app_context(), unit_of_work() as work:
        community = make_community(work)
        make_cast(work, community)
    with app.app_context():
        day = open_day()
    sign_in(client, day.cast.auditor)
    page = client.get(address(day)).text
    assert "还没有手机扫通行码加入" in page
    assert "上次联系" not in page
