"""Wishes by their ids, as a report names them to the desk."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from market.domain.proceeds.wish import WishState
from market.models.proceeds import Wish


@dataclass(frozen=True, slots=True)
class LitWish:
    """A wish that got money."""

    id: int
    code: str
    text: str
    state: WishState


def lit_wishes(session: Session, community_id: int, wish_ids: Collection[int]) -> list[LitWish]:
    """Those of these wishes that belong to this community, by their codes."""
    rows = session.execute(
        select(Wish.id, Wish.code, Wish.text, Wish.state)
        .where(Wish.community_id == community_id, Wish.id.in_(wish_ids))
        .order_by(Wish.code)
    )
    return [LitWish(id_, code, text, WishState(state)) for id_, code, text, state in rows]
