"""Questions to a fund's line: which moves, takings and layings touch these places."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import CTE, BigInteger, column, func, select, values
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from market.domain.ledger.line import LONGEST_MOVE, Lookup, Move, Span
from market.models.ledger import Laying, LineMove, Taking


@dataclass(frozen=True, slots=True)
class Use:
    """What a taking was for: an allocation or a refund, one of them."""

    allocation_id: int | None
    refund_id: int | None


@dataclass(frozen=True, slots=True)
class Source:
    """What a laying came from: a closure's part, box income or a return, one of them."""

    start_minor: int
    closure_id: int | None
    fund_ordinal: int | None
    box_move_id: int | None
    return_id: int | None


def moves_after(session: Session, fund_id: int) -> Lookup:
    """The lookup `follow` asks for, on one fund's line."""

    def fetch(questions: Sequence[tuple[Span, int]]) -> Iterable[Move]:
        asked = _asked((span.start, span.end, step) for span, step in questions)
        return _moves(session, fund_id, LineMove.start_minor, asked, later=True)

    return fetch


def moves_into(session: Session, fund_id: int) -> Lookup:
    """The lookup `look_back` asks for, on one fund's line."""

    def fetch(questions: Sequence[tuple[Span, int]]) -> Iterable[Move]:
        asked = _asked((span.start, span.end, step) for span, step in questions)
        return _moves(session, fund_id, LineMove.to_start_minor, asked, later=False)

    return fetch


def takings_over(session: Session, fund_id: int, spans: Sequence[Span]) -> list[tuple[Span, Use]]:
    """Every taking that shares a place with one of `spans`, and perhaps a neighbour of it.

    Takings follow one another without a gap, so the first one wanted is the last that starts
    at or before the span: an index look-up, however long the line is.
    """
    if not spans:
        return []
    asked = _asked((span.start, span.end, 0) for span in spans)
    before = aliased(Taking)
    first = (
        select(func.max(before.start_minor))
        .where(before.fund_id == fund_id, before.start_minor <= asked.c.start_at)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Taking.start_minor, Taking.end_minor, Taking.allocation_id, Taking.refund_id)
        .distinct()
        .select_from(asked)
        .join(Taking, (Taking.fund_id == fund_id) & (Taking.start_minor < asked.c.end_at))
        .where(Taking.start_minor >= func.coalesce(first, 0))
    )
    return [(Span(row[0], row[1]), Use(row[2], row[3])) for row in rows]


def layings_over(
    session: Session, fund_id: int, spans: Sequence[Span]
) -> list[tuple[Span, Source]]:
    """Every laying that shares a place with one of `spans`, and perhaps a neighbour of it."""
    if not spans:
        return []
    asked = _asked((span.start, span.end, 0) for span in spans)
    before = aliased(Laying)
    first = (
        select(func.max(before.start_minor))
        .where(before.fund_id == fund_id, before.start_minor <= asked.c.start_at)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            Laying.start_minor,
            Laying.end_minor,
            Laying.closure_id,
            Laying.fund_ordinal,
            Laying.box_move_id,
            Laying.return_id,
        )
        .distinct()
        .select_from(asked)
        .join(Laying, (Laying.fund_id == fund_id) & (Laying.start_minor < asked.c.end_at))
        .where(Laying.start_minor >= func.coalesce(first, 0))
    )
    return [(Span(row[0], row[1]), Source(row[0], *row[2:])) for row in rows]


def _asked(rows: Iterable[tuple[int, int, int]]) -> CTE:
    """The questions as a table to join: start, end and step of each."""
    return (
        values(
            column("start_at", BigInteger),
            column("end_at", BigInteger),
            column("step_at", BigInteger),
            name="asked",
        )
        .data(list(rows))
        .cte("asked")
    )


def _moves(
    session: Session,
    fund_id: int,
    side: InstrumentedAttribute[int],
    asked: CTE,
    *,
    later: bool,
) -> list[Move]:
    # No move is longer than LONGEST_MOVE, so an overlap is a range of starts.
    in_time = LineMove.step > asked.c.step_at if later else LineMove.step <= asked.c.step_at
    rows = session.execute(
        select(LineMove.step, LineMove.start_minor, LineMove.length_minor, LineMove.to_start_minor)
        .distinct()
        .select_from(asked)
        .join(
            LineMove,
            (LineMove.fund_id == fund_id)
            & (side > asked.c.start_at - LONGEST_MOVE)
            & (side < asked.c.end_at)
            & (side + LineMove.length_minor > asked.c.start_at)
            & in_time,
        )
    )
    return [Move(*row) for row in rows]
