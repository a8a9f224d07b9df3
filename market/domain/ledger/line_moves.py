"""Moves: money that changes its place on a fund's line, by a return or by an exchange."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from market.domain.ledger.span import Span, merged, without

LONGEST_MOVE = 10_000
"""No row moves more places (minor units), so that those over a place start within this distance."""


@dataclass(frozen=True, slots=True, order=True)
class Move:
    """At `step` the money at places [start, start + length) went to [to_start, to_start + length).

    Directed, and read place by place: start + i goes to to_start + i. `step` is the fund's, 1 or
    above. ValueError if the length is not 1 to LONGEST_MOVE, or if nothing would move.
    """

    step: int
    start: int
    length: int
    to_start: int

    def __post_init__(self) -> None:
        if not 0 < self.length <= LONGEST_MOVE:
            message = f"a move of {self.length} places, where 1 to {LONGEST_MOVE} are allowed"
            raise ValueError(message)
        if self.start < 0 or self.to_start < 0 or self.start == self.to_start or self.step < 1:
            message = f"no move goes from {self.start} to {self.to_start} at step {self.step}"
            raise ValueError(message)

    @property
    def source(self) -> Span:
        """The places the money left."""
        return Span(self.start, self.start + self.length)

    @property
    def target(self) -> Span:
        """The places the money went to."""
        return Span(self.to_start, self.to_start + self.length)


def returned(tail: Span, landing_start: int, step: int) -> list[Move]:
    """The rows of a return: an allocation's tail goes, in order, to the new end of the line.

    One way: the old places hold nothing from here on, and nothing may come to them again.
    `returned(Span(40, 60), 100, 7) == [Move(7, 40, 20, 100)]`. ValueError if the landing is not
    after the tail.
    """
    if landing_start < tail.end:
        message = f"what is returned lands after place {tail.end}, not at {landing_start}"
        raise ValueError(message)
    return list(_rows(tail.start, landing_start, tail.length, step))


def exchanged(present: Sequence[Span], taken: Span, step: int) -> list[Move]:
    """The rows of a settled refund on one fund: two of the same step for each run that swaps.

    `present` are the places where the refunded money is now (after every earlier move, in any
    order), `taken` the range just taken from the head for it. Money on both sides stays put; the
    other places change hands, paired in ascending order:
    `exchanged([Span(8, 12)], Span(10, 14), 5) == [Move(5, 8, 2, 12), Move(5, 12, 2, 8)]`.
    After it all of `taken` holds the refunded money. ValueError if the two are not equally many
    places.
    """
    leaving = [run for span in merged(present) for run in without(span, [taken])]
    making_room = without(taken, present)
    if _places(leaving) != _places(making_room):
        message = f"{_places(merged(present))} places cannot change hands with {taken.length}"
        raise ValueError(message)
    rows: list[Move] = []
    for start, to_start, length in _paired(leaving, making_room):
        rows.extend(_rows(start, to_start, length, step))
        rows.extend(_rows(to_start, start, length, step))
    return rows


def _paired(ones: Sequence[Span], others: Sequence[Span]) -> Iterator[tuple[int, int, int]]:
    """Runs (start, other start, length) of two ascending lists of equally many places."""
    waiting = deque(others)
    for span in ones:
        start = span.start
        while start < span.end:
            other = waiting.popleft()
            length = min(span.end - start, other.length)
            yield start, other.start, length
            start += length
            if length < other.length:
                waiting.appendleft(Span(other.start + length, other.end))


def _rows(start: int, to_start: int, length: int, step: int) -> Iterator[Move]:
    for done in range(0, length, LONGEST_MOVE):
        yield Move(step, start + done, min(LONGEST_MOVE, length - done), to_start + done)


def _places(spans: Iterable[Span]) -> int:
    return sum(span.length for span in spans)
