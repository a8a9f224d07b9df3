"""Opening a till with its change, and holding one still while something is done to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from market.actions.ledger.audit import note
from market.actions.ledger.posting import post
from market.domain.errors import N_, Invalid, Missing, Refused
from market.domain.ledger import posting_table
from market.domain.money import check_minor
from market.domain.sales.sale import Tender
from market.domain.text import clean_text
from market.models.ledger import Holder
from market.models.sales import (
    LegalBasis,
    MarketDay,
    MarketOpening,
    PolicyShare,
    Stall,
    Till,
    TillStall,
    TillTotal,
)
from market.queries.sales.changes import require_on
from market.queries.sales.tills import NoSuchMarketDay, TillNow, in_open_till, till_now

MOST_NAME = 40


class MarketDayNotOpen(Refused):
    """Nothing is sold for real before a market day has been opened."""

    sentence = N_("这次市集还没有正式开市。请社工先在工作台点“开市”，再来开摊。")


class MarketDayNotReady(Refused):
    """Takings of a market day without basis or split would have nobody to belong to."""

    sentence = N_("这次市集还没有写好活动依据和款项分配。请社工补上后再开摊。")


class NoStallChosen(Invalid):
    """A till that sells nothing."""

    sentence = N_("还没有选摊位，请至少选一个。")


class NoSuchStall(Missing):
    """No stall of this market day has this id."""

    sentence = N_("没有找到这个摊位，请刷新页面后重新选择。")


class StallTaken(Refused):
    """A stall whose takings already go into another box."""

    sentence = N_("摊位“%(stall)s”已经有一班在收银，请去掉它再开摊，或到那一班里卖。")


class NoSuchSafe(Invalid):
    """Not a custodian of this community, or one that is closed."""

    sentence = N_("请从列表里选一位备用金保管人。")


class TillNotOpen(Refused):
    """The cash has been counted: from then on nothing may go in or out."""

    sentence = N_("“%(till)s”已经点过钱了，不能再卖、再存取现金。要继续卖，请另开一班。")


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTill:
    """A cash box for some stalls of a market day, with change from a custodian.

    Without a name the till is called after its stalls.
    """

    community_id: int
    market_day_id: int
    stall_ids: Sequence[int]
    safe_holder_id: int
    float_minor: int
    name: str = ""


def open_till(session: Session, command: OpenTill, *, by_id: int, now: datetime) -> Till:
    """Open a till; each stall is in one open till at most.

    Raises NoSuchMarketDay, MarketCalledOff, MarketDayNotOpen, MarketDayNotReady, NoStallChosen, NoSuchStall,
    StallTaken, NoSuchSafe, and what `post` raises where the custodian has too little.
    """
    float_minor = check_minor(command.float_minor)
    day = _lock_market_day(session, command)
    stalls = _free_stalls(session, command)
    _require_safe(session, command)
    last = session.scalar(select(func.max(Till.number)).where(Till.market_day_id == day.id))
    till = Till(
        market_day_id=day.id,
        number=(last or 0) + 1,
        name=_name(command.name, stalls),
        safe_holder_id=command.safe_holder_id,
        float_minor=float_minor,
        opened_by_id=by_id,
        opened_at=now,
    )
    session.add(till)
    session.flush()
    session.execute(
        insert(TillStall), [{"till_id": till.id, "stall_id": stall.id} for stall in stalls]
    )
    session.execute(
        insert(TillTotal),
        [
            {"till_id": till.id, "tender": str(tender), "sales": 0, "due_minor": 0, "net_minor": 0}
            for tender in Tender
        ],
    )
    if float_minor:
        entry = posting_table.opening_float(
            f"{day.name} {till.name}",
            till_id=till.id,
            safe_holder_id=till.safe_holder_id,
            amount_minor=float_minor,
        )
        post(session, entry, community_id=command.community_id, by_id=by_id, now=now)
    note(
        session,
        "till_opened",
        community_id=command.community_id,
        now=now,
        till=till.id,
        market_day=day.id,
        float=float_minor,
        by=by_id,
    )
    return till


def lock_till(session: Session, community_id: int, till_id: int) -> TillNow:
    """Hold a till still: until this unit ends no sale of it commits, and nobody counts or closes.

    Every sale and void adds to the till's totals, so their rows are the lock. Raises NoSuchTill.
    """
    session.execute(
        select(TillTotal.tender)
        .where(TillTotal.till_id == till_id)
        .order_by(TillTotal.tender)
        .with_for_update()
    ).all()
    return till_now(session, community_id, till_id)


def require_open(till: TillNow) -> None:
    """Refuse a till whose cash has been counted: TillNotOpen."""
    if not till.sells:
        raise TillNotOpen(till=till.name)


def _lock_market_day(session: Session, command: OpenTill) -> MarketDay:
    """The market day, whose row serialises who opens a till there."""
    day = session.scalar(
        select(MarketDay)
        .where(
            MarketDay.id == command.market_day_id,
            MarketDay.community_id == command.community_id,
        )
        .with_for_update(key_share=True)
    )
    if day is None:
        raise NoSuchMarketDay
    require_on(session, day.id, day.name)
    if session.get(MarketOpening, day.id) is None:
        raise MarketDayNotOpen
    split = session.scalar(
        select(func.count()).select_from(PolicyShare).where(PolicyShare.market_day_id == day.id)
    )
    if not split or session.get(LegalBasis, day.id) is None:
        raise MarketDayNotReady
    return day


def _free_stalls(session: Session, command: OpenTill) -> list[Stall]:
    wanted = sorted(set(command.stall_ids))
    if not wanted:
        raise NoStallChosen
    rows = session.execute(
        select(Stall, in_open_till())
        .where(Stall.id.in_(wanted), Stall.market_day_id == command.market_day_id)
        .order_by(Stall.id)
    ).all()
    if len(rows) < len(wanted):
        raise NoSuchStall
    for stall, taken in rows:
        if taken:
            raise StallTaken(stall=stall.name)
    return [stall for stall, _ in rows]


def _require_safe(session: Session, command: OpenTill) -> None:
    safe = session.get(Holder, command.safe_holder_id)
    usable = (
        safe is not None
        and safe.community_id == command.community_id
        and safe.kind == "custodian"
        and safe.closed_at is None
    )
    if not usable:
        raise NoSuchSafe


def _name(typed: str, stalls: Sequence[Stall]) -> str:
    named = clean_text(typed, most=MOST_NAME, least=0)
    return named or "、".join(stall.name for stall in stalls)[:MOST_NAME]
