"""Time alone ends a consent: the pages it kept open are gone, and the desk was told in time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from market.actions.proceeds.consents import RecordConsents, record_consents
from market.extensions import unit_of_work
from tests.factories import NOW
from tests.people import sign_in
from tests.wishes import TODAY, Stage, enter, make_stage, open_now, review, terms

SQLITE = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
LASTS = 40


@pytest.fixture
def stage(app: Flask) -> Stage:
    app.extensions["clock"] = lambda: NOW
    with app.app_context(), unit_of_work() as work:
        return make_stage(work)


@pytest.fixture
def wish(app: Flask, stage: Stage) -> str:
    """The code of a wish whose consent ends in forty days."""
    with app.app_context(), unit_of_work() as work:
        made = enter(work, stage)
        command = RecordConsents(
            community_id=stage.community.id,
            reference=made.consent_ref,
            terms=terms(given_on=TODAY, expires_on=TODAY + timedelta(days=LASTS)),
        )
        record_consents(work, command, by_id=stage.by, now=NOW)
        review(work, stage, made)
        open_now(work, stage, made)
        return made.code


def test_on_the_day_a_consent_ends_its_wish_is_gone_though_nobody_did_anything(
    app: Flask, client: FlaskClient, wish: str
) -> None:
    app.extensions["clock"] = lambda: NOW + timedelta(days=LASTS - 1)
    before = {page: client.get(page) for page in ("/", f"/wishes/{wish}")}
    assert [answer.status_code for answer in before.values()] == [200, 200]
    assert wish in before["/"].text
    app.extensions["clock"] = lambda: NOW + timedelta(days=LASTS)
    for page, answer in before.items():
        later = client.get(page, headers={"If-None-Match": answer.headers["ETag"]})
        assert later.status_code == (200 if page == "/" else 404)
        assert page != "/" or wish not in later.text


@SQLITE
def test_the_desk_is_told_in_time(app: Flask, client: FlaskClient, stage: Stage, wish: str) -> None:
    sign_in(client, stage.cast.social_worker)
    box = f"/desk/{stage.community.slug}/consents"
    assert wish not in client.get(box).text
    app.extensions["clock"] = lambda: NOW + timedelta(days=10)
    sign_in(client, stage.cast.social_worker)
    told = client.get(box).text
    assert wish in told
    assert "已到期" not in told
    app.extensions["clock"] = lambda: NOW + timedelta(days=LASTS)
    sign_in(client, stage.cast.social_worker)
    assert "已到期" in client.get(box).text
