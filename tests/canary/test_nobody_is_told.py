"""Invariant 14: what the vault knows of a child is in no byte that leaves it.

Every field of the vault holds a mark that stands nowhere else. Then everything that anybody can
fetch is fetched, and what the desk exports, what is logged, kept and backed up is looked at too.
"""

from __future__ import annotations

import base64
import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask, Response, request
from jinja2 import BytecodeCache
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from market.domain.identity.files import FIELDS, FileKind
from tests.browser.sellers import tell as tell_figures
from tests.canary.marks import SIGNS, Watch, day_mark, number_mark, word_mark
from tests.canary.places import (
    OF_A_KIND,
    backups,
    desk_answers,
    kept_in,
    logged,
    missing,
    public_answers,
)
from tests.canary.story import tell
from tests.databases import SqliteDatabases
from tests.vaults import SqliteVaults
from tests.walking import demo_in


@pytest.fixture(scope="module")
def demo(
    sqlite_databases: SqliteDatabases,
    sqlite_vaults: SqliteVaults,
    compiled_templates: BytecodeCache,
) -> Iterator[Flask]:
    with demo_in(sqlite_databases, sqlite_vaults, compiled_templates) as app:
        yield app


def test_no_byte_that_anybody_gets_tells_what_a_file_says(
    demo: Flask, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with logged(demo) as lines:
        story = tell(demo)
        watch = Watch(story.marks)
        public = public_answers(demo, watch, most_alike=OF_A_KIND)
        desk = desk_answers(demo, watch, most=1)
    assert missing(demo, public) == []
    assert story.filled == {(kind, name) for kind in FileKind for name in FIELDS[kind]}
    told = [*story.heads, ("the log", lines.getvalue().encode())]
    told += [*kept_in(demo), *backups(demo, tmp_path)]
    leaks = {one.address: one.found for one in (*public, *desk) if one.found}
    leaks |= {where: tuple(found) for where, one in told if (found := watch.found_in(one))}
    assert leaks == {}
    size = sum(one.size for one in (*public, *desk)) / 1e6
    tell_figures(
        capsys,
        f"\n{len(story.marks)} marks; {len(public)} public answers,"
        f" {len(desk)} of the desk, {size:.1f} MB: none told",
    )


def test_a_leak_is_found_in_whatever_form_and_place(demo: Flask) -> None:
    """The same walk, after somebody was careless in as many ways."""
    marks = [word_mark("name", 7), number_mark("phone", 7), day_mark("born_on", 7)]
    name, phone, born_on = (mark.text for mark in marks)
    careless: dict[str, str | bytes] = {
        "/markets": f"<p>{base64.b64encode(f'x{name}'.encode()).decode()}</p>",
        "/bookings": "<script src='/forgotten.js'></script>",
        "/forgotten.js": "import '/further/away.json'",
        "/further/away.json": json.dumps({"who": name}),
        "/receipts": "<!-- tao nu mao cui jia jia xin -->",
        "/poster": f"<p>{phone[:3]} {phone[3:7]} {phone[7:]}</p>",
        "/poster.png": speaking_picture(name),
        "/healthz": f"{int(born_on[:4])}/{int(born_on[5:7])}/{int(born_on[8:])}",
        "/readyz": f"path=%2f{quote(name, encoding='gbk')}",
    }

    def leak(response: Response) -> Response:
        if request.path in careless:
            response = Response(careless[request.path], content_type=response.content_type)
        if request.path == "/sign-in":
            response.headers["X-Who"] = quote(name)
        return response

    demo.after_request_funcs.setdefault(None, []).insert(0, leak)
    with logged(demo) as lines:
        logging.getLogger("market").warning("nobody knows %s", name)
        logging.getLogger("elsewhere").warning("nobody knows %s", name)
        answers = public_answers(demo, Watch(marks), most_alike=1, most=1)
    demo.after_request_funcs[None].remove(leak)
    found = {one.address.partition("?")[0] for one in answers if one.found}
    assert found == {*careless, "/sign-in"} - {"/bookings", "/forgotten.js"}
    # Our own log keeps the pattern alone, whatever is formatted into it.
    assert lines.getvalue().count(name) == 1


@pytest.mark.parametrize("coding", ["utf-8", "gbk", "utf-16-le"])
def test_a_mark_is_known_wherever_it_begins_in_base64(coding: str) -> None:
    mark = word_mark("name", 3)
    watch = Watch([mark])
    for before in ("", "a", "ab", "abc"):
        raw = before.encode() + mark.text.encode(coding) + b"rest"
        for coded in (base64.b64encode(raw), base64.urlsafe_b64encode(raw)):
            assert watch.found_in(b"<p>" + coded + b"</p>"), (before, coded)
    assert watch.found_in(SIGNS.encode()) == ["part of a mark"]
    assert watch.found_in("鼗 is a drum; 2014 was a year".encode()) == []


def speaking_picture(name: str) -> bytes:
    raw, info = io.BytesIO(), PngInfo()
    info.add_itxt("Comment", name, zip=True)
    Image.new("RGB", (8, 8)).save(raw, "PNG", pnginfo=info)
    return raw.getvalue()
