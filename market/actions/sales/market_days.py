"""Preparing a market day: when and where, on what legal basis, how its proceeds are split; opening it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import delete, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from market.actions.ledger.audit import note
from market.actions.ledger.posting import local_day
from market.domain.errors import N_, Busy, Invalid, Refused
from market.domain.text import clean_text
from market.models.ledger import Fund
from market.models.sales import MarketDay, MarketOpening, PolicyShare
from market.queries.sales.changes import require_on
from market.queries.sales.market_days import market_day_now
from market.queries.sales.tills import NoSuchMarketDay

MOST_NAME = 80
MOST_PLACE = 120
MOST_WORDS = 2000
MOST_WEIGHT = 10_000
FIRST_DAY = date(2000, 1, 1)
MOST_YEARS_AHEAD = 2


class EndsBeforeItStarts(Invalid):
    """A market that is over before it begins."""

    sentence = N_("结束时间要晚于开始时间，请检查。")


class DayOutOfRange(Invalid):
    """A slip of the keyboard in the year."""

    sentence = N_("请检查市集日期的年份：最早 2000 年，最晚两年以后。")


class DateFixed(Refused):
    """Basis, receipts and books speak of the day on which the market opened."""

    sentence = N_("市集已经开市，日期不能再改；名称、时间、地点和说明还可以改。")


class PlannedAtOnce(Busy):
    """Somebody planned a market of the same date in the same moment."""

    sentence = N_("刚才有人也在计划同一天的市集，这一步没有保存，请再点一次，您填的内容还在。")


class AlreadyOpened(Refused):
    """What is frozen at the opening stays as it is."""

    sentence = N_("市集已经开市，活动依据和款项分配不能再改。")


class NoShares(Invalid):
    """A split between no funds."""

    sentence = N_("请至少给一个专款填上大于 0 的比例。")


class WeightOutOfRange(Invalid):
    """A weight that is not a sensible whole number."""

    sentence = N_("比例请填 1 到 %(most)s 的整数，例如 70 和 30。")


class NoSuchFund(Invalid):
    """A fund of another community, or none."""

    sentence = N_("没有找到这个专款，请刷新页面后重新填写。")


class NotReadyToOpen(Refused):
    """Something that real selling needs is missing."""

    sentence = N_("还不能开市，请先补上：%(missing)s。")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanMarket:
    """A market day in its own words. Times are on the community's clock."""

    community_id: int
    name: str
    held_on: date
    starts_at: time
    ends_at: time
    place: str
    bring: str = ""
    give: str = ""
    help: str = ""
    hosts: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPolicy:
    """Weights of funds, in the order of the split."""

    community_id: int
    market_day_id: int
    shares: Sequence[tuple[int, int]]


def plan_market(session: Session, command: PlanMarket, *, by_id: int, now: datetime) -> MarketDay:
    """Write a market day down.

    Raises EndsBeforeItStarts, DayOutOfRange, PlannedAtOnce, and what `clean_text` raises.
    """
    _require_sensible(command, today=local_day(session, command.community_id, now))
    day = MarketDay(
        community_id=command.community_id,
        slug=_free_slug(session, command.held_on),
        created_by_id=by_id,
        created_at=now,
        **_own_words(command),
    )
    session.add(day)
    try:
        session.flush()
    except IntegrityError as error:
        # The slug alone is unique: two people took the same free one.
        raise PlannedAtOnce from error
    _note(session, "market_day_planned", day, by_id=by_id, now=now)
    return day


def change_market(
    session: Session, market_day_id: int, command: PlanMarket, *, by_id: int, now: datetime
) -> MarketDay:
    """Change what a market day says of itself; its address stays, once opened its date too.

    Raises NoSuchMarketDay, DateFixed, and as `plan_market`.
    """
    day = market_day_to_write(session, command.community_id, market_day_id)
    if command.held_on != day.held_on:
        if session.get(MarketOpening, day.id) is not None:
            raise DateFixed(field="held_on")
        _require_sensible(command, today=local_day(session, command.community_id, now))
    for name, value in _own_words(command).items():
        setattr(day, name, value)
    _note(session, "market_day_changed", day, by_id=by_id, now=now)
    return day


