"""How much the wall weighs on its way to an old phone, and that nothing of it comes from elsewhere."""

from __future__ import annotations

import gzip
import re

import pytest
from flask.testing import FlaskClient

from tests.blueprints.public.conftest import Told

one_database = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
MOST_BYTES = 26 * 1024
"""The page with its styles, scripts and drawings, as they are sent (SCREENS.md's budget)."""
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


def _loaded(html: str) -> list[str]:
    return list(dict.fromkeys(LOADED.findall(html)))


def _sent(data: bytes) -> int:
    return len(gzip.compress(data, 6))


def _file(client: FlaskClient, address: str) -> bytes:
    with client.get(address) as answer:
        data: bytes = answer.data
    return data
