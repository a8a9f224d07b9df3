"""One JSON line for each request and each mishap, with a request id and never anybody's data.

A line names the route, not the address that was asked for: a path may hold a token or a receipt
code, a query what somebody searched for. Of an error it holds the class and where it happened:
its message may quote what was typed.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
import sys
import time
import traceback
from datetime import UTC, datetime

from flask import Flask, Response, g, has_request_context, request

from market.web.measures import REQUEST_SECONDS, REQUESTS

REQUEST_ID = "X-Request-ID"
_SANE_ID = re.compile(r"^[A-Za-z0-9_-]{8,64}$")
_log = logging.getLogger("market.requests")
_encode = json.JSONEncoder(ensure_ascii=False).encode
_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})
_QUIET = frozenset({"healthz", "readyz", "metrics", "static_file"})


class JsonLines(logging.Formatter):
    """A record as one line of JSON; of what is formatted in, only the pattern."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "said": str(record.msg),
        }
        facts = getattr(record, "facts", None)
        if facts is not None:
            line |= facts
        elif has_request_context():
            line |= {"request": request_id(), "route": _route(), "method": request.method}
        if record.exc_info and record.exc_info[1] is not None:
            line |= _mishap(record.exc_info[1])
        return _encode(line)


class _StandardError:
    """Whatever standard error is at the moment of writing."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


def install(app: Flask) -> None:
    app.before_request(_arrived)
    app.after_request(_answered)
    logger = logging.getLogger(app.name)
    logger.setLevel(logging.INFO)
    if not any(isinstance(handler.formatter, JsonLines) for handler in logger.handlers):
        handler: logging.Handler = logging.StreamHandler(_StandardError())
        handler.setFormatter(JsonLines())
        logger.addHandler(handler)


def request_id() -> str:
    """The id by which this request is found again: the caller's own if it is a sane one."""
    if "request_id" not in g:
        g.request_id = sane_id(request.headers.get(REQUEST_ID, ""))
    known: str = g.request_id
    return known


def sane_id(given: str) -> str:
    """The id that a caller gave, or one of our own where it gave none that may stand in a log."""
    return given if _SANE_ID.match(given) else secrets.token_hex(8)


def tell_answer(
    name: str, *, endpoint: str, route: str, method: str, status: int, seconds: float
) -> None:
    """Count an answer, and say in a line what it was; `name` is its request's id."""
    REQUESTS.labels(endpoint, method, status).inc()
    REQUEST_SECONDS.labels(endpoint).observe(seconds)
    if endpoint not in _QUIET:
        facts = {
            "request": name,
            "route": route,
            "method": method,
            "status": status,
            "ms": round(seconds * 1000, 1),
        }
        _log.info("answered", extra={"facts": facts})


def _arrived() -> None:
    g.arrived = time.perf_counter()


def _answered(response: Response) -> Response:
    now = time.perf_counter()
    name, rule, method = request_id(), request.url_rule, request.method
    response.headers[REQUEST_ID] = name
    tell_answer(
        name,
        endpoint=rule.endpoint if rule else "none",
        route=rule.rule if rule else "none",
        # Whatever a stranger makes up would be a figure of its own.
        method=method if method in _METHODS else "other",
        status=response.status_code,
        # A request refused before it was looked at (another host's) has not arrived.
        seconds=now - g.get("arrived", now),
    )
    return response


def _route() -> str:
    return request.url_rule.rule if request.url_rule else "none"


def _mishap(error: BaseException) -> dict[str, object]:
    kinds: list[str] = []
    where: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(kinds) < 5:  # noqa: PLR2004 - deeper causes tell no more
        kinds.append(type(cause).__name__)
        where += [
            f"{frame.filename}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(cause.__traceback__)
        ]
        cause = cause.__cause__ or cause.__context__
    return {"error": kinds, "where": where}
