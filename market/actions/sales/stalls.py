"""Stalls of a market day: set up with the number on their signs, and renamed."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.ledger.audit import note
from market.actions.sales.market_days import market_day_to_write
from market.domain.errors import N_, Invalid, Refused
from market.domain.text import clean_text
from market.models.sales import MarketDay, MarketOpening, Stall
from market.queries.sales.offers import NoSuchStall

MOST_NUMBER = 4
MOST_NAME = 60


class StallNumberTaken(Invalid):
    """Two stalls with one number on their signs."""

    sentence = N_("%(number)s 号摊位已经有了，请换一个号码。")


class StallNumberUnfit(Invalid):
    """A number that could not stand at the head of a receipt's day number."""

    sentence = N_("摊位号请用数字或英文字母，最多 %(most)s 位，例如 3 或 A12。")


class StallNumberFixed(Refused):
    """The number stands on receipts already."""

    sentence = N_("市集已经开市，小票上印着摊位号，号码不能再改；名称还可以改。")


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUpStall:
    """A stall with the number on its sign."""

    community_id: int
    market_day_id: int
    number: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameStall:
    """What a stall's sign is to say from now on."""

    community_id: int
    stall_id: int
    number: str
    name: str


def set_up_stall(session: Session, command: SetUpStall, *, by_id: int, now: datetime) -> Stall:
    """A new stall of a market day.

    Raises NoSuchMarketDay, StallNumberUnfit, StallNumberTaken, and what `clean_text` raises.
    """
    # Whoever sets up another stall of the same day waits: the number is free when it is taken.
    day = market_day_to_write(session, command.community_id, command.market_day_id)
    number = stall_number(command.number)
    _require_free(session, day.id, number)
    stall = Stall(
        market_day_id=day.id, number=number, name=clean_text(command.name, most=MOST_NAME)
    )
    session.add(stall)
    session.flush()
    _note(session, "stall_set_up", command.community_id, stall, by_id=by_id, now=now)
    return stall


def rename_stall(session: Session, command: RenameStall, *, by_id: int, now: datetime) -> Stall:
    """Change a stall's name, and its number as long as the market has not opened.

    Raises NoSuchStall, StallNumberFixed, and as `set_up_stall`.
    """
    stall = stall_to_write(session, command.community_id, command.stall_id)
    number = stall_number(command.number)
    if number != stall.number:
        market_day_to_write(session, command.community_id, stall.market_day_id)
        if session.get(MarketOpening, stall.market_day_id) is not None:
            raise StallNumberFixed(field="number")
        _require_free(session, stall.market_day_id, number)
    stall.number = number
    stall.name = clean_text(command.name, most=MOST_NAME)
    _note(session, "stall_renamed", command.community_id, stall, by_id=by_id, now=now)
    return stall


def stall_to_write(session: Session, community_id: int, stall_id: int) -> Stall:
    """A community's stall, held still until this unit ends; raises NoSuchStall."""
    stall = session.scalar(
        select(Stall)
        .join(MarketDay, MarketDay.id == Stall.market_day_id)
        .where(Stall.id == stall_id, MarketDay.community_id == community_id)
        .with_for_update(of=Stall, key_share=True)
    )
    if stall is None:
        raise NoSuchStall
    return stall


def stall_number(typed: str) -> str:
    """A sign's number as it is kept, '３a' as '3A'; raises StallNumberUnfit and as `clean_text`."""
    number = unicodedata.normalize("NFKC", clean_text(typed, most=MOST_NUMBER)).upper()
    if not number.isascii() or not number.isalnum():
        raise StallNumberUnfit(most=MOST_NUMBER, field="number")
    return number


def _require_free(session: Session, market_day_id: int, number: str) -> None:
    taken = select(Stall.id).where(Stall.market_day_id == market_day_id, Stall.number == number)
    if session.scalar(taken) is not None:
        raise StallNumberTaken(number=number, field="number")


def _note(
    session: Session, kind: str, community_id: int, stall: Stall, *, by_id: int, now: datetime
) -> None:
    note(session, kind, community_id=community_id, now=now, stall=stall.id, by=by_id)
