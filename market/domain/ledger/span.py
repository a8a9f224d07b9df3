"""A span: a run of places on a fund's line, or of positions within a closure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from market.domain.errors import N_, Refused


class MoreThanRemains(Refused):
    """More is asked back than what remains."""

    sentence = N_("超出了剩余的金额，请改小后再试。")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """The places from `start` up to, not including, `end`; a place is one minor unit (fen).

    An empty span (`start == end`) is fine: a sale may bring nothing. ValueError if it runs
    backwards or starts below 0.
    """

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            message = f"no span runs from {self.start} to {self.end}"
            raise ValueError(message)

    @property
    def length(self) -> int:
        """How many places there are, in minor units."""
        return self.end - self.start

    def intersect(self, other: Span) -> Span | None:
        """The places in both, or None where they share none."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Span(start, end) if start < end else None

    def shifted(self, distance: int) -> Span:
        """The same run, `distance` places further on (or back, below 0)."""
        return Span(self.start + distance, self.end + distance)


def tail(remaining: Span, amount_minor: int) -> Span:
    """The last `amount_minor` places of what remains: what a return or a refund takes.

    `tail(Span(10, 30), 5) == Span(25, 30)`. Raises MoreThanRemains; ValueError below 0.
    """
    return Span(_cut_before_tail(remaining, amount_minor), remaining.end)


def without_tail(remaining: Span, amount_minor: int) -> Span:
    """What remains once the tail has left: `without_tail(Span(10, 30), 5) == Span(10, 25)`.

    Raises MoreThanRemains; ValueError below 0.
    """
    return Span(remaining.start, _cut_before_tail(remaining, amount_minor))


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same places in ascending order, in as few spans as there can be, none of them empty."""
    result: list[Span] = []
    for span in sorted(span for span in spans if span.length):
        if result and span.start <= result[-1].end:
            result[-1] = Span(result[-1].start, max(result[-1].end, span.end))
        else:
            result.append(span)
    return result


def without(span: Span, holes: Sequence[Span]) -> list[Span]:
    """The places of `span` that lie in none of `holes`, ascending.

    `without(Span(0, 9), [Span(2, 4), Span(8, 12)]) == [Span(0, 2), Span(4, 8)]`.
    """
    result: list[Span] = []
    start = span.start
    for hole in merged(holes):
        if start < min(hole.start, span.end):
            result.append(Span(start, min(hole.start, span.end)))
        start = max(start, hole.end)
    if start < span.end:
        result.append(Span(start, span.end))
    return result


def _cut_before_tail(remaining: Span, amount_minor: int) -> int:
    if amount_minor < 0:
        message = f"a tail of {amount_minor} minor units"
        raise ValueError(message)
    if amount_minor > remaining.length:
        raise MoreThanRemains
    return remaining.end - amount_minor
