"""One-time links from the administrator's page to the newcomer's first sign-in."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.domain.people import Role
from market.extensions import unit_of_work
from market.models.people import Community, OneTimeLink, Person
from tests.factories import make_community
from tests.people import make_person, post, sign_in

WORDS = "蓝色 灯笼 三月 河岸"
SAID = {"name": "李阿姨", "username": "li", "new_password": WORDS}


@pytest.fixture
def here(app: Flask) -> Community:
    with app.app_context(), unit_of_work() as work:
        return make_community(work)


@pytest.fixture
def head(app: Flask, client: FlaskClient, here: Community) -> Person:
    """An administrator, signed in on `client`."""
    with app.app_context(), unit_of_work() as work:
        person = make_person(work, here, Role.ADMINISTRATOR)
    sign_in(client, person)
    return person


@pytest.fixture
def address(client: FlaskClient, here: Community, head: Person) -> str:
    """The path of an invitation, as the administrator's page shows it."""
    made = post(
        client,
        f"/desk/{here.slug}/people/invitations/new",
        {"roles": ["volunteer", "treasurer"]},
    )
    assert head.id
    return shown_path(client.get(made.location).text)


def shown_path(page: str) -> str:
    found = re.search(r"http://localhost(/join/[\w-]{43})", page)
    assert found, page
    return found[1]


def test_an_invitation_leads_to_a_newcomer_who_is_signed_in(
    app: Flask, address: str, session: Session
) -> None:
    phone = app.test_client()
    page = phone.get(address)
    assert page.status_code == 200
    assert "志愿者、财务" in page.text
    assert post(phone, address, SAID).location == "/desk/"
    assert "李阿姨" in phone.get("/me").text
    assert session.scalars(select(Person.username).order_by(Person.id)).all()[-1] == "li"


def test_a_link_preview_does_not_burn_the_link(app: Flask, address: str) -> None:
    for _ in range(3):
        assert app.test_client().get(address).status_code == 200
        assert app.test_client().head(address).status_code == 200
    assert post(app.test_client(), address, SAID).status_code == 303


def test_a_used_link_a_wrong_one_and_none_at_all_give_the_same_page(
    app: Flask, address: str
) -> None:
    post(app.test_client(), address, SAID)
    pages = [
        app.test_client().get(path) for path in (address, "/join/" + "x" * 43, "/join/nothing")
    ]
    assert [page.status_code for page in pages] == [404] * 3
    assert all("这个链接已经用过或过期了" in page.text for page in pages)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"username": "taken"}, "这个用户名已经有人用了"),
        ({"username": "有 空格"}, "用户名请用"),
        ({"username": ""}, "这里还没有填写"),
        ({"new_password": "短"}, "密码太短了"),
        ({"name": "长" * 41}, "文字太长了"),
    ],
)
def test_what_is_wrong_keeps_what_was_typed_and_does_not_burn_the_link(
    app: Flask, address: str, here: Community, said: dict[str, str], words: str, session: Session
) -> None:
    with app.app_context(), unit_of_work() as work:
        make_person(work, here, username="taken")
    phone = app.test_client()
    answer = post(phone, address, SAID | said)
    assert answer.status_code in {422, 409}
    assert words in answer.text
    assert (SAID | said)["name"] in answer.text
    assert session.scalars(select(OneTimeLink.used_at)).one() is None
    assert post(phone, address, SAID).status_code == 303


def test_somebody_signed_in_can_join_with_their_own_account(
    app: Flask, address: str, session: Session
) -> None:
    phone = app.test_client()
    with app.app_context(), unit_of_work() as work:
        known = make_person(work, make_community(work), Role.AUDITOR, name="老朋友")
    sign_in(phone, known)
    assert "您现在是 老朋友" in phone.get(address).text
    assert post(phone, f"{address}/membership").location == "/desk/"
    assert session.scalar(select(func.count()).select_from(Person)) == 2
    desks = phone.get("/desk/")
    assert desks.status_code == 200
    assert desks.text.count("link-row-link") == 2


def test_the_address_of_a_link_leaks_nowhere(app: Flask, address: str) -> None:
    page = app.test_client().get(address)
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["X-Robots-Tag"] == "noindex"


def test_a_link_is_shown_once_and_to_its_maker_only(
    app: Flask, client: FlaskClient, here: Community, address: str
) -> None:
    other = app.test_client()
    with app.app_context(), unit_of_work() as work:
        colleague = make_person(work, here, Role.ADMINISTRATOR)
    sign_in(other, colleague)
    page = f"/desk/{here.slug}/people/links/1"
    assert address in client.get(page).text
    assert address not in other.get(page).text
    assert other.get(f"{page}/qr.png").status_code == 404
    post(client, f"/desk/{here.slug}/people/invitations/new", {"roles": ["auditor"]})
    assert address not in client.get(page).text


def test_a_link_comes_as_a_picture_that_can_be_scanned(
    client: FlaskClient, here: Community, address: str
) -> None:
    assert address
    picture = client.get(f"/desk/{here.slug}/people/links/1/qr.png")
    assert picture.mimetype == "image/png"
    assert picture.headers["Cache-Control"] == "no-store"
    # A PNG begins with its signature, and its header with the width.
    assert picture.data.startswith(b"\x89PNG")
    assert int.from_bytes(picture.data[16:20]) >= 240


def test_a_reset_link_sets_a_new_password_and_signs_in(
    app: Flask, client: FlaskClient, here: Community, head: Person
) -> None:
    with app.app_context(), unit_of_work() as work:
        lost = make_person(work, here, Role.VOLUNTEER, username="lost", name="忘小记")
    assert head.id
    made = post(client, f"/desk/{here.slug}/people/{lost.id}/reset-links")
    path = shown_path(client.get(made.location).text)
    phone = app.test_client()
    assert "忘小记" in phone.get(path).text
    assert post(phone, path, {"new_password": "lostlostlost"}).status_code == 422
    assert post(phone, path, {"new_password": WORDS}).status_code == 303
    assert "忘小记" in phone.get("/me").text
    again = app.test_client()
    said = {"username": "lost", "password": WORDS}
    assert post(again, "/sign-in", said).status_code == 303


def test_an_invitation_without_a_role_comes_back_with_a_sentence(
    client: FlaskClient, here: Community, head: Person
) -> None:
    assert head.id
    answer = post(client, f"/desk/{here.slug}/people/invitations/new", {})
    assert answer.status_code == 422
    assert "请从列出的选项里选一个" in answer.text
    unknown = post(client, f"/desk/{here.slug}/people/invitations/new", {"roles": ["emperor"]})
    assert unknown.status_code == 422


def test_a_withdrawn_link_is_dead(
    app: Flask, client: FlaskClient, here: Community, address: str
) -> None:
    assert post(client, f"/desk/{here.slug}/people/links/1/withdrawal").status_code == 303
    assert app.test_client().get(address).status_code == 404
    assert post(client, f"/desk/{here.slug}/people/links/1/withdrawal").status_code == 404
