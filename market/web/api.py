"""What every address below /api/ shares: a body of JSON that is what it should be, and an answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from flask import Response, abort, request

from market.domain.errors import N_, Invalid
from market.web.caching import answer

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError

_Schema = TypeVar("_Schema", bound="BaseModel")
_write = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_LONGEST_PLACE = 80


class BodyRefused(Invalid):
    """A body that is JSON, but not what is asked for here."""

    sentence = N_("发来的内容有不对的地方（%(place)s），没有保存。请刷新页面再试一次。")


def json_body() -> bytes:
    """The bytes of this request's body, said to be JSON; 415 if not, 413 if there are too many."""
    if request.mimetype != "application/json":
        abort(415)
    return request.get_data()


def read_body(schema: type[_Schema]) -> _Schema:
    """This request's body as `schema` has it; 400 where it is no JSON, else raises BodyRefused."""
    # Only who reads a body pays for what checks it.
    from pydantic import ValidationError  # noqa: PLC0415

    try:
        return schema.model_validate_json(json_body())
    except ValidationError as error:
        raise refusal(error) from None


def refusal(error: ValidationError) -> BodyRefused:
    """What pydantic found first, by its place in the body; 400 where that is no JSON at all."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    if first["type"] == "json_invalid":
        abort(400)
    return BodyRefused(place="/".join(map(str, first["loc"]))[:_LONGEST_PLACE])


def public_json(ask_version: Callable[[], object], make: Callable[[], object]) -> Response:
    """What everybody may read, kept by its version as pages are."""
    return answer(ask_version, lambda: _write(make()), mimetype="application/json")


def json_answer(said: object, *, status: int = 200) -> Response:
    """`said` as JSON: text as it is, nothing sorted, for what is sent by the thousand."""
    return Response(_write(said), status, mimetype="application/json")
