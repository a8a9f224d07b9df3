"""What the server adds to a closure's sales is one hash, and none of it can change unseen."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import pytest

from market.domain.sales.frozen import FrozenSale, FrozenSales
from tests.domain.sales_made import NOON
from tests.domain.test_sale import SALE

LATER = NOON + timedelta(minutes=1)
FROZEN = FrozenSale(
    id=SALE.id,
    stall_id=3,
    day_number="3B-027",
    phone_at=NOON,
    recorded_at=NOON,
    received_at=LATER,
    person_id=None,
    void=(4, NOON, LATER),
    lines=[(8, 7000, None, 2100), (None, None, None, 0)],
)


def hash_of(*sales: FrozenSale) -> str:
    frozen = FrozenSales()
    for sale in sales:
        frozen.add(sale)
    return frozen.hexdigest()


def test_it_is_over_an_array_and_a_line_feed_for_each_sale() -> None:
    noon, later = "2026-11-21T04:00:00.000000+00:00", "2026-11-21T04:01:00.000000+00:00"
    line = (
        f'[1,"{SALE.id}",3,"3B-027","{noon}","{noon}","{later}",null,[4,"{noon}","{later}"],'
        "[[8,7000,null,2100],[null,null,null,0]]]\n"
    )
    assert hash_of(FROZEN) == hashlib.sha256(line.encode()).hexdigest()
    assert hash_of(FROZEN, FROZEN) == hashlib.sha256(2 * line.encode()).hexdigest()
    assert hash_of() == hashlib.sha256(b"").hexdigest()


@pytest.mark.parametrize(
    "change",
    [
        {"stall_id": 4},
        {"day_number": "3B-028"},
        {"phone_at": LATER},
        {"recorded_at": LATER},
        {"received_at": NOON},
        {"person_id": 0},
        {"void": None},
        {"void": (5, NOON, LATER)},
        {"void": (4, LATER, LATER)},
        {"void": (4, NOON, NOON)},
        {"lines": [(8, 7000, None, 2101), (None, None, None, 0)]},
        {"lines": [(9, 7000, None, 2100), (None, None, None, 0)]},
        {"lines": [(None, None, None, 0), (8, 7000, None, 2100)]},
    ],
)
def test_whatever_the_server_added_changes_the_hash(change: dict[str, Any]) -> None:
    assert hash_of(FROZEN._replace(**change)) != hash_of(FROZEN)


def test_the_order_of_the_sales_matters() -> None:
    other = FROZEN._replace(day_number="3B-028")
    assert hash_of(FROZEN, other) != hash_of(other, FROZEN)
