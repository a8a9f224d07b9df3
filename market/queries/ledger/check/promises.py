"""Properties of what is promised: allocations, and the totals that wishes keep."""

from __future__ import annotations

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from market.domain.ledger.moves import MoveKind
from market.domain.money import Money
from market.models.ledger import Fund, MoneyMove, MoneyMoveDecision
from market.models.proceeds import Allocation, AllocationReturn, Wish, WishStep
from market.queries.ledger.check.verdict import Verdict, verdict

_BEARS = [str(MoveKind.COST_CLEARED), str(MoveKind.SHORT_CLEARED), str(MoveKind.SPENDING)]
"""What names the allocation that pays for it; a wish's purchases do not."""


def allocations_are_records(session: Session, community_id: int) -> Verdict:
    """What an allocation keeps as returned, or a cost's or a tranche's as spent, is the sum of its records."""
    returned = (
        select(func.coalesce(func.sum(AllocationReturn.amount_minor), 0))
        .where(AllocationReturn.allocation_id == Allocation.id)
        .scalar_subquery()
    )
    borne = (
        select(func.coalesce(func.sum(MoneyMove.amount_minor), 0))
        .join(MoneyMoveDecision, MoneyMoveDecision.move_id == MoneyMove.id)
        .where(
            MoneyMove.allocation_id == Allocation.id,
            MoneyMove.kind.in_(_BEARS),
            MoneyMoveDecision.approved,
        )
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            Allocation.id,
            Allocation.amount_minor,
            Allocation.returned_minor,
            Allocation.spent_minor,
            returned,
            # What a wish's purchases took is looked at wish by wish: one may take of several.
            case((Allocation.wish_id.is_(None), borne), else_=Allocation.spent_minor),
        )
        .join(Fund, Fund.id == Allocation.fund_id)
        .where(Fund.community_id == community_id)
        .order_by(Allocation.id)
    ).all()
    return verdict(
        "allocations_recorded",
        "each allocation's spent and returned are the sums of its records",
        (
            f"allocation {number}"
            for number, _, kept_back, kept_spent, back, spent in rows
            if kept_back != int(back) or kept_spent != int(spent)
        ),
        ("allocated", len(rows)),
        ("amount", Money(sum(row[1] for row in rows))),
        ("spent", Money(sum(row[3] for row in rows))),
        ("returned", Money(sum(row[2] for row in rows))),
    )


def wishes_are_records(session: Session, community_id: int) -> Verdict:
    """What a wish keeps as funded and as its state follows from its allocations and its steps."""
    funded = (
        select(func.coalesce(func.sum(Allocation.amount_minor - Allocation.returned_minor), 0))
        .where(Allocation.wish_id == Wish.id)
        .scalar_subquery()
    )
    spent = (
        select(func.coalesce(func.sum(Allocation.spent_minor), 0))
        .where(Allocation.wish_id == Wish.id)
        .scalar_subquery()
    )
    bought = (
        select(func.coalesce(func.sum(MoneyMove.amount_minor), 0))
        .join(MoneyMoveDecision, MoneyMoveDecision.move_id == MoneyMove.id)
        .where(
            MoneyMove.wish_id == Wish.id,
            MoneyMove.kind == str(MoveKind.SPENDING),
            MoneyMoveDecision.approved,
        )
        .scalar_subquery()
    )
    last_step = (
        select(WishStep.state)
        .where(WishStep.wish_id == Wish.id)
        .order_by(WishStep.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            Wish.code,
            Wish.funded_minor,
            funded,
            spent,
            bought,
            Wish.state,
            func.coalesce(last_step, "draft"),
        )
        .where(Wish.community_id == community_id)
        .order_by(Wish.id)
    ).all()
    return verdict(
        "wishes_recorded",
        "each wish's funding and state follow from its allocations and steps",
        (
            f"wish {code}"
            for code, kept, recomputed, paid, purchases, state, step in rows
            if kept != int(recomputed) or int(paid) != int(purchases) or state != step
        ),
        ("wishes", len(rows)),
        ("funded", Money(sum(row[1] for row in rows))),
    )
