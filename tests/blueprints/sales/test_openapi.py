"""The API's document: it is valid, it says what is there, and the application does what it says."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from tests.market_day import LATER
from tests.uploads import Stall, open_stall

one_database = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
EXAMPLES = 25
FEW_EXAMPLES = 5
"""For what is only read: there is an address, and hardly anything else to make up."""
CHECKS = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@pytest.fixture
def here(app: Flask) -> Stall:
    seconds = count()
    # As long as nobody is in a hurry, nobody is told to wait.
    app.extensions["clock"] = lambda: _later(next(seconds))
    # Not within it: what one request keeps in `g` would be the next one's.
    with app.app_context():
        return open_stall()


@one_database
def test_the_document_may_be_kept_as_long_as_it_stands(client: FlaskClient) -> None:
    first = client.get("/api/v1/openapi.json")
    assert (first.status_code, first.content_type) == (200, "application/json")
    again = client.get("/api/v1/openapi.json", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert "public" in first.headers["Cache-Control"]


@one_database
def test_the_document_describes_every_address_of_the_api(app: Flask, client: FlaskClient) -> None:
    document = client.get("/api/v1/openapi.json").json
    assert document is not None
    assert document["openapi"].startswith("3.1")
    described = {(path, method) for path, said in document["paths"].items() for method in said}
    there = {
        (re.sub(r"<(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/") and rule.endpoint != "openapi"
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert described == there


@one_database
@pytest.mark.parametrize("mode", GenerationMode)
def test_the_application_does_what_the_document_says(
    app: Flask, here: Stall, mode: GenerationMode
) -> None:
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    names = []
    statuses: Counter[int] = Counter()
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        names.append(operation.label)
        if mode is GenerationMode.NEGATIVE and not operation.body:
            continue

        @seed(20261121)
        @settings(
            max_examples=EXAMPLES if operation.body else FEW_EXAMPLES,
            deadline=None,
            database=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def ask(case: schemathesis.Case[Any]) -> None:
            checks = list(CHECKS)
            # Of an upload each row is refused by itself, and the others are taken.
            if mode is GenerationMode.NEGATIVE and case.path != "/api/v1/sync":
                checks.append(negative_data_rejection)
            answer = case.call_and_validate(headers=here.phone.headers, checks=checks)
            statuses[answer.status_code] += 1

        ask()
    assert len(names) >= 3
    if mode is GenerationMode.POSITIVE:
        # To a schema 1.0 is a whole number; to us it is none. And most words are nobody's code.
        assert {200} <= statuses.keys() <= {200, 404, 422}
    else:
        assert {400, 401, 422} <= statuses.keys()


def test_whoever_only_starts_loads_neither_pydantic_nor_dictionaries() -> None:
    asked = "import sys, market.app; sys.exit(not {'pydantic', 'pypinyin'}.isdisjoint(sys.modules))"
    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0


def _later(seconds: int) -> datetime:
    return LATER + timedelta(seconds=seconds)
