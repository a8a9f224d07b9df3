"""The warm wall and a receipt's trace, beside a constant answer of the same size and headers."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from market.extensions import db
from market.models.ledger import Taking
from market.models.sales import Sale, SalePosition
from market.queries.public.trace import places_of_sale
from tests.bench.apart import apart
from tests.bench.client import ask, head_of, one, request
from tests.bench.figures import Figure, median
from tests.bench.houses import House, inside
from tests.bench.server import serving

CLIENTS = 8
OK, NOT_MODIFIED = 200, 304
_VISITOR = {"Accept-Language": "zh-CN,zh;q=0.9", "User-Agent": "bench"}
_OWN_OF_EACH_ANSWER = frozenset({"date", "server", "content-length", "x-request-id"})


def measure(house: House, *, rounds: int, requests: int) -> list[Figure]:
    """The demo's wall and a receipt that lit a wish: rounds of each page and its constant twin."""
    url = house.url()
    with inside(url) as app:
        _demo(app)
        code = _receipt_that_lit_a_wish()
    figures: list[Figure] = []
    with serving(url) as ours:
        for name, path in (("wall", "/"), ("trace", f"/r/{code}")):
            answer = one(ours.port, request("GET", path, ours.port, _VISITOR))
            with tempfile.NamedTemporaryFile(prefix="market-bench-") as kept:
                Path(kept.name).write_bytes(_constant(answer))
                more = {"CONSTANT": kept.name}
                with serving(
                    url, application="tests.bench.constant:app", ready="/", more=more
                ) as theirs:
                    etag = head_of(answer)["etag"]
                    for what, headers, status in (
                        (name, _VISITOR, OK),
                        (f"{name}, not modified", _VISITOR | {"If-None-Match": etag}, NOT_MODIFIED),
                    ):
                        figures.append(
                            _compared(
                                f"{what} / constant answer",
                                house.kind,
                                [(path, ours.port), ("/", theirs.port)],
                                headers,
                                status,
                                rounds,
                                requests,
                            )
                        )
    return figures


def _compared(
    what: str,
    kind: str,
    sides: list[tuple[str, int]],
    headers: Mapping[str, str],
    status: int,
    rounds: int,
    requests: int,
) -> Figure:
    rates: list[list[float]] = [[], []]
    for number in range(rounds + 1):
        for (path, port), kept in zip(sides, rates, strict=True):
            asked = [request("GET", path, port, headers)] * (requests // CLIENTS)
            [answers] = apart([partial(ask, port, [asked] * CLIENTS)])
            if answers.unlike(status):
                message = f"{path} was answered {answers.statuses}"
                raise RuntimeError(message)
            if number:
                kept.append(answers.per_second)
    ours, constant = rates
    return Figure(
        what=what,
        kind=kind,
        ratio=median(own / other for own, other in zip(ours, constant, strict=True)),
        must=0.2,
        aim=0.5,
        beside={"pages/s": median(ours), "constant/s": median(constant)},
    )


def _demo(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["demo"])
    if result.exit_code:
        message = f"the demo failed: {result.output}"
        raise RuntimeError(message)


def _receipt_that_lit_a_wish() -> str:
    with Session(db.engine) as session:
        allocated = session.scalars(
            select(Taking.allocation_id).where(Taking.allocation_id.is_not(None))
        ).all()
        sales = session.execute(
            select(Sale.id, Sale.code).join(SalePosition, SalePosition.sale_id == Sale.id)
        )
        for sale_id, code in sales:
            if any(place.allocation_id in allocated for place in places_of_sale(session, sale_id)):
                return str(code)
    message = "the demo has no receipt that lit a wish"
    raise LookupError(message)


def _constant(answer: bytes) -> bytes:
    head = {
        name: value for name, value in head_of(answer).items() if name not in _OWN_OF_EACH_ANSWER
    }
    head["x-request-id"] = "0" * 16
    return json.dumps(head).encode() + b"\n" + answer.partition(b"\r\n\r\n")[2]
