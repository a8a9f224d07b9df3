"""Pages that many people ask for: answered unchanged without rendering, rendered once a version.

A version names what a page depends on. Browsers and proxies keep a page for `max_age` seconds at
most, so that what is withdrawn is gone within a minute; after that they ask with the version's
ETag. Rendered pages are kept per worker, a few of them, only ever under their version.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

from flask import Flask, Response, current_app, g, request, session
from flask_babel import get_locale

from market.config import ROOT
from market.web.preferences import type_size
from market.web.static_files import tree_hash

MAX_AGE_SECONDS = 20
_MOST_BYTES = 8_388_608


class RenderedPages:
    """The pages rendered last, by their ETag, up to so many bytes; safe between threads.

    A stranger may ask for addresses without end: what is kept is bounded by its size.
    """

    def __init__(self, most_bytes: int = _MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._bytes = 0
        self._lock = Lock()
        self._pages: OrderedDict[str, bytes] = OrderedDict()

    def get(self, etag: str) -> bytes | None:
        with self._lock:
            page = self._pages.get(etag)
            if page is not None:
                self._pages.move_to_end(etag)
            return page

    def keep(self, etag: str, page: bytes) -> None:
        with self._lock:
            self._bytes += len(page) - len(self._pages.pop(etag, b""))
            self._pages[etag] = page
            while self._bytes > self._most_bytes:
                self._bytes -= len(self._pages.popitem(last=False)[1])


def install(app: Flask) -> None:
    app.extensions["rendered_pages"] = RenderedPages()
    app.config["PROGRAM_VERSION"] = tree_hash(ROOT / "market") + tree_hash(ROOT / "templates")


def answer(
    version: object, render: Callable[[], str], *, max_age: int = MAX_AGE_SECONDS
) -> Response:
    """This address's page at `version`: 304 if the browser has it, else kept or rendered bytes.

    `render` runs only if nobody asked this worker for the same page at the same version before.
    """
    if session.get("_flashes"):
        # A sentence for this one person is on it: nobody else's page, and not kept.
        response = Response(render(), mimetype="text/html")
        response.headers["Cache-Control"] = "private, no-store"
        return response
    etag = _etag(version)
    if etag in request.if_none_match:
        response = Response(status=304)
    else:
        pages: RenderedPages = current_app.extensions["rendered_pages"]
        page = pages.get(etag)
        if page is None:
            page = render().encode()
            if "csrf_token" in g:
                message = "a page that everybody is given holds one browser's form token"
                raise RuntimeError(message)
            pages.keep(etag, page)
        response = Response(page, mimetype="text/html")
    response.set_etag(etag)
    response.headers["Cache-Control"] = f"public, max-age={max_age}, must-revalidate"
    response.headers["Vary"] = "Cookie, Accept-Language"
    return response


def _etag(version: object) -> str:
    """Over the address, the version, the language, the type size and the program's own version."""
    parts = (
        request.full_path,
        str(version),
        str(get_locale()),
        type_size(),
        current_app.config["PROGRAM_VERSION"],
    )
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
