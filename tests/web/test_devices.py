"""Doors for phones: which token counts where, and who is turned away."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient

from market.extensions import unit_of_work
from market.models.sales import Device
from market.web.access import acting_device, community, for_devices, for_roles
from market.web.devices import SEEN_EVERY, device
from tests import factories
from tests.factories import NOW
from tests.house.doors import SELLERS
from tests.market_day import Day, make_day
from tests.passes import Phone, make_pass, make_phone
from tests.people import sign_in

pytestmark = pytest.mark.own_app


@dataclass(frozen=True, slots=True)
class Place:
    day: Day
    phone: Phone


@pytest.fixture
def place(app: Flask) -> Place:
    app.extensions["clock"] = lambda: NOW
    app.add_url_rule("/api/only", "only_api", for_devices(lambda: device().letter))
    app.add_url_rule("/only", "only", for_devices(lambda: device().letter))
    app.add_url_rule(
        "/too/<community>", "too", for_roles(*SELLERS, devices=True)(lambda: _who(community().name))
    )
    with app.app_context(), unit_of_work() as session:
        day = make_day(session)
        return Place(day, make_phone(session, make_pass(session, day.stall, day.cast.treasurer)))


def _who(_place: str) -> str:
    phone = acting_device()
    return phone.letter if phone else "a person"


def test_the_api_knows_a_phone_by_its_header(client: FlaskClient, place: Place) -> None:
    answer = client.get("/api/only", headers=place.phone.headers)
    assert (answer.status_code, answer.text) == (200, place.phone.device.letter)


def test_a_cookie_is_nothing_to_the_api(client: FlaskClient, place: Place) -> None:
    place.phone.carried_by(client)
    answer = client.get("/api/only")
    assert answer.status_code == 401
    assert answer.mimetype == "application/problem+json"


def test_a_page_knows_a_phone_by_its_cookie(client: FlaskClient, place: Place) -> None:
    assert client.get("/only", headers=place.phone.headers).status_code == 401
    place.phone.carried_by(client)
    assert client.get("/only").text == place.phone.device.letter


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Basic x", "Bearer " + "x" * 9000])
@pytest.mark.usefixtures("place")
def test_a_header_without_a_phone_s_token_is_turned_away(client: FlaskClient, header: str) -> None:
    answer = client.get("/api/only", headers={"Authorization": header})
    assert answer.status_code == 401
    assert "通行码" in answer.get_json()["title"]


def test_a_person_is_no_phone(client: FlaskClient, place: Place) -> None:
    sign_in(client, place.day.cast.volunteer)
    assert client.get("/only").status_code == 401


def test_a_phone_enters_beside_people_in_its_own_community_only(
    app: Flask, client: FlaskClient, place: Place
) -> None:
    with app.app_context(), unit_of_work() as session:
        elsewhere = factories.make_community(session)
    place.phone.carried_by(client)
    assert client.get(f"/too/{place.day.community.slug}").text == place.phone.device.letter
    assert client.get(f"/too/{elsewhere.slug}").location.startswith("/sign-in")


def test_a_person_who_may_enter_does_so_as_themselves(client: FlaskClient, place: Place) -> None:
    place.phone.carried_by(client)
    sign_in(client, place.day.cast.volunteer)
    assert client.get(f"/too/{place.day.community.slug}").text == "a person"
    sign_in(client, place.day.cast.auditor)
    assert client.get(f"/too/{place.day.community.slug}").text == place.phone.device.letter


def test_a_phone_is_noted_as_seen_now_and_then(
    app: Flask, client: FlaskClient, place: Place
) -> None:
    def seen() -> object:
        with app.app_context(), unit_of_work() as session:
            return session.get_one(Device, place.phone.device.id).seen_at

    app.extensions["clock"] = lambda: NOW + SEEN_EVERY / 2
    client.get("/api/only", headers=place.phone.headers)
    assert seen() == NOW
    app.extensions["clock"] = lambda: NOW + SEEN_EVERY
    client.get("/api/only", headers=place.phone.headers)
    assert seen() == NOW + SEEN_EVERY
