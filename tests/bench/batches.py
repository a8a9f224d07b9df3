"""`record_sales()` of a thousand at once, beside one raw batch of the same rows by the driver."""

from __future__ import annotations

import time

from tests.bench import bare
from tests.bench.fair import again, hold_fair, record
from tests.bench.figures import Figure, median
from tests.bench.houses import House, inside


def measure(house: House, *, rounds: int, sales: int) -> list[Figure]:
    """Rounds of both, turn about, after one of each to warm up."""
    url, bare_url = house.url(), house.url()
    with inside(bare_url):
        plain = hold_fair(1)
        record(plain.booths[0], plain.booths[0].sales(1))
    [rows] = bare.sale_rows(bare_url)
    ours: list[float] = []
    raw: list[float] = []
    with inside(url):
        [booth] = hold_fair(1).booths
        for _ in range(rounds + 1):
            batch = booth.sales(sales)
            begun = time.perf_counter()
            record(booth, batch)
            ours.append(time.perf_counter() - begun)
            raw.append(bare.insert_at_once(bare_url, again(rows, plain.booths[0], sales)))
    return [
        Figure(
            what=f"record_sales() of {sales:,} / raw batch",
            kind=house.kind,
            ratio=median(theirs / own for own, theirs in zip(ours[1:], raw[1:], strict=True)),
            must=0.25,
            aim=0.5,
            beside={"ours ms": median(ours[1:]) * 1000, "raw ms": median(raw[1:]) * 1000},
        )
    ]
