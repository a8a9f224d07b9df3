"""Signing in and out at the page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from market.actions.people import passwords
from market.domain.people import Role, normal_password
from market.extensions import unit_of_work
from market.models.people import Community, Miss, Person, WebSession
from market.web.sessions import TOKEN
from tests.factories import make_community
from tests.people import make_person, post, sign_in

WORDS = "蓝色 灯笼 三月 河岸"
KEPT = passwords.hash_password(WORDS)


@pytest.fixture
def here(app: Flask) -> Community:
    with app.app_context(), unit_of_work() as work:
        return make_community(work)


@pytest.fixture
def wang(app: Flask, here: Community) -> Person:
    """Somebody with a password."""
    with app.app_context(), unit_of_work() as work:
        person = make_person(work, here, Role.TREASURER, username="wang", name="王测试")
        person.password_hash = KEPT
        return person


def try_to_sign_in(
    client: FlaskClient, username: str = "wang", password: str = WORDS, onward: str = "/me"
) -> TestResponse:
    return post(client, f"/sign-in?next={onward}", {"username": username, "password": password})


def count(session: Session, what: type[Miss | WebSession]) -> int:
    return session.scalars(select(func.count()).select_from(what)).one()


def at(app: Flask, moment: datetime) -> None:
    app.extensions["clock"] = lambda: moment


@pytest.mark.usefixtures("wang")
@pytest.mark.parametrize("typed", ["wang", " WANG ", "ｗａｎｇ"])
def test_the_right_password_leads_on(client: FlaskClient, typed: str) -> None:
    answer = try_to_sign_in(client, username=typed)
    assert (answer.status_code, answer.location) == (303, "/me")
    assert "王测试" in client.get("/me").text


@pytest.mark.usefixtures("wang")
def test_a_full_width_keyboard_types_the_same_password(client: FlaskClient) -> None:
    assert try_to_sign_in(client, password=WORDS.replace(" ", "\u3000")).status_code == 303


@pytest.mark.usefixtures("wang")
@pytest.mark.parametrize(
    ("username", "password"),
    [("wang", "错的密码错的密码"), ("nobody", WORDS), ("wang", WORDS + " ")],
)
def test_a_wrong_name_and_a_wrong_password_are_told_the_same(
    client: FlaskClient, username: str, password: str
) -> None:
    answer = try_to_sign_in(client, username=username, password=password)
    assert answer.status_code == 422
    assert "用户名或密码不对" in answer.text
    assert f'value="{username}"' in answer.text
    assert password not in answer.text
    assert client.get("/me").status_code == 303


def test_somebody_unknown_costs_as_much_work_as_somebody_known(
    client: FlaskClient, wang: Person, here: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    with client.application.app_context(), unit_of_work() as work:
        make_person(work, here, username="invited")
        closed = make_person(work, here, username="closed")
        closed.password_hash, closed.closed_at = KEPT, wang.created_at
    work_done = []
    verify = PasswordHasher.verify

    def counted(self: PasswordHasher, kept: str, password: str) -> bool:
        work_done.append(kept.split("$")[3])
        return verify(self, kept, password)

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    for username in ("wang", "nobody", "invited", "closed"):
        assert try_to_sign_in(client, username, "不是这个密码不是").status_code == 422
    assert work_done == ["m=19456,t=3,p=1"] * 4


@pytest.mark.usefixtures("wang")
@pytest.mark.parametrize(
    "onward",
    ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "me", "/%09/x"],
)
def test_nobody_is_led_to_another_site(client: FlaskClient, onward: str) -> None:
    assert try_to_sign_in(client, onward=onward).location == "/desk/"


@pytest.mark.usefixtures("wang")
def test_signing_in_leaves_nothing_of_the_session_before(client: FlaskClient) -> None:
    with client.session_transaction() as cookie:
        cookie["planted"] = "before"
    try_to_sign_in(client)
    with client.session_transaction() as cookie:
        assert set(cookie) == {TOKEN, "_permanent"}


def test_the_database_holds_a_token_s_hash_only(
    client: FlaskClient, wang: Person, session: Session
) -> None:
    try_to_sign_in(client)
    with client.session_transaction() as cookie:
        token = cookie[TOKEN]
    kept = session.scalars(select(WebSession.token_hash)).one()
    assert len(token) >= 43
    assert token.encode() not in kept
    assert len(kept) == 32
    assert wang.id == session.scalars(select(WebSession.person_id)).one()


@pytest.mark.usefixtures("wang")
def test_signing_in_again_ends_the_session_before(client: FlaskClient, session: Session) -> None:
    try_to_sign_in(client)
    with client.session_transaction() as cookie:
        first = cookie[TOKEN]
    try_to_sign_in(client)
    with client.session_transaction() as cookie:
        cookie[TOKEN] = first
    assert client.get("/me").status_code == 303
    assert count(session, WebSession) == 2


@pytest.mark.usefixtures("wang")
def test_signing_out_ends_the_session_itself(client: FlaskClient) -> None:
    try_to_sign_in(client)
    with client.session_transaction() as cookie:
        token = cookie[TOKEN]
    assert post(client, "/sign-out").location == "/sign-in"
    with client.session_transaction() as cookie:
        cookie[TOKEN] = token
    assert client.get("/me").status_code == 303


def test_a_revoked_session_is_dead_at_its_next_request(client: FlaskClient, wang: Person) -> None:
    sign_in(client, wang)
    assert client.get("/me").status_code == 200
    with client.application.app_context(), unit_of_work() as work:
        work.execute(update(WebSession).values(revoked_at=datetime.now(UTC)))
    assert client.get("/me").status_code == 303


@pytest.mark.parametrize(
    ("later", "status"),
    [
        (timedelta(hours=11), 200),
        (timedelta(hours=13), 303),
        (timedelta(days=15), 303),
    ],
)
def test_a_session_left_alone_ends(
    app: Flask, client: FlaskClient, wang: Person, later: timedelta, status: int
) -> None:
    sign_in(client, wang)
    at(app, datetime.now(UTC) + later)
    assert client.get("/me").status_code == status


def test_a_session_in_use_lives_on_but_not_for_ever(
    app: Flask, client: FlaskClient, wang: Person
) -> None:
    sign_in(client, wang)
    start = datetime.now(UTC)
    last_alive = 0
    for hours in range(10, 24 * 16, 10):
        at(app, start + timedelta(hours=hours))
        if client.get("/me").status_code == 200:
            last_alive = hours
    assert last_alive == 330


def test_being_seen_is_written_down_once_in_a_while(
    app: Flask, client: FlaskClient, wang: Person, session: Session
) -> None:
    sign_in(client, wang)
    start = datetime.now(UTC)
    seen = set()
    for minutes in range(0, 60, 2):
        at(app, start + timedelta(minutes=minutes))
        client.get("/me")
        seen.add(session.scalars(select(WebSession.seen_at)).one())
        session.rollback()
    assert 8 <= len(seen) <= 13


@pytest.mark.usefixtures("wang")
def test_misses_count_and_visits_do_not(client: FlaskClient, session: Session) -> None:
    for _ in range(30):
        client.get("/sign-in")
        assert try_to_sign_in(client).status_code == 303
        post(client, "/sign-out")
    assert count(session, Miss) == 0


@pytest.mark.usefixtures("wang")
def test_after_a_few_misses_even_the_right_password_waits_a_little(
    app: Flask, client: FlaskClient
) -> None:
    start = datetime.now(UTC)
    at(app, start)
    for _ in range(6):
        assert try_to_sign_in(client, password="不对不对不对不对").status_code in {422, 429}
    waiting = try_to_sign_in(client)
    assert waiting.status_code == 429
    assert "请等 1 秒再试" in waiting.text
    assert 'value="wang"' in waiting.text
    at(app, start + timedelta(seconds=2))
    assert try_to_sign_in(client).status_code == 303


@pytest.mark.usefixtures("wang")
def test_nobody_is_locked_out_however_often_others_guess(
    app: Flask, client: FlaskClient, session: Session
) -> None:
    start = datetime.now(UTC)
    looked_at = 0
    for second in range(0, 1200, 5):
        at(app, start + timedelta(seconds=second))
        looked_at += try_to_sign_in(client, password="不对不对不对不对").status_code == 422
    assert 15 <= looked_at <= 40
    assert count(session, Miss) == 2 * looked_at
    at(app, start + timedelta(seconds=1200 + 60))
    assert try_to_sign_in(client).status_code == 303


@pytest.mark.usefixtures("wang")
def test_one_person_s_misses_do_not_keep_the_neighbours_waiting(
    client: FlaskClient, here: Community
) -> None:
    with client.application.app_context(), unit_of_work() as work:
        make_person(work, here, username="zhao").password_hash = KEPT
    for _ in range(12):
        try_to_sign_in(client, password="不对不对不对不对")
    assert try_to_sign_in(client, "zhao").status_code == 303


def test_a_hash_of_older_parameters_is_renewed_at_sign_in(
    client: FlaskClient, wang: Person, session: Session
) -> None:
    older = PasswordHasher(memory_cost=8192, time_cost=1, parallelism=1)
    with client.application.app_context(), unit_of_work() as work:
        weak = older.hash(normal_password(WORDS))
        work.execute(update(Person).where(Person.id == wang.id).values(password_hash=weak))
    assert try_to_sign_in(client).status_code == 303
    kept = session.scalars(select(Person.password_hash)).one()
    assert kept is not None
    assert "m=19456,t=3,p=1" in kept
    assert passwords.password_matches(kept, WORDS)


@pytest.mark.usefixtures("wang")
def test_a_form_without_its_token_is_not_looked_at(client: FlaskClient) -> None:
    answer = client.post("/sign-in", data={"username": "wang", "password": WORDS})
    assert answer.status_code == 400
    assert "页面放得太久了" in answer.text


def test_the_own_language_comes_with_whoever_signs_in(client: FlaskClient, wang: Person) -> None:
    with client.application.app_context(), unit_of_work() as work:
        work.execute(update(Person).where(Person.id == wang.id).values(locale="en"))
    try_to_sign_in(client)
    assert '<html lang="en"' in client.get("/me").text


def test_a_form_sent_too_late_leads_back_to_its_page(client: FlaskClient) -> None:
    sent_from = {"Referer": "http://localhost/me/name"}
    answer = client.post("/me/name", data={"name": "新"}, headers=sent_from)
    assert answer.location == "/sign-in?next=/me/name"
    elsewhere = {"Referer": "http://elsewhere.example/me/name"}
    assert client.post("/me/name", headers=elsewhere).location == "/sign-in"
