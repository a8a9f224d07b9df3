"""What a market day needs before it opens."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from market.domain.ledger.holders import HolderKind
from market.domain.sales.legal_basis import CODE_HOLDERS, BasisKind
from market.domain.sales.preparing import Need, Readiness

HELD_ON = date(2026, 11, 28)


def readiness(**overrides: Any) -> Readiness:
    given = {
        "held_on": HELD_ON,
        "basis": BasisKind.PLEDGE,
        "filing_number": "",
        "holders_stand": True,
        "shares": 2,
        "stalls": 1,
        "listings": 1,
    }
    return Readiness(**{**given, **overrides})


def test_a_market_with_everything_may_open() -> None:
    assert readiness().needs(today=HELD_ON) == ()


@pytest.mark.parametrize(
    ("lacking", "need"),
    [
        ({"basis": None}, Need.BASIS),
        ({"holders_stand": False}, Need.HOLDER),
        ({"shares": 0}, Need.SPLIT),
        ({"stalls": 0, "listings": 0}, Need.STALLS),
        ({"listings": 0}, Need.LISTINGS),
    ],
)
def test_what_is_lacking_is_named(lacking: dict[str, Any], need: Need) -> None:
    assert readiness(**lacking).needs(today=HELD_ON) == (need,)


def test_needs_are_named_in_the_order_they_are_seen_to() -> None:
    bare = readiness(basis=None, shares=0, stalls=0, listings=0)
    assert bare.needs(today=HELD_ON) == (Need.BASIS, Need.SPLIT, Need.STALLS)


def test_a_filing_may_be_pending_until_the_day_before_the_market() -> None:
    filed_later = readiness(basis=BasisKind.CHARITY)
    assert filed_later.filing_pending
    assert filed_later.needs(today=HELD_ON - timedelta(days=1)) == ()
    assert filed_later.needs(today=HELD_ON) == (Need.FILING,)
    assert (
        readiness(basis=BasisKind.CHARITY, filing_number="苏民备 7 号").needs(today=HELD_ON) == ()
    )


@pytest.mark.parametrize("kind", [BasisKind.PLEDGE, BasisKind.MUTUAL_AID])
def test_only_a_charity_files(kind: BasisKind) -> None:
    assert not readiness(basis=kind).filing_pending


def test_with_a_charity_all_takings_are_that_charity_s() -> None:
    assert BasisKind.CHARITY.holders == {HolderKind.CHARITY}


@pytest.mark.parametrize("kind", BasisKind)
def test_takings_are_never_one_person_s_nor_a_cash_box_s(kind: BasisKind) -> None:
    assert not kind.holders & {HolderKind.PERSON, HolderKind.CUSTODIAN, HolderKind.PLATFORM}


def test_cash_boxes_hold_no_payment_code() -> None:
    assert set(HolderKind) - CODE_HOLDERS == {HolderKind.CUSTODIAN}
