"""A whole list of wishes: what can go in goes in, each row once, the others are told why not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.ledger.audit import unnoted_on_error
from market.actions.proceeds.wishes import EnterWish, enter_wish
from market.domain.errors import MarketError
from market.models.people import Community
from market.models.proceeds import WishListRow
from market.queries.proceeds.wish_list import rows_taken_in


@dataclass(frozen=True, slots=True)
class ListedRow:
    """A row under a key of its own, by which it is known when it comes again."""

    key: str
    wish: EnterWish


@dataclass(frozen=True, slots=True)
class RowsTaken:
    """Ids of new wishes, how many rows had come before, and what stands against the others by key."""

    new: tuple[int, ...]
    again: int
    refused: dict[str, MarketError]


def enter_wishes(
    session: Session,
    community_id: int,
    rows: tuple[ListedRow, ...],
    *,
    by_id: int,
    now: datetime,
    random_bytes: Callable[[int], bytes],
) -> RowsTaken:
    """Enter each row as `enter_wish` does; one that it refuses leaves nothing behind."""
    # The same list sent twice at once waits here, and then finds its rows taken in.
    session.execute(
        select(Community.id).where(Community.id == community_id).with_for_update(key_share=True)
    )
    known = rows_taken_in(session, community_id, {row.key for row in rows})
    new: list[int] = []
    refused: dict[str, MarketError] = {}
    for row in rows:
        if row.key in known:
            continue
        try:
            with session.begin_nested(), unnoted_on_error(session):
                wish = enter_wish(
                    session, row.wish, by_id=by_id, now=now, random_bytes=random_bytes
                )
        except MarketError as error:
            refused[row.key] = error
            continue
        session.add(
            WishListRow(
                community_id=community_id, key=row.key, wish_id=wish.id, by_id=by_id, at=now
            )
        )
        known[row.key] = wish.id
        new.append(wish.id)
    session.flush()
    return RowsTaken(tuple(new), len(rows) - len(new) - len(refused), refused)
