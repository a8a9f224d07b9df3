"""A wish put before the others, with a reason in writing; and put back in line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from market.actions.ledger.audit import note
from market.actions.proceeds.steps import locked_wish
from market.domain.errors import N_, Refused
from market.domain.proceeds.wish import OVER, WishState
from market.domain.text import clean_text
from market.models.proceeds import Wish, WishPriority

MOST_REASON = 200
_WAITS_NO_MORE = OVER | {
    WishState.LIT,
    WishState.BOUGHT,
    WishState.DELIVERED,
    WishState.FOLLOWED_UP,
}


class NothingToPutFirst(Refused):
    """A wish that waits for nothing any more."""

    sentence = N_("这个心愿已经不用等了，没有先后可以排。")


@dataclass(frozen=True, slots=True, kw_only=True)
class PutFirst:
    """`first` or back in line; why is read by whoever approves the money."""

    community_id: int
    wish_id: int
    first: bool
    reason: str


def put_first(session: Session, command: PutFirst, *, by_id: int, now: datetime) -> Wish:
    """Record it. Raises NoSuchWish, NothingToPutFirst, and what `clean_text` raises."""
    wish = locked_wish(session, command.community_id, command.wish_id)
    if WishState(wish.state) in _WAITS_NO_MORE:
        raise NothingToPutFirst
    row = WishPriority(
        wish_id=wish.id,
        first=command.first,
        reason=clean_text(command.reason, most=MOST_REASON),
        by_id=by_id,
        at=now,
    )
    session.add(row)
    session.flush()
    note(
        session,
        "wish_put_first",
        community_id=wish.community_id,
        now=now,
        wish=wish.id,
        first=int(command.first),
        by=by_id,
    )
    return wish
