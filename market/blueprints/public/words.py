"""Rows as the public pages show them: in the page's language, with the community's clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from flask_babel import gettext

from market.domain.errors import N_
from market.domain.proceeds.wish import Theme, WishState
from market.queries.public.markets import MarketRow
from market.queries.public.wishes import HELD, WishOnWall
from market.web.preferences import in_language
from market.web.sessions import clock

HOME_ZONE = ZoneInfo("Asia/Shanghai")
_WEEKDAYS = (N_("周一"), N_("周二"), N_("周三"), N_("周四"), N_("周五"), N_("周六"), N_("周日"))


@dataclass(frozen=True, slots=True)
class ShownWish:
    """A wish as the cards and rows show it."""

    code: str
    words: str
    kind: str
    theme: str
    state: str
    percent: int
    state_on: date | None
    amount_minor: int = 0


@dataclass(frozen=True, slots=True)
class ShownMarket:
    """A market day as tickets and lists show it; its times are moments."""

    slug: str
    name: str
    place: str
    on: date
    starts_at: datetime
    ends_at: datetime
    bring: str
    net_minor: int | None = None
    lit: int = 0


def today() -> date:
    """The day it is where the markets are."""
    return clock().astimezone(HOME_ZONE).date()


def theme_words(theme: str) -> str:
    return gettext(Theme(theme).label) if theme else ""


def shown_wish(wish: WishOnWall, *, amount_minor: int = 0) -> ShownWish:
    return ShownWish(
        code=wish.code,
        words=in_language(wish.words, wish.words_en),
        kind=wish.kind,
        theme=theme_words(wish.theme),
        state=wish.state,
        percent=wish.percent,
        state_on=day_of(wish.state_on) if wish.state_on else None,
        amount_minor=amount_minor,
    )


def shown_market(market: MarketRow, *, lit: int = 0) -> ShownMarket:
    return ShownMarket(
        slug=market.slug,
        name=market.name,
        place=market.place,
        on=market.on,
        starts_at=moment(market.on, market.starts_at),
        ends_at=moment(market.on, market.ends_at),
        bring=market.bring,
        net_minor=market.net_minor,
        lit=lit,
    )


def moment(day: date, at: time) -> datetime:
    """A time on the community's clock, in UTC."""
    return datetime.combine(day, at, tzinfo=HOME_ZONE).astimezone(UTC)


def day_of(at: datetime) -> date:
    """The day of a moment on the community's clock."""
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(HOME_ZONE).date()


def state_words(state: str) -> str:
    """A wish's state in the public's words; `held` is one that somebody promised to bring."""
    return str(gettext("有人认领") if state == HELD else gettext(WishState(state).label))


def weekday_words(day: date) -> str:
    return str(gettext(_WEEKDAYS[day.weekday()]))
