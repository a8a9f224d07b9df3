"""Where a receipt's money went, and whose money lit a wish: to the fen, there and back."""

from __future__ import annotations

import secrets
from collections import Counter
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from market.domain.identifiers import uuid7
from market.domain.sales.sale import Sale
from market.models.proceeds import Allocation, Wish
from market.models.sales import Closure, SalePosition, SaleVoid
from market.models.sales import Sale as SaleRow
from market.queries.public.trace import (
    Place,
    contributions,
    places_of_closures,
    places_of_sale,
)
from tests.books import busy_day, give_back
from tests.factories import NOW
from tests.market_day import Day, make_day
from tests.queries.statements import counting
from tests.refunds import ask, close_day, close_late, of_line, recorded_sale, stage_of, whole
from tests.wishes import allocate, allocations_of, make_open_wish


def uses(session: Session, sale: Sale) -> Counter[str]:
    """What each kind of use has of a sale's money: a wish by its id, refunded or waiting."""
    wish_of = dict(session.execute(select(Allocation.id, Allocation.wish_id)).all())
    found: Counter[str] = Counter()
    for place in places_of_sale(session, sale.id):
        found[_use(place, wish_of)] += place.amount_minor
    return +found


def _use(place: Place, wish_of: dict[int, int | None]) -> str:
    if place.refund_id is not None:
        return "refunded"
    if place.allocation_id is None:
        return "waiting"
    return f"wish {wish_of[place.allocation_id]}"


def light(session: Session, day: Day, *amounts_minor: int) -> list[Wish]:
    """Wishes that cost so much each, lit in this order."""
    stage = stage_of(day)
    session.refresh(day.wishes)
    wishes = [make_open_wish(session, stage, amount) for amount in amounts_minor]
    allocate(session, stage, *((wish, wish.cost_minor) for wish in wishes))
    return wishes


def three_sales(session: Session) -> tuple[Day, Sale, Sale, Sale]:
    """Soap three times, ¥15 each: ¥31.50 for wishes; the till is closed."""
    day = make_day(session)
    # One moment for all of them: their ids then say who came first.
    first, second, third = (
        recorded_sale(session, day, id=uuid7(NOW + timedelta(seconds=number), secrets.token_bytes))
        for number in range(3)
    )
    close_day(session, day)
    return day, first, second, third


def test_before_closing_there_is_nothing_to_trace(session: Session) -> None:
    day = make_day(session)
    assert places_of_sale(session, recorded_sale(session, day).id) == []


def test_every_receipt_of_a_busy_day_traces_to_its_net(session: Session) -> None:
    busy_day(session)
    closed = select(SalePosition.sale_id)
    sales = session.scalars(select(SaleRow).where(SaleRow.id.in_(closed))).all()
    voided = set(session.scalars(select(SaleVoid.sale_id)))
    assert len(sales) > 4
    for sale in sales:
        traced = sum(place.amount_minor for place in places_of_sale(session, sale.id))
        assert traced == (0 if sale.id in voided else sale.net_minor)


def test_what_is_bought_first_lights_what_waits_first(session: Session) -> None:
    day, first, second, third = three_sales(session)
    one, other = light(session, day, 15_00, 10_00)
    assert uses(session, first) == {f"wish {one.id}": 10_50, "waiting": 4_50}
    assert uses(session, second) == {
        f"wish {one.id}": 4_50,
        f"wish {other.id}": 6_00,
        "waiting": 4_50,
    }
    assert uses(session, third) == {f"wish {other.id}": 4_00, "waiting": 11_00}


def test_a_refunded_receipt_says_so_and_nobody_elses_wish_goes_dark(session: Session) -> None:
    day, first, second, third = three_sales(session)
    one, other = light(session, day, 10_50, 10_50)
    ask(session, day, first.id, whole(session, day, first.id))
    assert uses(session, first) == {"refunded": 15_00}
    assert uses(session, second) == {f"wish {other.id}": 10_50, "waiting": 4_50}
    # The third buyer's money, free till then, has taken the place of the first one's.
    [given] = contributions(session, ids(session, one))
    assert (given.sale_id, given.amount_minor) == (third.id, 10_50)


