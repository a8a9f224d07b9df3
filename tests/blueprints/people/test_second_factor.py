"""The pages of the second factor: set up once, asked for before what weighs much, lost and found."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from market.actions.people import passwords
from market.domain.people import Role
from market.extensions import unit_of_work
from market.models.people import Community, OneTimeLink, Person, RoleGrant, SecondFactor
from tests.factories import NOW, make_community
from tests.people import make_person, post, sign_in

WORDS = "蓝色 灯笼 三月 河岸"
KEPT = passwords.hash_password(WORDS)
NEW, SET_UP = "/me/second-factor/new", "/me/second-factor"
HALF_MINUTE = timedelta(seconds=30)


class Clock:
    """A clock that goes on when told."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass(frozen=True)
class Desk:
    """An administrator at the desk of a community that asks for codes, and a volunteer."""

    client: FlaskClient
    clock: Clock
    community: Community
    me: Person
    volunteer: Person

    @property
    def home(self) -> str:
        return f"/desk/{self.community.slug}"

    def give_role(self, **more: str) -> TestResponse:
        address = f"{self.home}/people/{self.volunteer.id}/roles"
        return post(self.client, address, {"role": "reviewer", **more})

    def set_up(self) -> pyotp.TOTP:
        """Set the app up as its page says."""
        assert post(self.client, SET_UP, {"password": WORDS}).status_code == 303
        shown = re.search(r"<strong translate=.no.>([A-Z2-7 ]+)<", self.client.get(NEW).text)
        assert shown
        app = pyotp.TOTP(shown[1].replace(" ", ""))
        answer = post(self.client, NEW, {"one_time_code": app.at(self.clock.now)})
        assert answer.location == "/me"
        return app

    def later(self, much: timedelta) -> None:
        self.clock.now += much


@pytest.fixture
def desk(app: Flask, client: FlaskClient) -> Desk:
    clock = Clock()
    app.extensions["clock"] = clock
    with app.app_context(), unit_of_work() as work:
        community = make_community(work, second_factor_required=True)
        me = make_person(work, community, Role.ADMINISTRATOR)
        me.password_hash = KEPT
        volunteer = make_person(work, community, Role.VOLUNTEER)
    sign_in(client, me)
    return Desk(client, clock, community, me, volunteer)


def _reviewers(session: Session) -> int:
    session.rollback()
    return session.scalars(
        select(func.count()).select_from(RoleGrant).where(RoleGrant.role == "reviewer")
    ).one()


def test_it_is_not_asked_for_where_the_community_does_not_want_it(
    desk: Desk, session: Session
) -> None:
    with unit_of_work() as work:
        work.get_one(Community, desk.community.id).second_factor_required = False
    assert desk.give_role().status_code == 303
    assert _reviewers(session) == 1
    assert "现在只凭密码" in desk.client.get(desk.home).text


def test_whoever_has_none_is_led_to_set_one_up_and_goes_on_with_what_was_typed(
    desk: Desk, session: Session
) -> None:
    asked = desk.give_role()
    assert asked.status_code == 403
    assert f'href="{SET_UP}"' in asked.text
    assert '<input type="hidden" name="role" value="reviewer">' in asked.text
    assert _reviewers(session) == 0
    desk.set_up()
    assert desk.give_role().status_code == 303
    assert _reviewers(session) == 1


def test_the_secret_is_shown_until_a_code_was_right_and_never_again(desk: Desk) -> None:
    assert desk.client.get(NEW).location == SET_UP
    assert post(desk.client, SET_UP, {"password": "错的密码没有用"}).status_code == 422
    assert desk.client.get(NEW).location == SET_UP
    desk.set_up()
    assert desk.client.get(NEW).location == SET_UP
    assert "qr-caption" not in desk.client.get(SET_UP).text
    assert "手机验证器，" in desk.client.get("/me").text


def test_an_app_counts_only_after_a_right_code(desk: Desk, session: Session) -> None:
    post(desk.client, SET_UP, {"password": WORDS})
    assert post(desk.client, NEW, {"one_time_code": "000000"}).status_code == 422
    assert session.scalars(select(SecondFactor)).all() == []
    desk.later(timedelta(minutes=31))
    assert desk.client.get(NEW).location == SET_UP


def test_a_code_is_good_for_ten_minutes_and_carries_the_form_on(
    desk: Desk, session: Session
) -> None:
    app = desk.set_up()
    desk.later(timedelta(minutes=10))
    asked = desk.give_role()
    assert asked.status_code == 403
    assert "请输验证码" in asked.text
    wrong = desk.give_role(one_time_code="123")
    assert wrong.status_code == 422
    assert '<input type="hidden" name="role" value="reviewer">' in wrong.text
    assert _reviewers(session) == 0
    code = app.at(desk.clock.now)
    assert desk.give_role(one_time_code=f"{code[:3]} {code[3:]}").status_code == 303
    assert _reviewers(session) == 1


def test_a_code_is_good_in_its_own_session_only_and_once(
    app: Flask, desk: Desk, session: Session
) -> None:
    totp = desk.set_up()
    other = app.test_client()
    sign_in(other, desk.me)
    address = f"{desk.home}/people/{desk.volunteer.id}/roles"
    assert post(other, address, {"role": "reviewer"}).status_code == 403
    used = {"role": "reviewer", "one_time_code": totp.at(desk.clock.now)}
    assert post(other, address, used).status_code == 422
    assert _reviewers(session) == 0
    desk.later(HALF_MINUTE)
    assert post(other, address, used).status_code == 422
    fresh = {"role": "reviewer", "one_time_code": totp.at(desk.clock.now)}
    assert post(other, address, fresh).status_code == 303


