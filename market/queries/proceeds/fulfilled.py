"""Wishes that came true, for whoever looks at a sample of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from market.domain.proceeds.wish import WishState
from market.models.proceeds import Wish

FULFILLED = (WishState.DELIVERED, WishState.FOLLOWED_UP)


@dataclass(frozen=True, slots=True)
class Fulfilled:
    """One of them, as its card says it."""

    id: int
    code: str
    text: str
    state: WishState


def fulfilled_codes(session: Session, community_id: int) -> list[str]:
    """The codes of all wishes of a community that came true."""
    mine = (Wish.community_id == community_id, Wish.state.in_([str(one) for one in FULFILLED]))
    return list(session.scalars(select(Wish.code).where(*mine).order_by(Wish.code)))


def fulfilled_among(session: Session, community_id: int, codes: Collection[str]) -> list[Fulfilled]:
    """The wishes of these codes, by code."""
    rows = session.execute(
        select(Wish.id, Wish.code, Wish.text, Wish.state)
        .where(Wish.community_id == community_id, Wish.code.in_(codes))
        .order_by(Wish.code)
    )
    return [Fulfilled(row.id, row.code, row.text, WishState(row.state)) for row in rows]
