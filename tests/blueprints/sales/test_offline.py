"""What a phone keeps of the till's page: nobody's, of one version, and all that it needs."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.uploads import open_stall

pytestmark = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)

ADDRESS = re.compile(r'(?:href|src)="(/s/[^"]+)"')
IMPORT = re.compile(r'(?:from|import\() ?"(\.[^"]+)"')


def kept(client: FlaskClient) -> dict[str, object]:
    """What the worker was told to keep."""
    script = client.get("/till/worker.js")
    assert script.mimetype == "text/javascript"
    assert script.headers["Cache-Control"] == "private, no-cache"
    told: dict[str, object] = json.loads(
        script.text.partition("serve(self, ")[2].rpartition(")")[0]
    )
    return told


def test_the_page_to_keep_is_nobodys_even_for_a_phone_that_sells(
    app: Flask, client: FlaskClient
) -> None:
    with app.app_context():
        here = open_stall()
        here.phone.carried_by(client)
        token, holder = here.phone.token, "宝妈丙"
        place, day = here.day.community.name, here.day.day.name
    own = client.get("/till/").text
    shell = client.get("/till/shell")
    for secret in (token, holder, place, day, "手工皂"):
        assert secret in own or json.dumps(secret)[1:-1] in own
        assert secret not in shell.text
        assert json.dumps(secret)[1:-1] not in shell.text
    assert "Set-Cookie" not in shell.headers
    assert (
        shell.headers["Content-Security-Policy"]
        == client.get("/till/").headers["Content-Security-Policy"]
    )


def test_a_phone_keeps_all_that_the_page_and_its_modules_ask_for(
    app: Flask, client: FlaskClient
) -> None:
    told = kept(client)
    files = told["files"]
    assert isinstance(files, list)
    assert set(ADDRESS.findall(client.get("/till/shell").text)) <= set(files)
    static = Path(app.root_path) / "static"
    for file in files:
        version, _, name = file.removeprefix("/s/").partition("/")
        assert version == told["version"]
        module = static / name
        assert module.is_file()
        if module.suffix == ".js":
            asked = [(module.parent / one).resolve() for one in IMPORT.findall(module.read_text())]
            known = {(static / one.split("/", 3)[3]).resolve() for one in files}
            assert set(asked) <= known, name


def test_a_page_of_the_version_before_never_gets_a_module_of_this_one(client: FlaskClient) -> None:
    now = kept(client)["version"]
    assert status_of(client, f"/s/{now}/js/till/main.js") == (200, True)
    assert status_of(client, "/s/000000000000/js/till/main.js")[0] == 404
    assert status_of(client, "/s/000000000000/css/base.css") == (200, False)


def status_of(client: FlaskClient, address: str) -> tuple[int, bool]:
    """The status of a file, and whether it may be kept for good."""
    answer = client.get(address)
    answer.close()
    return answer.status_code, "immutable" in answer.headers["Cache-Control"]
