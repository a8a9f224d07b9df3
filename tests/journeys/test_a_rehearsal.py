"""Another till's whole history in small: imported, closed day by day, given away, refunded, traced."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from pathlib import Path

from flask import Flask

from tests.rehearsal import rehearse

ITEMS = {"面包": "12.50", "茶": "8.00", "绿豆糕": "5.00", "果酱": "23.40", "热可可": "15.90"}
RECEIPTS_A_DAY = 50
DAYS = 4


def test_a_tills_history_goes_all_the_way_to_its_wishes(app: Flask, tmp_path: Path) -> None:
    till, prices = _till_of_four_days(tmp_path), tmp_path / "prices.csv"
    prices.write_text(
        "item,unit_price\n" + "".join(f"{item},{price}\n" for item, price in ITEMS.items())
    )
    done = rehearse(app, till, prices, one_in=20)
    assert (done.receipts, done.days) == (RECEIPTS_A_DAY * DAYS, DAYS)
    assert done.traced == done.receipts
    assert done.lit > 10
    assert done.bought
    # Everything was given away: a refund waits for the next laying, and the last day's have none.
    assert 0 < done.refunds_settled < done.refunds


def _till_of_four_days(folder: Path) -> Path:
    """Receipts of one to five pieces, with lines repeated and lines that are no sale."""
    rng = random.Random(1)  # noqa: S311 - the same file each time
    lines = ["date,time,receipt,item"]
    number = 0
    for day in range(DAYS):
        at = datetime(2026, 11, 1 + day, 9)  # noqa: DTZ001 - what stands in the file
        for _ in range(RECEIPTS_A_DAY):
            number += 1
            at += timedelta(seconds=rng.randrange(30, 200))
            said = f"{at:%Y-%m-%d,%H:%M:%S},{number},"
            lines += [said + rng.choice(tuple(ITEMS)) for _ in range(rng.randrange(1, 6))]
            if number % 40 == 0:
                lines += [said + "NONE", f"{at:%Y-%m-%d,%H:%M:%S},x{number},Adjustment"]
    file = folder / "till.csv"
    file.write_text("\n".join(lines))
    return file
