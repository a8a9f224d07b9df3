"""Amounts as bars and ribbons, on a scale of 1000 for the widest bar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

SCALE = 1000


@dataclass(frozen=True, slots=True)
class Amount:
    """One bar before it is drawn. `sources`: (index of a bar above, how much comes from it)."""

    label: str
    amount_minor: int
    tone: str
    sources: tuple[tuple[int, int], ...] = ()
    href: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    x: int
    width: int
    tone: str
    label: str
    amount_minor: int
    href: str


@dataclass(frozen=True, slots=True)
class Ribbon:
    """What flows from [from_x, from_end) of the bar above to [to_x, to_end) of the bar below."""

    from_x: int
    from_end: int
    to_x: int
    to_end: int
    tone: str


@dataclass(frozen=True, slots=True)
class Stage:
    label: str
    bars: tuple[Bar, ...]
    ribbons: tuple[Ribbon, ...] = field(default=())


def bars(amounts: Sequence[Amount], whole_minor: int) -> tuple[Bar, ...]:
    """The amounts side by side, `whole_minor` being as wide as the page; edges never overlap."""
    drawn = []
    start_minor = 0
    for amount in amounts:
        x, end = _at(start_minor, whole_minor), _at(start_minor + amount.amount_minor, whole_minor)
        drawn.append(Bar(x, end - x, amount.tone, amount.label, amount.amount_minor, amount.href))
        start_minor += amount.amount_minor
    return tuple(drawn)


def stages(rows: Sequence[tuple[str, Sequence[Amount]]]) -> list[Stage]:
    """Each row's amounts as bars, and ribbons from the bar above that each comes from.

    Amounts of zero are left out. A row without any is left out with those below it.
    """
    drawn: list[Stage] = []
    whole_minor = sum(amount.amount_minor for amount in rows[0][1]) if rows else 0
    for label, amounts in rows:
        shown = [amount for amount in amounts if amount.amount_minor > 0]
        if not shown:
            break
        row = bars(shown, whole_minor)
        above = drawn[-1].bars if drawn else ()
        drawn.append(Stage(label, row, _ribbons(above, shown, row, whole_minor)))
    return drawn


def _ribbons(
    above: Sequence[Bar], amounts: Sequence[Amount], below: Sequence[Bar], whole_minor: int
) -> tuple[Ribbon, ...]:
    """What comes down into each bar, from the left of each bar above onwards."""
    left = [0] * len(above)
    drawn = []
    for amount, bar in zip(amounts, below, strict=True):
        came = 0
        for source, part_minor in amount.sources if above else ():
            x = above[source].x
            drawn.append(
                Ribbon(
                    from_x=x + _at(left[source], whole_minor),
                    from_end=x + _at(left[source] + part_minor, whole_minor),
                    to_x=bar.x + _at(came, whole_minor),
                    to_end=bar.x + _at(came + part_minor, whole_minor),
                    tone=bar.tone,
                )
            )
            left[source] += part_minor
            came += part_minor
    return tuple(drawn)


def _at(minor: int, whole_minor: int) -> int:
    return minor * SCALE // whole_minor if whole_minor else 0
