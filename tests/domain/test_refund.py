"""A refund takes back from each what was theirs, and never more than is left."""

from __future__ import annotations

import dataclasses
import hashlib
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.domain.money import AmountNegative, CountOutOfRange, Money
from market.domain.sales.consignment import ConsignorTerms
from market.domain.sales.refund import (
    MoreGiftThanLeft,
    MoreMoneyThanLeft,
    MorePiecesThanLeft,
    NoSuchLine,
    NothingToRefund,
    PaidFrom,
    Refund,
    RefundedLine,
    RefundFacts,
    SaleRest,
    canonical_refund,
    refund_hash,
    refund_parts,
    sale_rest,
)
from market.domain.sales.sale import Sale, SaleLine
from tests.domain.sales_made import NOON, sales
from tests.domain.test_sale import SALE

HATS = SaleLine(
    number=1,
    listing_id=3,
    name="毛线帽",
    quantity=3,
    unit_price_minor=1001,
    terms=ConsignorTerms(consignor_id=8, share_bp=7000),
)
CARDS = SaleLine(number=2, listing_id=4, name="贺卡", quantity=2, unit_price_minor=500)
GIVEN = dataclasses.replace(SALE, lines=(HATS, CARDS), gift_minor=97)


def line(number: int, quantity: int, amount_minor: int) -> RefundedLine:
    return RefundedLine(number=number, quantity=quantity, amount_minor=amount_minor)


@st.composite
def part_refunds(draw: st.DrawFn, rest: SaleRest) -> Refund:
    """A refund of some of what is left."""
    rows = [
        line(number, draw(st.integers(0, left.quantity)), draw(st.integers(0, left.amount_minor)))
        for number, left in rest.lines.items()
        if draw(st.booleans())
    ]
    return Refund(lines=tuple(rows), gift_minor=draw(st.integers(0, rest.gift_minor)))


@given(sales(), st.data())
def test_a_history_of_refunds_gives_everybody_exactly_what_they_had(
    sale: Sale, data: st.DataObject
) -> None:
    earlier: list[Refund] = []
    gross = net = consignors = 0
    for _ in range(data.draw(st.integers(0, 3))):
        rest = sale_rest(sale.lines, sale.gift_minor, earlier)
        refund = data.draw(part_refunds(rest))
        if refund.gross_minor == 0:
            continue
        parts = refund_parts(sale, earlier, refund)
        earlier.append(refund)
        gross += parts.gross_minor
        net += parts.net_minor
        consignors += sum(parts.payables.values())
        assert parts.gross_minor == parts.net_minor + sum(parts.consignor_by_line.values())
        assert parts.net_minor == sum(parts.net_by_line.values()) + parts.gift_minor
        assert sum(parts.payables.values()) == sum(parts.consignor_by_line.values())
        for number, part in parts.net_by_line.items():
            assert 0 <= part <= rest.lines[number].net_minor
            assert 0 <= parts.consignor_by_line[number] <= rest.lines[number].consignor_minor
    rest = sale_rest(sale.lines, sale.gift_minor, earlier)
    assert (rest.gross_minor, rest.net_minor) == (sale.due_minor - gross, sale.net_minor - net)
    if rest.gross_minor:
        last = refund_parts(sale, earlier, rest.whole())
        assert gross + last.gross_minor == sale.due_minor
        assert net + last.net_minor == sale.net_minor
        assert consignors + sum(last.payables.values()) == sale.consignor_minor


@given(sales())
def test_a_whole_refund_undoes_the_sale(sale: Sale) -> None:
    whole = sale_rest(sale.lines, sale.gift_minor, []).whole()
    parts = refund_parts(sale, [], whole)
    assert (parts.gross_minor, parts.net_minor) == (sale.due_minor, sale.net_minor)
    assert sum(parts.payables.values()) == sale.consignor_minor
    assert sale_rest(sale.lines, sale.gift_minor, [whole]).gross_minor == 0


