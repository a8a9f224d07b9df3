"""Pages that many people ask for: answered unchanged without rendering, rendered once a version.

A version names what a page depends on. Browsers and proxies keep a page for `max_age` seconds at
most, so that what is withdrawn is gone within a minute; after that they ask with the version's
ETag. Rendered pages are kept per worker, a few of them, only ever under their version; whoever
asks in the very same words as somebody before is answered by `early`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from flask import Flask, Response, current_app, g, request, session
from flask_babel import get_locale

from market.config import ROOT
from market.web.early import may_repeat
from market.web.kept import Kept
from market.web.preferences import type_size
from market.web.static_files import tree_hash

MAX_AGE_SECONDS = 20
_MOST_BYTES = 8_388_608


def install(app: Flask) -> None:
    app.extensions["rendered_pages"] = Kept[str, bytes](_MOST_BYTES)
    app.config["PROGRAM_VERSION"] = tree_hash(ROOT / "market") + tree_hash(ROOT / "templates")


def answer(
    ask_version: Callable[[], object],
    render: Callable[[], str | bytes],
    *,
    max_age: int = MAX_AGE_SECONDS,
    mimetype: str = "text/html",
) -> Response:
    """This address at its version, a page unless said: 304 if the browser has it, else its bytes.

    `render` runs only if nobody asked this worker for the same page at the same version before.
    `ask_version` may be asked again later, where there is no request.
    """
    if mimetype == "text/html" and session.get("_flashes"):
        # A sentence for this one person is on it: nobody else's page, and not kept.
        response = Response(render(), mimetype="text/html")
        response.headers["Cache-Control"] = "private, no-store"
        return response
    # Asked before the page is made: what changes meanwhile makes it old, never new too early.
    version = ask_version()
    etag = _etag(version)
    if etag in request.if_none_match:
        response = Response(status=304)
    else:
        pages: Kept[str, bytes] = current_app.extensions["rendered_pages"]
        page = pages.get(etag)
        if page is None:
            made = render()
            page = made.encode() if isinstance(made, str) else made
            if "csrf_token" in g:
                message = "a page that everybody is given holds one browser's form token"
                raise RuntimeError(message)
            pages.keep(etag, page, len(page))
        may_repeat(ask_version, version, etag=etag, page=page)
        response = Response(page, mimetype=mimetype)
    response.set_etag(etag)
    response.headers["Cache-Control"] = f"public, max-age={max_age}, must-revalidate"
    response.headers["Vary"] = "Cookie, Accept-Language"
    return response


def revalidated(version: object, render: Callable[[], str]) -> Response:
    """A part of one person's page, asked for again and again: 304 without rendering while nothing
    changed. `version` names all that it shows, and whoever's rights it depends on."""
    etag = _etag(version)
    if etag in request.if_none_match:
        response = Response(status=304)
    else:
        response = Response(render(), mimetype="text/html")
    response.set_etag(etag)
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Vary"] = "Cookie, Accept-Language"
    return response


def _etag(version: object) -> str:
    """Over the address and the host that absolute ones begin with, the version, the language, the type size and the program's own version."""
    parts = (
        request.host_url,
        request.full_path,
        str(version),
        str(get_locale()),
        type_size(),
        current_app.config["PROGRAM_VERSION"],
    )
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
