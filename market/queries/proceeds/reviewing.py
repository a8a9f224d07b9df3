"""What a second reader reads: drafts by others, whole, as the public would see them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from market.models.people import Person
from market.models.proceeds import Wish, WishCost
from market.queries.proceeds.waiting import unread_wish_condition
from market.queries.proceeds.wishes import CostLine

MOST_READ = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class WishToRead:
    """One draft with everything that is pinned by `content_hash`, and its author's reason."""

    id: int
    code: str
    kind: str
    theme: str
    text: str
    text_en: str
    month: str
    age_band: str
    content_hash: bytes
    reason: str
    written_by: str
    costs: tuple[CostLine, ...]


def wishes_to_review(session: Session, community_id: int, person_id: int) -> list[WishToRead]:
    """The oldest drafts that others wrote and nobody has read as they stand, MOST_READ at most."""
    rows = session.execute(
        select(
            Wish.id,
            Wish.code,
            Wish.kind,
            Wish.theme,
            Wish.text,
            Wish.text_en,
            Wish.month,
            Wish.age_band,
            Wish.content_hash,
            Wish.reason,
            Person.name.label("written_by"),
        )
        .join(Person, Person.id == Wish.written_by_id)
        .where(unread_wish_condition(community_id, person_id))
        .order_by(Wish.changed_at, Wish.id)
        .limit(MOST_READ)
    ).all()
    costs: dict[int, list[CostLine]] = {row.id: [] for row in rows}
    for wish_id, name, amount_minor in session.execute(
        select(WishCost.wish_id, WishCost.name, WishCost.amount_minor)
        .where(WishCost.wish_id.in_(costs))
        .order_by(WishCost.wish_id, WishCost.number)
    ):
        costs[wish_id].append(CostLine(name, amount_minor))
    return [WishToRead(**row._mapping, costs=tuple(costs[row.id])) for row in rows]  # noqa: SLF001 - its public name begins so
