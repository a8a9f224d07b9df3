"""Reviewers from outside: asked in by a link that works once, for one fund and a time, and no further."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from threading import Barrier, Thread

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.actions.people.account import NewPerson
from market.actions.people.joining import join_as_new
from market.actions.people.links import LinkSpent
from market.actions.people.outside import InviteOutside, invite_outside
from market.extensions import unit_of_work
from market.models.ledger import AuditEvent
from market.models.people import OutsideReview, Person
from market.models.proceeds import Wish
from market.web.retries import persistently
from tests.factories import NOW, make_fund
from tests.people import post, sign_in
from tests.wishes import Stage, make_open_wish, make_stage

WORDS = "蓝色 灯笼 三月 河岸"
SAID = {"name": "街道李老师", "username": "lilaoshi", "new_password": WORDS}
MANY = 32


class Clock:
    """A clock that goes on when told."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock(app: Flask) -> Clock:
    clock = Clock()
    app.extensions["clock"] = clock
    return clock


@pytest.fixture
def stage(app: Flask) -> Stage:
    with app.app_context(), unit_of_work() as work:
        return make_stage(work, laid_minor=100_00)


@pytest.fixture
def proposal(app: Flask, client: FlaskClient, stage: Stage, clock: Clock) -> str:
    """A batch of ¥70, proposed by the social worker: its address at the desk."""
    del clock
    with app.app_context(), unit_of_work() as work:
        wish = make_open_wish(work, stage, 70_00)
    sign_in(client, stage.cast.social_worker)
    board = f"/desk/{stage.community.slug}/funds/{stage.fund.id}/allocations/new"
    fields = {f"amount-{wish.id}": "70", "rule": "by_hand", "propose": "1"}
    return str(post(client, board, fields).location)


def _invite(client: FlaskClient, stage: Stage, fund: str = "all") -> str:
    """The path of the link that the page shows."""
    home = f"/desk/{stage.community.slug}/outside-reviewers"
    fields = {"organisation": "街道社工站 李老师", "fund": fund, "days": "3"}
    made = post(client, f"{home}/new", fields)
    assert made.status_code == 303, made.text
    page = client.get(made.location).text
    assert client.get(f"{made.location}/qr.png").mimetype == "image/png"
    found = re.search(r"http://localhost(/join/[\w-]{43})", page)
    assert found, page
    return found[1]


def _theirs(proposal: str) -> str:
    return proposal.replace("/desk/", "/review/")


def test_somebody_from_outside_takes_the_link_up_once_approves_and_sees_nothing_else(
    app: Flask, client: FlaskClient, stage: Stage, proposal: str, session: Session
) -> None:
    link = _invite(client, stage)
    phone = app.test_client()
    assert "第二双眼睛" in phone.get(link).text
    assert post(phone, link, SAID).location == "/desk/"
    assert phone.get("/desk/").location == "/review"
    assert _theirs(proposal) in phone.get("/review").text
    home = f"/desk/{stage.community.slug}"
    for closed in [home, proposal, f"{home}/people", f"{home}/wishes", f"{home}/proposals"]:
        assert phone.get(closed).status_code == 404
    assert app.test_client().get(link).status_code == 404
    assert "批准：安排 ¥70" in phone.get(_theirs(proposal)).text
    assert post(phone, f"{_theirs(proposal)}/approval").location == "/review"
    assert session.scalars(select(Wish.state)).all() == ["lit"]
    shown = client.get(f"{home}/outside-reviewers").text
    assert "街道李老师" in shown
    assert "复核中" in shown
    kinds = session.scalars(select(AuditEvent.kind)).all()
    assert {"outside_review_offered", "joined", "allocated"} <= set(kinds)


def test_an_invitation_for_another_fund_opens_nothing(
    app: Flask, client: FlaskClient, stage: Stage, proposal: str
) -> None:
    with app.app_context(), unit_of_work() as work:
        other = make_fund(work, stage.community)
    link = _invite(client, stage, str(other.id))
    phone = app.test_client()
    post(phone, link, SAID)
    assert _theirs(proposal) not in phone.get("/review").text
    assert phone.get(_theirs(proposal)).status_code == 404
    assert post(phone, f"{_theirs(proposal)}/approval").status_code == 404
    assert post(phone, f"{_theirs(proposal)}/refusal", {"reason": "不"}).status_code == 404


@pytest.mark.parametrize("ended", ["expired", "withdrawn"])
def test_what_is_over_is_said_kindly_and_decides_nothing_more(
    app: Flask,
    client: FlaskClient,
    stage: Stage,
    proposal: str,
    session: Session,
    clock: Clock,
    ended: str,
) -> None:
    link, unused = _invite(client, stage), _invite(client, stage)
    phone = app.test_client()
    post(phone, link, SAID)
    if ended == "expired":
        clock.now += timedelta(days=3)
        sign_in(phone, session.scalars(select(Person).where(Person.username == "lilaoshi")).one())
        sign_in(client, stage.cast.social_worker)
    else:
        for number in session.scalars(select(OutsideReview.id)).all():
            home = f"/desk/{stage.community.slug}/outside-reviewers"
            assert post(client, f"{home}/{number}/withdrawal").status_code == 303
    assert "谢谢您帮忙" in phone.get("/review").text
    assert phone.get(_theirs(proposal)).status_code == 403
    refused = post(phone, f"{_theirs(proposal)}/approval")
    assert refused.status_code == 403
    assert "谢谢您帮忙" in refused.text
    session.rollback()
    assert session.scalars(select(Wish.state)).all() == ["open"]
    late = app.test_client().get(unused)
    assert late.status_code == 404
    assert "用过或过期了" in late.text


def test_a_colleague_cannot_use_it_to_be_two_people(
    client: FlaskClient, stage: Stage, proposal: str, session: Session
) -> None:
    link = _invite(client, stage)
    assert post(client, f"{link}/membership").location == link
    assert "已经有职责" in client.get(link).text
    assert session.scalars(select(OutsideReview.person_id)).all() == [None]
    assert client.get(_theirs(proposal)).status_code == 404


@pytest.mark.usefixtures("session")
def test_of_thirty_two_who_take_the_link_up_together_one_gets_in(
    app: Flask, stage: Stage, session: Session
) -> None:
    asked = InviteOutside(organisation="街道", fund_id=None, days=1)
    with app.app_context(), unit_of_work() as work:
        invite_outside(
            work,
            asked,
            b"t" * 32,
            community_id=stage.community.id,
            by_id=stage.cast.treasurer.id,
            now=NOW,
        )
    start, came_in = Barrier(MANY), []

    def run(number: int) -> None:
        said = NewPerson(name="甲", username=f"outside{number}", password_hash="$kept")

        def join() -> None:
            with unit_of_work() as work:
                join_as_new(work, b"t" * 32, said, now=NOW)

        with app.app_context():
            start.wait()
            try:
                persistently(join)
            except LinkSpent:
                return
            came_in.append(number)

    threads = [Thread(target=run, args=(number,)) for number in range(MANY)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(came_in) == 1
    known = select(func.count()).select_from(Person).where(Person.username.startswith("outside"))
    assert session.scalar(known) == 1