def set_policy(session: Session, command: SetPolicy, *, by_id: int, now: datetime) -> None:
    """Say how net proceeds are split, until the market opens.

    Raises NoSuchMarketDay, AlreadyOpened, NoShares, WeightOutOfRange, NoSuchFund.
    """
    day = market_day_to_prepare(session, command.community_id, command.market_day_id)
    shares = [(fund_id, weight) for fund_id, weight in command.shares if weight]
    if not shares:
        raise NoShares
    if any(not _is_weight(weight) for _, weight in shares):
        raise WeightOutOfRange(most=MOST_WEIGHT)
    known = session.scalar(
        select(func.count())
        .select_from(Fund)
        .where(Fund.community_id == command.community_id, Fund.id.in_([fund for fund, _ in shares]))
    )
    if known != len({fund for fund, _ in shares}) or known != len(shares):
        raise NoSuchFund
    session.execute(delete(PolicyShare).where(PolicyShare.market_day_id == day.id))
    session.execute(
        insert(PolicyShare),
        [
            {"market_day_id": day.id, "ordinal": ordinal, "fund_id": fund_id, "weight": weight}
            for ordinal, (fund_id, weight) in enumerate(shares)
        ],
    )
    _note(session, "policy_set", day, by_id=by_id, now=now)


def open_market(
    session: Session, community_id: int, market_day_id: int, *, by_id: int, now: datetime
) -> MarketOpening:
    """From here on the market sells for real, and basis and split are frozen.

    Raises NoSuchMarketDay, AlreadyOpened, MarketCalledOff, NotReadyToOpen.
    """
    day = market_day_to_prepare(session, community_id, market_day_id)
    require_on(session, day.id, day.name)
    readiness = market_day_now(session, community_id, market_day_id).readiness
    needs = readiness.needs(today=local_day(session, community_id, now))
    if needs:
        raise NotReadyToOpen(missing=tuple(need.label for need in needs))
    opening = MarketOpening(market_day_id=day.id, opened_by_id=by_id, opened_at=now)
    session.add(opening)
    _note(session, "market_day_opened", day, by_id=by_id, now=now)
    return opening


def market_day_to_write(session: Session, community_id: int, market_day_id: int) -> MarketDay:
    """A community's market day, held still until this unit ends; raises NoSuchMarketDay."""
    day = session.scalar(
        select(MarketDay)
        .where(MarketDay.id == market_day_id, MarketDay.community_id == community_id)
        .with_for_update(key_share=True)
    )
    if day is None:
        raise NoSuchMarketDay
    return day


def market_day_to_prepare(session: Session, community_id: int, market_day_id: int) -> MarketDay:
    """The same while it has not opened: whoever opens it waits. Raises AlreadyOpened too."""
    day = market_day_to_write(session, community_id, market_day_id)
    if session.get(MarketOpening, day.id) is not None:
        raise AlreadyOpened
    return day


def _own_words(command: PlanMarket) -> dict[str, object]:
    if command.ends_at <= command.starts_at:
        raise EndsBeforeItStarts(field="ends_at")
    return {
        "name": clean_text(command.name, most=MOST_NAME),
        "held_on": command.held_on,
        "starts_at": command.starts_at,
        "ends_at": command.ends_at,
        "place": clean_text(command.place, most=MOST_PLACE),
        "bring": _words(command.bring),
        "give": _words(command.give),
        "help": _words(command.help),
        "hosts": _words(command.hosts),
    }


def _words(text: str) -> str:
    return clean_text(text, most=MOST_WORDS, least=0, lines=True)


def _free_slug(session: Session, held_on: date) -> str:
    """'2026-11-21', and with a number behind it where that is taken."""
    base = held_on.isoformat()
    taken = set(session.scalars(select(MarketDay.slug).where(MarketDay.slug.startswith(base))))
    number = 1
    slug = base
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    return slug


def _require_sensible(command: PlanMarket, *, today: date) -> None:
    if command.held_on < FIRST_DAY or command.held_on.year > today.year + MOST_YEARS_AHEAD:
        raise DayOutOfRange(field="held_on")


def _is_weight(weight: object) -> bool:
    return type(weight) is int and 0 < weight <= MOST_WEIGHT


def _note(session: Session, kind: str, day: MarketDay, *, by_id: int, now: datetime) -> None:
    note(session, kind, community_id=day.community_id, now=now, market_day=day.id, by=by_id)
