"""The warm wall and a receipt's trace, beside a constant answer of the same size and headers."""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from market.cli.demo.neighbourhood import Neighbourhood
from market.cli.demo.wishes import enter_demo_wishes
from market.domain.proceeds.wish import Theme, WishKind
from market.extensions import db, unit_of_work
from market.models.ledger import Taking
from market.models.people import Community, Person
from market.models.sales import Sale, SalePosition
from market.queries.public.trace import places_of_sale
from tests.bench.apart import apart
from tests.bench.client import ask, head_of, one, request
from tests.bench.figures import Figure, median
from tests.bench.houses import House, inside
from tests.bench.server import serving

CLIENTS = 8
OK, NOT_MODIFIED = 200, 304
LEAST = {OK: 0.5, NOT_MODIFIED: 0.7}
"""How fast a page has to be, the constant answer being 1."""
_WISH = (WishKind.GOODS, Theme.READING, "想要一套书", "A set of books", (("书", 300_00),))
_NOT_NEEDED = ("custodian_id", "bank_id", "wechat_id", "alipay_id", "weaver_id", "lender_id")
_VISITOR = {"Accept-Language": "zh-CN,zh;q=0.9", "User-Agent": "bench"}
_OWN_OF_EACH_ANSWER = frozenset({"date", "server", "content-length", "x-request-id"})


def measure(house: House, *, rounds: int, requests: int, wishes: int) -> list[Figure]:
    """The wall with so many wishes and a receipt that lit one: rounds of each page and its constant twin."""
    url = house.url()
    with inside(url) as app:
        demo(app)
        _hang_up(wishes)
        code = receipt_that_lit_a_wish()
    pages = ((f"wall of {wishes:,} wishes", "/"), ("trace", f"/r/{code}"))
    return beside_constants(url, house.kind, pages, rounds=rounds, requests=requests)


def beside_constants(
    url: str, kind: str, pages: Sequence[tuple[str, str]], *, rounds: int, requests: int
) -> list[Figure]:
    """Each page, given in whole and told to be unchanged, beside a constant answer of its size."""
    figures: list[Figure] = []
    with serving(url) as ours:
        for name, path in pages:
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
                                kind,
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
        must=LEAST[status],
        aim=1,
        beside={"pages/s": median(ours), "constant/s": median(constant)},
    )


def demo(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["demo"])
    if result.exit_code:
        message = f"the demo failed: {result.output}"
        raise RuntimeError(message)


def _hang_up(wishes: int) -> None:
    """So many more on the wall, by the way that every wish takes there; an hour apart, till today."""
    begin = datetime.now(UTC) - timedelta(hours=wishes, days=3)
    with unit_of_work() as session:
        people = dict(session.execute(select(Person.username, Person.id)).all())
        place = Neighbourhood(
            community_id=session.scalars(select(Community.id)).one(),
            people=people,
            funds={},
            **dict.fromkeys(_NOT_NEEDED, 0),
        )
        enter_demo_wishes(session, place, random.Random(1), (_WISH,) * wishes, now=begin)  # noqa: S311


def receipt_that_lit_a_wish() -> str:
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
