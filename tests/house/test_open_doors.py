"""Doors: closed unless a route says who may enter, and then open to exactly those."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from market.domain.people import Role
from market.extensions import unit_of_work
from market.models.people import Community, Person
from market.models.sales import Sale
from market.web.access import Access, access_of
from tests.factories import make_community
from tests.house.doors import (
    BY_ADDRESS,
    BY_ROLE,
    DEVICES_TOO,
    FOR_DEVICES,
    FOR_ENTREPRENEURS,
    PUBLIC,
    SIGNED_IN,
)
from tests.market_day import make_day
from tests.passes import make_pass, make_phone
from tests.people import form_token, make_person, sign_in

NOBODY_S = {
    "IntegerConverter": 2_000_000_000,
    "RowId": 2_000_000_000,
    "UUIDConverter": UUID(int=7),
}
"""Values for an address that no row has: whoever may enter finds nothing there (404)."""
REFUSED = {"GET": {404}, "POST": {404, 422}}
"""An empty form may be refused before anything is looked up."""
MOST_NUMBERS = 12
LAST = "people.sign_out"
"""Asked for after all others, because it ends the session they need."""


@pytest.fixture
def here(app: Flask) -> Community:
    with app.app_context(), unit_of_work() as work:
        return make_community(work, slug="here")


def with_roles(app: Flask, place: Community, *roles: Role) -> FlaskClient:
    """A client of somebody who holds `roles` in this community."""
    with app.app_context(), unit_of_work() as work:
        person: Person = make_person(work, place, *roles)
    client = app.test_client()
    sign_in(client, person)
    return client


def doors(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Every route with each of its methods."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.endpoint == LAST):
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule, method


def knock(client: FlaskClient, rule: Rule, method: str, slug: str = "here") -> TestResponse:
    """Ask for a route, with a good form token."""
    data = {"csrf_token": form_token(client)} if method == "POST" else None
    address = address_of(client.application, rule, slug)
    answer = client.open(address, method=method, data=data)
    answer.close()
    return answer


def address_of(app: Flask, rule: Rule, slug: str, found: Mapping[str, object] = NOBODY_S) -> str:
    """The route's address, its values taken by the kind of converter."""
    values: dict[str, Any] = {
        name: slug if name == "community" else found.get(type(converter).__name__, "nothing")
        for name, converter in rule._converters.items()  # noqa: SLF001 - the map knows no other way
    }
    with app.test_request_context():
        return url_for(rule.endpoint, **values)


def was_sent_away(answer: TestResponse) -> bool:
    """Whether somebody not signed in was told to sign in first."""
    return answer.status_code == 401 or (answer.location or "").startswith(
        ("/sign-in", "/mine/sign-in")
    )


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_every_route_says_who_may_enter_and_the_table_agrees(app: Flask) -> None:
    expected = (
        dict.fromkeys(PUBLIC, Access(public=True))
        | dict.fromkeys(FOR_DEVICES, Access(devices=True, people=False))
        | dict.fromkeys(FOR_ENTREPRENEURS, Access(entrepreneurs=True))
        | {one: Access(devices=one in DEVICES_TOO) for one in SIGNED_IN}
        | {
            endpoint: Access(roles=frozenset(roles), devices=endpoint in DEVICES_TOO)
            for endpoint, roles in BY_ROLE.items()
        }
    )
    said = {endpoint: access_of(app, endpoint) for endpoint in app.view_functions}
    assert said == expected


@pytest.mark.own_app
@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_route_without_a_mark_is_closed_to_everybody(app: Flask, here: Community) -> None:
    app.add_url_rule("/forgotten", "forgotten", lambda: "in")
    assert with_roles(app, here, *Role).get("/forgotten").status_code == 403


def test_nobody_enters_without_signing_in_but_where_it_is_public(app: Flask) -> None:
    with app.app_context(), unit_of_work() as work:
        make_community(work, slug="here")
    wrong = [
        f"{method} {rule}: {answer.status}"
        for rule, method in doors(app)
        # Signing out leads to the page for signing in, whoever does it.
        if rule.endpoint != LAST
        for answer in [knock(app.test_client(), rule, method)]
        if was_sent_away(answer) == (rule.endpoint in PUBLIC)
    ]
    assert wrong == []


