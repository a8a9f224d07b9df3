"""Accounting papers to print: vouchers, the journal, the trial balance, income and spending."""

from __future__ import annotations

import re
from itertools import groupby

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from market.blueprints.reports import blueprint
from market.blueprints.reports.home import READERS
from market.domain.errors import N_, Refused
from market.domain.ledger.heading import Heading, Headings
from market.extensions import reading
from market.queries.ledger.headings import headings_of
from market.queries.ledger.journal import Filter, NoSuchVoucher, journal_lines, months_of
from market.queries.ledger.papers import (
    FlowRow,
    Months,
    TrialRow,
    fund_flow,
    trial_balance,
    vouchers_to_print,
)
from market.web.access import community, for_roles
from market.web.filters import local
from market.web.sessions import clock
from market.web.sheets import CellKind, Column, Sheet, asked_format, sheet_answer

MOST_LINES = 5_000
"""More than a month of any community has, and as much as a browser likes to print."""
_MONTH = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")


class TooMuchToPrint(Refused):
    """A paper that no printer would finish."""

    sentence = N_("这些月份的分录超过 %(most)s 行，请缩短月份再打印。")


class TrialGroup:
    """The accounts of one heading, and their sums."""

    def __init__(self, heading: Heading, rows: list[TrialRow]) -> None:
        self.heading = heading
        self.rows = rows
        self.opening_minor = sum(row.opening_minor for row in rows)
        self.debit_minor = sum(row.debit_minor for row in rows)
        self.credit_minor = sum(row.credit_minor for row in rows)
        self.closing_minor = sum(row.closing_minor for row in rows)


@blueprint.get("/desk/<community>/reports/vouchers")
@for_roles(*READERS)
def vouchers_paper() -> ResponseReturnValue:
    """All vouchers of a month; the chooser shows one month."""
    here, months = community(), _months()
    printed = vouchers_to_print(reading(), here.id, Filter(month=months.last), MOST_LINES + 1)
    if sum(len(one.lines) for one in printed) > MOST_LINES:
        raise TooMuchToPrint(most=MOST_LINES)
    return _paper("vouchers", months, vouchers=printed, one_month=True)


@blueprint.get("/desk/<community>/reports/vouchers/<int:voucher_id>")
@for_roles(*READERS)
def voucher_paper(voucher_id: int) -> ResponseReturnValue:
    own = Filter(voucher_id=voucher_id)
    printed = vouchers_to_print(reading(), community().id, own, MOST_LINES)
    if not printed:
        raise NoSuchVoucher
    month = printed[0].voucher.month
    return _paper("vouchers", Months(month, month), vouchers=printed, one_month=None)


@blueprint.get("/desk/<community>/reports/journal")
@for_roles(*READERS)
def journal_paper() -> ResponseReturnValue:
    here, months = community(), _months()
    lines = journal_lines(reading(), here.id, Filter(month=months.last), MOST_LINES + 1)
    if len(lines) > MOST_LINES:
        raise TooMuchToPrint(most=MOST_LINES)
    return _paper("journal", months, lines=lines, one_month=True)


@blueprint.get("/desk/<community>/reports/trial-balance")
@for_roles(*READERS)
def trial_paper() -> ResponseReturnValue:
    here, months = community(), _months()
    rows = trial_balance(reading(), here.id, months)
    headings = headings_of(reading(), here.id)
    if asked_format():
        columns = _trial_columns(headings)
        return sheet_answer(Sheet(str(gettext("科目余额表")), columns, rows, _notes(months)))
    groups = _grouped(rows, headings)
    return _paper("trial", months, groups=groups, whole=TrialGroup(Heading("0000", "-"), rows))


@blueprint.get("/desk/<community>/reports/income")
@for_roles(*READERS)
def income_paper() -> ResponseReturnValue:
    here, months = community(), _months()
    flow = fund_flow(reading(), here.id, months)
    if asked_format():
        return sheet_answer(
            Sheet(str(gettext("收支明细")), _flow_columns(), flow.rows, _notes(months))
        )
    if len(flow.rows) > MOST_LINES:
        raise TooMuchToPrint(most=MOST_LINES)
    return _paper("income", months, flow=flow)


def _months() -> Months:
    """The months that the address asks for; else the newest with a voucher in it."""
    first, last = request.args.get("from", ""), request.args.get("to", "")
    if not _MONTH.fullmatch(last):
        known = months_of(reading(), community().id)
        last = known[0].month if known else f"{local(clock()):%Y-%m}"
    if not _MONTH.fullmatch(first) or first > last:
        first = last
    return Months(first, last)


def _paper(name: str, months: Months, **facts: object) -> ResponseReturnValue:
    here = community()
    return render_template(
        f"reports/papers/{name}.html",
        community=here,
        months=months,
        known=months_of(reading(), here.id),
        headings=headings_of(reading(), here.id),
        as_of=clock(),
        **facts,
    )


def _grouped(rows: list[TrialRow], headings: Headings) -> list[TrialGroup]:
    """By heading, in the order of the codes."""

    def heading_of(row: TrialRow) -> tuple[str, str]:
        heading = headings[row.account.kind]
        return heading.code, heading.name

    ordered = sorted(rows, key=heading_of)
    return [
        TrialGroup(Heading(*named), list(some)) for named, some in groupby(ordered, key=heading_of)
    ]


def _notes(months: Months) -> list[str]:
    return [community().name, f"{months.first} – {months.last}"]


def _trial_columns(headings: Headings) -> list[Column[TrialRow]]:
    money = CellKind.MONEY
    return [
        Column(gettext("科目编号"), lambda row: headings[row.account.kind].code),
        Column(gettext("科目名称"), lambda row: headings[row.account.kind].name),
        Column(gettext("明细"), lambda row: row.account.owner),
        Column(gettext("种类"), lambda row: gettext(row.account.kind.label)),
        Column(
            gettext("期初余额"),
            lambda row: row.opening_minor,
            money,
            gettext("第一个月开始时，借方减去贷方。"),
        ),
        Column(gettext("本期借方"), lambda row: row.debit_minor, money),
        Column(gettext("本期贷方"), lambda row: row.credit_minor, money),
        Column(
            gettext("期末余额"),
            lambda row: row.closing_minor,
            money,
            gettext("期初余额加借方减贷方；全部科目加起来是 0。"),
        ),
    ]


def _flow_columns() -> list[Column[FlowRow]]:
    money = CellKind.MONEY
    return [
        Column(gettext("日期"), lambda row: row.booked_on, CellKind.DAY),
        Column(gettext("凭证"), lambda row: f"{row.month}-{row.number:03d}"),
        Column(gettext("种类"), lambda row: gettext(row.kind.label)),
        Column(gettext("摘要"), lambda row: row.memo),
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
    ]
