"""A sale over HTTP with everything on, beside bare durable inserts of the same rows.

By both roads: as a volunteer's phone sends it, and by the plain form of a browser without scripts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain

from flask import Flask

from tests.bench import bare, disk
from tests.bench.apart import apart
from tests.bench.client import Answers, ask
from tests.bench.fair import Fair, again, hold_fair, record, sale_posts
from tests.bench.figures import Figure, median, quantile
from tests.bench.houses import House, inside
from tests.bench.server import serving
from tests.bench.syncing import Seller, sellers_at

CLIENTS = (1, 8)
OK = 200
SEE_OTHER = 303
PHONES = 20
"""At each booth: one phone that sent so fast for so long would be told to wait."""
MEGABYTE = 1_048_576


@dataclass(slots=True)
class _Rounds:
    """What the rounds with one number of clients by one road gave."""

    status: int

    ratios: list[float] = field(default_factory=list)
    bare_per_second: list[float] = field(default_factory=list)
    sales_per_second: list[float] = field(default_factory=list)
    p50_ms: list[float] = field(default_factory=list)
    p99_ms: list[float] = field(default_factory=list)
    errors: int = 0

    def add(self, bare_per_second: float, answers: Answers) -> None:
        self.ratios.append(answers.per_second / bare_per_second)
        self.bare_per_second.append(bare_per_second)
        self.sales_per_second.append(answers.per_second)
        self.p50_ms.append(quantile(answers.latencies, 0.5) * 1000)
        self.p99_ms.append(quantile(answers.latencies, 0.99) * 1000)
        self.errors += answers.unlike(self.status)


def measure(house: House, *, rounds: int, sales: int) -> list[Figure]:
    """Rounds of both, turn about, `sales` in each; then what the server keeps in memory."""
    url, bare_url = house.url(), house.url()
    with inside(bare_url):
        plain = hold_fair(max(CLIENTS))
        record(plain.booths[0], plain.booths[0].sales(1))
    [rows] = bare.sale_rows(bare_url)
    phone = {clients: _Rounds(OK) for clients in CLIENTS}
    form = {clients: _Rounds(SEE_OTHER) for clients in CLIENTS}
    probes = []
    with inside(url) as app, serving(url) as server:
        fair = hold_fair(max(CLIENTS))
        sellers = sellers_at(fair, PHONES)
        _warm_up(app, fair, sellers, server.port)
        for _ in range(rounds):
            probes.append(disk.fdatasync_ms())
            for clients in CLIENTS:
                each = sales // clients
                lists = [again(rows, plain.booths[0], each) for _ in range(clients)]
                [(seconds, latencies)] = apart([partial(bare.insert_each, bare_url, lists)])
                uploads = [_uploads(sellers, booth, server.port, each) for booth in range(clients)]
                [answers] = apart([partial(ask, server.port, uploads)])
                phone[clients].add(len(latencies) / seconds, answers)
                posts = [
                    sale_posts(app, fair, booth, server.port, each)
                    for booth in fair.booths[:clients]
                ]
                [answers] = apart([partial(ask, server.port, posts)])
                form[clients].add(len(latencies) / seconds, answers)
        memory = server.bytes_a_worker() / MEGABYTE
    figures = [
        one
        for road, found in (("from a phone", phone), ("by a form", form))
        for clients, kept in found.items()
        for one in _figures(house.kind, road, clients, kept, median(probes))
    ]
    figures.append(
        Figure(
            what="memory of a worker after the load, MB",
            kind=house.kind,
            ratio=memory,
            must=120,
            aim=80,
            at_most=True,
        )
    )
    return figures


def _uploads(sellers: Sequence[Seller], booth: int, port: int, how_many: int) -> list[bytes]:
    """So many sales of a booth, each sent by itself, by its phones in turn."""
    own = sellers[booth * PHONES : (booth + 1) * PHONES]
    each = -(-how_many // PHONES)
    turns = zip(*(seller.posts(port, each, 1) for seller in own), strict=True)
    return list(chain.from_iterable(turns))[:how_many]


def _warm_up(app: Flask, fair: Fair, sellers: Sequence[Seller], port: int) -> None:
    """Every worker has connected, compiled and signed in by both roads."""
    posts = [sale_posts(app, fair, booth, port, 15) for booth in fair.booths]
    uploads = [_uploads(sellers, booth, port, 15) for booth in range(len(fair.booths))]
    for status, requests in ((SEE_OTHER, posts), (OK, uploads)):
        [answers] = apart([partial(ask, port, requests)])
        if answers.unlike(status):
            message = f"sales were not recorded: {answers.statuses} {answers.first_body!r}"
            raise RuntimeError(message)


def _figures(
    kind: str, road: str, clients: int, kept: _Rounds, fdatasync_ms: float
) -> list[Figure]:
    """The limits are for the road that phones take; forms are for where scripts do not run."""
    with_limits = clients == max(CLIENTS) and kept.status == OK
    who = f"{road}, {clients} client{'s' if clients > 1 else ''}"
    return [
        Figure(
            what=f"sales {who} / bare inserts",
            kind=kind,
            ratio=median(kept.ratios),
            must=0.2 if with_limits else None,
            aim=0.5 if with_limits else None,
            beside={
                "sales/s": median(kept.sales_per_second),
                "bare/s": median(kept.bare_per_second),
                "fdatasync ms": fdatasync_ms,
            },
        ),
        Figure(
            what=f"p99 / median of sales {who}",
            kind=kind,
            ratio=median(p99 / p50 for p50, p99 in zip(kept.p50_ms, kept.p99_ms, strict=True)),
            must=20,
            aim=10,
            at_most=True,
            beside={"p50 ms": median(kept.p50_ms), "p99 ms": median(kept.p99_ms)},
        ),
        Figure(
            what=f"sales {who} that failed",
            kind=kind,
            ratio=kept.errors,
            must=0,
            aim=0,
            at_most=True,
        ),
    ]
