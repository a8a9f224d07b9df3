"""A hold from the desk's page to the public one, and how it goes by itself when its day is over."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from market.extensions import unit_of_work
from tests.factories import NOW
from tests.people import post, sign_in
from tests.wishes import TODAY, Stage, make_open_wish, make_stage

SQLITE = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


@pytest.fixture
def stage(app: Flask) -> Stage:
    app.extensions["clock"] = lambda: NOW
    with app.app_context(), unit_of_work() as work:
        return make_stage(work)


@SQLITE
def test_a_hold_goes_its_way_by_plain_forms_and_shows(
    app: Flask, client: FlaskClient, stage: Stage
) -> None:
    with app.app_context(), unit_of_work() as work:
        wish = make_open_wish(work, stage)
    sign_in(client, stage.cast.social_worker)
    here = f"/desk/{stage.community.slug}/wishes/{wish.id}"
    public, hold = f"/wishes/{wish.code}", f"{here}/hold"
    assert "登记认领" in client.get(hold).text
    assert post(client, hold, {"who": "0"}).status_code == 303
    assert "确认认领" in client.get(here).text
    assert "有人认领了" in client.get(public).text
    again = post(client, hold, {"who": "0"})
    assert (again.status_code, "刚刚有人认领了" in again.text) == (409, True)
    too_far = {"bring_on": (TODAY + timedelta(days=99)).isoformat()}
    assert post(client, f"{hold}/confirmation", too_far).status_code == 422
    soon = {"bring_on": (TODAY + timedelta(days=3)).isoformat()}
    assert post(client, f"{hold}/confirmation", soon).status_code == 303
    assert post(client, f"{hold}/receipt", {"evidence": "收条 1 号"}).status_code == 303
    assert post(client, f"{hold}/undoing", {"reason": "算了"}).status_code == 409
    assert "去送达" in client.get(here).text
    assert post(client, f"{here}/delivery", {"evidence": "签收单 1 号"}).status_code == 303
    shown = client.get(public).text
    assert "已实现" in shown
    assert "采购" not in shown


@SQLITE
def test_a_hold_that_nobody_confirmed_is_gone_from_the_wall_when_its_day_is_over(
    app: Flask, client: FlaskClient, stage: Stage
) -> None:
    with app.app_context(), unit_of_work() as work:
        wish = make_open_wish(work, stage)
    sign_in(client, stage.cast.social_worker)
    post(client, f"/desk/{stage.community.slug}/wishes/{wish.id}/hold", {"who": "0"})
    visitor = app.test_client()
    held = visitor.get(f"/wishes/{wish.code}")
    assert "有人认领了" in held.text
    app.extensions["clock"] = lambda: NOW + timedelta(days=3)
    later = visitor.get(f"/wishes/{wish.code}", headers={"If-None-Match": held.headers["ETag"]})
    assert later.status_code == 200
    assert "有人认领了" not in later.text
