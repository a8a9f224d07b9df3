"""Wishes as cards on the board at the market: only those that everybody may see today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from market.domain.proceeds.wish import WishKind, WishState
from market.models.proceeds import Wish
from market.queries.proceeds.visibility import visible_wish_condition

MOST_CARDS = 120
BOARDS = {"waiting": (WishState.OPEN,), "lit": (WishState.LIT, WishState.BOUGHT)}
"""What can be printed, and the states of the wishes on it."""


@dataclass(frozen=True, slots=True)
class WishCard:
    """What stands on a card; nothing that is not on the wish's own public page."""

    code: str
    words: str
    words_en: str
    kind: WishKind
    theme: str
    age_band: str
    cost_minor: int
    missing_minor: int


def wish_cards(session: Session, community_id: int, board: str, today: date) -> list[WishCard]:
    """By theme and then by random codes, so that nothing tells which came together."""
    rows = session.execute(
        select(
            Wish.code,
            Wish.text,
            Wish.text_en,
            Wish.kind,
            Wish.theme,
            Wish.age_band,
            Wish.cost_minor,
            Wish.funded_minor,
        )
        .where(
            Wish.community_id == community_id,
            Wish.state.in_([str(state) for state in BOARDS[board]]),
            visible_wish_condition(today),
        )
        .order_by(Wish.theme, Wish.code)
        .limit(MOST_CARDS)
    )
    return [
        WishCard(
            code=row.code,
            words=row.text,
            words_en=row.text_en,
            kind=WishKind(row.kind),
            theme=row.theme,
            age_band=row.age_band,
            cost_minor=row.cost_minor,
            missing_minor=row.cost_minor - row.funded_minor,
        )
        for row in rows
    ]
