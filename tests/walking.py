"""Walks along the links of the demo's neighbourhood, for tests of every page there is."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from flask import Flask, template_rendered
from flask.testing import FlaskClient
from jinja2 import BytecodeCache, Template
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from market.app import create_app
from market.extensions import let_go_of_the_database
from tests.databases import SqliteDatabases, settings_for
from tests.vaults import SqliteVaults, with_vault
from tests.visitor import Node, read

STARTS = ("/", "/desk/", "/till/", "/me")
MOST_OF_A_KIND = 4
"""Pages of one route that are walked to; the next hundred receipts look the same."""
OUTSIDE = ("mailto:", "tel:", "#")


@dataclass(frozen=True, slots=True)
class Visited:
    """A page that somebody came to, from where, and the template that draws it."""

    who: str
    address: str
    came_from: str
    status: int
    html: str
    root: Node
    template: str

    def __str__(self) -> str:
        return f"{self.who}: {self.address} (from {self.came_from}) {self.status}"


@contextmanager
def demo_in(
    databases: SqliteDatabases, vaults: SqliteVaults, compiled: BytecodeCache
) -> Iterator[Flask]:
    """The demo's neighbourhood, which has one of nearly everything, with its vault open."""
    url, vault = databases.fresh(), vaults.fresh()
    app = with_vault(create_app(settings_for(url)), vault)
    app.jinja_env.bytecode_cache = compiled
    seeded = app.test_cli_runner().invoke(args=["demo"])
    assert seeded.exit_code == 0, seeded.output
    yield app
    with app.app_context():
        let_go_of_the_database()
    databases.drop(url)
    vaults.drop(vault)


@contextmanager
def drawing(app: Flask) -> Iterator[list[str]]:
    """The names of the templates that are drawn meanwhile."""
    drawn: list[str] = []

    def note(_sender: Flask, template: Template, **_more: object) -> None:
        drawn.append(template.name or "")

    with template_rendered.connected_to(note, app):
        yield drawn


def walk(
    client: FlaskClient,
    who: str,
    language: str,
    *,
    most: int = MOST_OF_A_KIND,
    starts: Sequence[str] = STARTS,
) -> Iterator[Visited]:
    """Every page that links lead this client to, `most` of a kind."""
    routes = client.application.url_map.bind("localhost")
    met: set[str] = set()
    of_a_kind: Counter[tuple[str, str]] = Counter()
    waiting = deque((address, "") for address in starts)
    while waiting:
        address, came_from = waiting.popleft()
        kind = _kind(routes, address)
        if address in met or of_a_kind[kind] >= most:
            continue
        met.add(address)
        of_a_kind[kind] += 1
        headers = {"Accept-Language": language, "Referer": f"http://localhost{came_from}"}
        with drawing(client.application) as drawn:
            answer = client.get(address, headers=headers, follow_redirects=True)
            answer.close()
        if answer.mimetype != "text/html":
            assert answer.status_code == 200, address
            continue
        arrived = urlsplit(answer.request.url)
        here = arrived.path + (f"?{arrived.query}" if arrived.query else "")
        template = drawn[-1] if drawn else ""
        html = answer.text
        page = Visited(who, here, came_from, answer.status_code, html, read(html), template)
        yield page
        met.add(here)
        waiting.extend((link, here) for link in links(page))


def _kind(routes: object, address: str) -> tuple[str, str]:
    """The route of an address, and which questions it asks."""
    parts = urlsplit(address)
    try:
        endpoint, _ = routes.match(parts.path)  # type: ignore[attr-defined]
    except (RequestRedirect, HTTPException):
        endpoint = parts.path
    return endpoint, "&".join(sorted(one.partition("=")[0] for one in parts.query.split("&")))


def links(page: Visited) -> Iterator[str]:
    for link in page.root.all("a"):
        href = link.get("href")
        if not href or href.startswith(OUTSIDE):
            continue
        parts = urlsplit(urljoin(page.address, href))
        # Another language or size is the same page, and would stay for the rest of the walk.
        if parts.netloc or "lang=" in parts.query or "type=" in parts.query:
            continue
        yield parts.path + (f"?{parts.query}" if parts.query else "")
