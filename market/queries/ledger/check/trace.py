"""The property that a trace rests on: every place laid is somewhere, once, and belongs to somebody.

Each line is replayed step by step from its layings and moves: which laid place stands where now.
The replay shares no code with the look-ups that pages follow a trace by. Where it holds, every
receipt's trace sums to its net and every wish's receipts to its allocations: a closure's piece on
each line is cut between its sales without a remainder (`closures_booked`), each of its places is
found again exactly once, and takings and what is free cover all that can be found.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from market.domain.ledger.span import Span, merged
from market.domain.money import Money
from market.models.ledger import Fund, Laying, LineMove, RefundClaim, Taking
from market.models.proceeds import Allocation
from market.queries.ledger.check.verdict import Tick, Verdict, verdict

_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class _Move:
    id: int
    source: Span
    target: Span


@dataclass(frozen=True, slots=True)
class _Taken:
    """A taking; `kept_minor` is what of it was never returned, `claim` what a refund asked back."""

    id: int
    span: Span
    step: int
    kept_minor: int
    claim: Span | None


@dataclass(slots=True)
class _Sums:
    allocated: int = 0
    refunded: int = 0
    free: int = 0


class Standing:
    """Which laid places stand where on one line: runs of places, by their present start."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._runs: dict[int, tuple[int, int]] = {}

    def put(self, start: int, length: int, origin: int) -> bool:
        """Let the places laid at `origin` stand at `start`; False where something stands."""
        place = bisect_left(self._starts, start)
        before = self._starts[place - 1] if place else None
        free = (before is None or self._runs[before][0] <= start) and (
            place == len(self._starts) or start + length <= self._starts[place]
        )
        if free and length:
            self._starts.insert(place, start)
            self._runs[start] = (start + length, origin)
        return free

    def lift(self, span: Span) -> list[tuple[int, int]] | None:
        """Take away what stands on a span: (length, origin) in order; None where there is a gap."""
        self._cut(span.start)
        self._cut(span.end)
        first, last = bisect_left(self._starts, span.start), bisect_left(self._starts, span.end)
        here = self._starts[first:last]
        runs = [(self._runs[start][0] - start, self._runs[start][1]) for start in here]
        if sum(length for length, _ in runs) != span.length:
            return None
        del self._starts[first:last]
        for start in here:
            del self._runs[start]
        return runs

    def within(self, span: Span) -> list[Span]:
        """The origins of what stands on a span."""
        self._cut(span.start)
        self._cut(span.end)
        first, last = bisect_left(self._starts, span.start), bisect_left(self._starts, span.end)
        found = []
        for start in self._starts[first:last]:
            end, origin = self._runs[start]
            found.append(Span(origin, origin + end - start))
        return found

    def origins(self) -> list[Span]:
        """The origins of all that stands."""
        return [Span(origin, origin + end - start) for start, (end, origin) in self._runs.items()]

    def _cut(self, at: int) -> None:
        """Make a run begin at a place that lies inside one."""
        place = bisect_right(self._starts, at) - 1
        if place < 0:
            return
        start = self._starts[place]
        end, origin = self._runs[start]
        if start < at < end:
            self._runs[start] = (at, origin)
            self._starts.insert(place + 1, at)
            self._runs[at] = (end, origin + at - start)


@dataclass(slots=True)
class _Line:
    """One fund's line as it is kept."""

    code: str
    laid_minor: int
    taken_minor: int
    layings: dict[int, tuple[Span, bool]] = field(default_factory=dict)
    """By step; whether it is a return."""
    moves: dict[int, list[_Move]] = field(default_factory=lambda: defaultdict(list))
    takings: list[_Taken] = field(default_factory=list)


def traces_sum(session: Session, community_id: int, tick: Tick) -> Verdict:
    """Replay every line, and look whether takings and free places hold all that was laid."""
    sums = _Sums()
    wrong: list[str] = []
    for line in _lines(session, community_id, tick):
        wrong += _look_along(line, sums)
    return verdict(
        "traces_sum",
        "each receipt's trace sums to its net, each wish's receipts to its allocations",
        wrong,
        ("allocated", Money(sums.allocated)),
        ("refunded", Money(sums.refunded)),
        ("unallocated", Money(sums.free)),
    )


