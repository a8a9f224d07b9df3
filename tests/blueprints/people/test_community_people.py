"""The people of a community on their administrator's pages."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from market.domain.people import Role
from market.extensions import unit_of_work
from market.models.people import Community, Person
from tests.factories import make_community
from tests.people import Cast, make_cast, make_person, post, sign_in


@pytest.fixture
def here(app: Flask) -> Community:
    with app.app_context(), unit_of_work() as work:
        return make_community(work)


@pytest.fixture
def cast(app: Flask, client: FlaskClient, here: Community) -> Cast:
    """Everybody, the administrator signed in on `client`."""
    with app.app_context(), unit_of_work() as work:
        made = make_cast(work, here)
    sign_in(client, made.administrator)
    return made


def page_of(here: Community, whose: Person, rest: str = "") -> str:
    return f"/desk/{here.slug}/people/{whose.id}{rest}"


def test_everybody_is_listed_with_their_roles(
    client: FlaskClient, here: Community, cast: Cast
) -> None:
    page = client.get(f"/desk/{here.slug}/people").text
    assert cast.treasurer.name in page
    assert "复核人" in page


def test_nobody_of_another_community_is_listed_or_found(
    client: FlaskClient, here: Community, cast: Cast
) -> None:
    assert client.get(page_of(here, cast.volunteer)).status_code == 200
    with client.application.app_context(), unit_of_work() as work:
        elsewhere = make_community(work)
        stranger = make_person(work, elsewhere, Role.ADMINISTRATOR, name="陌生人")
    assert "陌生人" not in client.get(f"/desk/{here.slug}/people").text
    for rest in ("", "/closure"):
        assert client.get(page_of(here, stranger, rest)).status_code == 404
    for rest in ("/roles", "/reset-links", "/sessions/end", "/closure"):
        said = {"role": "auditor", "sure": "y"}
        assert post(client, page_of(here, stranger, rest), said).status_code == 404
    assert client.get(f"/desk/{elsewhere.slug}/people").status_code == 404


def test_a_role_is_given_and_taken(client: FlaskClient, here: Community, cast: Cast) -> None:
    whose = cast.volunteer
    assert post(client, page_of(here, whose, "/roles"), {"role": "auditor"}).status_code == 303
    assert (
        page_of(here, whose, "/roles/auditor/revocation") in client.get(page_of(here, whose)).text
    )
    assert post(client, page_of(here, whose, "/roles/auditor/revocation")).status_code == 303
    again = post(client, page_of(here, whose, "/roles/auditor/revocation"))
    assert again.status_code == 409
    assert "这个人现在没有这个角色" in again.text


@pytest.mark.parametrize("role", ["emperor", "", "administrator "])
def test_an_unknown_role_is_refused(
    client: FlaskClient, here: Community, cast: Cast, role: str
) -> None:
    answer = post(client, page_of(here, cast.volunteer, "/roles"), {"role": role})
    assert answer.status_code == 422
    assert "请从列出的选项里选一个" in answer.text


def test_the_last_administrator_is_told_to_find_another_first(
    client: FlaskClient, here: Community, cast: Cast
) -> None:
    answer = post(client, page_of(here, cast.administrator, "/roles/administrator/revocation"))
    assert answer.status_code == 409
    assert "最后一位管理员" in answer.text


def test_a_lost_role_closes_the_page_at_the_next_request(
    app: Flask, client: FlaskClient, here: Community, cast: Cast
) -> None:
    other = app.test_client()
    with app.app_context(), unit_of_work() as work:
        colleague = make_person(work, here, Role.ADMINISTRATOR)
    sign_in(other, colleague)
    assert other.get(f"/desk/{here.slug}/people").status_code == 200
    assert cast.administrator.id != colleague.id
    post(client, page_of(here, colleague, "/roles/administrator/revocation"))
    assert other.get(f"/desk/{here.slug}/people").status_code == 404


def test_an_account_is_closed_only_by_who_says_so_twice(
    app: Flask, client: FlaskClient, here: Community, cast: Cast
) -> None:
    phone = app.test_client()
    sign_in(phone, cast.volunteer)
    unsure = post(client, page_of(here, cast.volunteer, "/closure"))
    assert unsure.status_code == 422
    assert "请先勾选确认" in unsure.text
    sure = post(client, page_of(here, cast.volunteer, "/closure"), {"sure": "y"})
    assert sure.status_code == 303
    assert phone.get("/me").status_code == 303
    assert "账号已关闭" in client.get(f"/desk/{here.slug}/people").text


def test_all_sessions_of_a_lost_phone_are_ended(
    app: Flask, client: FlaskClient, here: Community, cast: Cast
) -> None:
    phone = app.test_client()
    sign_in(phone, cast.volunteer)
    assert post(client, page_of(here, cast.volunteer, "/sessions/end")).status_code == 303
    assert phone.get("/me").status_code == 303


def test_an_auditor_sees_everything_and_changes_nothing(
    app: Flask, here: Community, cast: Cast
) -> None:
    auditor = app.test_client()
    sign_in(auditor, cast.auditor)
    for page in (f"/desk/{here.slug}/people", page_of(here, cast.volunteer)):
        seen = auditor.get(page)
        assert seen.status_code == 200
        main = seen.text.partition("<main")[2].partition("</main>")[0]
        assert "<form" not in main
    said = {"role": "auditor"}
    assert post(auditor, page_of(here, cast.volunteer, "/roles"), said).status_code == 403
