"""The book and the oracle told the same story, and stories to tell them."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence

from tests.domain.line_book import LineBook
from tests.domain.line_oracle import LineOracle, Owner, Unit

Chance = random.Random


class Twins:
    """The book and the oracle, told the same story."""

    def __init__(self, funds: int, book: Callable[[int], LineBook] = LineBook) -> None:
        self.book = book(funds)
        self.oracle = LineOracle(funds)

    def close(self, nets: Sequence[int], box_income: int, weights: tuple[int, ...]) -> None:
        self.book.close(nets, box_income, weights)
        self.oracle.close(nets, box_income, weights)

    def lay_income(self, fund: int, amount: int) -> None:
        self.book.lay_income(fund, amount)
        self.oracle.lay_income(fund, amount)

    def allocate(self, fund: int, amount: int) -> None:
        assert self.book.allocate(fund, amount) == self.oracle.allocate(fund, amount)

    def give_back(self, allocation: int, amount: int) -> None:
        self.book.give_back(allocation, amount)
        self.oracle.give_back(allocation, amount)

    def refund(self, sale: int, amount: int) -> None:
        self.book.file_refund(sale, amount)
        self.oracle.file_refund(sale, amount)
        self.settle(len(self.book.refunds) - 1)

    def settle(self, refund: int) -> None:
        assert self.book.settle(refund) == self.oracle.settle(refund)

    def waiting(self) -> list[int]:
        return [number for number, row in enumerate(self.book.refunds) if not row.settled]

    def returnable(self) -> dict[int, int]:
        rows = enumerate(self.book.allocations)
        return {number: span.length for number, (_, span) in rows if span.length}

    def refundable(self) -> dict[int, int]:
        rows = enumerate(self.book.remaining)
        return {sale: span.length for sale, span in rows if span.length}

    def compare(self) -> None:
        self._compare_traces()
        self._compare_holders()
        for book, oracle in zip(self.book.funds, self.oracle.funds, strict=True):
            assert (book.laid, book.taken) == (len(oracle.cells), oracle.taken)
            assert book.laid == oracle.raised + oracle.returned
        self._conserve()

    def _compare_traces(self) -> None:
        for sale, (_, span) in enumerate(self.book.sales):
            trace = self.book.trace(sale)
            assert trace == self.oracle.trace(sale)
            assert sum(map(len, trace)) == span.length
            refunded = Counter(owner[0] for part in trace for owner in part if owner)["refund"]
            settled = [row for row in self.book.refunds if row.sale == sale and row.settled]
            assert refunded == sum(row.positions.length for row in settled)

    def _compare_holders(self) -> None:
        owners: list[Owner] = [("allocation", at) for at in range(len(self.book.allocations))]
        owners += [("refund", at) for at in range(len(self.book.refunds))]
        sale_of = {unit: at for at, units in enumerate(self.oracle.sales) for unit in units}
        for owner in owners:
            held = self.book.held_by(owner)
            assert held == self.oracle.held_by(owner)
            units: list[Unit] = [unit for part in held for unit in part]
            expected = Counter(sale_of[unit] for unit in units if unit in sale_of)
            assert self.book.receipts(owner) == expected

    def _conserve(self) -> None:
        for number, fund in enumerate(self.book.funds):
            allocations = [span for at, span in self.book.allocations if at == number]
            landed = sum(span.length for span, _, (kind, _) in fund.layings if kind == "return")
            taken = Counter[str]()
            for span, (kind, _) in fund.takings:
                taken[kind] += span.length
            assert taken["allocation"] - landed == sum(span.length for span in allocations)
            assert fund.taken == taken["allocation"] + taken["refund"]


def tell_a_story(
    seed: int, *, book: Callable[[int], LineBook] = LineBook, scale: int = 1, acts: int = 25
) -> Twins:
    """A history drawn by `seed`, the same each time; `scale` makes every amount that much larger."""
    chance = Chance(seed)
    funds = chance.randint(1, 3)
    twins = Twins(funds, book)
    for _ in range(acts):
        act = chance.choices([_close, _allocate, _give_back, _refund], [3, 4, 2, 3])[0]
        act(twins, chance, scale)
        for refund in twins.waiting():
            twins.settle(refund)
    return twins


def _close(twins: Twins, chance: Chance, scale: int) -> None:
    funds = len(twins.book.funds)
    if chance.random() < 0.15:
        twins.lay_income(chance.randrange(funds), chance.randint(1, 8 * scale))
        return
    nets = [
        chance.choice([0, 1, chance.randint(0, 15 * scale)]) for _ in range(chance.randint(0, 5))
    ]
    weights = tuple(chance.randint(0, 9) for _ in range(funds))
    twins.close(nets, chance.choice([0, 0, 3 * scale]), weights if any(weights) else (1,) * funds)


def _allocate(twins: Twins, chance: Chance, scale: int) -> None:
    fund = chance.randrange(len(twins.book.funds))
    free = twins.book.funds[fund].free
    twins.allocate(fund, chance.choice([free, free + 1, chance.randint(1, max(free, 1))]) or scale)


def _give_back(twins: Twins, chance: Chance, _scale: int) -> None:
    _at_random(chance, twins.returnable(), twins.give_back)


def _refund(twins: Twins, chance: Chance, _scale: int) -> None:
    _at_random(chance, twins.refundable(), twins.refund)


def _at_random(chance: Chance, choices: dict[int, int], act: Callable[[int, int], None]) -> None:
    if choices:
        number = chance.choice(sorted(choices))
        act(number, chance.choice([choices[number], chance.randint(1, choices[number])]))
