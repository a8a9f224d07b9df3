"""The phone that a request comes from: its market day, its stall, and the till it records into."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, exists, func, null, select
from sqlalchemy.orm import Session, aliased

from market.models.people import Community
from market.models.sales import (
    CashCount,
    CountConfirmation,
    Device,
    DeviceHolder,
    MarketDay,
    MarketOpening,
    Stall,
    StallPass,
    Till,
    TillStall,
)
from market.queries.asking import ask
from market.queries.sales.tills import StallNow, TillState, first_closure, state_of


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceHere:
    """A phone that joined by a stall pass and stands, with all that its pages ask about it.

    `till_id` is the till that serves its stall and has not closed; null when there is none.
    `stalls` are those of that till, else its own one. `opened` says whether the market day sells
    for real. `last_sequence` is the highest number we have seen of it.
    """

    id: int
    letter: str
    name: str
    last_sequence: int
    voids_ahead: bool
    unsent: int
    seen_at: datetime | None
    pass_id: int
    stall: StallNow
    stalls: tuple[StallNow, ...]
    till_id: int | None
    till_name: str | None
    till_state: TillState | None
    till_opened_at: datetime | None
    market_day_id: int
    market_day: str
    market_slug: str
    held_on: date
    opened: bool
    community_id: int
    community: str
    community_slug: str
    time_zone: str

    @property
    def stall_ids(self) -> tuple[int, ...]:
        return tuple(stall.id for stall in self.stalls)

    @property
    def sells(self) -> bool:
        """Whether it records by hand now; what it holds already may always be uploaded."""
        return self.till_state is TillState.OPEN


def device_by_token(asked: Session | Connection, token_hash: bytes) -> DeviceHere | None:
    """The phone that holds a token with this hash; None where nobody does, or it was shown out."""
    rows = ask(asked, _device_of_token(), {"token_hash": token_hash}).all()
    return _here(rows) if rows else None


def device_by_id(session: Session, community_id: int, device_id: int) -> DeviceHere | None:
    """A phone of this community, shown out or not: for what is taken in without its token."""
    question = _device().where(Device.id == device_id, Community.id == community_id)
    rows = session.execute(question).all()
    return _here(rows) if rows else None


def _here(rows: Sequence[Row[*tuple[Any, ...]]]) -> DeviceHere:
    """From a row for each stall that its till serves, or a single one where it has no till."""
    row = rows[0]
    own = StallNow(row.stall_id, row.stall_number, row.stall_name)
    has_till = row.till_id is not None
    served = [StallNow(one.served_id, one.served_number, one.served_name) for one in rows]
    return DeviceHere(
        id=row.id,
        letter=row.letter,
        name=row.holder or "",
        last_sequence=row.last_sequence,
        voids_ahead=row.voids_ahead,
        unsent=row.unsent,
        seen_at=row.seen_at,
        pass_id=row.pass_id,
        stall=own,
        stalls=tuple(served) if has_till else (own,),
        till_id=row.till_id,
        till_name=row.till_name,
        till_state=state_of(row) if has_till else None,
        till_opened_at=row.till_opened_at,
        market_day_id=row.market_day_id,
        market_day=row.market_day,
        market_slug=row.market_slug,
        held_on=row.held_on,
        opened=row.opened,
        community_id=row.community_id,
        community=row.community,
        community_slug=row.community_slug,
        time_zone=row.time_zone,
    )


@cache
def _device() -> Select[*tuple[Any, ...]]:
    """With the till that serves its stall and has not closed, the last one if there were several."""
    holder = (
        select(DeviceHolder.name)
        .where(DeviceHolder.device_id == Device.id)
        .order_by(DeviceHolder.id.desc())
        .limit(1)
        .correlate(Device)
        .scalar_subquery()
    )
    opened = exists().where(MarketOpening.market_day_id == Device.market_day_id)
    asked = aliased(TillStall)
    not_closed = ~exists().where(first_closure())
    till_here = (
        select(func.max(asked.till_id))
        .join(Till, Till.id == asked.till_id)
        .where(asked.stall_id == StallPass.stall_id, not_closed)
        .correlate(StallPass)
        .scalar_subquery()
    )
    served = aliased(Stall)
    return (
        select(
            Device.id,
            Device.letter,
            holder.label("holder"),
            Device.last_sequence,
            Device.voids_ahead,
            Device.unsent,
            Device.seen_at,
            Device.pass_id,
            Stall.id.label("stall_id"),
            Stall.number.label("stall_number"),
            Stall.name.label("stall_name"),
            MarketDay.id.label("market_day_id"),
            MarketDay.name.label("market_day"),
            MarketDay.slug.label("market_slug"),
            MarketDay.held_on,
            opened.label("opened"),
            Community.id.label("community_id"),
            Community.name.label("community"),
            Community.slug.label("community_slug"),
            Community.time_zone,
            Till.id.label("till_id"),
            Till.name.label("till_name"),
            Till.opened_at.label("till_opened_at"),
            null().label("closure_id"),
            CashCount.till_id.label("counted"),
            CashCount.second_name,
            CountConfirmation.till_id.label("confirmed"),
            served.id.label("served_id"),
            served.number.label("served_number"),
            served.name.label("served_name"),
        )
        .join(StallPass, StallPass.id == Device.pass_id)
        .join(Stall, Stall.id == StallPass.stall_id)
        .join(MarketDay, MarketDay.id == Device.market_day_id)
        .join(Community, Community.id == MarketDay.community_id)
        .outerjoin(Till, Till.id == till_here)
        .outerjoin(CashCount, CashCount.till_id == Till.id)
        .outerjoin(CountConfirmation, CountConfirmation.till_id == Till.id)
        .outerjoin(TillStall, TillStall.till_id == Till.id)
        .outerjoin(served, served.id == TillStall.stall_id)
        .order_by(served.id)
    )


@cache
def _device_of_token() -> Select[*tuple[Any, ...]]:
    return _device().where(
        Device.token_hash == bindparam("token_hash"), Device.revoked_at.is_(None)
    )
