"""A voucher's seal covers all that its row and its postings say."""

from __future__ import annotations

import dataclasses
import hashlib
from datetime import date, timedelta
from typing import Any

import pytest

from market.domain.ledger.seal import VoucherFacts, canonical_voucher, voucher_hash
from tests.domain.sales_made import NOON

FACTS = VoucherFacts(
    id=88,
    community_id=1,
    month="2026-11",
    number=7,
    kind="closure",
    booked_on=date(2026, 11, 21),
    at=NOON,
    memo="一号钱箱收摊",
    by_id=4,
    second_id=None,
    reverses_id=None,
    postings=[(31, -6000), (12, 6000)],
)


def test_it_is_over_an_array_with_the_postings_in_order() -> None:
    canonical = (
        '[1,88,1,"2026-11",7,"closure","2026-11-21","2026-11-21T04:00:00.000000+00:00",'
        '"一号钱箱收摊",4,0,0,[[12,6000],[31,-6000]]]'
    ).encode()
    assert canonical_voucher(FACTS) == canonical
    assert voucher_hash(FACTS) == hashlib.sha256(canonical).hexdigest()


@pytest.mark.parametrize("field", [field.name for field in dataclasses.fields(VoucherFacts)])
def test_whatever_a_voucher_says_changes_its_seal(field: str) -> None:
    others: dict[str, Any] = {
        "month": "2026-12",
        "kind": "count",
        "booked_on": date(2026, 11, 22),
        "at": NOON + timedelta(microseconds=1),
        "memo": "二号钱箱收摊",
        "postings": [(31, -6001), (12, 6001)],
    }
    changed = dataclasses.replace(FACTS, **{field: others.get(field, 99)})
    assert voucher_hash(changed) != voucher_hash(FACTS)