def test_an_entrepreneur_s_pages_are_not_there_for_the_organisers(
    app: Flask, here: Community
) -> None:
    client = with_roles(app, here, *Role)
    wrong = [
        f"{method} {rule}: {answer.status}"
        for rule, method in doors(app)
        if rule.endpoint in FOR_ENTREPRENEURS
        for answer in [knock(client, rule, method)]
        if answer.status_code != 404
    ]
    assert wrong == []


@pytest.mark.parametrize("role", Role)
def test_a_role_opens_its_doors_and_no_others(app: Flask, here: Community, role: Role) -> None:
    client = with_roles(app, here, role)
    wrong = [
        f"{method} {rule}: {answer.status}"
        for rule, method in doors(app)
        if rule.endpoint in BY_ROLE
        for answer in [knock(client, rule, method)]
        if (answer.status_code == 403) == (role in BY_ROLE[rule.endpoint])
    ]
    assert wrong == []


def test_whoever_has_no_role_in_a_community_finds_none_of_it(app: Flask, here: Community) -> None:
    with app.app_context(), unit_of_work() as work:
        elsewhere = make_community(work, slug="elsewhere")
    client = with_roles(app, elsewhere, *Role)
    assert here.slug != elsewhere.slug
    wrong = [
        f"{method} {rule}: {answer.status}"
        for rule, method in doors(app)
        if rule.endpoint in BY_ROLE
        for answer in [knock(client, rule, method)]
        if answer.status_code != 404
    ]
    assert wrong == []


def test_a_community_that_does_not_exist_is_not_found(app: Flask, here: Community) -> None:
    client = with_roles(app, here, *Role)
    wrong = [
        f"{method} {rule}: {answer.status}"
        for rule, method in doors(app)
        if rule.endpoint in BY_ROLE
        for answer in [knock(client, rule, method, slug="nowhere")]
        if answer.status_code != 404
    ]
    assert wrong == []


def test_every_writing_route_wants_its_form_s_token(app: Flask, here: Community) -> None:
    client = with_roles(app, here, *Role)
    wrong = [
        f"{method} {rule}: {answer.status}"
        for rule, method in doors(app)
        # A phone's own are tried below: nobody else gets as far as the token.
        if method != "GET" and rule.endpoint not in FOR_DEVICES | FOR_ENTREPRENEURS | BY_ADDRESS
        for answer in [client.open(address_of(app, rule, "here"), method=method)]
        if answer.status_code != 400
    ]
    assert wrong == []


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_phone_s_pages_want_their_form_s_token(app: Flask, client: FlaskClient) -> None:
    with app.app_context(), unit_of_work() as work:
        day = make_day(work)
        make_phone(work, make_pass(work, day.stall, day.cast.social_worker)).carried_by(client)
    wrong = [
        f"{method} {rule}: {answer.status}"
        for rule, method in doors(app)
        # What the API takes comes with a header that no other site can send.
        if method != "GET" and rule.endpoint in FOR_DEVICES and not rule.rule.startswith("/api/")
        for answer in [client.open(address_of(app, rule, "here"), method=method)]
        if answer.status_code != 400
    ]
    assert wrong == []


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_nothing_of_another_community_is_reached_by_its_number(app: Flask) -> None:
    filled = app.test_cli_runner().invoke(args=["demo"])
    assert filled.exit_code == 0, filled.output
    with app.app_context(), unit_of_work() as work:
        # So that the number of whoever knocks is none of those they try.
        elsewhere = make_community(work)
        for _ in range(MOST_NUMBERS):
            make_person(work, elsewhere, Role.VOLUNTEER)
        here = make_community(work, slug="here")
        sales = work.scalars(select(Sale.id).limit(3)).all()
    client = with_roles(app, here, *Role)
    token = form_token(client)
    wrong = []
    for rule, method in doors(app):
        kinds = {type(converter).__name__ for converter in rule._converters.values()}  # noqa: SLF001
        if rule.endpoint not in BY_ROLE or not kinds & NOBODY_S.keys():
            continue
        for number in range(1, MOST_NUMBERS + 1):
            somebody_s = {"RowId": number, "IntegerConverter": number, "UUIDConverter": sales[0]}
            address = address_of(app, rule, "here", somebody_s)
            answer = client.open(address, method=method, data={"csrf_token": token})
            if answer.status_code not in REFUSED[method] or "灯笼街" in answer.text:
                wrong.append(f"{method} {address}: {answer.status}")
    assert wrong == []
