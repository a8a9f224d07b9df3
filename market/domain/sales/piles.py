"""Sales against the money a platform says it took: matched, sale without money, money without sale.

Amounts must be equal; among equal amounts those nearest in time belong together. Pairing in order
of time is best where both sides are as many; where one side has more, those left out are chosen so
that the sum of the distances is least.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar


class Timed(Protocol):
    """A time and a signed amount in minor units."""

    @property
    def at(self) -> datetime: ...

    @property
    def amount_minor(self) -> int: ...


Booked = TypeVar("Booked", bound=Timed)
Paid = TypeVar("Paid", bound=Timed)


@dataclass(frozen=True, slots=True)
class Piles(Generic[Booked, Paid]):
    """Each sale and each line is in one pile; all in order of time."""

    matched: tuple[tuple[Booked, Paid], ...]
    without_money: tuple[Booked, ...]
    without_sale: tuple[Paid, ...]
    undone: tuple[Paid, ...]
    """Payments that went straight back, and their way back: they come to nothing."""


def three_piles(booked: Sequence[Booked], paid: Sequence[Paid]) -> Piles[Booked, Paid]:
    """Whatever order the two come in, the same piles."""
    amounts: dict[int, tuple[list[Booked], list[Paid]]] = defaultdict(lambda: ([], []))
    for sale in sorted(booked, key=lambda one: one.at):
        amounts[sale.amount_minor][0].append(sale)
    for line in sorted(paid, key=lambda one: one.at):
        amounts[line.amount_minor][1].append(line)
    matched: list[tuple[Booked, Paid]] = []
    for sales, lines in amounts.values():
        pairs = _nearest([_seconds(one) for one in sales], [_seconds(one) for one in lines])
        matched += [(sales[place], lines[other]) for place, other in pairs]
        for place, other in reversed(pairs):
            del sales[place], lines[other]
    undone = _undone({minor: lines for minor, (_, lines) in amounts.items()})
    return Piles(
        matched=tuple(sorted(matched, key=lambda pair: pair[1].at)),
        without_money=_in_time([one for sales, _ in amounts.values() for one in sales]),
        without_sale=_in_time([one for _, lines in amounts.values() for one in lines]),
        undone=_in_time(undone),
    )


def _undone(lines: dict[int, list[Paid]]) -> list[Paid]:
    """Take out payments that went back before anybody wrote a sale, with their ways back."""
    found: list[Paid] = []
    for minor in [minor for minor in lines if minor < 0]:
        there, back = lines.get(-minor, []), lines[minor]
        kept: list[Paid] = []
        for line in back:
            # Rows are told apart by their places: two of them may say the same.
            earlier = sum(one.at <= line.at for one in there)
            if earlier:
                found += [there.pop(earlier - 1), line]
            else:
                kept.append(line)
        back[:] = kept
    return found


def _nearest(left: Sequence[float], right: Sequence[float]) -> list[tuple[int, int]]:
    """Pairs of places, as many as the shorter of two rising rows has, least apart in all.

    `best[k]` is the least sum for the items of the shorter row so far with k of the longer left
    out: O(shorter × difference).
    """
    if len(left) > len(right):
        return [(other, place) for place, other in _nearest(right, left)]
    spare = len(right) - len(left)
    best = [0.0] * (spare + 1)
    steps: list[list[int]] = []
    for place, moment in enumerate(left):
        now: list[float] = []
        step: list[int] = []
        for skipped in range(spare + 1):
            here = best[skipped] + abs(moment - right[place + skipped])
            if skipped and now[-1] <= here:
                # As good with this one left to a later place: the earlier pairing stands.
                now.append(now[-1])
                step.append(step[-1])
            else:
                now.append(here)
                step.append(skipped)
        best = now
        steps.append(step)
    pairs: list[tuple[int, int]] = []
    skipped = spare
    for place in range(len(left) - 1, -1, -1):
        skipped = steps[place][skipped]
        pairs.append((place, place + skipped))
    return pairs[::-1]


def _seconds(one: Timed) -> float:
    return one.at.timestamp()


def _in_time(rows: Sequence[Paid]) -> tuple[Paid, ...]:
    return tuple(sorted(rows, key=lambda one: one.at))
