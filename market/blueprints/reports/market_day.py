"""The report of one market day: 收入 → 成本 → 净额 → 去向 → 结余, each figure with its rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from market.blueprints.reports import blueprint
from market.blueprints.reports.home import READERS
from market.blueprints.reports.words import TENDER_WORDS
from market.extensions import reading
from market.queries.proceeds.lit import LitWish, lit_wishes
from market.queries.public.markets import FundUse, MarketPage, market_page
from market.queries.sales.market_days import MarketDayNow, market_day_now
from market.queries.sales.market_report import Part, Sold, market_sold
from market.queries.sales.tills import NoSuchMarketDay
from market.web.access import community, for_roles
from market.web.drawing import SCALE
from market.web.market_money import Figure, flow_of, sums_of
from market.web.sessions import clock

HOURS = 24
_BELOW = {
    Figure.BOX: "#closures",
    Figure.NET: "#closures",
    Figure.CONSIGNED: "#consigned",
    Figure.WISHES: "#wishes",
    Figure.USED: "#wishes",
}
"""Figures whose rows stand on the same page."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A row of a breakdown as the page draws it; `width` of its bar on the drawing's scale."""

    label: str
    href: str
    count: int
    amount_minor: int
    width: int


@dataclass(frozen=True, slots=True)
class Lit:
    """A wish and what it got from this market day."""

    wish: LitWish
    amount_minor: int


@blueprint.get("/desk/<community>/markets/<int:market_id>/report")
@for_roles(*READERS)
def market_report(market_id: int) -> ResponseReturnValue:
    day, found, sold = facts_of(market_id)

    def link(figure: Figure, fund: FundUse | None) -> str:
        return _rows_behind(figure, fund, market_id)

    return render_template(
        "reports/market_day.html",
        day=day,
        found=found,
        sold=sold,
        flow=flow_of(found, link),
        sums=sums_of(found, link),
        breakdowns=_breakdowns(sold, market_id),
        lit=_lit(found),
        as_of=clock(),
    )


def facts_of(market_id: int) -> tuple[MarketDayNow, MarketPage, Sold]:
    """A market day of this community with its money and its sales; raises NoSuchMarketDay."""
    day = market_day_now(reading(), community().id, market_id)
    found = market_page(reading(), day.slug)
    if found is None:
        raise NoSuchMarketDay
    return day, found, market_sold(reading(), day.id, hours_of(day.held_on))


def hours_of(day: date) -> list[datetime]:
    """The moments at which the hours of a day begin on the community's clock, and the day's end."""
    zone = ZoneInfo(community().time_zone)
    begins = datetime.combine(day, time(), tzinfo=zone)
    return [begins + timedelta(hours=hour) for hour in range(HOURS + 1)]


def _rows_behind(figure: Figure, fund: FundUse | None, market_id: int) -> str:
    if fund is not None:
        return url_for("proceeds.fund", fund_id=fund.fund_id)
    pages = {
        Figure.INCOME: url_for(".market_sales", market_id=market_id),
        Figure.COSTS: url_for(".allocations", market=market_id),
        Figure.SUPPORT: url_for(".allocations"),
        Figure.REFUNDED: url_for("sales.refunds", market=market_id),
        Figure.LEFT: url_for("proceeds.funds"),
    }
    return pages.get(figure) or _BELOW.get(figure, "")


def _breakdowns(sold: Sold, market_id: int) -> list[tuple[str, str, str, list[Shown]]]:
    """By stall, hour, tender and listing: title, its first column, what is counted, its rows."""

    def sales(**chosen: object) -> str:
        return url_for(".market_sales", market_id=market_id, **chosen)  # type: ignore[arg-type]

    stalls = [(part, part.label, sales(stall=part.key)) for part in sold.by_stall]
    hours = [(part, _hour_words(part), sales(hour=part.key)) for part in sold.by_hour]
    tenders = [
        (part, gettext(TENDER_WORDS[str(part.key)]), sales(tender=part.key))
        for part in sold.by_tender
    ]
    listings = [
        (part, part.label, sales(listing=part.key))
        if part.key is not None
        else (part, gettext("自愿加价"), sales())
        for part in sold.by_listing
    ]
    return [
        (gettext("按摊位"), gettext("摊位"), gettext("笔数"), _drawn(stalls)),
        (gettext("按钟点"), gettext("钟点"), gettext("笔数"), _drawn(hours)),
        (gettext("按收款方式"), gettext("收款方式"), gettext("笔数"), _drawn(tenders)),
        (gettext("按商品和服务"), gettext("商品 / 服务"), gettext("件数"), _drawn(listings)),
    ]


def _drawn(rows: Sequence[tuple[Part, str, str]]) -> list[Shown]:
    most_minor = max((part.amount_minor for part, _, _ in rows), default=0)
    return [
        Shown(
            label,
            href,
            part.count,
            part.amount_minor,
            part.amount_minor * SCALE // most_minor if most_minor else 0,
        )
        for part, label, href in rows
    ]


def _hour_words(part: Part) -> str:
    hour = int(part.key or 0) - 1
    if hour < 0:
        return str(gettext("当天以前"))
    if hour >= HOURS:
        return str(gettext("当天以后"))
    return f"{hour:02d}:00–{hour + 1:02d}:00"


def _lit(found: MarketPage) -> list[Lit]:
    wishes = lit_wishes(reading(), community().id, list(found.lit))
    return [Lit(wish, found.lit[wish.id]) for wish in wishes]
