"""The sales of a market day as a list: a filter in the address, sums of all it finds, files of it."""

from __future__ import annotations

from datetime import datetime

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from market.blueprints.reports import blueprint
from market.blueprints.reports.home import READERS
from market.blueprints.reports.market_day import hours_of
from market.blueprints.reports.words import TENDER_WORDS, Choice, chosen_id, kept_arguments
from market.domain.errors import N_
from market.domain.sales.sale import Tender
from market.extensions import reading
from market.queries.sales.market_days import market_day_now
from market.queries.sales.market_sales import (
    SalesFilter,
    SaleState,
    SoldRow,
    all_sales_found,
    sales_found,
    tills_to_filter,
)
from market.queries.sales.offers import stalls_of
from market.web.access import community, for_roles
from market.web.sheets import ALL_ROWS, CellKind, Column, Sheet, asked_format, sheet_answer

STATE_WORDS = {
    SaleState.STANDING: N_("有效的"),
    SaleState.ALL: N_("全部，含作废"),
    SaleState.VOIDED: N_("已作废"),
    SaleState.REFUNDED: N_("退过款"),
    SaleState.LATE: N_("补传记录"),
}


@blueprint.get("/desk/<community>/markets/<int:market_id>/sales")
@for_roles(*READERS)
def market_sales(market_id: int) -> ResponseReturnValue:
    day = market_day_now(reading(), community().id, market_id)
    tills = tills_to_filter(reading(), day.id)
    by_tender = all(till.counted for till in tills)
    hours = hours_of(day.held_on)
    chosen = _chosen(hours, by_tender=by_tender)
    if asked_format():
        return sheet_answer(
            Sheet(
                f"{day.name}-{gettext('义卖记录')}",
                _columns(by_tender=by_tender),
                all_sales_found(reading(), day.id, chosen, ALL_ROWS),
                _notes(chosen),
            )
        )
    return render_template(
        "reports/market_sales.html",
        day=day,
        found=sales_found(reading(), day.id, chosen, request.args.get("page", 1, type=int)),
        chosen=chosen,
        tills=[_choice(till.id, till.name, chosen.till_id) for till in tills],
        stalls=[
            _choice(stall.id, f"{stall.number} {stall.name}", chosen.stall_id)
            for stall in stalls_of(reading(), day.id)
        ],
        states=[_choice(one, gettext(words), chosen.state) for one, words in STATE_WORDS.items()],
        tenders=[
            _choice(one, gettext(TENDER_WORDS[one]), chosen.tender) for one in Tender if by_tender
        ],
        by_tender=by_tender,
        arguments=kept_arguments() | {"market_id": market_id},
        meanings=[column for column in _columns(by_tender=by_tender) if column.meaning],
    )


def _chosen(hours: list[datetime], *, by_tender: bool) -> SalesFilter:
    """What the address asks for; what makes no sense is not asked."""
    asked = request.args
    hour = asked.get("hour", type=int)
    tender, state = asked.get("tender", ""), asked.get("state", "")
    return SalesFilter(
        till_id=chosen_id("till"),
        stall_id=chosen_id("stall"),
        listing_id=chosen_id("listing"),
        tender=Tender(tender) if by_tender and tender in set(Tender) else None,
        since=hours[hour - 1] if hour is not None and 0 < hour <= len(hours) else None,
        until=hours[hour] if hour is not None and 0 <= hour < len(hours) else None,
        state=SaleState(state) if state in set(SaleState) else SaleState.STANDING,
    )


def _choice(value: object, words: str, chosen: object) -> Choice:
    return Choice(str(value), words, value == chosen)


def _columns(*, by_tender: bool) -> list[Column[SoldRow]]:
    money, moment = CellKind.MONEY, CellKind.MOMENT
    columns: list[Column[SoldRow]] = [
        Column(gettext("当日号"), lambda row: row.day_number),
        Column(gettext("查询码"), lambda row: row.code),
        Column(gettext("收银班次"), lambda row: row.till),
        Column(gettext("摊位"), lambda row: row.stall),
        Column(gettext("卖出时间"), lambda row: row.recorded_at, moment),
        Column(gettext("收到时间"), lambda row: row.received_at, moment),
        Column(gettext("商品 / 服务"), lambda row: row.things),
        Column(gettext("收款方式"), lambda row: gettext(TENDER_WORDS[row.tender])),
        Column(
            gettext("商品金额"),
            lambda row: row.lines_minor,
            money,
            gettext("标价乘件数，不含自愿加价。"),
        ),
        Column(
            gettext("自愿加价"),
            lambda row: row.gift_minor,
            money,
            gettext("顾客在标价以外多付的，没有要找零的也在内。"),
        ),
        Column(
            gettext("实收"),
            lambda row: row.due_minor,
            money,
            gettext("商品金额加自愿加价；找零不算。作废的也列出原来的数，合计时请看状态。"),
        ),
        Column(
            gettext("寄售人应得"),
            lambda row: row.consignor_minor,
            money,
            gettext("按约定的比例或每件定额付给寄售人的部分，进位到分。"),
        ),
        Column(
            gettext("净额"),
            lambda row: row.net_minor,
            money,
            gettext("实收减去寄售人应得，按公布的比例分到专款。退款不从这里减。"),
        ),
        Column(
            gettext("已退款"),
            lambda row: row.refunded_minor,
            money,
            gettext("收摊以后退给顾客的，含寄售人的部分。"),
        ),
        Column(
            gettext("状态"),
            lambda row: gettext("已作废") if row.voided else gettext("有效"),
        ),
        Column(gettext("作废原因"), lambda row: row.void_reason),
        Column(
            gettext("第几次结账"),
            lambda row: row.closure or None,
            CellKind.COUNT,
            gettext("1 是收摊结账，2 起是补充结账；空着的还没有结账。"),
        ),
        Column(gettext("经手"), lambda row: row.sold_by),
    ]
    if not by_tender:
        # Nobody adds up what should be in the box before it is counted.
        columns = [column for column in columns if column.title != gettext("收款方式")]
    return columns


def _notes(chosen: SalesFilter) -> list[str]:
    return [
        community().name,
        gettext("筛选：%(state)s", state=gettext(STATE_WORDS[chosen.state])),
    ]
