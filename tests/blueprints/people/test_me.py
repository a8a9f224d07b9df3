"""One's own page."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.people import passwords
from market.domain.people import Role
from market.extensions import unit_of_work
from market.models.ledger import AuditEvent
from market.models.people import Person, WebSession
from tests.factories import make_community
from tests.people import make_person, post, sign_in

WORDS = "蓝色 灯笼 三月 河岸"
NEW = "绿色 石头 九月 山坡"
KEPT = passwords.hash_password(WORDS)


@pytest.fixture
def zhao(app: Flask, client: FlaskClient) -> Person:
    """Somebody signed in."""
    with app.app_context(), unit_of_work() as work:
        person = make_person(work, make_community(work), Role.VOLUNTEER, username="zhaoxiao")
        person.password_hash = KEPT
    sign_in(client, person)
    return person


@pytest.mark.usefixtures("zhao")
def test_a_name_is_changed(client: FlaskClient) -> None:
    assert post(client, "/me/name", {"name": " 赵阿姨 "}).status_code == 303
    assert "赵阿姨" in client.get("/me").text


@pytest.mark.usefixtures("zhao")
@pytest.mark.parametrize("typed", ["", "  ", "长" * 41, "坏\u0007字"])
def test_a_name_that_is_none_comes_back_with_a_sentence(client: FlaskClient, typed: str) -> None:
    answer = post(client, "/me/name", {"name": typed})
    assert answer.status_code == 422
    assert "错误：" in answer.text


def test_a_changed_password_ends_every_other_session(
    app: Flask, client: FlaskClient, zhao: Person, session: Session
) -> None:
    other = app.test_client()
    sign_in(other, zhao)
    answer = post(client, "/me/password", {"password": WORDS, "new_password": NEW})
    assert answer.status_code == 303
    assert client.get("/me").status_code == 200
    assert other.get("/me").status_code == 303
    assert passwords.password_matches(session.scalars(select(Person.password_hash)).one(), NEW)
    assert session.scalars(select(AuditEvent.kind)).all() == ["password_changed"]


@pytest.mark.usefixtures("zhao")
def test_a_password_changes_only_for_who_knows_the_present_one(
    client: FlaskClient, session: Session
) -> None:
    answer = post(client, "/me/password", {"password": "不是这个不是这个", "new_password": NEW})
    assert answer.status_code == 422
    kept = session.scalars(select(Person.password_hash)).one()
    assert passwords.password_matches(kept, WORDS)


@pytest.mark.usefixtures("zhao")
@pytest.mark.parametrize(
    ("new", "words"),
    [("短", "密码太短了"), ("zhaoxiao-2026!", "不能包含用户名"), ("password123", "太容易被猜到")],
)
def test_a_poor_password_is_refused_with_what_to_do(
    client: FlaskClient, new: str, words: str
) -> None:
    answer = post(client, "/me/password", {"password": WORDS, "new_password": new})
    assert answer.status_code == 422
    assert words in answer.text


@pytest.mark.usefixtures("zhao")
def test_the_language_is_kept_with_the_account(client: FlaskClient, session: Session) -> None:
    assert post(client, "/me/language", {"locale": "en"}).status_code == 303
    assert '<html lang="en"' in client.get("/me").text
    assert session.scalars(select(Person.locale)).one() == "en"
    assert post(client, "/me/language", {"locale": "fr"}).status_code == 422


def test_another_sign_in_can_be_ended_and_nobody_else_s(
    app: Flask, client: FlaskClient, zhao: Person, session: Session
) -> None:
    phone, stranger = app.test_client(), app.test_client()
    sign_in(phone, zhao)
    with app.app_context(), unit_of_work() as work:
        other = make_person(work, make_community(work), Role.VOLUNTEER)
    sign_in(stranger, other)
    own, foreign = (
        session.scalars(
            select(WebSession.id).where(WebSession.person_id == who.id).order_by(WebSession.id)
        ).all()[-1]
        for who in (zhao, other)
    )
    assert f"/me/sessions/{own}/end" in client.get("/me/sessions").text
    assert post(client, f"/me/sessions/{foreign}/end").status_code == 404
    assert stranger.get("/me").status_code == 200
    assert post(client, f"/me/sessions/{own}/end").status_code == 303
    assert phone.get("/me").status_code == 303
    assert client.get("/me").status_code == 200


def test_all_other_sign_ins_can_be_ended_at_once(
    app: Flask, client: FlaskClient, zhao: Person
) -> None:
    others = [app.test_client() for _ in range(3)]
    for other in others:
        sign_in(other, zhao)
    assert post(client, "/me/sessions/end").status_code == 303
    assert [other.get("/me").status_code for other in others] == [303, 303, 303]
    assert client.get("/me").status_code == 200
