"""Which wishes go before the others, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import Session, aliased

from market.models.people import Person
from market.models.proceeds import Wish, WishPriority


@dataclass(frozen=True, slots=True)
class PriorityRow:
    """What somebody last said of a wish's place in line."""

    first: bool
    reason: str
    by: str
    at: datetime


def first_reason() -> ScalarSelect[str]:
    """For a query over `Wish`: why it was put first by whoever spoke last of its place, else null."""
    other = aliased(WishPriority)
    last = select(func.max(other.id)).where(other.wish_id == Wish.id).correlate(Wish)
    return (
        select(WishPriority.reason)
        .where(WishPriority.id == last.scalar_subquery(), WishPriority.first.is_(True))
        .correlate(Wish)
        .scalar_subquery()
    )


def priority_of(session: Session, wish_id: int) -> PriorityRow | None:
    """The last word on a wish's place in line; None where nobody said any."""
    row = session.execute(
        select(WishPriority.first, WishPriority.reason, Person.name, WishPriority.at)
        .join(Person, Person.id == WishPriority.by_id)
        .where(WishPriority.wish_id == wish_id)
        .order_by(WishPriority.id.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else PriorityRow(*row)