def test_a_refund_after_all_is_spent_waits_and_is_paid_by_what_comes_next(
    session: Session,
) -> None:
    day, first, second, third = three_sales(session)
    [wish] = light(session, day, 31_50)
    ask(session, day, first.id, whole(session, day, first.id))
    assert uses(session, first) == {f"wish {wish.id}": 10_50, "waiting": 4_50}
    late = recorded_sale(session, day)
    close_late(session, day)
    assert uses(session, first) == {"refunded": 15_00}
    assert uses(session, late) == {f"wish {wish.id}": 10_50, "waiting": 4_50}
    for kept in (second, third):
        assert uses(session, kept) == {f"wish {wish.id}": 10_50, "waiting": 4_50}


def test_money_that_a_wish_gave_back_is_followed_to_the_next_one(session: Session) -> None:
    day, first, *_ = three_sales(session)
    given_up, _ = light(session, day, 10_50, 21_00)
    give_back(session, day, given_up)
    assert uses(session, first) == {"waiting": 15_00}
    [next_one] = light(session, day, 6_00)
    assert uses(session, first) == {f"wish {next_one.id}": 6_00, "waiting": 9_00}
    assert contributions(session, ids(session, given_up)) == []


def test_a_part_refunded_leaves_the_rest_where_it_was(session: Session) -> None:
    day = make_day(session)
    sale = recorded_sale(session, day, day.soap, day.repair)
    close_day(session, day)
    [wish] = light(session, day, 17_50)
    recorded_sale(session, day)
    close_late(session, day)
    ask(session, day, sale.id, of_line(1, 1, 15_00))
    found = uses(session, sale)
    assert found["refunded"] == 15_00
    assert found[f"wish {wish.id}"] + found["waiting"] == 10_00


def ids(session: Session, *wishes: Wish) -> list[int]:
    return [one.id for wish in wishes for one in allocations_of(session, wish)]


def test_forth_and_back_agree_on_every_receipt_and_wish(session: Session) -> None:
    busy_day(session)
    standing = {
        row.id: row.amount_minor - row.returned_minor for row in session.scalars(select(Allocation))
    }
    back: Counter[tuple[UUID | None, int]] = Counter()
    for given in contributions(session, standing):
        back[given.sale_id, given.allocation_id] += given.amount_minor
    forth: Counter[tuple[UUID | None, int]] = Counter()
    for sale_id in session.scalars(select(SalePosition.sale_id)):
        for place in places_of_sale(session, sale_id):
            if place.allocation_id is not None:
                forth[sale_id, place.allocation_id] += place.amount_minor
    by_sales = Counter({key: amount for key, amount in back.items() if key[0] is not None})
    assert by_sales == +forth
    sums: Counter[int] = Counter()
    for (_, allocation_id), amount in back.items():
        sums[allocation_id] += amount
    assert sums == +Counter(standing)


def test_what_closures_laid_is_all_somewhere(session: Session) -> None:
    busy_day(session)
    closures = session.scalars(select(Closure)).all()
    places = places_of_closures(session, [one.id for one in closures])
    laid = sum(one.net_minor + one.box_minor for one in closures)
    assert sum(place.amount_minor for place in places) == laid


@pytest.mark.parametrize("more_sales", [2, 12])
def test_a_trace_asks_as_much_of_a_long_line_as_of_a_short_one(
    session: Session, more_sales: int
) -> None:
    day = make_day(session)
    sales = [recorded_sale(session, day) for _ in range(more_sales)]
    close_day(session, day)
    allocations = ids(session, *light(session, day, *[5_00] * more_sales))
    with counting(session) as asked:
        places_of_sale(session, sales[0].id)
    assert len(asked) <= 8
    with counting(session) as asked:
        contributions(session, allocations)
    assert len(asked) <= 12
