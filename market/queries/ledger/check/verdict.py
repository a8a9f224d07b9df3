"""What the ledger check says of one property: held or not, what was looked at, and what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice

from market.domain.money import Money

SHOWN = 20
"""So many wrong things are named; the rest are counted."""

Figure = int | Money
Tick = Callable[[int], None]
"""Told how many rows have been looked at since it was told last."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One property of the books. `wrong` names rows by table and id; nothing wrong: it holds.

    The words are for whoever runs the server, as all commands' are.
    """

    name: str
    sentence: str
    figures: tuple[tuple[str, Figure], ...] = ()
    wrong: tuple[str, ...] = ()
    more_wrong: int = 0

    @property
    def holds(self) -> bool:
        return not self.wrong


def verdict(
    name: str, sentence: str, wrong: Iterable[str], *figures: tuple[str, Figure]
) -> Verdict:
    """A verdict that names the first of what is wrong and counts the rest."""
    rows = iter(wrong)
    shown = tuple(islice(rows, SHOWN))
    return Verdict(name, sentence, figures, shown, sum(1 for _ in rows))


def nothing(_rows: int) -> None:
    """A tick for whoever does not watch."""
