"""The public's figures as spreadsheets: wishes, markets, and each fund by months."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from market.blueprints.public import blueprint
from market.blueprints.public.words import day_of, state_words, theme_words, today
from market.domain.proceeds.wish import WishKind
from market.extensions import reading
from market.queries.ledger.journal import months_of
from market.queries.ledger.papers import Months, fund_flow
from market.queries.public.books import open_communities
from market.queries.public.figures import MarketFigures, market_figures
from market.queries.public.version import books_version
from market.queries.public.wishes import GROUPS, WishInList, wish_list
from market.web.access import public
from market.web.preferences import in_language
from market.web.sheets import (
    ALL_ROWS,
    CellKind,
    Column,
    Row,
    Sheet,
    asked_format,
    public_sheet,
)


@dataclass(slots=True)
class FundMonth:
    """What came to a fund in a month, and what was spent of it (minor units)."""

    community: str
    month: str
    fund: str
    income_minor: int = 0
    spent_minor: int = 0


@blueprint.get("/open-data/wishes")
@public
def open_wishes() -> ResponseReturnValue:
    return _sheet(_wishes)


@blueprint.get("/open-data/markets")
@public
def open_markets() -> ResponseReturnValue:
    return _sheet(_markets)


@blueprint.get("/open-data/funds")
@public
def open_funds() -> ResponseReturnValue:
    return _sheet(_funds)


def _sheet(make: Callable[[], Sheet[Row]]) -> ResponseReturnValue:
    if not asked_format():
        return redirect(url_for(".open_data"), code=303)
    return public_sheet(lambda: (books_version(reading()), today()), make)


def _wishes() -> Sheet[WishInList]:
    states = [state for group in GROUPS.values() for state in group]
    rows = wish_list(reading(), states=states, today=today(), limit=ALL_ROWS)
    money = CellKind.MONEY
    return Sheet(
        gettext("心愿"),
        [
            Column(gettext("编号"), lambda row: row.wish.code),
            Column(gettext("心愿"), lambda row: in_language(row.wish.words, row.wish.words_en)),
            Column(gettext("种类"), lambda row: gettext(WishKind(row.wish.kind).label)),
            Column(gettext("主题"), lambda row: theme_words(row.wish.theme)),
            Column(gettext("状态"), lambda row: state_words(row.wish.state)),
            Column(gettext("状态日期"), _day, CellKind.DAY),
            Column(gettext("提出月份"), lambda row: row.month),
            Column(
                gettext("预算"),
                lambda row: row.cost_minor,
                money,
                gettext("实现这个心愿预计要花的钱。"),
            ),
            Column(
                gettext("已安排"),
                lambda row: row.funded_minor,
                money,
                gettext("已经从专款安排给它的钱。"),
            ),
        ],
        rows,
        [gettext("只有现在可以公开的心愿；不含任何可以认出小朋友的内容。")],
    )


def _day(row: WishInList) -> date | None:
    return day_of(row.wish.state_on) if row.wish.state_on else None


def _markets() -> Sheet[MarketFigures]:
    money = CellKind.MONEY
    return Sheet(
        gettext("市集"),
        [
            Column(gettext("日期"), lambda row: row.market.on, CellKind.DAY),
            Column(gettext("市集"), lambda row: row.market.name),
            Column(gettext("地点"), lambda row: row.market.place),
            Column(
                gettext("小票"),
                lambda row: row.receipts,
                CellKind.COUNT,
                gettext("没有作废的小票张数。"),
            ),
            Column(
                gettext("寄售人应得"),
                lambda row: row.consigned_minor,
                money,
                gettext("结账时记入寄售人名下的钱。"),
            ),
            Column(
                gettext("义卖净额"),
                lambda row: row.market.net_minor,
                money,
                gettext("义卖收入减去寄售人应得，含无明细收入；还没结账的市集是空的。"),
            ),
            Column(
                gettext("其中无明细收入"),
                lambda row: row.box_minor,
                money,
                gettext("钱箱里没有对应小票的钱。"),
            ),
        ],
        market_figures(reading(), limit=ALL_ROWS),
        [gettext("只有公开列出的市集。")],
    )


def _funds() -> Sheet[FundMonth]:
    money = CellKind.MONEY
    return Sheet(
        gettext("专款"),
        [
            Column(gettext("社区"), lambda row: row.community),
            Column(gettext("月份"), lambda row: row.month),
            Column(gettext("专款"), lambda row: row.fund),
            Column(
                gettext("收入"),
                lambda row: row.income_minor,
                money,
                gettext("进入专款的义卖净额和无明细收入；专款还出的退款是负数。"),
            ),
            Column(
                gettext("支出"),
                lambda row: row.spent_minor,
                money,
                gettext("按用途从专款付掉的钱；安排和退回只是答应与否，不算收支。"),
            ),
        ],
        _fund_months(),
        [gettext("每个专款每个月的收入和支出，由凭证算出。")],
    )


def _fund_months() -> list[FundMonth]:
    found: dict[tuple[str, str, str], FundMonth] = {}
    for here in open_communities(reading()):
        known = months_of(reading(), here.id)
        if not known:
            continue
        flow = fund_flow(reading(), here.id, Months(known[-1].month, known[0].month))
        for row in flow.rows:
            key = (here.name, row.month, row.fund)
            sums = found.setdefault(key, FundMonth(*key))
            sums.income_minor += row.income_minor or 0
            sums.spent_minor += row.spent_minor or 0
    return [found[key] for key in sorted(found)]
