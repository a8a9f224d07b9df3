"""The money of a market day as a picture and as rows: the same for its public page and its report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from flask_babel import gettext

from market.queries.public.markets import FundUse, MarketPage
from market.web.drawing import Amount, Stage, stages
from market.web.preferences import in_language


class Figure(StrEnum):
    """A sum of a market day, by which the rows behind it are found."""

    INCOME = "income"
    BOX = "box"
    CONSIGNED = "consigned"
    NET = "net"
    FUND = "fund"
    USED = "used"
    WISHES = "wishes"
    COSTS = "costs"
    SUPPORT = "support"
    REFUNDED = "refunded"
    LEFT = "left"


Link = Callable[[Figure, FundUse | None], str]
"""The address of the rows behind a figure; of one fund's, if it is a fund's. '' for none."""


@dataclass(frozen=True, slots=True)
class Sum:
    """A line of the table beside the picture; level 1 is a main line, 2 a part of it."""

    figure: Figure
    label: str
    amount_minor: int
    level: int
    href: str = ""


def nowhere(_figure: Figure, _fund: FundUse | None = None) -> str:
    """No rows behind any figure: for pages that anybody may see."""
    return ""


def _left_words(found: MarketPage) -> str:
    if any(fund.supported and not fund.support_minor for fund in found.funds):
        return str(gettext("结余，以及按阶段的创业支持"))
    return str(gettext("结余，等待安排"))


def flow_of(found: MarketPage, link: Link = nowhere) -> list[Stage]:
    """收入 → 成本／净额 → 去向 → 结余, from the sums the table shows; nothing before a closing."""
    if not found.market.closed_tills:
        return []
    net_above = 1 if found.consigned_minor else 0
    funds = [fund for fund in found.funds if fund.laid_minor]
    income = Amount(gettext("义卖收入"), found.income_minor, "in", href=link(Figure.INCOME, None))
    parts = [
        _from_one(
            gettext("寄售人应得"),
            found.consigned_minor,
            "cost",
            0,
            link(Figure.CONSIGNED, None),
        ),
        _from_one(gettext("义卖净额"), found.net_minor, "net", 0, link(Figure.NET, None)),
    ]
    laid = [
        _from_one(
            in_language(fund.fund, fund.fund_en),
            fund.laid_minor,
            fund.purpose,
            net_above,
            link(Figure.FUND, fund),
        )
        for fund in funds
    ]
    used = [
        _from_all(label, tone, [_part(fund, figure) for fund in funds], link(figure, None))
        for figure, label, tone in (
            (Figure.WISHES, gettext("安排给心愿"), "wishes"),
            (Figure.SUPPORT, gettext("支持创业者"), "enterprise"),
            (Figure.COSTS, gettext("市集开支"), "running_costs"),
            (Figure.REFUNDED, gettext("退款"), "cost"),
            (Figure.LEFT, _left_words(found), "left"),
        )
    ]
    return stages(
        [
            (gettext("收入"), [income]),
            (gettext("成本和净额"), parts),
            (gettext("去向"), laid),
            (gettext("用途和结余"), used),
        ]
    )


def sums_of(found: MarketPage, link: Link = nowhere) -> tuple[Sum, ...]:
    """The same sums as rows; parts of nothing are left out, and all of them before a closing."""
    if not found.market.closed_tills:
        return ()
    used = [
        _row(Figure.WISHES, gettext("安排给心愿"), _whole(found, Figure.WISHES), 2, link),
        _row(Figure.SUPPORT, gettext("支持创业者"), _whole(found, Figure.SUPPORT), 2, link),
        _row(Figure.COSTS, gettext("市集开支"), _whole(found, Figure.COSTS), 2, link),
        _row(Figure.REFUNDED, gettext("退款"), _whole(found, Figure.REFUNDED), 2, link),
    ]
    used_minor = sum(row.amount_minor for row in used)
    rows = [
        _row(Figure.INCOME, gettext("收入"), found.income_minor, 1, link),
        _row(Figure.BOX, gettext("其中无明细收入"), found.box_minor, 2, link),
        _row(Figure.CONSIGNED, gettext("成本：寄售人应得"), found.consigned_minor, 1, link),
        _row(Figure.NET, gettext("净额"), found.net_minor, 1, link),
        *(
            Sum(
                Figure.FUND,
                in_language(fund.fund, fund.fund_en),
                fund.laid_minor,
                2,
                link(Figure.FUND, fund),
            )
            for fund in found.funds
        ),
        _row(Figure.USED, gettext("去向"), used_minor, 1, link),
        *used,
        _row(Figure.LEFT, _left_words(found), _whole(found, Figure.LEFT), 1, link),
    ]
    return tuple(row for row in rows if row.amount_minor or row.level == 1)


def _row(figure: Figure, label: str, amount_minor: int, level: int, link: Link) -> Sum:
    return Sum(figure, label, amount_minor, level, link(figure, None))


def _whole(found: MarketPage, figure: Figure) -> int:
    return sum(_part(fund, figure) for fund in found.funds)


def _part(fund: FundUse, figure: Figure) -> int:
    match figure:
        case Figure.WISHES:
            return fund.wishes_minor
        case Figure.COSTS:
            return fund.costs_minor
        case Figure.SUPPORT:
            return fund.support_minor
        case Figure.REFUNDED:
            return fund.refunded_minor
        case Figure.LEFT:
            return fund.waiting_minor
    return fund.laid_minor


def _from_one(label: str, amount_minor: int, tone: str, source: int, href: str) -> Amount:
    return Amount(label, amount_minor, tone, ((source, amount_minor),), href)


def _from_all(label: str, tone: str, parts_minor: Sequence[int], href: str) -> Amount:
    sources = tuple((index, part) for index, part in enumerate(parts_minor) if part)
    return Amount(label, sum(parts_minor), tone, sources, href)
