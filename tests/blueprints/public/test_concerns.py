"""A word about a page: said by nobody in particular, answered at the desk, forgotten in time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.public.concerns import erase_old_words
from market.extensions import unit_of_work
from market.models.people import Community
from market.models.public import Concern
from tests import factories
from tests.people import make_cast, post, sign_in

SAID = "邻居一看就知道是谁家孩子"
pytestmark = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


@pytest.fixture
def here(app: Flask) -> Community:
    with app.app_context(), unit_of_work() as session:
        return factories.make_community(session)


def test_what_is_said_is_answered_at_the_desk_and_found_by_its_code(
    app: Flask, client: FlaskClient, here: Community, session: Session
) -> None:
    address = _say(client, "/wishes/W-2345?page=2")
    kept = session.scalars(select(Concern)).one()
    assert (kept.about, kept.words, kept.kind) == ("/wishes/W-2345", SAID, "privacy")
    waiting = client.get(address)
    assert "谢谢您告诉我们" in waiting.text
    assert SAID not in waiting.text
    assert waiting.headers["Cache-Control"] == "no-store"
    with app.app_context(), unit_of_work() as work:
        worker = make_cast(work, here).social_worker
    desk, by = f"/desk/{here.slug}/concerns", app.test_client()
    sign_in(by, worker)
    assert SAID in by.get(desk).text
    assert "1 条留言等着答复" in by.get(f"/desk/{here.slug}").text
    assert post(by, f"{desk}/{kept.id}/answer", {"words": "已经撤下来了"}).status_code == 303
    assert "已经撤下来了" in client.get(address).text
    assert post(by, f"{desk}/{kept.id}/answer", {"words": "再来一次"}).status_code == 409


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("secret", ["/bookings/7K4M2Q9D", "/stop/abc", "https://elsewhere.test/"])
def test_an_address_that_is_somebodys_secret_is_not_taken_along(
    client: FlaskClient, session: Session, secret: str
) -> None:
    _say(client, secret)
    assert session.scalars(select(Concern.about)).one() == ""


def test_what_was_said_is_emptied_a_month_after_its_answer(
    app: Flask, client: FlaskClient, here: Community, session: Session
) -> None:
    _say(client, "/")
    kept = session.scalars(select(Concern)).one()
    with app.app_context(), unit_of_work() as work:
        worker = make_cast(work, here).social_worker
    by = app.test_client()
    sign_in(by, worker)
    post(by, f"/desk/{here.slug}/concerns/{kept.id}/answer", {"words": "谢谢"})
    now = datetime.now(UTC)
    for days, emptied in ((29, 0), (31, 1), (32, 0)):
        with app.app_context(), unit_of_work() as work:
            assert erase_old_words(work, now=now + timedelta(days=days)) == emptied
    session.rollback()
    assert session.scalars(select(Concern.words)).one() == ""


def test_another_community_neither_sees_nor_answers_it(
    app: Flask, client: FlaskClient, here: Community, session: Session
) -> None:
    _say(client, f"/markets?{here.slug}")
    kept = session.scalars(select(Concern.id)).one()
    with app.app_context(), unit_of_work() as work:
        there = factories.make_community(work, name="河岸社区")
        worker = make_cast(work, there).social_worker
    by = app.test_client()
    sign_in(by, worker)
    assert SAID not in by.get(f"/desk/{there.slug}/concerns").text
    assert (
        post(by, f"/desk/{there.slug}/concerns/{kept}/answer", {"words": "好"}).status_code == 404
    )


def _say(client: FlaskClient, page: str) -> str:
    said = {"kind": "privacy", "words": SAID, "about": page}
    answer = post(client, "/concerns", said)
    assert answer.status_code == 303
    return answer.location
