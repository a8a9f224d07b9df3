"""Numbers that a phone has given to records and that have not come: ranges, first and last."""

from __future__ import annotations

from collections.abc import Collection

Hole = tuple[int, int]
MOST_SAID = 8
"""More holes than somebody would read out to a volunteer."""


def holes(last: int, received: Collection[int]) -> tuple[Hole, ...]:
    """What is missing of 1 … last, in ascending order."""
    found, expected = [], 1
    for number in sorted(one for one in set(received) if 1 <= one <= last):
        if number > expected:
            found.append((expected, number - 1))
        expected = number + 1
    if expected <= last:
        found.append((expected, last))
    return tuple(found)


def holes_text(missing: Collection[Hole]) -> str:
    """As they are read out: '3、7–9', with … behind the first few."""
    said = [str(a) if a == b else f"{a}–{b}" for a, b in list(missing)[:MOST_SAID]]
    return "、".join(said) + ("…" if len(missing) > MOST_SAID else "")
