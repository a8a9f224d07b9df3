"""Several people at once: a sale is never refunded twice over, a move is decided once, and nobody
is paid more than they are owed."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from market.actions.ledger.months import LockMonth, confirm_lock, propose_lock
from market.actions.ledger.move_limits import OwedLess
from market.actions.ledger.move_records import AlreadyDecided
from market.actions.ledger.moves import DecideMove, decide_move
from market.actions.ledger.posting import post
from market.actions.sales.refunding import SaleChanged, propose_refund
from market.domain.errors import MarketError
from market.domain.ledger.moves import MoveKind
from market.domain.ledger.posting_table import cash_advanced
from market.domain.sales.refund import MoreGiftThanLeft, NothingToRefund, Refund
from market.extensions import database_is_busy, db, unit_of_work
from market.models.ledger import MoneyMoveDecision, Voucher
from market.models.sales import Refund as RefundRow
from market.queries.ledger.check import check_community
from tests import factories
from tests.actions.ledger.test_months import DECEMBER, STILL_NOVEMBER
from tests.market_day import LATER, Day, balance, close, count, open_day
from tests.moves import propose, safe, sign
from tests.refunds import asking, closed_sale, recorded_sale

PEOPLE = 6


@pytest.fixture
def day(app: Flask) -> Day:
    with app.app_context():
        return open_day()


def _at_once(app: Flask, act: Callable[[int], None]) -> None:
    """Let everybody do it at the same moment; what the database asks to repeat is repeated."""
    together = Barrier(PEOPLE)

    def one(number: int) -> None:
        together.wait()
        with app.app_context():
            _persistently(lambda: act(number))
            db.session.remove()

    with ThreadPoolExecutor(PEOPLE) as pool:
        for done in [pool.submit(one, number) for number in range(PEOPLE)]:
            done.result()


def _persistently(act: Callable[[], None]) -> None:
    for _ in range(50):
        try:
            return act()
        except DBAPIError as error:
            if not database_is_busy(error):
                raise
    message = "the database was busy fifty times"
    raise AssertionError(message)


def test_many_refunds_of_one_sale_never_exceed_it(app: Flask, day: Day) -> None:
    with app.app_context(), unit_of_work() as work:
        sale = closed_sale(work, day, gift_minor=10_00)

    def refund_some(_number: int) -> None:
        for _ in range(40):
            try:
                with unit_of_work() as work:
                    command = asking(work, day, sale.id, Refund(gift_minor=70))
                    propose_refund(work, command, by_id=day.cast.treasurer.id, now=LATER)
            except SaleChanged:
                continue
            except (MoreGiftThanLeft, NothingToRefund):
                return

    _at_once(app, refund_some)
    with app.app_context(), Session(db.engine) as session:
        total = session.scalar(select(func.sum(RefundRow.amount_minor)))
        assert total == 10_00 // 70 * 70
        assert _wrong(session, day) == []


def test_a_move_is_decided_once_by_whoever_is_first(app: Flask, day: Day) -> None:
    with app.app_context(), unit_of_work() as work:
        helper = factories.make_party(work, day.community, kind="person")
        given = {"party_id": helper.id, "target": safe(day)}
        move = propose(work, day, MoveKind.CASH_ADVANCED, 30_00, **given)
    refused: list[type[MarketError]] = []

    def approve(_number: int) -> None:
        command = DecideMove(community_id=day.community.id, move_id=move.id, approved=True)
        try:
            with unit_of_work() as work:
                decide_move(work, command, by_id=day.cast.reviewer.id, now=LATER)
        except MarketError as error:
            refused.append(type(error))

    _at_once(app, approve)
    assert refused == [AlreadyDecided] * (PEOPLE - 1)
    with app.app_context(), Session(db.engine) as session:
        assert session.scalar(select(func.count(MoneyMoveDecision.move_id))) == 1
        assert balance(session, day, f"payable:{helper.id}") == -30_00
        assert _wrong(session, day) == []


def test_what_is_owed_is_paid_once_however_many_pay_it(app: Flask, day: Day) -> None:
    with app.app_context():
        with unit_of_work() as work:
            recorded_sale(work, day, day.scarf)
        with unit_of_work() as work:
            count(work, day)
        with unit_of_work() as work:
            close(work, day)
        with unit_of_work() as work:
            given = {"party_id": day.weaver.id, "source": safe(day)}
            proposed = [
                propose(work, day, MoveKind.PAYOUT, 48_00, note=f"第{number}次", **given)
                for number in range(PEOPLE)
            ]
            for one in proposed:
                sign(work, day, one)
            moves = [one.id for one in proposed]
    refused: list[type[MarketError]] = []

    def pay(number: int) -> None:
        command = DecideMove(community_id=day.community.id, move_id=moves[number], approved=True)
        try:
            with unit_of_work() as work:
                decide_move(work, command, by_id=day.cast.reviewer.id, now=LATER)
        except MarketError as error:
            refused.append(type(error))

    _at_once(app, pay)
    assert refused == [OwedLess] * (PEOPLE - 1)
    with app.app_context(), Session(db.engine) as session:
        assert balance(session, day, f"payable:{day.weaver.id}") == 0
        assert _wrong(session, day) == []


def test_whoever_posts_while_a_month_is_locked_comes_before_or_goes_to_the_next(
    app: Flask, day: Day
) -> None:
    november = LockMonth(community_id=day.community.id, month="2026-11")
    with app.app_context(), unit_of_work() as work:
        propose_lock(work, november, by_id=day.cast.treasurer.id, now=DECEMBER)
        lender = factories.make_party(work, day.community, kind="person")

    def post_or_lock(number: int) -> None:
        if number == 0:
            with unit_of_work() as work:
                confirm_lock(work, november, by_id=day.cast.reviewer.id, now=DECEMBER)
            return
        for _ in range(5):
            with unit_of_work() as work:
                lent = cash_advanced(
                    "", party_id=lender.id, safe_holder_id=day.custodian.id, amount_minor=1
                )
                post(
                    work,
                    lent,
                    community_id=day.community.id,
                    by_id=day.cast.treasurer.id,
                    now=STILL_NOVEMBER,
                )

    _at_once(app, post_or_lock)
    with app.app_context(), Session(db.engine) as session:
        months = dict(
            session.execute(
                select(Voucher.month, func.count())
                .where(Voucher.memo == "")
                .group_by(Voucher.month)
            ).all()
        )
        assert months.keys() <= {"2026-11", "2026-12"}
        assert _wrong(session, day) == []


def _wrong(session: Session, day: Day) -> list[object]:
    return [one for one in check_community(session, day.community.id) if not one.holds]