def _look_along(line: _Line, sums: _Sums) -> list[str]:
    standing, wrong = _replayed(line)
    for taken in line.takings:
        held = standing.within(taken.span)
        length = sum(span.length for span in held)
        if taken.claim is None:
            sums.allocated += length
            holds = length == taken.kept_minor
        else:
            sums.refunded += length
            holds = merged(held) == merged([taken.claim])
        if not holds:
            wrong.append(f"taking {taken.id}")
    free = Span(line.taken_minor, line.laid_minor)
    left = sum(span.length for span in standing.within(free))
    sums.free += left
    raised = merged(span for span, is_return in line.layings.values() if not is_return)
    places = standing.origins()
    once = merged(places) == raised and sum(span.length for span in places) == sum(
        span.length for span in raised
    )
    if left != free.length or not once:
        wrong.append(f"fund {line.code}")
    return wrong


def _replayed(line: _Line) -> tuple[Standing, list[str]]:
    """What stands where after every step, and the moves that could not have been made."""
    standing = Standing()
    wrong: list[str] = []
    refund_steps = {taken.step for taken in line.takings if taken.claim is not None}
    for step in sorted(line.layings.keys() | line.moves.keys()):
        moves = line.moves.get(step, [])
        laid, is_return = line.layings.get(step, (None, False))
        if laid is not None and not is_return:
            standing.put(laid.start, laid.length, laid.start)
        targets = merged(move.target for move in moves)
        if laid is not None:
            expected = [laid] if is_return else []
        else:
            expected = merged(move.source for move in moves)
        wrong += _moved(standing, moves)
        if targets != expected or (laid is None and step not in refund_steps):
            wrong += [f"line_move {move.id}" for move in moves] or [f"fund {line.code}"]
    return standing, wrong


def _moved(standing: Standing, moves: Sequence[_Move]) -> list[str]:
    """Make the moves of one step, all at once; gives those that found nothing, or no room."""
    wrong = []
    lifted = [(move, standing.lift(move.source)) for move in moves]
    for move, runs in lifted:
        start = move.target.start
        for length, origin in runs or ():
            if not standing.put(start, length, origin):
                wrong.append(f"line_move {move.id}")
            start += length
        if runs is None:
            wrong.append(f"line_move {move.id}")
    return wrong


def _lines(session: Session, community_id: int, tick: Tick) -> Iterable[_Line]:
    """The funds' lines, one after the other; one is in memory at a time."""
    funds = session.execute(
        select(Fund.id, Fund.code, Fund.laid_minor, Fund.taken_minor)
        .where(Fund.community_id == community_id)
        .order_by(Fund.id)
    ).all()
    for fund_id, code, laid_minor, taken_minor in funds:
        line = _Line(code, laid_minor, taken_minor)
        line.takings = _takings(session, fund_id)
        for start, end, step, return_id in session.execute(
            select(Laying.start_minor, Laying.end_minor, Laying.step, Laying.return_id).where(
                Laying.fund_id == fund_id
            )
        ):
            line.layings[step] = (Span(start, end), return_id is not None)
        question = (
            select(
                LineMove.id,
                LineMove.step,
                LineMove.start_minor,
                LineMove.length_minor,
                LineMove.to_start_minor,
            )
            .where(LineMove.fund_id == fund_id)
            .order_by(LineMove.step, LineMove.id)
        )
        with session.execute(question, execution_options={"yield_per": _AT_ONCE}) as rows:
            for number, step, start, length, to_start in rows:
                source, target = Span(start, start + length), Span(to_start, to_start + length)
                line.moves[step].append(_Move(number, source, target))
        tick(len(line.layings) + len(line.moves) + len(line.takings))
        yield line


def _takings(session: Session, fund_id: int) -> list[_Taken]:
    claims = _claims(session, fund_id)
    rows = session.execute(
        select(
            Taking.id,
            Taking.start_minor,
            Taking.end_minor,
            Taking.step,
            Taking.refund_id,
            Allocation.amount_minor - Allocation.returned_minor,
        )
        .outerjoin(Allocation, Allocation.id == Taking.allocation_id)
        .where(Taking.fund_id == fund_id)
        .order_by(Taking.start_minor)
    )
    return [
        _Taken(
            number,
            Span(start, end),
            step,
            kept or 0,
            None if refund_id is None else claims.get(refund_id, Span(0, 0)),
        )
        for number, start, end, step, refund_id, kept in rows
    ]


def _claims(session: Session, fund_id: int) -> Mapping[int, Span]:
    rows = session.execute(
        select(RefundClaim.refund_id, RefundClaim.start_minor, RefundClaim.end_minor).where(
            RefundClaim.fund_id == fund_id
        )
    )
    return {refund_id: Span(start, end) for refund_id, start, end in rows}
