"""A walk along every link that each role can reach: nothing is broken, and every page is well made."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from jinja2 import BytecodeCache
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from market.cli.demo.neighbourhood import CAST
from market.extensions import db
from market.models.people import Person
from market.web.access import access_of
from tests.databases import SqliteDatabases
from tests.people import sign_in
from tests.vaults import SqliteVaults
from tests.visitor import Node
from tests.walking import Visited, demo_in, links, walk

ANYBODY = "anybody"
EVENT = re.compile(r"^on[a-z]+$")
DATA = "application/json"
"""A script element of this type is read by our modules, and never run."""


@pytest.fixture(scope="module")
def demo(
    sqlite_databases: SqliteDatabases,
    sqlite_vaults: SqliteVaults,
    compiled_templates: BytecodeCache,
) -> Iterator[Flask]:
    """The demo's neighbourhood, which has one of nearly everything."""
    with demo_in(sqlite_databases, sqlite_vaults, compiled_templates) as app:
        yield app


@pytest.fixture(scope="module")
def visited(demo: Flask) -> list[Visited]:
    """What anybody and each of the demo's people comes to, in Chinese; the first one in English too."""
    with demo.app_context(), Session(db.engine) as session:
        people = {person.username: person for person in session.scalars(select(Person))}
    walks = list(walk(demo.test_client(), ANYBODY, "zh"))
    for number, (username, _, roles) in enumerate(CAST):
        for language in ("zh", "en") if number == 0 else ("zh",):
            client = demo.test_client()
            sign_in(client, people[username])
            who = f"{username} ({', '.join(roles)}, {language})"
            walks += walk(client, who, language)
    return walks


def test_every_link_leads_to_a_page(visited: list[Visited]) -> None:
    assert len(visited) > 200
    broken = [str(page) for page in visited if page.status >= 400]
    assert broken == [], "\n".join(broken)


def test_nobody_is_led_to_a_door_that_is_closed_to_them(visited: list[Visited]) -> None:
    """No link of a signed-in person's page ends at signing in."""
    ends = [p for p in visited if p.who != ANYBODY and urlsplit(p.address).path == "/sign-in"]
    assert [str(page) for page in ends] == []


def test_every_page_has_a_way_back(visited: list[Visited]) -> None:
    """Some link on it leads to another page, besides those to other languages and sizes."""
    assert [str(page) for page in visited if not _ways_on(page)] == []


def test_no_page_holds_a_script_or_a_style_of_its_own(visited: list[Visited]) -> None:
    assert [str(page) for page in visited if _inline(page.root)] == []


def test_every_page_has_one_heading_a_title_and_its_language(visited: list[Visited]) -> None:
    for page in visited:
        [html] = page.root.all("html")
        [title] = page.root.all("head")[0].all("title")
        assert title.words, page
        assert html.get("lang") == ("en" if page.who.endswith("en)") else "zh-CN"), page
        assert len(page.root.all("h1")) == 1, page
        assert len(page.root.all("main")) == 1, page


def test_every_name_on_a_page_is_given_once_and_every_label_has_its_field(
    visited: list[Visited],
) -> None:
    for page in visited:
        everything = page.root.all_elements()
        names = Counter(one.get("id") for one in everything if one.get("id"))
        assert [name for name, times in names.items() if times > 1] == [], page
        for one in everything:
            for attribute in ("for", "form", "aria-describedby", "aria-labelledby"):
                wanted = one.get(attribute).split()
                assert [name for name in wanted if name not in names] == [], (page, one.attributes)


def test_every_form_leads_to_a_route_that_takes_it(demo: Flask, visited: list[Visited]) -> None:
    routes = demo.url_map.bind("localhost")
    for page in visited:
        for form in page.root.all("form"):
            method = (form.get("method") or "get").upper()
            buttons = [one.get("formaction") for one in form.all("button")]
            for action in {form.get("action") or page.address, *filter(None, buttons)}:
                path = urlsplit(urljoin(page.address, action)).path
                try:
                    routes.match(path, method=method)
                except RequestRedirect:
                    pass
                except HTTPException as error:
                    pytest.fail(f"{page}: {method} {path} {error}")


def test_nobody_is_offered_a_form_they_may_not_send(demo: Flask, visited: list[Visited]) -> None:
    routes = demo.url_map.bind("localhost")
    held = {username: set(roles) for username, _, roles in CAST}
    offered = set()
    for page in visited:
        for form in page.root.all("form"):
            path = urlsplit(urljoin(page.address, form.get("action") or page.address)).path
            endpoint, _ = routes.match(path, method=(form.get("method") or "get").upper())
            access = access_of(demo, endpoint)
            roles = held.get(page.who.partition(" ")[0], set())
            if access is None or (access.roles and not access.roles & roles):
                offered.add(f"{page}: {endpoint}")
    assert offered == set(), "\n".join(sorted(offered))


def test_every_picture_style_and_script_is_there(demo: Flask, visited: list[Visited]) -> None:
    files = {
        urljoin(page.address, one.get("src") or one.get("href"))
        for page in visited
        for one in page.root.all("img", "script", "link")
        if (one.get("src") or one.get("href")) and one.get("rel") != "canonical"
    }
    public = sorted(file for file in files if not file.startswith("/desk/"))
    assert public
    client = demo.test_client()
    for file in public:
        with client.get(file) as answer:
            assert answer.status_code == 200, file


def _ways_on(page: Visited) -> list[str]:
    return [link for link in links(page) if urlsplit(link).path != urlsplit(page.address).path]


def _inline(root: Node) -> list[str]:
    """What the content policy would forbid."""
    return [
        one.tag
        for one in root.all_elements()
        if one.tag == "style"
        or (one.tag == "script" and not one.get("src") and one.get("type") != DATA)
        or "style" in one.attributes
        or one.get("href").startswith("javascript:")
        or any(EVENT.match(name) for name in one.attributes)
    ]
