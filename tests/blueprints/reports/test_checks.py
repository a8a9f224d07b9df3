"""账目自检 at the desk: every property in words, what to do where one fails, within bounded time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from market.actions.ledger.checks import CheckRunning, finish_check, start_check
from market.blueprints.reports import checks
from market.blueprints.reports.check_words import OTHERWISE, words_of
from market.extensions import unit_of_work
from market.models.ledger import LedgerCheck
from market.models.sales import TillTotal
from market.queries.ledger.check import bounded, check_community
from market.queries.ledger.check.bounded import check_within
from market.queries.ledger.checks import last_checks
from market.web.moments import one_moment
from tests.factories import NOW
from tests.market_day import Day
from tests.people import post, sign_in


@pytest.fixture
def auditor(client: FlaskClient, day: Day) -> FlaskClient:
    sign_in(client, day.cast.auditor)
    return client


def address_of(day: Day) -> str:
    return f"/desk/{day.community.slug}/reports/check"


def test_sound_books_are_said_to_be_sound_and_the_result_is_kept(
    auditor: FlaskClient, day: Day, session: Session
) -> None:
    assert "还没有查过" in auditor.get(address_of(day)).text
    assert post(auditor, address_of(day)).status_code == 303
    page = auditor.get(address_of(day)).text
    assert "全部查完，账目都对得上。" in page
    assert "每张凭证的借方等于贷方。" in page
    kept = last_checks(session, day.community.id)
    assert [(one.by, one.whole, one.broken) for one in kept] == [("简小督", True, ())]


def test_a_property_that_fails_says_what_to_do(app: Flask, auditor: FlaskClient, day: Day) -> None:
    with app.app_context(), unit_of_work() as work:
        work.execute(update(TillTotal).values(due_minor=TillTotal.due_minor + 1))
    post(auditor, address_of(day))
    page = auditor.get(address_of(day)).text
    assert "1 项对不上" in page
    assert "每一班收银的合计，就是它的每一笔义卖加起来的数。" in page
    assert "请把这一页发给管理员" in page
    assert f"till_total {day.till.id} cash" in page


def test_every_property_has_words_of_its_own(day: Day, session: Session) -> None:
    names = [verdict.name for verdict in check_community(session, day.community.id)]
    assert len(names) > 20
    assert [name for name in names if words_of(name) is OTHERWISE] == []


def test_a_check_that_runs_out_of_time_says_how_far_it_came(
    auditor: FlaskClient, day: Day, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "SECONDS", 0.0)
    post(auditor, address_of(day))
    page = auditor.get(address_of(day)).text
    assert "时间不够" in page
    assert "flask check-ledger" in page
    assert "对不上：" not in page


def test_what_runs_when_the_time_is_over_is_given_up_and_is_no_fault_of_the_books(
    app: Flask, day: Day, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounded, "_STEPS", 1)
    with app.app_context():
        with one_moment() as session:
            looked = check_within(session, day.community.id, seconds=0)
        assert not looked.whole
        assert all(verdict.holds for verdict in looked.verdicts)
        # The connection that was stopped serves whoever comes next.
        with one_moment() as session:
            assert check_within(session, day.community.id, seconds=60).whole


def test_one_check_at_a_time(app: Flask, day: Day) -> None:
    def start(after: timedelta) -> int:
        with app.app_context(), unit_of_work() as work:
            return start_check(
                work, day.community.id, by_id=day.cast.auditor.id, now=NOW + after
            ).id

    first = start(timedelta())
    with pytest.raises(CheckRunning):
        start(timedelta(seconds=5))
    with app.app_context(), unit_of_work() as work:
        finish_check(work, first, [], whole=True, now=NOW)
    second = start(timedelta(seconds=6))
    # One whose worker died is in nobody's way for long.
    third = start(timedelta(minutes=5))
    assert first < second < third


def test_a_check_changes_nothing_in_the_books(
    auditor: FlaskClient, day: Day, session: Session
) -> None:
    post(auditor, address_of(day))
    post(auditor, address_of(day))
    assert len(session.scalars(select(LedgerCheck.id)).all()) == 2
    assert all(verdict.holds for verdict in check_community(session, day.community.id))
