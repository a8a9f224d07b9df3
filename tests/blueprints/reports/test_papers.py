"""Accounting papers: their totals are the ledger's, whatever the accounts are called."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.actions.ledger.headings import ChooseHeadings, HeadingUnreadable, choose_headings
from market.domain.ledger.account import AccountKind
from market.domain.ledger.heading import PRESET, Heading, HeadingCodeWrong
from market.extensions import unit_of_work
from market.models.ledger import Account, AccountHeading, AuditEvent, Posting, Voucher
from market.queries.ledger.headings import headings_of
from market.queries.ledger.journal import Filter
from market.queries.ledger.papers import Months, fund_flow, trial_balance, vouchers_to_print
from tests.factories import NOW
from tests.market_day import Day
from tests.people import post, sign_in

NOVEMBER = Months("2026-11", "2026-11")
BEFORE = Months("2026-10", "2026-10")
PAPERS = ("vouchers", "journal", "trial-balance", "income", "headings")


def test_the_trial_balance_is_the_ledger(day: Day, session: Session) -> None:
    rows = trial_balance(session, day.community.id, NOVEMBER)
    kept = dict(session.execute(select(Account.id, Account.balance_minor)).all())
    assert {row.account.id: row.closing_minor for row in rows}.items() <= kept.items()
    assert sum(row.opening_minor for row in rows) == sum(row.closing_minor for row in rows) == 0
    debits = session.scalar(select(func.sum(Posting.amount_minor)).where(Posting.amount_minor > 0))
    assert sum(row.debit_minor for row in rows) == sum(row.credit_minor for row in rows) == debits
    assert all(row.opening_minor == 0 for row in rows)


def test_a_month_before_everything_is_empty_and_one_after_only_carries_on(
    day: Day, session: Session
) -> None:
    assert trial_balance(session, day.community.id, BEFORE) == []
    later = trial_balance(session, day.community.id, Months("2026-12", "2026-12"))
    assert all(row.debit_minor == row.credit_minor == 0 for row in later)
    assert all(row.opening_minor == row.closing_minor for row in later)
    kept = session.scalars(select(Account.balance_minor).where(Account.balance_minor != 0)).all()
    assert sorted(row.closing_minor for row in later) == sorted(kept)


def test_income_less_spending_is_what_the_funds_hold(day: Day, session: Session) -> None:
    flow = fund_flow(session, day.community.id, NOVEMBER)
    held = session.scalar(
        select(-func.sum(Account.balance_minor)).where(Account.kind.like("fund_%"))
    )
    assert flow.opening_minor == 0
    assert flow.closing_minor == held
    assert flow.spent_minor == 17_50 + 3_00
    kinds = {row.kind for row in flow.rows}
    assert not kinds & {"allocation", "return"}
    assert fund_flow(session, day.community.id, Months("2026-12", "2026-12")).opening_minor == held


def test_every_voucher_is_printed_with_all_its_lines(day: Day, session: Session) -> None:
    printed = vouchers_to_print(session, day.community.id, Filter(month="2026-11"), 1_000)
    assert len(printed) == session.scalar(select(func.count()).select_from(Voucher))
    assert all(sum(line.amount_minor for line in one.lines) == 0 for one in printed)
    assert [one.voucher.number for one in printed] == list(range(1, len(printed) + 1))


def test_the_papers_open_and_name_accounts_by_their_headings(
    client: FlaskClient, day: Day, session: Session
) -> None:
    sign_in(client, day.cast.auditor)
    desk = f"/desk/{day.community.slug}/reports"
    for paper in PAPERS:
        page = client.get(f"{desk}/{paper}")
        assert page.status_code == 200
    assert "3102 限定性净资产" in client.get(f"{desk}/trial-balance").text
    voucher_id = session.scalars(select(Voucher.id)).first()
    assert "记字第" in client.get(f"{desk}/vouchers/{voucher_id}").text
    assert client.get(f"{desk}/vouchers/2000000").status_code == 404
    for paper in ("trial-balance", "income"):
        assert client.get(f"{desk}/{paper}?format=xlsx").data.startswith(b"PK")
    assert client.get(f"{desk}/trial-balance?from=2026-12&to=2026-1").status_code == 200


def test_a_treasurer_chooses_a_heading_and_it_is_an_event(
    client: FlaskClient, day: Day, session: Session
) -> None:
    sign_in(client, day.cast.treasurer)
    address = f"/desk/{day.community.slug}/reports/headings/change"
    typed = {f"code_{kind}": heading.code for kind, heading in PRESET.items()}
    typed |= {f"name_{kind}": heading.name for kind, heading in PRESET.items()}
    typed |= {"code_fund_committed": "2601", "name_fund_committed": "受托代理负债"}
    assert post(client, address, typed).status_code == 303
    chosen = headings_of(session, day.community.id)
    assert chosen[AccountKind.FUND_COMMITTED] == Heading("2601", "受托代理负债")
    assert session.scalars(select(AccountHeading.kind)).all() == ["fund_committed"]
    event = session.scalars(select(AuditEvent).where(AuditEvent.kind == "heading_chosen")).one()
    assert (event.subject["account_kind"], event.subject["code"]) == ("fund_committed", "2601")
    assert (
        "2601 受托代理负债" in client.get(f"/desk/{day.community.slug}/reports/trial-balance").text
    )


def test_a_code_that_no_scheme_has_comes_back_at_its_field(client: FlaskClient, day: Day) -> None:
    sign_in(client, day.cast.treasurer)
    address = f"/desk/{day.community.slug}/reports/headings/change"
    typed = {f"code_{kind}": heading.code for kind, heading in PRESET.items()}
    typed |= {f"name_{kind}": heading.name for kind, heading in PRESET.items()}
    answer = post(client, address, typed | {"code_bank": "abc"})
    assert answer.status_code == 422
    assert 'href="#code_bank"' in answer.text
    assert 'value="abc"' in answer.text


def test_the_preset_leaves_no_row_behind(app: Flask, day: Day, session: Session) -> None:
    def choose(code: str) -> None:
        typed = {kind: (heading.code, heading.name) for kind, heading in PRESET.items()}
        typed[AccountKind.BANK] = (code, "银行存款")
        command = ChooseHeadings(community_id=day.community.id, typed=typed)
        with app.app_context(), unit_of_work() as work:
            choose_headings(work, command, by_id=day.cast.treasurer.id, now=NOW)

    choose("1002-01")
    choose("1002")
    assert session.scalars(select(AccountHeading.kind)).all() == []
    with pytest.raises(HeadingUnreadable):
        choose("10")


@pytest.mark.parametrize("code", ["", "1", "abcd", "1001 ", "1001/2", "１００１"])
def test_only_codes_of_a_scheme_are_codes(code: str) -> None:
    with pytest.raises(HeadingCodeWrong):
        Heading(code, "现金")
