"""Closing a till: the voucher, the places on the line, the count, and what comes late."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.actions.sales import closing
from market.actions.sales.closing import CloseTill, close_late_sales, close_till
from market.actions.sales.counting import NotCounted
from market.actions.sales.recording import record_sales
from market.actions.sales.voiding import SaleIsClosed, VoidSale, void_sale
from market.domain.identifiers import uuid7
from market.domain.sales.merkle import leaf_content, tree_root
from market.domain.sales.sale import Sale, Tender, sale_hash
from market.extensions import unit_of_work
from market.models.ledger import Account, AuditEvent, Laying, MonthLock, Posting, Voucher
from market.models.sales import Closure, SalePosition, SaleVoid
from market.queries.sales.tills import NoSuchTill
from tests.factories import NOW, make_line
from tests.market_day import (
    FLOAT_MINOR,
    LATER,
    Day,
    balance,
    close,
    count,
    make_day,
    open_day,
    recorded,
    sell_one,
)


def test_one_voucher_says_what_came_in_and_whose_it_is(session: Session) -> None:
    day = make_day(session)
    _record(
        session,
        day,
        day.sale(lines=(make_line(1, day.soap, quantity=3),), gift_minor=5_00),
        day.sale(day.scarf, tender=Tender.WECHAT),
        day.sale(day.fan, tender=Tender.ALIPAY),
    )
    count(session, day)
    closure = close(session, day)
    assert _postings(session, closure.voucher_id) == {
        f"cash_till:{day.till.id}": 50_00,
        f"tender:{day.platform.id}:wechat": 60_00,
        f"tender:{day.holder.id}:alipay": 30_00,
        f"payable:{day.weaver.id}": -(48_00 + 20_00),
        f"fund_unallocated:{day.wishes.id}": -50_40,
        f"fund_unallocated:{day.enterprise.id}": -21_60,
    }
    assert (closure.sales, closure.net_minor, closure.box_minor) == (3, 72_00, 0)


def test_the_counted_cash_goes_to_the_safe_and_the_difference_is_kept(session: Session) -> None:
    day = make_day(session)
    _record(session, day, day.sale())
    count(session, day, counted_minor=FLOAT_MINOR + 12_00)
    closure = close(session, day)
    assert _postings(session, closure.count_voucher_id) == {
        f"cash_safe:{day.custodian.id}": FLOAT_MINOR + 12_00,
        f"over_short:{day.till.id}": 3_00,
        f"cash_till:{day.till.id}": -(FLOAT_MINOR + 15_00),
    }
    assert (closure.expected_minor, closure.counted_minor) == (FLOAT_MINOR + 15_00, 212_00)
    assert closure.variance_minor == -3_00
    assert balance(session, day, f"cash_till:{day.till.id}") == 0


def test_sales_have_their_places_in_the_order_they_were_made(session: Session) -> None:
    day = make_day(session)
    late, early = day.sale(phone_at=NOW + timedelta(hours=2)), day.sale(day.scarf, phone_at=NOW)
    twin = [day.sale(phone_at=NOW + timedelta(hours=1)) for _ in range(2)]
    _record(session, day, late, *reversed(twin), early)
    count(session, day)
    closure = close(session, day)
    rows = session.scalars(select(SalePosition).order_by(SalePosition.ordinal)).all()
    ordered = [early, *sorted(twin, key=lambda sale: sale.id), late]
    assert [row.sale_id for row in rows] == [sale.id for sale in ordered]
    assert [(row.ordinal, row.start_minor, row.end_minor) for row in rows] == [
        (1, 0, 12_00),
        (2, 12_00, 27_00),
        (3, 27_00, 42_00),
        (4, 42_00, 57_00),
    ]
    assert closure.merkle_root == tree_root(leaf_content(sale_hash(sale), None) for sale in ordered)


def test_a_voided_sale_keeps_an_empty_place_and_its_leaf_names_the_void(session: Session) -> None:
    day = make_day(session)
    kept, undone = day.sale(), day.sale(day.scarf)
    _record(session, day, kept, undone)
    void = _void(session, day, undone)
    count(session, day)
    closure = close(session, day)
    place = session.get_one(SalePosition, undone.id)
    assert (place.start_minor, place.end_minor) == (15_00, 15_00)
    assert (closure.sales, closure.net_minor) == (1, 15_00)
    assert closure.merkle_root == tree_root(
        [leaf_content(sale_hash(kept), None), leaf_content(sale_hash(undone), void.hash)]
    )
    assert balance(session, day, f"payable:{day.weaver.id}") == 0


def test_the_net_is_laid_on_the_lines_by_the_frozen_split(session: Session) -> None:
    day = make_day(session)
    sell_one(session, day, day.repair)
    sell_one(session, day, gift_minor=1)
    count(session, day)
    closure = close(session, day)
    rows = session.scalars(select(Laying).order_by(Laying.fund_ordinal)).all()
    assert [(row.fund_id, row.fund_ordinal, row.end_minor, row.closure_id) for row in rows] == [
        (day.wishes.id, 0, 17_50, closure.id),
        (day.enterprise.id, 1, 7_51, closure.id),
    ]
    session.refresh(day.wishes)
    assert day.wishes.laid_minor == 17_50


def test_box_income_is_money_of_the_funds_with_no_sale_behind_it(session: Session) -> None:
    day = make_day(session, basis="A")
    sell_one(session, day)
    count(session, day, box_minor=10_00)
    closure = close(session, day)
    assert (closure.net_minor, closure.box_minor, closure.variance_minor) == (15_00, 10_00, 0)
    assert balance(session, day, f"fund_unallocated:{day.wishes.id}") == -17_50
    assert balance(session, day, f"cash_safe:{day.custodian.id}") == FLOAT_MINOR + 25_00


def test_a_till_that_sold_nothing_closes_too(session: Session) -> None:
    day = make_day(session, float_minor=0)
    count(session, day, second_name="", signed=False)
    closure = close(session, day)
    assert (closure.sales, closure.net_minor, closure.variance_minor) == (0, 0, 0)
    assert (closure.voucher_id, closure.count_voucher_id) == (None, None)
    assert closure.merkle_root == tree_root([])


def test_the_change_goes_back_to_the_safe_when_nothing_was_sold(session: Session) -> None:
    day = make_day(session)
    count(session, day)
    assert close(session, day).voucher_id is None
    assert balance(session, day, f"cash_safe:{day.custodian.id}") == FLOAT_MINOR


def test_a_till_is_closed_only_after_a_confirmed_count(session: Session) -> None:
    day = make_day(session)
    with pytest.raises(NotCounted):
        close(session, day)
    count(session, day, signed=False)
    with pytest.raises(closing.NotConfirmed, match="宝妈乙"):
        close(session, day)


def test_a_difference_beyond_the_threshold_needs_a_reason(session: Session) -> None:
    day = make_day(session)
    count(session, day, counted_minor=FLOAT_MINOR + 5_01)
    with pytest.raises(closing.VarianceUnexplained, match="多了"):
        close(session, day)
    assert close(session, day, reason=" 找零找错 ").reason == "找零找错"


@pytest.mark.parametrize("difference_minor", [-5_00, 5_00])
def test_a_difference_within_the_threshold_needs_none(
    session: Session, difference_minor: int
) -> None:
    day = make_day(session)
    count(session, day, counted_minor=FLOAT_MINOR + difference_minor)
    assert close(session, day).variance_minor == difference_minor


def test_a_closed_till_is_not_closed_again(session: Session) -> None:
    day = make_day(session)
    count(session, day)
    close(session, day)
    with pytest.raises(closing.AlreadyClosed):
        close(session, day)


def test_another_community_s_till_is_not_found(session: Session) -> None:
    day, other = make_day(session), make_day(session)
    for act in (close_till, close_late_sales):
        with pytest.raises(NoSuchTill):
            act(
                session,
                CloseTill(community_id=other.community.id, till_id=day.till.id),
                by_id=day.cast.treasurer.id,
                now=LATER,
            )


def test_the_chain_vouches_for_the_closure(session: Session) -> None:
    day = open_day()
    with unit_of_work() as work:
        sell_one(work, day)
        count(work, day)
        closure = close(work, day)
    event = session.scalars(select(AuditEvent).where(AuditEvent.kind == "closure")).one()
    assert event.subject["merkle"] == closure.merkle_root.hex()
    assert (event.subject["net"], event.subject["till"]) == (15_00, day.till.id)


def test_late_sales_get_a_supplement_that_explains_an_over(session: Session) -> None:
    day = make_day(session)
    _record(session, day, day.sale())
    count(session, day, counted_minor=FLOAT_MINOR + 30_00)
    first = close(session, day, reason="多收了一笔？")
    assert balance(session, day, f"over_short:{day.till.id}") == -15_00
    late = day.sale(phone_at=NOW)
    _record(session, day, late)
    second = _close_late(session, day)
    assert (second.number, second.sales, second.net_minor) == (2, 1, 15_00)
    assert (second.expected_minor, second.counted_minor, second.variance_minor) == (None,) * 3
    assert _postings(session, second.voucher_id) == {
        f"over_short:{day.till.id}": 15_00,
        f"fund_unallocated:{day.wishes.id}": -10_50,
        f"fund_unallocated:{day.enterprise.id}": -4_50,
    }
    assert balance(session, day, f"over_short:{day.till.id}") == 0
    session.refresh(first)
    assert (first.variance_minor, first.net_minor) == (15_00, 15_00)
    assert session.get_one(SalePosition, late.id).closure_id == second.id


def test_a_supplement_follows_the_last_on_the_line(session: Session) -> None:
    day = make_day(session)
    count(session, day)
    close(session, day)
    for number in (2, 3):
        _record(session, day, day.sale(tender=Tender.WECHAT))
        assert _close_late(session, day).number == number
    spans = session.execute(
        select(Laying.start_minor, Laying.end_minor)
        .where(Laying.fund_id == day.wishes.id)
        .order_by(Laying.start_minor)
    )
    assert [tuple(span) for span in spans] == [(0, 10_50), (10_50, 21_00)]


def test_there_is_no_supplement_to_nothing(session: Session) -> None:
    day = make_day(session)
    with pytest.raises(closing.NotClosed):
        _close_late(session, day)
    count(session, day)
    close(session, day)
    with pytest.raises(closing.NothingLate):
        _close_late(session, day)


def test_a_locked_month_books_into_the_first_open_one(session: Session) -> None:
    day = make_day(session)
    sell_one(session, day)
    count(session, day)
    session.add(
        MonthLock(
            community_id=day.community.id,
            month="2026-11",
            proposed_by_id=day.cast.treasurer.id,
            proposed_at=LATER,
            confirmed_by_id=day.cast.reviewer.id,
            confirmed_at=LATER,
        )
    )
    session.flush()
    closure = close(session, day)
    booked = session.scalars(select(Voucher.booked_on).where(Voucher.id == closure.voucher_id))
    assert booked.one() == date(2026, 12, 1)


def test_eight_who_close_at_once_close_it_once(session: Session, app: Flask) -> None:
    day = open_day()
    with unit_of_work() as work:
        _record(work, day, *(day.sale() for _ in range(20)))
        count(work, day)

    def attempt(_: int) -> bool:
        with app.app_context():
            try:
                with unit_of_work() as work:
                    close(work, day)
            except closing.AlreadyClosed:
                return False
            return True

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(attempt, range(8))).count(True) == 1
    assert session.scalar(select(func.count()).select_from(Closure)) == 1
    assert session.scalar(select(func.count()).select_from(SalePosition)) == 20


def test_sales_that_race_a_closing_are_in_it_or_late_and_never_lost(
    session: Session, app: Flask
) -> None:
    day = open_day()
    with unit_of_work() as work:
        count(work, day)
    sales = [day.sale(day.cup) for _ in range(24)]

    def send(sale: Sale) -> None:
        with app.app_context(), unit_of_work() as work:
            _record(work, day, sale)

    def shut(_: int) -> None:
        with app.app_context(), unit_of_work() as work:
            close(work, day, reason="点钱以后才上传")

    with ThreadPoolExecutor(12) as threads:
        sent = [threads.submit(send, sale) for sale in sales[:12]]
        closed = threads.submit(shut, 0)
        sent += [threads.submit(send, sale) for sale in sales[12:]]
        for future in [*sent, closed]:
            future.result()
    with unit_of_work() as work:
        waiting = recorded(work, day.till.id) - _placed(work)
        if waiting:
            _close_late(work, day)
    assert recorded(session, day.till.id) == _placed(session) == 24
    closures = session.scalars(select(Closure).order_by(Closure.number)).all()
    assert sum(closure.net_minor for closure in closures) == 24 * 8_00
    for closure in closures:
        top = select(func.max(SalePosition.end_minor)).where(SalePosition.closure_id == closure.id)
        assert (session.scalar(top) or 0) == closure.net_minor


def test_a_void_that_races_a_closing_counts_before_it_or_is_refused(
    session: Session, app: Flask
) -> None:
    day = open_day()
    sales = [day.sale() for _ in range(6)]
    with unit_of_work() as work:
        _record(work, day, *sales)
        count(work, day)

    def undo(sale: Sale) -> None:
        with app.app_context():
            try:
                with unit_of_work() as work:
                    _void(work, day, sale)
            except SaleIsClosed:
                pass

    def shut() -> None:
        with app.app_context(), unit_of_work() as work:
            close(work, day, reason="同时有人作废")

    with ThreadPoolExecutor(7) as threads:
        futures = [threads.submit(undo, sale) for sale in sales[:3]]
        futures.append(threads.submit(shut))
        futures += [threads.submit(undo, sale) for sale in sales[3:]]
        for future in futures:
            future.result()
    voids = session.scalar(select(func.count()).select_from(SaleVoid)) or 0
    closure = session.scalars(select(Closure)).one()
    assert closure.net_minor == (6 - voids) * 15_00


def _record(session: Session, day: Day, *sales: Sale) -> None:
    record_sales(session, day.till.id, sales, received_at=LATER, by_id=day.cast.volunteer.id)


def _close_late(session: Session, day: Day) -> Closure:
    command = CloseTill(community_id=day.community.id, till_id=day.till.id)
    return close_late_sales(session, command, by_id=day.cast.treasurer.id, now=LATER)


def _void(session: Session, day: Day, sale: Sale) -> SaleVoid:
    command = VoidSale(
        community_id=day.community.id,
        till_id=day.till.id,
        sale_id=sale.id,
        void_id=uuid7(NOW, secrets.token_bytes),
        reason="点错了",
    )
    return void_sale(session, command, by_id=day.cast.volunteer.id, now=LATER)


def _postings(session: Session, voucher_id: int | None) -> dict[str, Any]:
    rows = session.execute(
        select(Account.code, Posting.amount_minor)
        .join(Posting, Posting.account_id == Account.id)
        .where(Posting.voucher_id == voucher_id)
    )
    return dict(rows.all())


def _placed(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(SalePosition)) or 0
