"""What of the ledger waits for a second person."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.models.ledger import MoneyMove, MoneyMoveDecision, MonthLock


def moves_waiting(session: Session, community_id: int, person_id: int) -> int:
    """Money moves proposed by others that nobody has decided."""
    return (
        session.scalar(
            select(func.count())
            .select_from(MoneyMove)
            .outerjoin(MoneyMoveDecision, MoneyMoveDecision.move_id == MoneyMove.id)
            .where(
                MoneyMove.community_id == community_id,
                MoneyMove.proposed_by_id != person_id,
                MoneyMoveDecision.move_id.is_(None),
            )
        )
        or 0
    )


def months_waiting(session: Session, community_id: int, person_id: int) -> int:
    """Months that others wish to lock and nobody has confirmed."""
    return (
        session.scalar(
            select(func.count())
            .select_from(MonthLock)
            .where(
                MonthLock.community_id == community_id,
                MonthLock.proposed_by_id != person_id,
                MonthLock.confirmed_at.is_(None),
            )
        )
        or 0
    )
