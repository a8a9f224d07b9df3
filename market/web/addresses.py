"""What an address may hold, so that nothing absurd reaches the database and no link leads away."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, abort, request
from werkzeug.routing import IntegerConverter, Map, Rule, UnicodeConverter

MOST_ID = 2**31 - 1
"""The largest id that the database's integer columns hold."""


class RowId(IntegerConverter):
    """`<int:…>`: a larger number than any row's is an address that leads nowhere."""

    def __init__(self, map_: Map, *, most: int = MOST_ID) -> None:
        super().__init__(map_, max=most)


class Word(UnicodeConverter):
    """`<…>`: no control characters, which PostgreSQL would refuse as text."""

    regex = r"[^/\x00-\x1f]+"

    def __init__(self, map_: Map) -> None:
        super().__init__(map_)
        self.regex = type(self).regex


class LateRule(Rule):
    """A route whose address is put together by code that is compiled when a page first leads there.

    Compiling it for every route took most of the time in which the application is made.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:  # noqa: FBT001, FBT002 - werkzeug's own
        @cache
        def compiled() -> Callable[..., tuple[str, str]]:
            return super(LateRule, self)._compile_builder(append_unknown)

        def build(rule: Rule, /, **values: Any) -> tuple[str, str]:
            return compiled()(rule, **values)

        return build


def install(app: Flask) -> None:
    app.url_map.converters |= {"int": RowId, "default": Word, "string": Word}
    app.before_request(_refuse_control_characters)


def local_path(address: str | None) -> str | None:
    """The address as a path of this site, or None if it would lead elsewhere."""
    if not address or not address.startswith("/") or address.startswith("//"):
        return None
    # A browser reads a backslash as a slash and skips control characters.
    if "\\" in address or any(sign < " " for sign in address):
        return None
    return address


def came_from() -> str | None:
    """The path of the page of this site on which this request was made, if it is known."""
    page = urlsplit(request.referrer or "")
    if page.netloc != request.host:
        return None
    return local_path(page._replace(scheme="", netloc="", fragment="").geturl())


def _refuse_control_characters() -> None:
    if any("\0" in value for values in request.args.listvalues() for value in values):
        abort(400)
