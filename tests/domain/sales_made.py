"""Sales, terms and refunds as Hypothesis may make them."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from hypothesis import strategies as st

from market.domain.sales import receipt_code
from market.domain.sales.consignment import WHOLE_BP, ConsignorTerms
from market.domain.sales.sale import Sale, SaleLine, Tender

NOON = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
NAMES = st.sampled_from(["手工皂", "剪发", "饼干🍪", "缝补：裤脚", "Café", "全家福👨‍👩‍👧‍👦"])


@st.composite
def terms_for(draw: st.DrawFn, unit_price_minor: int) -> ConsignorTerms | None:
    """Terms that allow a piece at this price, or none."""
    consignor_id = draw(st.integers(1, 4))
    floor_minor = draw(st.none() | st.integers(0, unit_price_minor))
    match draw(st.sampled_from(["none", "share", "fixed"])):
        case "share":
            share_bp = draw(st.integers(0, WHOLE_BP))
            return ConsignorTerms(
                consignor_id=consignor_id, share_bp=share_bp, floor_minor=floor_minor
            )
        case "fixed":
            fixed_minor = draw(st.integers(0, unit_price_minor))
            return ConsignorTerms(
                consignor_id=consignor_id, fixed_minor=fixed_minor, floor_minor=floor_minor
            )
        case _:
            return None


@st.composite
def sale_lines(draw: st.DrawFn, number: int = 1) -> SaleLine:
    """A line of a common size, consigned or not."""
    unit_price_minor = draw(st.integers(0, 3000))
    return SaleLine(
        number=number,
        listing_id=draw(st.integers(1, 50)),
        name=draw(NAMES),
        quantity=draw(st.integers(1, 9)),
        unit_price_minor=unit_price_minor,
        terms=draw(terms_for(unit_price_minor)),
    )


@st.composite
def sales(draw: st.DrawFn) -> Sale:
    """A sale of one to five lines, with or without a gift and cash handed over."""
    lines = tuple(draw(sale_lines(number)) for number in range(1, draw(st.integers(1, 5)) + 1))
    lines_minor = sum(line.amount_minor for line in lines)
    gift_minor = draw(st.integers(0 if lines_minor else 1, 500))
    tender = draw(st.sampled_from(Tender))
    tendered_minor = None
    if tender is Tender.CASH and draw(st.booleans()):
        tendered_minor = lines_minor + gift_minor + draw(st.integers(0, 10_000))
    return Sale(
        id=UUID(int=draw(st.integers(0, 2**128 - 1))),
        till_id=draw(st.integers(1, 99)),
        device_id=draw(st.integers(1, 99)),
        sequence=draw(st.integers(1, 9999)),
        code=receipt_code.mint(lambda count: draw(st.binary(min_size=count, max_size=count))),
        tender=tender,
        lines=lines,
        phone_at=NOON,
        gift_minor=gift_minor,
        tendered_minor=tendered_minor,
    )