def test_wrong_codes_have_to_wait_even_if_the_next_is_right(desk: Desk) -> None:
    app = desk.set_up()
    desk.later(timedelta(minutes=11))
    for _ in range(5):
        assert desk.give_role(one_time_code="000000").status_code == 422
    right = app.at(desk.clock.now)
    assert desk.give_role(one_time_code=right).status_code == 429
    desk.later(timedelta(minutes=2))
    assert desk.give_role(one_time_code=app.at(desk.clock.now)).status_code == 303


@pytest.mark.parametrize("path", ["people/invitations/new", "settings"])
def test_settings_and_invitations_ask_too(desk: Desk, path: str, session: Session) -> None:
    fields = {"roles": "volunteer", "name": "别的名字"}
    assert post(desk.client, f"{desk.home}/{path}", fields).status_code == 403
    assert session.scalars(select(OneTimeLink)).all() == []
    assert desk.client.get(f"{desk.home}/{path}").status_code == 200


def test_an_app_is_taken_off_by_its_own_code(desk: Desk, session: Session) -> None:
    app = desk.set_up()
    assert post(desk.client, f"{SET_UP}/end", {"one_time_code": "1"}).status_code == 422
    desk.later(HALF_MINUTE)
    code = {"one_time_code": app.at(desk.clock.now)}
    assert post(desk.client, f"{SET_UP}/end", code).status_code == 303
    assert session.scalars(select(SecondFactor)).all() == []
    assert desk.give_role().status_code == 403


def test_a_lost_phone_is_reported_by_one_and_confirmed_by_another(
    app: Flask, desk: Desk, session: Session
) -> None:
    desk.set_up()
    with unit_of_work() as work:
        reviewer = make_person(work, desk.community, Role.REVIEWER)
    second = app.test_client()
    sign_in(second, reviewer)
    loss = f"{desk.home}/people/{desk.me.id}/second-factor/loss"
    assert post(desk.client, loss).status_code == 303
    own = post(desk.client, f"{loss}/decision", {"answer": "yes"})
    assert own.status_code == 403
    assert "要另一位同事来确认" in own.text
    assert "口令卡报失，等您确认" in second.get(desk.home).text
    assert "我问过本人" in second.get(f"{desk.home}/people/second-factor/losses").text
    assert post(second, f"{loss}/decision", {"answer": "yes"}).status_code == 303
    assert session.scalars(select(SecondFactor)).all() == []


CARD = "/me/second-factor/card"


def _asked_for(page: str) -> list[str]:
    found = re.search(r"口令卡上 ([A-K][1-8]) · ([A-K][1-8]) · ([A-K][1-8]) 这三格", page)
    assert found, page
    return list(found.groups())


def _printed(desk: Desk) -> dict[str, str]:
    """What the paper shows, by the names of its cells."""
    page = desk.client.get(f"{CARD}/sheet")
    assert page.headers["Cache-Control"] == "no-store"
    columns = re.findall(r'<th scope="col">(.)</th>', page.text)
    rows = re.findall(r'<th scope="row">(.)</th>(.*?)</tr>', page.text, re.DOTALL)
    return {
        f"{column}{row}": value
        for row, cells in rows
        for column, value in zip(columns, re.findall(r"<td>(..)</td>", cells), strict=True)
    }


def _print_card(desk: Desk) -> dict[str, str]:
    assert post(desk.client, SET_UP, {"password": WORDS, "way": "card"}).location == CARD
    card = _printed(desk)
    asked = _asked_for(desk.client.get(CARD).text)
    typed = " ".join(card[cell].lower() for cell in asked)
    assert post(desk.client, CARD, {"one_time_code": typed}).location == "/me"
    return card


def test_a_card_is_printed_once_and_then_answers_in_place_of_a_phone(
    desk: Desk, session: Session
) -> None:
    card = _print_card(desk)
    assert len(card) == 80
    assert desk.client.get(f"{CARD}/sheet").location == SET_UP
    assert "口令卡，" in desk.client.get("/me").text
    desk.later(timedelta(minutes=11))
    asked = _asked_for(desk.give_role().text)
    assert _asked_for(desk.give_role().text) == asked
    wrong = desk.give_role(one_time_code="AA BB CC")
    assert wrong.status_code == 422
    assert _asked_for(wrong.text) == asked
    assert _reviewers(session) == 0
    answer = "".join(card[cell] for cell in asked)
    assert desk.give_role(one_time_code=answer).status_code == 303
    assert _reviewers(session) == 1
    desk.later(timedelta(minutes=11))
    assert desk.give_role(one_time_code=answer).status_code == 422


def test_wrong_cells_have_to_wait_and_a_card_is_ended_by_its_own_cells(
    desk: Desk, session: Session
) -> None:
    card = _print_card(desk)
    for _ in range(5):
        assert post(desk.client, f"{SET_UP}/end", {"one_time_code": "AA"}).status_code == 422
    right = {"one_time_code": "".join(card[at] for at in _asked_for(desk.client.get(SET_UP).text))}
    assert post(desk.client, f"{SET_UP}/end", right).status_code == 429
    desk.later(timedelta(minutes=2))
    assert post(desk.client, f"{SET_UP}/end", right).status_code == 303
    assert session.scalars(select(SecondFactor)).all() == []
    assert desk.give_role().status_code == 403
