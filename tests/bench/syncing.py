"""Uploads from phones over HTTP: a thousand sales in one, beside one raw batch; eight phones at once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial

from sqlalchemy import func, select

from market.domain.sales.sale import Sale
from market.extensions import reading, unit_of_work
from market.models.sales import Sale as Recorded
from market.models.sales import Stall, TillStall
from tests.bench import bare
from tests.bench.apart import apart
from tests.bench.client import Answers, ask, request
from tests.bench.fair import Booth, Fair, again, hold_fair, record
from tests.bench.figures import Figure, median, quantile
from tests.bench.houses import House, inside
from tests.bench.server import serving
from tests.passes import Phone, make_pass, make_phone
from tests.uploads import body_of, sale_row

PHONES = 8
ROWS = 10
"""So many sales a phone at the market sends at once when it has been offline for a while."""
WARM_UP = 10
OK = 200


@dataclass(frozen=True, slots=True)
class Seller:
    """A phone at a booth."""

    booth: Booth
    phone: Phone

    def posts(self, port: int, how_many: int, rows: int) -> list[bytes]:
        """So many uploads of so many sales each, as the phone sends them."""
        headers = {
            **self.phone.headers,
            "Content-Type": "application/json",
            "Accept-Language": "zh-CN,zh;q=0.9",
            "User-Agent": "bench",
        }
        sales = [
            replace(sale, device_id=self.phone.device.id)
            for sale in self.booth.sales(how_many * rows)
        ]
        return [
            request("POST", "/api/v1/sync", port, headers, _body(sales[start : start + rows]))
            for start in range(0, len(sales), rows)
        ]


@dataclass(slots=True)
class _Crowd:
    """What the rounds with all phones at once gave."""

    p50_ms: list[float] = field(default_factory=list)
    p99_ms: list[float] = field(default_factory=list)
    sales_per_second: list[float] = field(default_factory=list)
    errors: int = 0

    def add(self, answers: Answers) -> None:
        self.p50_ms.append(quantile(answers.latencies, 0.5) * 1000)
        self.p99_ms.append(quantile(answers.latencies, 0.99) * 1000)
        self.sales_per_second.append(answers.per_second * ROWS)
        self.errors += answers.unlike(OK)


def measure(house: House, *, rounds: int, sales: int, uploads: int) -> list[Figure]:
    """Rounds of `sales` in one upload and in one raw batch, turn about, and of eight phones that
    send `uploads` of ten sales each."""
    url, bare_url = house.url(), house.url()
    with inside(bare_url):
        plain = hold_fair(1)
        record(plain.booths[0], plain.booths[0].sales(1))
    [rows] = bare.sale_rows(bare_url)
    ours: list[float] = []
    raw: list[float] = []
    crowd = _Crowd()
    with inside(url), serving(url) as server:
        sellers = sellers_at(hold_fair(PHONES))
        _warm_up(sellers, server.port)
        for _ in range(rounds):
            [answers] = apart(
                [partial(ask, server.port, [sellers[0].posts(server.port, 1, sales)])]
            )
            crowd.errors += answers.unlike(OK)
            ours.append(answers.latencies[0])
            raw.append(bare.insert_at_once(bare_url, again(rows, plain.booths[0], sales)))
            posts = [seller.posts(server.port, uploads, ROWS) for seller in sellers]
            [answers] = apart([partial(ask, server.port, posts)])
            crowd.add(answers)
        _require_all(PHONES * WARM_UP * ROWS + rounds * (sales + PHONES * uploads * ROWS))
    return _figures(house.kind, sales, ours, raw, crowd)


def sellers_at(fair: Fair, phones: int = 1) -> list[Seller]:
    """So many phones at each booth of a fair, booth by booth."""
    with unit_of_work() as session:
        served = session.execute(
            select(TillStall.till_id, Stall)
            .join(Stall, Stall.id == TillStall.stall_id)
            .where(TillStall.till_id.in_([booth.till_id for booth in fair.booths]))
        )
        stalls = dict(served.all())
        passes = [
            (booth, make_pass(session, stalls[booth.till_id], booth.volunteer, seats=phones))
            for booth in fair.booths
        ]
        return [
            Seller(booth, make_phone(session, stall_pass))
            for booth, stall_pass in passes
            for _ in range(phones)
        ]


def _body(sales: Sequence[Sale]) -> bytes:
    said = body_of([sale_row(sale) for sale in sales], sent_at=datetime.now(UTC))
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def _warm_up(sellers: Sequence[Seller], port: int) -> None:
    """Every thread of every worker has connected, compiled, and imported what checks bodies."""
    posts = [seller.posts(port, WARM_UP, ROWS) for seller in sellers]
    [answers] = apart([partial(ask, port, posts)])
    if answers.unlike(OK):
        message = f"uploads were not taken in: {answers.statuses} {answers.first_body!r}"
        raise RuntimeError(message)


def _require_all(sent: int) -> None:
    """An upload is answered with 200 even if its rows are refused: all of them must be there."""
    recorded = reading().scalar(select(func.count()).select_from(Recorded))
    if recorded != sent:
        message = f"{sent} sales were sent, {recorded} recorded"
        raise RuntimeError(message)


def _figures(
    kind: str, sales: int, ours: Sequence[float], raw: Sequence[float], crowd: _Crowd
) -> list[Figure]:
    return [
        Figure(
            what=f"upload of {sales:,} sales / raw batch",
            kind=kind,
            ratio=median(theirs / own for own, theirs in zip(ours, raw, strict=True)),
            must=0.25,
            aim=0.5,
            beside={"ours ms": median(ours) * 1000, "raw ms": median(raw) * 1000},
        ),
        Figure(
            what=f"upload p99 / median, {PHONES} phones",
            kind=kind,
            ratio=median(p99 / p50 for p50, p99 in zip(crowd.p50_ms, crowd.p99_ms, strict=True)),
            must=10,
            aim=5,
            at_most=True,
            beside={
                "p50 ms": median(crowd.p50_ms),
                "p99 ms": median(crowd.p99_ms),
                "sales/s": median(crowd.sales_per_second),
            },
        ),
        Figure(
            what=f"uploads not answered by 200, {PHONES} phones",
            kind=kind,
            ratio=crowd.errors,
            must=0,
            aim=0,
            at_most=True,
        ),
    ]
