"""`flask create-user` and `flask reset-admin`."""

from __future__ import annotations

import re

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.domain.people import Role
from market.extensions import unit_of_work
from market.models.ledger import AuditEvent
from market.models.people import Community, Person, SecondFactor
from tests.factories import NOW, make_community
from tests.people import make_person, post

WORDS = "蓝色 灯笼 三月 河岸"
FOUND = ["create-user", "wang", "--community", "lantern", "--create-community", "灯笼街社区"]


def run(app: Flask, *arguments: str, typed: str | None = None) -> Result:
    result: Result = app.test_cli_runner().invoke(args=list(arguments), input=typed)
    return result


def link_in(result: Result) -> str:
    found = re.search(r"http://[^/]+(/join/[\w-]{43})", result.output)
    assert found, result.output
    return found[1]


def test_the_first_administrator_founds_the_community_and_sets_a_password_by_a_link(
    app: Flask, client: FlaskClient, session: Session
) -> None:
    made = run(app, *FOUND, "--name", "王老师", "--url", "http://market.example/")
    assert made.exit_code == 0, made.output
    assert "http://market.example/join/" in made.output
    assert post(client, link_in(made), {"new_password": WORDS}).status_code == 303
    assert "王老师" in client.get("/me").text
    assert session.scalars(select(Community.name)).one() == "灯笼街社区"
    kinds = session.scalars(select(AuditEvent.kind).order_by(AuditEvent.number)).all()
    assert kinds[:3] == ["community_founded", "person_added", "role_granted"]


def test_a_password_can_be_typed_instead(app: Flask, client: FlaskClient) -> None:
    made = run(app, *FOUND, "--ask-password", typed=f"{WORDS}\n{WORDS}\n")
    assert made.exit_code == 0, made.output
    assert "/join/" not in made.output
    assert WORDS not in made.output
    said = {"username": "wang", "password": WORDS}
    assert post(client, "/sign-in", said).status_code == 303


@pytest.mark.parametrize(
    ("arguments", "typed", "words"),
    [
        ([*FOUND, "--ask-password"], "short\nshort\n", "密码太短了"),
        (["create-user", "wang"], None, "--community"),
        (["create-user", "wang", "--create-community", "灯笼街"], None, "--community"),
        (["create-user", "a b", *FOUND[2:]], None, "用户名请用"),
        ([*FOUND[:3], "Bad Slug", *FOUND[4:]], None, "网址短名"),
        ([*FOUND, "--role", "emperor"], None, "emperor"),
    ],
)
def test_what_cannot_be_made_is_said_and_nothing_is_written(
    app: Flask, session: Session, arguments: list[str], typed: str | None, words: str
) -> None:
    refused = run(app, *arguments, typed=typed)
    assert refused.exit_code != 0
    assert words in refused.output
    assert "Traceback" not in refused.output
    for table in (Community, Person):
        assert session.scalar(select(func.count()).select_from(table)) == 0


def test_a_username_that_is_taken_is_said(app: Flask) -> None:
    run(app, *FOUND)
    again = run(app, "create-user", "WANG", "--role", "volunteer")
    assert again.exit_code == 1
    assert "这个用户名已经有人用了" in again.output


def test_an_administrator_who_lost_the_password_gets_a_link(
    app: Flask, client: FlaskClient
) -> None:
    run(app, *FOUND)
    reset = run(app, "reset-admin")
    assert reset.exit_code == 0, reset.output
    assert post(client, link_in(reset), {"new_password": WORDS}).status_code == 303
    assert client.get(link_in(reset)).status_code == 404


def test_an_administrator_alone_who_lost_the_phone_gets_back_in(
    app: Flask, session: Session
) -> None:
    run(app, *FOUND)
    assert run(app, "reset-admin", "--phone-lost").exit_code == 1
    with unit_of_work() as work:
        (number,) = work.scalars(select(Person.id))
        work.add(SecondFactor(person_id=number, salt=b"s" * 32, last_step=1, set_up_at=NOW))
    reset = run(app, "reset-admin", "--phone-lost")
    assert reset.exit_code == 0, reset.output
    assert session.scalars(select(SecondFactor)).all() == []
    assert "second_factor_removed" in session.scalars(select(AuditEvent.kind)).all()


def test_of_several_administrators_one_is_named(app: Flask) -> None:
    with app.app_context(), unit_of_work() as work:
        here = make_community(work, slug="lantern")
        for username in ("first", "second"):
            make_person(work, here, Role.ADMINISTRATOR, username=username)
        make_person(work, here, Role.TREASURER, username="treasurer")
    unsure = run(app, "reset-admin")
    assert unsure.exit_code == 1
    assert "first, second" in unsure.output
    assert run(app, "reset-admin", "--username", "second").exit_code == 0
    assert run(app, "reset-admin", "--username", "treasurer").exit_code == 1
