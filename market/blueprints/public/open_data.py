"""Open data: what anybody may take along and check, and each day's head of the chain."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from flask import Response, abort, current_app, render_template
from flask.typing import ResponseReturnValue

from market.blueprints.public import blueprint
from market.blueprints.public.words import today
from market.domain.public.books import beancount_text
from market.domain.public.bundle import bundle_files, days_csv, zipped
from market.extensions import reading
from market.queries.public.books import (
    OpenCommunity,
    PublicBooks,
    open_communities,
    public_books,
)
from market.queries.public.version import books_version
from market.web.access import public
from market.web.caching import answer
from market.web.moments import one_moment
from market.web.sessions import clock

SHOWN_DAYS = 30
"""On the page; the file has all of them."""


@blueprint.get("/open-data")
@public
def open_data() -> ResponseReturnValue:
    return answer(_version, _page)


@blueprint.get("/open-data/<slug>/ledger.beancount")
@public
def open_ledger(slug: str) -> ResponseReturnValue:
    here = _community(slug)
    return _file(f"{slug}.beancount", "text/plain", lambda: _ledger(here, _books(here)).encode())


@blueprint.get("/open-data/<slug>/days.csv")
@public
def open_days(slug: str) -> ResponseReturnValue:
    here = _community(slug)
    return _file(f"{slug}-days.csv", "text/csv", lambda: days_csv(_books(here).heads))


@blueprint.get("/open-data/<slug>/bundle.zip")
@public
def open_bundle(slug: str) -> ResponseReturnValue:
    here = _community(slug)
    return _file(f"{slug}.zip", "application/zip", lambda: _bundle(here))


@blueprint.get("/open-data/verify.py")
@public
def open_verifier() -> ResponseReturnValue:
    return _file("verify.py", "text/plain", _verifier)


def _version() -> object:
    return books_version(reading()), today()


def _page() -> str:
    found = [(here, _books(here)) for here in open_communities(reading())]
    return render_template(
        "public/open_data.html",
        communities=[
            {
                "slug": here.slug,
                "name": here.name,
                "vouchers": len(books.vouchers),
                "heads": books.heads[: -SHOWN_DAYS - 1 : -1],
                "days": len(books.heads),
            }
            for here, books in found
        ],
        as_of_moment=clock(),
    )


def _community(slug: str) -> OpenCommunity:
    here = next((one for one in open_communities(reading()) if one.slug == slug), None)
    if here is None:
        abort(404)
    return here


def _books(here: OpenCommunity) -> PublicBooks:
    with one_moment() as session:
        return public_books(session, here)


def _ledger(here: OpenCommunity, books: PublicBooks) -> str:
    return beancount_text(books.vouchers, books.balances, title=here.name, currency=here.currency)


def _bundle(here: OpenCommunity) -> bytes:
    books = _books(here)
    files = bundle_files(
        books.links, books.heads, books.balances, _ledger(here, books), _verifier()
    )
    return zipped(here.slug, files)


def _verifier() -> bytes:
    return Path(current_app.root_path, "static", "verify.py").read_bytes()


def _file(name: str, mimetype: str, make: Callable[[], bytes]) -> Response:
    response = answer(_version, make, mimetype=mimetype)
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    return response
