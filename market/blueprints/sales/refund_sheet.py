"""Refunds as a file."""

from __future__ import annotations

from flask_babel import gettext

from market.domain.errors import N_
from market.queries.sales.refunds import RefundRow
from market.web.sheets import CellKind, Column

STATE_WORDS = {
    "waiting": N_("等人同意，还没有付"),
    "paid": N_("已付，等人看"),
    "seen": N_("已付，看过了"),
    "declined": N_("没有同意，没有付"),
    "objected": N_("已付，有异议"),
}


def refund_columns() -> list[Column[RefundRow]]:
    return [
        Column(gettext("当日号"), lambda row: row.day_number),
        Column(gettext("查询码"), lambda row: row.code),
        Column(gettext("市集"), lambda row: row.market_day),
        Column(gettext("原因"), lambda row: row.reason),
        Column(
            gettext("申请退款"),
            lambda row: row.amount_minor,
            CellKind.MONEY,
            gettext("提出要退的金额，含寄售人的部分；没有同意的也列出。"),
        ),
        Column(
            gettext("已退款"),
            lambda row: row.amount_minor if row.paid_at else None,
            CellKind.MONEY,
            gettext("已经付给顾客的金额。"),
        ),
        Column(gettext("状态"), lambda row: gettext(STATE_WORDS[row.state])),
        Column(gettext("提出"), lambda row: row.proposed_by),
        Column(gettext("提出时间"), lambda row: row.proposed_at, CellKind.MOMENT),
        Column(gettext("复核"), lambda row: row.decided_by),
        Column(gettext("付款时间"), lambda row: row.paid_at, CellKind.MOMENT),
        Column(
            gettext("专款结清时间"),
            lambda row: row.settled_at,
            CellKind.MOMENT,
            gettext("专款把这笔钱还出来的时间；在那以前由中心垫付。"),
        ),
    ]
