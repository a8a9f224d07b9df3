"""Properties of the proceeds line: pieces without a gap, and where each of them comes from."""

from __future__ import annotations

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from market.domain.money import Money
from market.models.ledger import (
    Fund,
    Laying,
    MoneyMove,
    RefundClaim,
    RefundSettlement,
    Taking,
)
from market.models.proceeds import Allocation, AllocationReturn
from market.queries.ledger.check.verdict import Verdict, verdict


def pieces_are_contiguous(session: Session, community_id: int) -> Verdict:
    """Layings follow one another from 0 to what was laid, takings from 0 to what was taken."""
    wrong: list[str] = []
    count = 0
    for table, total, later in ((Laying, Fund.laid_minor, 1), (Taking, Fund.taken_minor, 0)):
        pieces = (
            select(
                table.fund_id,
                table.id,
                table.start_minor,
                table.step,
                _before(table.end_minor, table.fund_id, table.start_minor).label("before"),
                _before(table.step, table.fund_id, table.start_minor).label("step_before"),
            )
            .join(Fund, Fund.id == table.fund_id)
            .where(Fund.community_id == community_id)
            .subquery()
        )
        wrong += [
            f"{table.__tablename__} {number}"
            for number in session.scalars(
                select(pieces.c.id)
                .where(
                    (pieces.c.start_minor != pieces.c.before)
                    # What was laid came one step after the other; a batch is taken in one.
                    | (pieces.c.step < pieces.c.step_before + later)
                )
                .order_by(pieces.c.id)
            )
        ]
        ends = session.execute(
            select(
                Fund.code, total, func.coalesce(func.max(table.end_minor), 0), func.count(table.id)
            )
            .outerjoin(table, table.fund_id == Fund.id)
            .where(Fund.community_id == community_id)
            .group_by(Fund.id, Fund.code, total)
        ).all()
        wrong += [f"fund {code}" for code, kept, end, _ in ends if kept != end]
        count += sum(row[3] for row in ends)
    return verdict(
        "pieces_contiguous",
        "layings and takings follow one another without a gap",
        wrong,
        ("pieces", count),
    )


def laid_is_raised_and_returned(session: Session, community_id: int) -> Verdict:
    """What was laid came from closures, box income and returns, each laid once and whole."""
    length = Laying.end_minor - Laying.start_minor
    by_source = session.execute(
        select(
            Fund.code,
            Fund.laid_minor,
            func.coalesce(func.sum(length).filter(Laying.closure_id.is_not(None)), 0),
            func.coalesce(func.sum(length).filter(Laying.box_move_id.is_not(None)), 0),
            func.coalesce(func.sum(length).filter(Laying.return_id.is_not(None)), 0),
        )
        .outerjoin(Laying, Laying.fund_id == Fund.id)
        .where(Fund.community_id == community_id)
        .group_by(Fund.id, Fund.code, Fund.laid_minor)
        .order_by(Fund.id)
    ).all()
    wrong = [f"fund {row[0]}" for row in by_source if row[1] != sum(map(int, row[2:]))]
    returns = session.execute(
        select(AllocationReturn.id)
        .join(Allocation, Allocation.id == AllocationReturn.allocation_id)
        .join(Fund, Fund.id == Allocation.fund_id)
        .outerjoin(Laying, Laying.return_id == AllocationReturn.id)
        .where(Fund.community_id == community_id)
        .group_by(AllocationReturn.id, AllocationReturn.amount_minor, Allocation.fund_id)
        .having(
            (func.coalesce(func.sum(length), 0) != AllocationReturn.amount_minor)
            | (func.min(Laying.fund_id) != Allocation.fund_id)
            | (func.count(Laying.id) != 1)
        )
        .order_by(AllocationReturn.id)
    ).scalars()
    wrong += [f"allocation_return {number}" for number in returns]
    boxes = session.execute(
        select(MoneyMove.id)
        .join(Laying, Laying.box_move_id == MoneyMove.id)
        .where(MoneyMove.community_id == community_id)
        .group_by(MoneyMove.id, MoneyMove.amount_minor)
        .having(func.sum(length) != MoneyMove.amount_minor)
        .order_by(MoneyMove.id)
    ).scalars()
    wrong += [f"money_move {number}" for number in boxes]
    return verdict(
        "laid_raised_returned",
        "laid is raised + returned",
        wrong,
        ("raised", Money(sum(int(row[2]) + int(row[3]) for row in by_source))),
        ("returned", Money(sum(int(row[4]) for row in by_source))),
    )


def taken_is_allocated_and_refunded(session: Session, community_id: int) -> Verdict:
    """Each allocation and each settled refund has taken exactly its own length."""
    length = Taking.end_minor - Taking.start_minor
    allocations = session.execute(
        select(Allocation.id, Allocation.amount_minor, func.coalesce(func.sum(length), 0))
        .join(Fund, Fund.id == Allocation.fund_id)
        .outerjoin(
            Taking, (Taking.allocation_id == Allocation.id) & (Taking.fund_id == Allocation.fund_id)
        )
        .where(Fund.community_id == community_id)
        .group_by(Allocation.id, Allocation.amount_minor)
        .order_by(Allocation.id)
    ).all()
    refunds = session.execute(
        select(
            RefundClaim.refund_id,
            RefundClaim.end_minor - RefundClaim.start_minor,
            func.coalesce(func.sum(length), 0),
            func.count(RefundSettlement.refund_id),
        )
        .join(Fund, Fund.id == RefundClaim.fund_id)
        .outerjoin(
            Taking,
            (Taking.refund_id == RefundClaim.refund_id) & (Taking.fund_id == RefundClaim.fund_id),
        )
        .outerjoin(RefundSettlement, RefundSettlement.refund_id == RefundClaim.refund_id)
        .where(Fund.community_id == community_id)
        .group_by(
            RefundClaim.refund_id,
            RefundClaim.fund_id,
            RefundClaim.end_minor,
            RefundClaim.start_minor,
        )
        .order_by(RefundClaim.refund_id)
    ).all()
    allocated = sum(row[1] for row in allocations)
    refunded = sum(int(row[2]) for row in refunds)
    taken = session.scalar(
        select(func.coalesce(func.sum(Fund.taken_minor), 0)).where(
            Fund.community_id == community_id
        )
    )
    wrong = [f"allocation {row[0]}" for row in allocations if row[1] != int(row[2])]
    wrong += [
        f"refund {refund_id}"
        for refund_id, claimed, given_back, settled in refunds
        if int(given_back) != (claimed if settled else 0)
    ]
    if int(taken or 0) != allocated + refunded:
        wrong.append(f"{Money(int(taken or 0))} ≠ {Money(allocated + refunded)}")
    return verdict(
        "taken_allocated_refunded",
        "taken is allocated + refunded",
        wrong,
        ("allocated", Money(allocated)),
        ("refunded", Money(refunded)),
    )


def _before(
    column: InstrumentedAttribute[int],
    fund_id: InstrumentedAttribute[int],
    place: InstrumentedAttribute[int],
) -> ColumnElement[int]:
    """The column of the piece before on the same line, 0 for the first."""
    return func.coalesce(func.lag(column).over(partition_by=fund_id, order_by=place), 0)
