"""Answers given again: the same bytes and headers, only while they stand, only to the same question."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from market.app import create_app
from market.web.access import public
from market.web.caching import answer
from market.web.logs import REQUEST_ID
from tests.databases import settings_for

pytestmark = [
    pytest.mark.parametrize("databases", ["sqlite"], indirect=True),
    pytest.mark.own_app,
]


class Page:
    """A page whose version a test sets; it counts the requests that came as far as the application."""

    def __init__(self) -> None:
        self.version = 1
        self.broken = False
        self.reached = 0

    def ask(self) -> int:
        if self.broken:
            raise OperationalError(None, {}, Exception())
        return self.version


@pytest.fixture
def page(app: Flask) -> Page:
    return _page_of(app)


def _page_of(app: Flask) -> Page:
    made = Page()

    @public
    def view() -> Response:
        return answer(made.ask, lambda: f"version {made.version}")

    @app.before_request
    def _count() -> None:
        made.reached += 1

    app.add_url_rule("/page", "page", view)
    return made


def test_the_same_question_is_answered_again_without_the_application(
    client: FlaskClient, page: Page
) -> None:
    first, again = client.get("/page"), client.get("/page")
    assert page.reached == 1
    assert (again.status_code, again.data) == (200, first.data)
    assert first.headers[REQUEST_ID] != again.headers[REQUEST_ID]
    for response in (first, again):
        del response.headers[REQUEST_ID]
    assert sorted(first.headers) == sorted(again.headers)


def test_who_has_it_is_told_so_with_the_same_headers(client: FlaskClient, page: Page) -> None:
    etag = client.get("/page").headers["ETag"]
    early = client.get("/page", headers={"If-None-Match": f'"other", {etag}'})
    assert (early.status_code, early.data, page.reached) == (304, b"", 1)
    later = client.get("/page", headers={"If-None-Match": etag, "Accept-Language": "zh"})
    assert (later.status_code, page.reached) == (304, 2)
    for response in (early, later):
        del response.headers[REQUEST_ID]
    assert sorted(early.headers) == sorted(later.headers)


def test_what_stands_no_longer_is_not_given(client: FlaskClient, page: Page) -> None:
    client.get("/page")
    page.version = 2
    assert client.get("/page").text == "version 2"
    assert page.reached == 2


def test_for_a_moment_nobody_asks_whether_it_stands(database_url: str) -> None:
    app = create_app(replace(settings_for(database_url), unasked_seconds=3600))
    page, client = _page_of(app), app.test_client()
    client.get("/page")
    page.version, page.broken = 2, True
    assert client.get("/page").text == "version 1"
    etag = client.get("/page").headers["ETag"]
    assert client.get("/page", headers={"If-None-Match": etag}).status_code == 304
    assert page.reached == 1


def test_a_database_that_does_not_answer_is_left_to_the_application(
    client: FlaskClient, page: Page
) -> None:
    client.get("/page")
    page.broken = True
    assert client.get("/page").status_code == 503
    assert page.reached == 2


def test_another_question_is_looked_at_anew(client: FlaskClient, page: Page) -> None:
    client.get("/page")
    client.get("/page", headers={"Accept-Language": "en"})
    client.get("/page", headers={"Host": "localhost:81"})
    client.get("/page?page=2")
    client.head("/page")
    client.set_cookie("lang", "en")
    client.get("/page")
    assert page.reached == 6


def test_an_answer_that_sets_a_cookie_is_not_given_again(client: FlaskClient, page: Page) -> None:
    other = client.application.test_client()
    for visitor in (client, other):
        assert "Set-Cookie" in visitor.get("/page?lang=en").headers
    assert page.reached == 2


def test_it_is_logged_and_named_as_any_other(
    client: FlaskClient, page: Page, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("first-request", "again-request"):
        answered = client.get("/page", headers={REQUEST_ID: name})
        assert answered.headers[REQUEST_ID] == name
    assert page.reached == 1
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    for line in lines:
        line.pop("at")
        line.pop("ms")
    assert lines[0].pop("request") == "first-request"
    assert lines[1].pop("request") == "again-request"
    assert lines[0] == lines[1]
