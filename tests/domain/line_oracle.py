"""The proceeds line unit by unit: slow, plain, and sharing no code with what it judges.

Every minor unit has an identity, (source, position in it), and every place of every fund holds one
unit or nothing. Each act is done one unit after the other, in the words of the rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

Source = tuple[str, int]
Unit = tuple[Source, int]
Owner = tuple[str, int]


@dataclass
class FundModel:
    """One fund: which unit each place holds, who took it, and how far the head has come."""

    cells: list[Unit | None] = field(default_factory=list)
    owners: list[Owner | None] = field(default_factory=list)
    taken: int = 0
    raised: int = 0
    returned: int = 0

    @property
    def free(self) -> int:
        return len(self.cells) - self.taken

    def lay(self, unit: Unit) -> None:
        self.cells.append(unit)
        self.owners.append(None)

    def take(self, owner: Owner) -> int:
        place = self.taken
        assert self.owners[place] is None
        assert self.cells[place] is not None
        self.owners[place] = owner
        self.taken += 1
        return place


class LineOracle:
    """All funds of one community, with what was sold, allocated, returned and refunded."""

    def __init__(self, funds: int) -> None:
        self.funds = [FundModel() for _ in range(funds)]
        self.fund_of: dict[Unit, int] = {}
        self.sales: list[list[Unit]] = []
        self.remaining: list[list[Unit]] = []
        self.allocations: list[tuple[int, list[int]]] = []
        self.refunds: list[list[Unit]] = []
        self.settled: set[int] = set()
        self._closures = self._incomes = 0

    def close(self, nets: Sequence[int], box_income: int, weights: Sequence[int]) -> None:
        """Lay a closure: its sales in order, then money without a receipt."""
        source = ("closure", self._closures)
        self._closures += 1
        position = 0
        for net in nets:
            units = [(source, position + step) for step in range(net)]
            self.sales.append(units)
            self.remaining.append(list(units))
            position += net
        for at in range(position + box_income):
            self._lay_new((source, at), _fund_of(at, weights))

    def lay_income(self, fund: int, amount: int) -> None:
        """Lay money with no sale behind it."""
        source = ("income", self._incomes)
        self._incomes += 1
        for at in range(amount):
            self._lay_new((source, at), fund)

    def allocate(self, fund: int, amount: int) -> bool:
        if self.funds[fund].free < amount:
            return False
        owner = ("allocation", len(self.allocations))
        self.allocations.append((fund, [self.funds[fund].take(owner) for _ in range(amount)]))
        return True

    def give_back(self, allocation: int, amount: int) -> None:
        """The last `amount` places of what is left of the allocation go to the end of the line."""
        fund, places = self.allocations[allocation]
        model = self.funds[fund]
        leaving = [places.pop() for _ in range(amount)]
        for place in reversed(leaving):
            unit = model.cells[place]
            assert unit is not None
            model.cells[place] = None
            model.lay(unit)
            model.returned += 1

    def file_refund(self, sale: int, amount: int) -> None:
        self.refunds.append([self.remaining[sale].pop() for _ in range(amount)])

    def settle(self, refund: int) -> bool:
        """Exchange the refunded units with the head and take them, in every fund or in none."""
        by_fund: dict[int, set[Unit]] = {}
        for unit in self.refunds[refund]:
            by_fund.setdefault(self.fund_of[unit], set()).add(unit)
        if any(self.funds[fund].free < len(units) for fund, units in by_fund.items()):
            return False
        for fund, units in by_fund.items():
            self._exchange(self.funds[fund], units)
            for _ in units:
                self.funds[fund].take(("refund", refund))
        self.settled.add(refund)
        return True

    def trace(self, sale: int) -> list[list[Owner | None]]:
        """For each fund: who has each unit the sale brought it, in the order of its units."""
        places = [
            {unit: place for place, unit in enumerate(fund.cells) if unit is not None}
            for fund in self.funds
        ]
        result: list[list[Owner | None]] = [[] for _ in self.funds]
        for unit in self.sales[sale]:
            fund = self.fund_of[unit]
            result[fund].append(self.funds[fund].owners[places[fund][unit]])
        return result

    def held_by(self, owner: Owner) -> list[list[Unit]]:
        """For each fund: the units an allocation or a refund has, in the order of its places."""
        return [
            [
                unit
                for unit, who in zip(fund.cells, fund.owners, strict=True)
                if who == owner and unit is not None
            ]
            for fund in self.funds
        ]

    def _lay_new(self, unit: Unit, fund: int) -> None:
        self.fund_of[unit] = fund
        self.funds[fund].lay(unit)
        self.funds[fund].raised += 1

    @staticmethod
    def _exchange(fund: FundModel, units: Iterable[Unit]) -> None:
        wanted = set(units)
        present = [place for place, unit in enumerate(fund.cells) if unit in wanted]
        head = range(fund.taken, fund.taken + len(wanted))
        assert len(present) == len(head)
        from_present = [place for place in present if place not in head]
        from_head = [place for place in head if fund.cells[place] not in wanted]
        for one, other in zip(from_present, from_head, strict=True):
            fund.cells[one], fund.cells[other] = fund.cells[other], fund.cells[one]


def _fund_of(position: int, weights: Sequence[int]) -> int:
    """Which fund gets the unit after the first `position` ones."""
    before = position
    for fund, weight in enumerate(weights):
        whole = sum(weights[fund:])
        if not whole:
            continue
        if (before + 1) * weight // whole > before * weight // whole:
            return fund
        before -= before * weight // whole
    message = "no fund has a weight"
    raise AssertionError(message)
