"""The proceeds line: where money laid on it is now, and where the money on it was first laid.

A fund's line is measured in minor units from 0. What comes in is laid at its end, what goes out is
taken from its head, and a move tells where money went since. `step` counts what happened to the
line and so puts it in a total order.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import groupby
from typing import NamedTuple, TypeVar

from market.domain.ledger.line_moves import LONGEST_MOVE, Move, exchanged, returned
from market.domain.ledger.span import (
    MoreThanRemains,
    Span,
    merged,
    tail,
    without,
    without_tail,
)

__all__ = [
    "LONGEST_MOVE",
    "Lookup",
    "MoreThanRemains",
    "Move",
    "Piece",
    "Span",
    "exchanged",
    "follow",
    "look_back",
    "merged",
    "owned",
    "returned",
    "tail",
    "without",
    "without_tail",
]

Owner = TypeVar("Owner")

Lookup = Callable[[Sequence[tuple[Span, int]]], Iterable[Move]]
"""Fetches moves of one fund for (places, step) questions; what it gives too much is ignored."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Money that stood at the places of `span` when `step` was done.

    `origin` is where the caller's own count of this money begins (a place, a position, any number):
    unit `origin + i` stands at place `span.start + i`. It survives every cut, so that a piece found
    can be put down to what was asked for. Within one call no two pieces count the same unit.
    """

    span: Span
    step: int
    origin: int

    def within(self, span: Span) -> Piece | None:
        """The part of this piece inside `span`, or None."""
        common = self.span.intersect(span)
        if common is None:
            return None
        return Piece(common, self.step, self.origin + common.start - self.span.start)


def follow(pieces: Iterable[Piece], moves_after: Lookup) -> list[Piece]:
    """Where the money of `pieces` is now: from every place along the earliest later move, and on.

    `moves_after` is asked for all moves with `step` above the given one whose source overlaps the
    span: `start < span.end AND start > span.start - LONGEST_MOVE AND start + length > span.start`.
    It is asked once a round for all pieces together, one round more than the longest chain of
    moves. The result is in order of origin; each piece's `step` is that of its last move.

    With a return `Move(7, 40, 20, 100)`: `follow([Piece(Span(30, 50), 1, 0)], …) ==
    [Piece(Span(30, 40), 1, 0), Piece(Span(100, 110), 7, 10)]`.
    """

    def hops_after(questions: Sequence[_Question]) -> Iterator[_Hop]:
        for move in moves_after([(question.span, question.time) for question in questions]):
            yield _Hop(move.step, move.start, move.start + move.length, move.to_start - move.start)

    return _chase(pieces, hops_after)


def look_back(pieces: Iterable[Piece], moves_into: Lookup) -> list[Piece]:
    """Where the money that stands at `pieces` was first laid, undoing its moves latest first.

    `moves_into` is asked for all moves with `step` up to the given one whose target overlaps the
    span (the same range over `to_start`). Ask for the fund's present step to start from now, and
    leave out places whose money was returned: nothing is there. Rounds, order and origin as in
    `follow`; each piece's `step` is the last one before the move that was undone.

    With the same return: `look_back([Piece(Span(95, 110), 9, 0)], …) ==
    [Piece(Span(95, 100), 9, 0), Piece(Span(40, 50), 6, 5)]`.
    """

    # Backwards is forwards under a clock that runs the other way: "up to step s" becomes "later
    # than -s - 1", and a move of step s happens at -s, from its target to its source.
    def hops_after(questions: Sequence[_Question]) -> Iterator[_Hop]:
        for move in moves_into([(question.span, -question.time - 1) for question in questions]):
            yield _Hop(
                -move.step, move.to_start, move.to_start + move.length, move.start - move.to_start
            )

    return [_turned(piece) for piece in _chase(map(_turned, pieces), hops_after)]


def owned(
    pieces: Iterable[Piece], owners: Iterable[tuple[Span, Owner]]
) -> list[tuple[Piece, Owner | None]]:
    """Cut `pieces` by who owns their places; None where nobody does (say: not yet allocated).

    `owners` are takings, or layings, of the same fund: spans that do not overlap, in any order.
    `owned([Piece(Span(5, 9), 1, 0)], [(Span(0, 7), "wish")]) ==
    [(Piece(Span(5, 7), 1, 0), "wish"), (Piece(Span(7, 9), 1, 2), None)]`.
    """
    ascending = sorted(owners, key=lambda owner: owner[0])
    starts = [span.start for span, _ in ascending]
    ends = [span.end for span, _ in ascending]
    result: list[tuple[Piece, Owner | None]] = []
    for piece in pieces:
        first, last = bisect_right(ends, piece.span.start), bisect_left(starts, piece.span.end)
        result.extend(_cut_by_owner(piece, ascending[first:last]))
    return result


class _Question(NamedTuple):
    span: Span
    time: int


class _Hop(NamedTuple):
    """A move on a clock that may run either way; ordered by its time."""

    time: int
    start: int
    end: int
    shift: int


def _turned(piece: Piece) -> Piece:
    return Piece(piece.span, -piece.step - 1, piece.origin)


def _chase(
    pieces: Iterable[Piece], hops_after: Callable[[Sequence[_Question]], Iterable[_Hop]]
) -> list[Piece]:
    settled: list[Piece] = []
    moving = [piece for piece in pieces if piece.span.length]
    while moving:
        hops = sorted(hops_after(_questions(moving)), key=lambda hop: hop.start)
        starts = [hop.start for hop in hops]
        moved: list[Piece] = []
        for piece in moving:
            nearby = hops[
                bisect_right(starts, piece.span.start - LONGEST_MOVE) : bisect_left(
                    starts, piece.span.end
                )
            ]
            for run, hop in _first_hops(piece, nearby):
                if hop is None:
                    settled.append(run)
                else:
                    moved.append(Piece(run.span.shifted(hop.shift), hop.time, run.origin))
        moving = moved
    return _joined(settled)


def _questions(pieces: Iterable[Piece]) -> list[_Question]:
    """As few questions as there can be: one for each run of places asked about at the same time."""
    by_step = sorted(pieces, key=lambda piece: piece.step)
    return [
        _Question(span, step)
        for step, group in groupby(by_step, key=lambda piece: piece.step)
        for span in merged(piece.span for piece in group)
    ]


def _first_hops(piece: Piece, nearby: Sequence[_Hop]) -> Iterator[tuple[Piece, _Hop | None]]:
    """Sweep a piece along its places: each run with the earliest later hop from it, or None.

    `nearby` ascends by start. A heap keeps the hops from the present place, the earliest on top.
    """
    place, end = piece.span.start, piece.span.end
    arriving = [hop for hop in nearby if hop.time > piece.step]
    here: list[_Hop] = []
    arrived = 0
    while place < end:
        while arrived < len(arriving) and arriving[arrived].start <= place:
            heappush(here, arriving[arrived])
            arrived += 1
        while here and here[0].end <= place:
            heappop(here)
        run_end = min(
            end,
            arriving[arrived].start if arrived < len(arriving) else end,
            here[0].end if here else end,
        )
        run = Piece(Span(place, run_end), piece.step, piece.origin + place - piece.span.start)
        yield run, here[0] if here else None
        place = run_end


def _joined(pieces: Iterable[Piece]) -> list[Piece]:
    """The same money in order of origin, pieces that continue one another made one."""
    result: list[Piece] = []
    for piece in sorted(pieces, key=lambda piece: (piece.origin, piece.span)):
        last = result[-1] if result else None
        if last is not None and _continues(last, piece):
            result[-1] = Piece(Span(last.span.start, piece.span.end), last.step, last.origin)
        else:
            result.append(piece)
    return result


def _continues(last: Piece, piece: Piece) -> bool:
    return (
        last.span.end == piece.span.start
        and last.step == piece.step
        and last.origin + last.span.length == piece.origin
    )


def _cut_by_owner(
    piece: Piece, nearby: Sequence[tuple[Span, Owner]]
) -> Iterator[tuple[Piece, Owner | None]]:
    place = piece.span.start
    for span, owner in nearby:
        before = piece.within(Span(place, max(place, span.start)))
        if before is not None:
            yield before, None
        inside = piece.within(span)
        if inside is not None:
            yield inside, owner
        place = max(place, span.end)
    after = piece.within(Span(place, max(place, piece.span.end)))
    if after is not None:
        yield after, None
