"""How much the wall weighs on its way to an old phone, and that nothing of it comes from elsewhere."""

from __future__ import annotations

import gzip
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from market.extensions import reading
from market.models.people import Community, Person
from tests.blueprints.public.conftest import Told
from tests.people import sign_in

one_database = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
MOST_BYTES = 26 * 1024
"""The page with its styles, scripts and drawings, as they are sent (SCREENS.md's budget)."""
MOST_DESK_BYTES = 60 * 1024
LOADED = re.compile(
    r'<(?:link rel="(?:stylesheet|icon)"|link rel="icon"|script|img)[^>]*?(?:href|src)="([^"]+)"'
)
IN_STYLES = re.compile(r'url\("([^"]+)"\)')


@one_database
def test_the_wall_and_all_that_it_loads_weigh_little(client: FlaskClient, told: Told) -> None:
    page = client.get("/")
    addresses = _loaded(page.text)
    assert told.lit in page.text
    assert len(addresses) > 10
    sizes = {"/": _sent(page.data)}
    for address in addresses:
        assert address.startswith("/"), address
        sizes[address] = _sent(_file(client, address))
    assert sum(sizes.values()) <= MOST_BYTES, sizes


@one_database
def test_no_public_page_loads_anything_from_elsewhere(client: FlaskClient, told: Told) -> None:
    pages = (
        "/",
        f"/wishes/{told.lit}",
        f"/r/{told.sale.code}",
        f"/markets/{told.market}",
        "/poster",
    )
    for address in pages:
        answer = client.get(address)
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert "://" not in answer.headers["Content-Security-Policy"]
        assert [one for one in _loaded(answer.text) if not one.startswith("/")] == []
        styles = [one for one in _loaded(answer.text) if one.endswith(".css")]
        for style in styles:
            assert [
                one for one in IN_STYLES.findall(_file(client, style).decode()) if "//" in one
            ] == []


@one_database
def test_the_desk_and_all_that_it_loads_weigh_little(
    app: Flask, client: FlaskClient, told: Told
) -> None:
    with app.app_context():
        sign_in(client, reading().get_one(Person, told.social_worker_id))
        slug = reading().get_one(Community, told.community_id).slug
    page = client.get(f"/desk/{slug}")
    assert page.status_code == 200
    sizes = {at: _sent(_file(client, at)) for at in _loaded(page.text)} | {"/": _sent(page.data)}
    assert len(sizes) > 10
    assert sum(sizes.values()) <= MOST_DESK_BYTES, sizes


def _loaded(html: str) -> list[str]:
    return list(dict.fromkeys(LOADED.findall(html)))


def _sent(data: bytes) -> int:
    return len(gzip.compress(data, 6))


def _file(client: FlaskClient, address: str) -> bytes:
    with client.get(address) as answer:
        data: bytes = answer.data
    return data
