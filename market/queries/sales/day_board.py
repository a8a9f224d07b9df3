"""The board of a market day: what has been sold, which stalls and tills are not closed, each phone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.models.sales import Stall, Till, TillStall
from market.queries.sales.board import TillOnBoard, tills_on_board
from market.queries.sales.passes import phones_of
from market.queries.sales.set_aside import waiting_of_days
from market.queries.sales.sign_offs import PhoneAtTill, with_sign_offs
from market.queries.sales.tills import TillState

QUIET_AFTER = timedelta(minutes=10)
"""A phone that sends every 15 seconds and has been silent for this long is asked about."""


@dataclass(frozen=True, slots=True)
class StallOnBoard:
    """A stall and the till that serves it; None where nobody has opened one."""

    number: str
    name: str
    till: TillOnBoard | None


@dataclass(frozen=True, slots=True)
class PhoneOnBoard:
    """A phone with the till of its stall. `late`: somebody should ask after it."""

    at_till: PhoneAtTill
    till: TillOnBoard | None
    late: bool


@dataclass(frozen=True, slots=True)
class DayBoard:
    """Everything the board shows; equal boards look the same."""

    tills: tuple[TillOnBoard, ...]
    stalls: tuple[StallOnBoard, ...]
    phones: tuple[PhoneOnBoard, ...]
    set_aside: int

    @property
    def sales(self) -> int:
        return sum(till.sales for till in self.tills)

    @property
    def due_minor(self) -> int:
        return sum(till.due_minor for till in self.tills)

    @property
    def open_tills(self) -> tuple[TillOnBoard, ...]:
        return tuple(till for till in self.tills if till.state is not TillState.CLOSED)

    @property
    def open_stalls(self) -> tuple[StallOnBoard, ...]:
        """Stalls whose till has not closed, and those that no till has served."""
        return tuple(
            stall
            for stall in self.stalls
            if stall.till is None or stall.till.state is not TillState.CLOSED
        )

    @property
    def unsent(self) -> int:
        return sum(one.at_till.phone.unsent for one in self.phones)

    @property
    def late_phones(self) -> tuple[PhoneOnBoard, ...]:
        return tuple(one for one in self.phones if one.late)


def day_board(session: Session, market_day_id: int, *, now: datetime) -> DayBoard:
    """The board as of now: seven questions, however many sales there are."""
    tills = tills_on_board(session, [market_day_id])
    served = _served(session, market_day_id, tills)
    stalls = session.execute(
        select(Stall.id, Stall.number, Stall.name)
        .where(Stall.market_day_id == market_day_id)
        .order_by(func.length(Stall.number), Stall.number, Stall.id)
    )
    phones = phones_of(session, market_day_id)
    with_words = with_sign_offs(session, phones, till_ids=[till.id for till in tills])
    return DayBoard(
        tills=tuple(tills),
        stalls=tuple(StallOnBoard(row[1], row[2], served.get(row[0])) for row in stalls),
        phones=tuple(
            PhoneOnBoard(one, till, _is_late(one, till, now))
            for one in with_words
            for till in [served.get(one.phone.stall_id)]
        ),
        set_aside=waiting_of_days(session, [market_day_id]),
    )


def _served(
    session: Session, market_day_id: int, tills: Sequence[TillOnBoard]
) -> dict[int, TillOnBoard]:
    """The till of each stall: the last that was opened for it."""
    by_id = {till.id: till for till in tills}
    rows = session.execute(
        select(TillStall.stall_id, func.max(TillStall.till_id))
        .join(Till, Till.id == TillStall.till_id)
        .where(Till.market_day_id == market_day_id)
        .group_by(TillStall.stall_id)
    )
    return {stall_id: by_id[till_id] for stall_id, till_id in rows if till_id in by_id}


def _is_late(one: PhoneAtTill, till: TillOnBoard | None, now: datetime) -> bool:
    """Silent while its till sells, or holding records when nothing is sold there any more."""
    if one.phone.revoked_at is not None:
        # It cannot send any more: what it holds comes by way of the desk.
        return bool(one.missing or one.phone.unsent)
    if one.state.settled:
        return False
    silent = one.phone.seen_at is None or now - one.phone.seen_at > QUIET_AFTER
    holds = one.phone.unsent > 0 or one.missing > 0
    selling = till is not None and till.state is TillState.OPEN
    if selling:
        return silent
    return holds
