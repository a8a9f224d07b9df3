"""Pages for everybody: rendered once a version, answered unchanged without rendering."""

from __future__ import annotations

import pytest
from flask import Flask, Response, flash
from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf

from market.web.access import public
from market.web.caching import answer
from market.web.kept import Kept
from market.web.sessions import TOKEN

only_sqlite = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
pytestmark = pytest.mark.own_app


class Page:
    """A page whose version and text a test sets; it counts how often it was rendered."""

    def __init__(self) -> None:
        self.version = 1
        self.rendered = 0

    def render(self) -> str:
        self.rendered += 1
        return f"version {self.version}"


@pytest.fixture
def page(app: Flask) -> Page:
    made = Page()

    @public
    def view() -> Response:
        return answer(lambda: made.version, made.render)

    @public
    def with_flash() -> Response:
        flash("nur für Sie")
        return answer(lambda: made.version, made.render)

    @public
    def with_token() -> Response:
        return answer(lambda: made.version, generate_csrf)

    for name, what in (("page", view), ("flash", with_flash), ("token", with_token)):
        app.add_url_rule(f"/{name}", name, what)
    return made


@only_sqlite
def test_a_page_is_rendered_once_a_version(client: FlaskClient, page: Page) -> None:
    assert [client.get("/page").text for _ in range(3)] == ["version 1"] * 3
    assert page.rendered == 1
    page.version = 2
    assert client.get("/page").text == "version 2"


@only_sqlite
def test_who_has_the_page_is_told_so_without_rendering(client: FlaskClient, page: Page) -> None:
    etag = client.get("/page").headers["ETag"]
    page.rendered = 0
    again = client.get("/page", headers={"If-None-Match": etag})
    assert (again.status_code, again.data, page.rendered) == (304, b"", 0)
    assert again.headers["ETag"] == etag
    page.version = 2
    assert client.get("/page", headers={"If-None-Match": etag}).status_code == 200


@only_sqlite
def test_each_language_type_size_and_address_is_a_page_of_its_own(
    client: FlaskClient, page: Page
) -> None:
    etags = {client.get("/page").headers["ETag"], client.get("/page?page=2").headers["ETag"]}
    client.set_cookie("lang", "en")
    etags.add(client.get("/page").headers["ETag"])
    client.set_cookie("type", "large")
    etags.add(client.get("/page").headers["ETag"])
    assert len(etags) == page.rendered == 4


@only_sqlite
def test_a_page_may_be_kept_by_anybody_but_for_less_than_half_a_minute(
    client: FlaskClient, page: Page
) -> None:
    response = client.get("/page")
    assert page.rendered
    assert response.cache_control.public
    assert response.cache_control.max_age is not None
    assert response.cache_control.max_age <= 30
    assert {"Cookie", "Accept-Language"} <= set(response.vary)
    assert "Set-Cookie" not in response.headers


@only_sqlite
def test_an_answer_that_remembers_a_choice_is_for_one_browser_only(
    client: FlaskClient, page: Page
) -> None:
    response = client.get("/page?lang=en")
    assert page.rendered
    assert "lang=en" in response.headers["Set-Cookie"]
    assert response.headers["Cache-Control"] == "private, no-cache"
    assert "Set-Cookie" not in client.get("/page?lang=en").headers


@only_sqlite
def test_a_page_with_a_sentence_for_one_person_is_kept_by_nobody(
    client: FlaskClient, page: Page
) -> None:
    assert "no-store" in client.get("/flash").headers["Cache-Control"]
    assert page.rendered == 1


@only_sqlite
@pytest.mark.usefixtures("page")
def test_a_page_for_everybody_may_not_hold_a_form_token(client: FlaskClient) -> None:
    with pytest.raises(RuntimeError, match="form token"):
        client.get("/token")


@only_sqlite
def test_a_page_for_everybody_asks_nobody_who_they_are(client: FlaskClient, page: Page) -> None:
    with client.session_transaction() as cookie:
        cookie[TOKEN] = "x" * 43
    assert client.get("/page").headers["Cache-Control"].startswith("public")
    assert page.rendered == 1


def test_what_is_kept_is_bounded_by_its_size() -> None:
    pages = Kept[str, bytes](100)
    for number in range(9):
        pages.keep(str(number), b"x" * 30, 30)
    assert [number for number in range(9) if pages.get(str(number))] == [6, 7, 8]
    pages.keep("8", b"y" * 40, 40)
    assert pages.get("8") == b"y" * 40
    pages.keep("huge", b"x" * 101, 101)
    assert pages.get("huge") is None
