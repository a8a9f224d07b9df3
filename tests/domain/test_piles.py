"""Three piles: against every way of pairing, in small; and what must hold, in large."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import combinations, permutations

from hypothesis import given
from hypothesis import strategies as st

from market.domain.sales.piles import Piles, three_piles

START = datetime(2026, 11, 21, 2, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class One:
    at: datetime
    amount_minor: int
    name: int


def ones(moments: list[int], amount_minor: int = 15_00) -> list[One]:
    return [One(START + timedelta(seconds=s), amount_minor, n) for n, s in enumerate(moments)]


def apart(piles: Piles[One, One]) -> float:
    return sum(abs((sale.at - line.at).total_seconds()) for sale, line in piles.matched)


some = st.lists(st.integers(0, 600), max_size=5)
rows = st.lists(
    st.builds(
        One,
        st.integers(0, 600).map(lambda s: START + timedelta(seconds=s)),
        st.sampled_from([5_00, 15_00, -15_00]),
        st.integers(0, 99),
    ),
    max_size=30,
)


@given(some, some)
def test_no_other_pairing_is_nearer(left: list[int], right: list[int]) -> None:
    fewer, more = sorted([left, right], key=len)
    least = min(
        sum(abs(a - b) for a, b in zip(fewer, order, strict=True))
        for chosen in combinations(more, len(fewer))
        for order in permutations(chosen)
    )
    piles = three_piles(ones(left), ones(right))
    assert (len(piles.matched), apart(piles)) == (len(fewer), least)


@given(rows, rows)
def test_everything_is_in_one_pile(sales: list[One], lines: list[One]) -> None:
    piles = three_piles(sales, lines)
    there = [id(sale) for sale, _ in piles.matched] + [id(sale) for sale in piles.without_money]
    assert sorted(there) == sorted(map(id, sales))
    there = [id(line) for _, line in piles.matched] + [id(line) for line in piles.without_sale]
    assert sorted(there + [id(line) for line in piles.undone]) == sorted(map(id, lines))
    assert all(sale.amount_minor == line.amount_minor for sale, line in piles.matched)
    assert sum(line.amount_minor for line in piles.undone) == 0
    left = {sale.amount_minor for sale in piles.without_money}
    assert not left & {line.amount_minor for line in piles.without_sale}


def test_the_one_left_out_is_the_one_far_away() -> None:
    piles = three_piles(ones([10, 500]), ones([12, 250, 505]))
    assert [line.name for line in piles.without_sale] == [1]


def test_what_went_straight_back_is_no_money_without_a_sale() -> None:
    paid, back = ones([10], 8_00), ones([60], -8_00)
    piles: Piles[One, One] = three_piles([], paid + back)
    assert (piles.without_sale, piles.undone) == ((), (*paid, *back))


def test_money_that_goes_before_it_came_is_looked_at() -> None:
    piles: Piles[One, One] = three_piles([], ones([60], 8_00) + ones([10], -8_00))
    assert len(piles.without_sale) == 2


def test_three_thousand_a_side_are_quick() -> None:
    sales = ones(list(range(0, 6_000, 2)))
    lines = ones(list(range(1, 6_001, 2))[:2_900])
    piles = three_piles(sales, lines)
    assert (len(piles.matched), len(piles.without_money)) == (2_900, 100)
