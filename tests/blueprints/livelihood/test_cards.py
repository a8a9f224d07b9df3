"""Coming in by a card: the code and the number together, and neither alone."""

from __future__ import annotations

import secrets
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from market.actions.livelihood.enterprises import (
    BeginEnterprise,
    HasAccount,
    NewCard,
    begin_enterprise,
    issue_own_card,
    name_helper,
    stop_access,
)
from market.actions.people.passwords import hash_password
from market.domain.people import Role
from market.extensions import unit_of_work
from market.models.ledger import Party
from market.models.people import Community, Person, RoleGrant
from market.queries.livelihood.access import standing_accesses
from market.web.sessions import new_token, token_hash
from tests.factories import NOW, make_community
from tests.livelihood import MadeEnterprise, card_in, make_enterprise
from tests.people import make_person, post, sign_in

pytestmark = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


@pytest.fixture
def place(app: Flask) -> Community:
    with app.app_context(), unit_of_work() as work:
        return make_community(work, slug="here")


@pytest.fixture
def worker(app: Flask, place: Community) -> Person:
    with app.app_context(), unit_of_work() as work:
        return make_person(work, place, Role.SOCIAL_WORKER)


@pytest.fixture
def made(app: Flask, place: Community, worker: Person) -> MadeEnterprise:
    with app.app_context(), unit_of_work() as work:
        return make_enterprise(work, place, worker)


def test_the_card_and_its_number_open_her_own_pages(
    client: FlaskClient, made: MadeEnterprise
) -> None:
    assert client.get("/mine/").location.startswith("/mine/sign-in")
    assert card_in(client, made).location == "/mine/"
    assert "针线布包" in client.get("/mine/").text
    assert post(client, "/mine/sign-out").location == "/mine/sign-in"
    assert client.get("/mine/").location.startswith("/mine/sign-in")


def test_a_wrong_number_says_so_and_many_have_to_wait(
    client: FlaskClient, made: MadeEnterprise
) -> None:
    answers = [card_in(client, made, "999998").status_code for _ in range(7)]
    assert answers[:5] == [422] * 5
    assert 429 in answers
    assert client.get("/mine/").status_code == 303


def test_whoever_uses_a_new_card_first_chooses_its_number(
    app: Flask, client: FlaskClient, place: Community, worker: Person, made: MadeEnterprise
) -> None:
    token = new_token()
    with app.app_context(), unit_of_work() as work:
        new = NewCard(
            community_id=place.id,
            enterprise_id=made.enterprise.id,
            token_hash=token_hash(token),
        )
        issue_own_card(work, new, by_id=worker.id, now=NOW, random_bytes=secrets.token_bytes)
    assert card_in(client, made).status_code == 404, "the old card is stopped"
    again = MadeEnterprise(made.enterprise, made.person_id, token)
    assert card_in(client, again, "123456").status_code == 422
    assert client.get(f"/mine/card/{token}").status_code == 200
    assert card_in(client, again, "480216").location == "/mine/"
    other = app.test_client()
    assert card_in(other, again, "111111").status_code == 422
    assert card_in(other, again, "480216").location == "/mine/"


def test_a_stopped_card_ends_her_sign_ins_at_once(
    app: Flask, client: FlaskClient, worker: Person, made: MadeEnterprise
) -> None:
    card_in(client, made)
    with app.app_context(), unit_of_work() as work:
        [own] = standing_accesses(work, made.enterprise.id)
        stop_access(
            work,
            own.access_id,
            enterprise_id=made.enterprise.id,
            by_id=worker.id,
            now=NOW + timedelta(days=1),
        )
    assert client.get("/mine/").status_code == 303
    assert client.get(f"/mine/card/{made.token}").status_code == 404


def test_a_helper_with_an_account_sees_her_pages_until_no_longer_named(
    app: Flask, client: FlaskClient, place: Community, made: MadeEnterprise
) -> None:
    with app.app_context(), unit_of_work() as work:
        friend = make_person(work, place, Role.VOLUNTEER)
    sign_in(client, friend)
    assert client.get("/mine/").status_code == 404
    with app.app_context(), unit_of_work() as work:
        named = name_helper(
            work,
            made.enterprise.id,
            friend.id,
            community_id=place.id,
            by_id=made.person_id,
            now=NOW,
        )
        access_id = named.id
    assert "您在帮" in client.get("/mine/").text
    with app.app_context(), unit_of_work() as work:
        stop_access(
            work, access_id, enterprise_id=made.enterprise.id, by_id=made.person_id, now=NOW
        )
    assert client.get("/mine/").status_code == 404


def test_a_card_lets_nobody_in_who_has_a_role(
    app: Flask, client: FlaskClient, place: Community, made: MadeEnterprise
) -> None:
    with app.app_context(), unit_of_work() as work:
        grant = {"role": str(Role.TREASURER), "granted_at": NOW}
        work.add(RoleGrant(person_id=made.person_id, community_id=place.id, **grant))
    assert card_in(client, made).status_code == 404


def test_somebody_with_an_account_needs_no_card(
    app: Flask, client: FlaskClient, place: Community, worker: Person
) -> None:
    with app.app_context(), unit_of_work() as work:
        her = make_person(work, place, Role.VOLUNTEER)
        her.password_hash = hash_password("a password of her own")
        party = Party(community_id=place.id, kind="consignor", name="青禾", person_id=her.id)
        work.add(party)
        work.flush()
        begin = BeginEnterprise(
            community_id=place.id, person_name="", name="青禾手作", party_id=party.id
        )
        known = begin_enterprise(
            work, begin, by_id=worker.id, now=NOW, random_bytes=secrets.token_bytes
        )
        new = NewCard(community_id=place.id, enterprise_id=known.id, token_hash=bytes(32))
        with pytest.raises(HasAccount):
            issue_own_card(work, new, by_id=worker.id, now=NOW, random_bytes=secrets.token_bytes)
    sign_in(client, her)
    assert "青禾手作" in client.get("/mine/").text
