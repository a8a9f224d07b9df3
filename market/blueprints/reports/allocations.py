"""Allocations as a list with its sums, and files of it."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from market.blueprints.reports import blueprint
from market.blueprints.reports.home import READERS
from market.blueprints.reports.words import Choice, chosen_id, kept_arguments
from market.extensions import reading
from market.queries.ledger.journal import months_of
from market.queries.proceeds.allocated import (
    AllocatedFilter,
    AllocatedRow,
    all_allocated,
    allocated,
)
from market.queries.proceeds.funds import funds_of
from market.queries.sales.market_days import market_day_now
from market.web.access import community, for_roles
from market.web.sheets import ALL_ROWS, CellKind, Column, Sheet, asked_format, sheet_answer


@blueprint.get("/desk/<community>/reports/allocations")
@for_roles(*READERS)
def allocations() -> ResponseReturnValue:
    here = community()
    market_id = chosen_id("market")
    chosen = AllocatedFilter(
        fund_id=chosen_id("fund"),
        market_day_id=market_id,
        month=request.args.get("month") or None,
        unspent=request.args.get("show") == "left",
    )
    if asked_format():
        return sheet_answer(
            Sheet(
                str(gettext("款项安排")),
                _columns(),
                all_allocated(reading(), here.id, chosen, ALL_ROWS),
                [here.name],
            )
        )
    return render_template(
        "reports/allocations.html",
        found=allocated(reading(), here.id, chosen, request.args.get("page", 1, type=int)),
        chosen=chosen,
        market=market_day_now(reading(), here.id, market_id) if market_id else None,
        funds=[
            Choice(str(fund.id), fund.name, fund.id == chosen.fund_id)
            for fund in funds_of(reading(), here.id)
        ],
        months=months_of(reading(), here.id),
        arguments=kept_arguments(),
        meanings=[column for column in _columns() if column.meaning],
    )


def _columns() -> list[Column[AllocatedRow]]:
    money = CellKind.MONEY
    return [
        Column(gettext("专款"), lambda row: row.fund),
        Column(gettext("心愿"), lambda row: row.wish_code),
        Column(gettext("创业项目"), lambda row: row.enterprise),
        Column(gettext("市集开支"), lambda row: row.market_day),
        Column(
            gettext("安排"),
            lambda row: row.amount_minor,
            money,
            gettext("两个人同意以后，从专款里答应给这个用途的钱。"),
        ),
        Column(
            gettext("已用"),
            lambda row: row.spent_minor,
            money,
            gettext("已经付掉、有凭证的部分。"),
        ),
        Column(
            gettext("退回"),
            lambda row: row.returned_minor,
            money,
            gettext("用不完、回到专款等待再安排的部分。"),
        ),
        Column(
            gettext("还没用"),
            lambda row: row.left_minor,
            money,
            gettext("安排减去已用、减去退回。"),
        ),
        Column(gettext("安排时间"), lambda row: row.allocated_at, CellKind.MOMENT),
        Column(gettext("提议"), lambda row: row.proposed_by),
        Column(gettext("复核"), lambda row: row.approved_by),
        Column(gettext("凭证"), lambda row: row.voucher),
    ]
