"""An answer that was given before and still stands, given again before anything else is done.

Kept by all that such an answer may depend on: the address, the host and scheme, the languages, the
cookies. Its version is asked for where that was not done within the last second; nothing else of
the application runs. A browser or a proxy may keep it for longer anyway.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Flask, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.http import parse_etags

from market.config import Settings
from market.web.kept import Kept
from market.web.logs import REQUEST_ID, sane_id, tell_answer

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_DEPENDS_ON = (
    "PATH_INFO",
    "QUERY_STRING",
    "HTTP_HOST",
    "wsgi.url_scheme",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_ACCEPT_LANGUAGE",
    "HTTP_COOKIE",
)
_MARK = "market.repeatable"
_ANSWERS = "repeatable_answers"
_MOST_BYTES = 8_388_608
_ABOUT_THE_BODY = frozenset({"content-type", "content-length"})


@dataclass(frozen=True, slots=True)
class _Repeatable:
    """What a view said of its answer: the page, its version, and how to ask for the latter again."""

    ask_version: Callable[[], object]
    version: object
    etag: str
    page: bytes
    endpoint: str
    route: str


@dataclass(slots=True)
class _Answer:
    """`asked_at`: when its version was last known to stand, on the clock that only goes forward."""

    said: _Repeatable
    headers: tuple[tuple[str, str], ...]
    headers_unchanged: tuple[tuple[str, str], ...]
    asked_at: float


def install(app: Flask) -> None:
    app.extensions[_ANSWERS] = Kept[tuple[str, ...], _Answer](_MOST_BYTES)
    app.wsgi_app = EarlyAnswers(app)  # type: ignore[method-assign]


def may_repeat(
    ask_version: Callable[[], object], version: object, *, etag: str, page: bytes
) -> None:
    """Let this request's answer be given again as long as `ask_version()` gives `version`.

    It is asked within an application context that has no request.
    """
    rule = request.url_rule
    request.environ[_MARK] = _Repeatable(
        ask_version, version, etag, page, request.endpoint or "none", rule.rule if rule else "none"
    )


class EarlyAnswers:
    """The outermost layer of the application; it keeps the answers that it has seen go by."""

    def __init__(self, app: Flask) -> None:
        settings: Settings = app.extensions["settings"]
        self._app = app
        self._inner = app.wsgi_app
        self._unasked_seconds = settings.unasked_seconds

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        begun = time.perf_counter()
        if environ["REQUEST_METHOD"] != "GET":
            return self._inner(environ, start_response)
        asked = tuple(environ.get(name, "") for name in _DEPENDS_ON)
        known = self._answers().get(asked)
        if known is not None and self._stands(known, begun):
            return _again(known, environ, start_response, begun)
        return self._first(asked, environ, start_response, begun)

    def _answers(self) -> Kept[tuple[str, ...], _Answer]:
        kept: Kept[tuple[str, ...], _Answer] = self._app.extensions[_ANSWERS]
        return kept

    def _stands(self, known: _Answer, now: float) -> bool:
        if now - known.asked_at < self._unasked_seconds:
            return True
        said = known.said
        with self._app.app_context():
            try:
                stands = said.ask_version() == said.version
            except SQLAlchemyError:
                # Whoever answers in full knows what to say of a database that does not.
                return False
        if stands:
            known.asked_at = now
        return stands

    def _first(
        self,
        asked: tuple[str, ...],
        environ: WSGIEnvironment,
        start_response: StartResponse,
        begun: float,
    ) -> Iterable[bytes]:
        begun_with: list[tuple[str, list[tuple[str, str]]]] = []

        def listening(
            status: str, headers: list[tuple[str, str]], *error: object
        ) -> Callable[[bytes], object]:
            begun_with.append((status, headers))
            return start_response(status, headers, *error)  # type: ignore[arg-type]

        body = self._inner(environ, listening)
        said = environ.get(_MARK)
        if isinstance(said, _Repeatable) and begun_with:
            self._keep(asked, said, *begun_with[-1], begun)
        return body

    def _keep(
        self,
        asked: tuple[str, ...],
        said: _Repeatable,
        status: str,
        headers: list[tuple[str, str]],
        begun: float,
    ) -> None:
        names = {name.lower() for name, _ in headers}
        # An answer that sets a cookie is for one browser only.
        if not status.startswith("200") or "set-cookie" in names:
            return
        own = tuple(pair for pair in headers if pair[0] != REQUEST_ID)
        unchanged = tuple(pair for pair in own if pair[0].lower() not in _ABOUT_THE_BODY)
        size = len(said.page) + sum(map(len, asked))
        self._answers().keep(asked, _Answer(said, own, unchanged, begun), size)


def _again(
    known: _Answer, environ: WSGIEnvironment, start_response: StartResponse, begun: float
) -> Iterable[bytes]:
    said = known.said
    wanted = environ.get("HTTP_IF_NONE_MATCH")
    unchanged = wanted is not None and said.etag in parse_etags(wanted)
    name = sane_id(environ.get("HTTP_X_REQUEST_ID", ""))
    tell_answer(
        name,
        endpoint=said.endpoint,
        route=said.route,
        method="GET",
        status=304 if unchanged else 200,
        seconds=time.perf_counter() - begun,
    )
    if unchanged:
        start_response("304 NOT MODIFIED", [*known.headers_unchanged, (REQUEST_ID, name)])
        return ()
    start_response("200 OK", [*known.headers, (REQUEST_ID, name)])
    return (said.page,)