def test_one_hat_of_three_gives_back_the_rounded_part() -> None:
    # ceil(3003 × 0.7) = 2103, ceil(2002 × 0.7) = 1402.
    parts = refund_parts(GIVEN, [], Refund(lines=(line(1, 1, 1001),)))
    assert parts.consignor_by_line == {1: 701}
    assert parts.net_by_line == {1: 300}
    assert parts.payables == {8: 701}
    assert (parts.gross_minor, parts.net_minor, parts.gift_minor) == (1001, 300, 0)


def test_the_gift_is_all_net_and_may_go_back_in_part() -> None:
    first = Refund(gift_minor=40)
    assert refund_parts(GIVEN, [], first).net_minor == 40
    assert refund_parts(GIVEN, [first], Refund(gift_minor=57)).gross_minor == 57
    with pytest.raises(MoreGiftThanLeft) as refusal:
        refund_parts(GIVEN, [first], Refund(gift_minor=58))
    assert refusal.value.facts == {"left": Money(57)}


def test_no_more_pieces_come_back_than_went() -> None:
    first = Refund(lines=(line(1, 2, 100),))
    refund_parts(GIVEN, [first], Refund(lines=(line(1, 1, 100),)))
    with pytest.raises(MorePiecesThanLeft) as refusal:
        refund_parts(GIVEN, [first], Refund(lines=(line(1, 2, 100),)))
    assert refusal.value.facts == {"number": 1, "left": 1}


def test_no_more_money_comes_back_than_was_paid_for_the_line() -> None:
    first = Refund(lines=(line(2, 1, 600),))
    refund_parts(GIVEN, [first], Refund(lines=(line(2, 1, 400),)))
    with pytest.raises(MoreMoneyThanLeft) as refusal:
        refund_parts(GIVEN, [first], Refund(lines=(line(2, 1, 401),)))
    assert refusal.value.facts == {"number": 2, "left": Money(400)}


@pytest.mark.parametrize("lines", [(line(3, 1, 100),), (line(2, 1, 100), line(2, 1, 100))])
def test_a_line_is_one_of_the_sales_and_named_once(lines: tuple[RefundedLine, ...]) -> None:
    with pytest.raises(NoSuchLine):
        refund_parts(GIVEN, [], Refund(lines=lines))


def test_a_refund_of_nothing_is_refused() -> None:
    with pytest.raises(NothingToRefund):
        refund_parts(GIVEN, [], Refund())
    with pytest.raises(NothingToRefund):
        refund_parts(GIVEN, [], Refund(lines=(line(1, 1, 0),)))


def test_negative_amounts_and_pieces_are_refused() -> None:
    with pytest.raises(AmountNegative):
        line(1, 1, -1)
    with pytest.raises(CountOutOfRange):
        line(1, -1, 1)
    with pytest.raises(AmountNegative):
        Refund(gift_minor=-1)


FACTS = RefundFacts(
    sale_id=SALE.id,
    number=1,
    request_id=5,
    voucher_id=88,
    paid_by_id=4,
    paid_at=NOON,
    gift_minor=40,
    start_minor=700,
    end_minor=1040,
    lines=[(2, 1, 500, 0), (1, 1, 1001, 701)],
)


def test_a_refunds_hash_is_over_an_array_with_its_lines_in_order() -> None:
    canonical = (
        b'[1,"019ab000-7c3d-7100-8000-9f00aa000000",1,5,88,4,"2026-11-21T04:00:00.000000+00:00"'
        b",40,700,1040,[[1,1,1001,701],[2,1,500,0]]]"
    )
    assert canonical_refund(FACTS) == canonical
    assert refund_hash(FACTS) == hashlib.sha256(canonical).digest()


@pytest.mark.parametrize("field", [field.name for field in dataclasses.fields(RefundFacts)])
def test_whatever_a_refund_says_changes_its_hash(field: str) -> None:
    others: dict[str, Any] = {
        "sale_id": UUID(int=1),
        "paid_at": NOON + timedelta(microseconds=1),
        "lines": [],
    }
    changed = dataclasses.replace(FACTS, **{field: others.get(field, 99)})
    assert refund_hash(changed) != refund_hash(FACTS)


def test_the_ways_a_refund_is_paid_have_names_of_their_own() -> None:
    assert len({way.label for way in PaidFrom}) == len(PaidFrom) == 4
