"""The books to read: where the money is, accounts, the journal, one voucher."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from market.blueprints.proceeds import blueprint
from market.domain.errors import N_
from market.domain.ledger.entry import EntryKind
from market.domain.people import Role
from market.extensions import reading
from market.queries.ledger.balances import AccountNow, account_now, accounts_of, money_now
from market.queries.ledger.journal import (
    Filter,
    JournalLine,
    journal,
    journal_lines,
    months_of,
    voucher_page,
)
from market.web.access import community, for_roles
from market.web.desk import DeskPage, offer
from market.web.sessions import clock
from market.web.sheets import ALL_ROWS, CellKind, Column, Sheet, asked_format, sheet_answer

READERS = (Role.TREASURER, Role.SOCIAL_WORKER, Role.REVIEWER, Role.AUDITOR, Role.ADMINISTRATOR)

blueprint.record(
    lambda state: offer(
        state.app,
        DeskPage(
            60,
            "proceeds.money",
            N_("钱在哪里"),
            "safe",
            under=("proceeds.money", "proceeds.account", "proceeds.journal", "proceeds.voucher"),
        ),
    )
)


@blueprint.get("/desk/<community>/money")
@for_roles(*READERS)
def money() -> ResponseReturnValue:
    return render_template(
        "proceeds/books/money.html", now=money_now(reading(), community().id), as_of=clock()
    )


@blueprint.get("/desk/<community>/accounts")
@for_roles(*READERS)
def accounts() -> ResponseReturnValue:
    rows = accounts_of(reading(), community().id)
    if asked_format():
        return sheet_answer(
            Sheet(str(gettext("全部账户")), account_columns(), rows, [community().name])
        )
    return render_template("proceeds/books/accounts.html", accounts=rows)


@blueprint.get("/desk/<community>/journal")
@for_roles(*READERS)
def journal_page() -> ResponseReturnValue:
    here = community()
    chosen = Filter(
        month=request.args.get("month") or None,
        kind=request.args.get("kind") or None,
        account_id=request.args.get("account", type=int),
    )
    account = account_now(reading(), here.id, chosen.account_id) if chosen.account_id else None
    if asked_format():
        return sheet_answer(
            Sheet(
                str(gettext("日记账")),
                line_columns(),
                journal_lines(reading(), here.id, chosen, ALL_ROWS),
                [here.name, account_words(account) if account else "", chosen.month or ""],
            )
        )
    return render_template(
        "proceeds/books/journal.html",
        journal=journal(reading(), here.id, chosen, before=request.args.get("before", type=int)),
        chosen=chosen,
        account=account,
        months=months_of(reading(), here.id),
        kinds=[(str(kind), gettext(kind.label)) for kind in EntryKind],
    )


@blueprint.get("/desk/<community>/vouchers/<int:voucher_id>")
@for_roles(*READERS)
def voucher(voucher_id: int) -> ResponseReturnValue:
    return render_template(
        "proceeds/books/voucher.html", shown=voucher_page(reading(), community().id, voucher_id)
    )


def account_words(account: AccountNow) -> str:
    """An account in words: what it is, and whose."""
    words = gettext(account.kind.label)
    return f"{words} · {account.owner}" if account.owner else str(words)


def line_columns() -> list[Column[JournalLine]]:
    """The journal as a file: one row for each posting."""
    money = CellKind.MONEY
    return [
        Column(gettext("凭证"), lambda row: f"{row.voucher.month}-{row.voucher.number:03d}"),
        Column(gettext("日期"), lambda row: row.voucher.booked_on, CellKind.DAY),
        Column(gettext("种类"), lambda row: gettext(row.voucher.kind.label)),
        Column(gettext("摘要"), lambda row: row.voucher.memo),
        Column(gettext("账户"), lambda row: account_words(row.account)),
        Column(
            gettext("借方"),
            lambda row: row.debit_minor,
            money,
            gettext("钱到了哪里、花在哪里，或少欠了谁。每张凭证借方合计等于贷方合计。"),
        ),
        Column(
            gettext("贷方"),
            lambda row: row.credit_minor,
            money,
            gettext("钱从哪里来，或欠了谁、答应了什么。"),
        ),
        Column(gettext("经手"), lambda row: row.voucher.by),
        Column(gettext("复核"), lambda row: row.voucher.second),
    ]


def account_columns() -> list[Column[AccountNow]]:
    return [
        Column(gettext("账户"), account_words),
        Column(gettext("种类"), lambda row: gettext(row.kind.label)),
        Column(gettext("名称"), lambda row: row.owner),
        Column(
            gettext("余额"),
            lambda row: row.balance_minor,
            CellKind.MONEY,
            gettext("借方减去贷方；全部账户加起来是 0。"),
        ),
    ]


blueprint.add_app_template_filter(account_words, "account")
