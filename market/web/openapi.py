"""What the JSON API is, as OpenAPI 3.1: rooms describe their routes, pydantic their bodies."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pkgutil import resolve_name
from typing import TYPE_CHECKING

from flask import Flask, Response, current_app, request
from flask.sansio.app import App
from flask.typing import ResponseReturnValue
from werkzeug.routing import Rule

from market.web.access import access_of, public
from market.web.caching import MAX_AGE_SECONDS

if TYPE_CHECKING:
    from pydantic import BaseModel

VERSION = "1"
_OPERATIONS = "api operations"
_DOCUMENT = "api document"
_REFS = "#/components/schemas/{model}"
_PROBLEM = {
    "type": "object",
    "description": "RFC 9457; `title` is a sentence in the language that was asked for.",
    "properties": {
        "type": {"type": "string", "const": "about:blank"},
        "status": {"type": "integer"},
        "title": {"type": "string", "minLength": 1},
    },
    "required": ["type", "status", "title"],
    "additionalProperties": False,
}
_MEANING = {
    400: "The body is no JSON, or cut off",
    401: "No token, or one that is good for nothing any more",
    404: "There is no such thing",
    409: "A rule of the market stands against it",
    413: "More than 1,000 rows or 1 MB",
    415: "The body is not said to be JSON",
    422: "JSON, but not what is asked for",
    429: "Too fast; `Retry-After` says how long to wait",
    503: "Nothing was kept; the same may be sent again",
}
_OF_BODIES = (400, 413, 415, 422)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One route of the API. Schemas are named 'module:Model', so that starting imports none."""

    endpoint: str
    summary: str
    answer: str
    method: str = "get"
    body: str | None = None
    problems: tuple[int, ...] = ()
    query: tuple[tuple[str, str], ...] = ()
    """Names of optional arguments, each with what it does."""


def install(app: Flask) -> None:
    app.extensions[_OPERATIONS] = []
    app.add_url_rule("/api/v1/openapi.json", "openapi", openapi)


def describe(app: App, *operations: Operation) -> None:
    """Put routes into the document: a blueprint does so in its `record` callback."""
    app.extensions[_OPERATIONS].extend(operations)


@public
def openapi() -> ResponseReturnValue:
    """The document. It changes with the program alone, so it is put together once."""
    kept: tuple[bytes, str] | None = current_app.extensions.get(_DOCUMENT)
    if kept is None:
        written = json.dumps(document(current_app), ensure_ascii=False, indent=1).encode()
        kept = written, hashlib.sha256(written).hexdigest()[:32]
        current_app.extensions[_DOCUMENT] = kept
    response = Response(kept[0], mimetype="application/json")
    response.set_etag(kept[1])
    response.headers["Cache-Control"] = f"public, max-age={MAX_AGE_SECONDS}, must-revalidate"
    return response.make_conditional(request)


def document(app: Flask) -> dict[str, object]:
    """The whole API as OpenAPI 3.1 has it."""
    operations: Sequence[Operation] = app.extensions[_OPERATIONS]
    paths: dict[str, dict[str, object]] = {}
    for operation in operations:
        rule = next(app.url_map.iter_rules(operation.endpoint))
        path = paths.setdefault(re.sub(r"<(?:[^:>]+:)?([^>]+)>", r"{\1}", rule.rule), {})
        path[operation.method] = _operation(app, operation, rule)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "心愿市集 · Wish market",
            "version": VERSION,
            "description": (
                "Amounts are whole fen, moments are ISO 8601 with their zone. A phone joins by a"
                " stall pass and is known by its token. Errors are problems (RFC 9457)."
            ),
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": _schemas(operations),
            "securitySchemes": {"device": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(app: Flask, operation: Operation, rule: Rule) -> dict[str, object]:
    access = access_of(app, operation.endpoint)
    for_devices = access is not None and not access.public
    statuses = {503, *operation.problems}
    statuses |= {401} if for_devices else set()
    statuses |= set(_OF_BODIES) if operation.body else set()
    said: dict[str, object] = {
        "operationId": operation.endpoint.replace(".", "_"),
        "summary": operation.summary,
        "responses": {
            "200": {
                "description": "Done",
                "content": {"application/json": {"schema": _ref(_name(operation.answer))}},
            },
            **{str(status): _problem(status) for status in sorted(statuses)},
        },
    }
    if rule.arguments:
        said["parameters"] = [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
            for name in sorted(rule.arguments)
        ]
    if operation.query:
        said["parameters"] = [
            {"name": name, "in": "query", "description": does, "schema": {"type": "string"}}
            for name, does in operation.query
        ]
    if for_devices:
        said["security"] = [{"device": []}]
    if operation.body:
        content = {"application/json": {"schema": _ref(_name(operation.body))}}
        said["requestBody"] = {"required": True, "content": content}
    return said


def _problem(status: int) -> dict[str, object]:
    return {
        "description": _MEANING[status],
        "content": {"application/problem+json": {"schema": _ref("Problem")}},
    }


def _schemas(operations: Iterable[Operation]) -> Mapping[str, object]:
    # Only who reads the document pays for what writes it.
    from pydantic.json_schema import JsonSchemaMode, models_json_schema  # noqa: PLC0415

    asked: dict[tuple[str, JsonSchemaMode], type[BaseModel]] = {}
    for operation in operations:
        asked[operation.answer, "serialization"] = resolve_name(operation.answer)
        if operation.body:
            asked[operation.body, "validation"] = resolve_name(operation.body)
    _, made = models_json_schema(
        [(schema, mode) for (_, mode), schema in asked.items()], ref_template=_REFS
    )
    return {**made.get("$defs", {}), "Problem": _PROBLEM}


def _name(schema: str) -> str:
    return schema.rpartition(":")[2]


def _ref(model: str) -> dict[str, str]:
    return {"$ref": _REFS.format(model=model)}
