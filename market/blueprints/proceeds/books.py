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
from market.queries.ledger.journal import Filter, journal, months_of, voucher_page
from market.web.access import community, for_roles
from market.web.desk import DeskPage, offer
from market.web.sessions import clock

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
    return render_template(
        "proceeds/books/accounts.html", accounts=accounts_of(reading(), community().id)
    )


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


blueprint.add_app_template_filter(account_words, "account")
