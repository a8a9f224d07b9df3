"""The books as pages: where the money is, the journal and its filters, one voucher."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from market.domain.ledger.moves import MoveKind
from market.extensions import db, unit_of_work
from market.models.ledger import Account, Posting, Voucher
from market.queries.ledger.balances import money_now
from market.queries.ledger.journal import Filter, journal
from tests.factories import make_party
from tests.market_day import Day, open_day
from tests.moves import move
from tests.people import sign_in
from tests.refunds import closed_sale


@pytest.fixture
def day(app: Flask) -> Day:
    with app.app_context():
        day = open_day()
        with unit_of_work() as work:
            closed_sale(work, day, day.soap, day.scarf)
    return day


@pytest.fixture
def auditor(client: FlaskClient, day: Day) -> FlaskClient:
    sign_in(client, day.cast.auditor)
    return client


def test_both_halves_of_where_the_money_is_come_to_the_same(day: Day, session: Session) -> None:
    now = money_now(session, day.community.id)
    assert now.held_minor == now.owed_minor > 0
    shown = {one.id for one in (*now.held, *now.owed)}
    kept = session.scalars(select(Account.id).where(Account.balance_minor != 0)).all()
    assert shown == set(kept)


def test_the_pages_show_each_account_and_each_posting(
    auditor: FlaskClient, day: Day, session: Session
) -> None:
    desk = f"/desk/{day.community.slug}"
    assert day.custodian.name in auditor.get(f"{desk}/money").text
    for voucher in session.scalars(select(Voucher)):
        page = auditor.get(f"{desk}/vouchers/{voucher.id}")
        assert page.status_code == 200
        assert voucher.memo in page.text
    account_id = session.scalars(select(Account.id)).first()
    assert auditor.get(f"{desk}/journal?account={account_id}").status_code == 200


def test_the_journal_of_an_account_sums_to_its_balance(day: Day, session: Session) -> None:
    for account in session.scalars(select(Account)):
        found = journal(session, day.community.id, Filter(account_id=account.id))
        assert found.total_minor == account.balance_minor
        assert found.found == session.scalar(
            select(func.count(Posting.voucher_id.distinct())).where(
                Posting.account_id == account.id
            )
        )


def test_a_filter_that_finds_nothing_says_what_to_do(auditor: FlaskClient, day: Day) -> None:
    page = auditor.get(f"/desk/{day.community.slug}/journal?month=1999-01&kind=nonsense")
    assert page.status_code == 200
    assert "换一个月份" in page.text


def test_the_journal_asks_the_same_number_of_questions_however_long_it_is(
    app: Flask, auditor: FlaskClient, day: Day
) -> None:
    address = f"/desk/{day.community.slug}/journal"
    before = _questions(app, auditor, address)
    with app.app_context(), unit_of_work() as work:
        for _ in range(5):
            move(
                work, day, MoveKind.COST_ADVANCED, 1_00, party_id=make_party(work, day.community).id
            )
    assert _questions(app, auditor, address) == before


def test_another_communitys_voucher_is_not_found(auditor: FlaskClient, day: Day) -> None:
    assert auditor.get(f"/desk/{day.community.slug}/vouchers/999999").status_code == 404
    assert auditor.get(f"/desk/{day.community.slug}/journal?account=999999").status_code == 404


def _questions(app: Flask, client: FlaskClient, address: str) -> int:
    asked = []
    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", lambda *_: asked.append(1))
    assert client.get(address).status_code == 200
    return len(asked)
