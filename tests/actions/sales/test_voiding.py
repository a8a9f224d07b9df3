"""Voiding: a sale undone before its till closes stays, with a reason beside it."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.actions.sales import voiding
from market.actions.sales.recording import record_sales
from market.actions.sales.voiding import VoidSale, record_void, void_sale
from market.domain.identifiers import uuid7
from market.domain.sales.sale import Sale, Tender, Void, void_hash
from market.domain.text import TextMissing, TextTooLong
from market.extensions import unit_of_work
from market.models.ledger import AuditEvent
from market.models.sales import Device, Listing, SaleVoid
from market.models.sales import Sale as SaleRow
from market.queries.sales.tills import NoSuchTill
from tests.factories import NOW
from tests.market_day import LATER, Day, close, count, kept_totals, make_day, open_day

one_database = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
"""For what reads a form or a rule and leaves the database alone."""


def test_a_void_stands_beside_its_sale_and_leaves_the_totals(session: Session) -> None:
    day = make_day(session)
    kept, undone = day.sale(), day.sale(day.scarf, tender=Tender.WECHAT)
    _record(session, day, kept, undone)
    row = _void(session, day, undone, reason="  顾客不要了 ")
    assert (row.sale_id, row.reason, row.voided_by_id) == (
        undone.id,
        "顾客不要了",
        day.cast.volunteer.id,
    )
    assert session.get_one(SaleRow, undone.id).net_minor == 12_00
    assert kept_totals(session, day.till.id) == {"cash": (1, 15_00, 15_00)}


def test_a_void_is_hashed_numbered_and_told_to_the_chain(session: Session) -> None:
    day = open_day()
    sale = day.sale()
    with unit_of_work() as work:
        _record(work, day, sale)
        row = _void(work, day, sale)
    fixed = Void(
        id=row.id, sale_id=sale.id, reason=row.reason, sequence=row.sequence, at=row.phone_at
    )
    assert row.hash == void_hash(fixed)
    assert row.sequence == 1
    event = session.scalars(select(AuditEvent).where(AuditEvent.kind == "sale_voided")).one()
    assert event.subject["hash"] == row.hash.hex()


def test_counted_pieces_come_back(session: Session) -> None:
    day = make_day(session)
    sale = day.sale(day.cup, day.soap)
    _record(session, day, sale)
    _void(session, day, sale)
    session.expire_all()
    assert session.get_one(Listing, day.cup.id).sold == 0
    assert session.get_one(Listing, day.soap.id).sold == 0


def test_a_void_tapped_twice_counts_once(session: Session) -> None:
    day = make_day(session)
    sale, other = day.sale(day.cup), day.sale(day.cup)
    _record(session, day, sale, other)
    void_id = uuid7(NOW, secrets.token_bytes)
    first = _void(session, day, sale, void_id=void_id)
    assert _void(session, day, sale, void_id=void_id) is first
    session.expire_all()
    assert session.get_one(Listing, day.cup.id).sold == 1
    assert kept_totals(session, day.till.id) == {"cash": (1, 8_00, 8_00)}
    numbers = select(Device.last_sequence).where(Device.kind == "form")
    assert session.scalars(numbers).one() == 1


def test_a_voided_sale_is_not_voided_again(session: Session) -> None:
    day = make_day(session)
    sale = day.sale()
    _record(session, day, sale)
    _void(session, day, sale)
    with pytest.raises(voiding.AlreadyVoided):
        _void(session, day, sale)


def test_after_closing_money_goes_back_by_a_refund(session: Session) -> None:
    day = open_day()
    sale = day.sale()
    with unit_of_work() as work:
        _record(work, day, sale)
        count(work, day)
        close(work, day)
    with pytest.raises(voiding.SaleIsClosed):
        _void(session, day, sale)


def test_a_late_sale_that_waits_for_its_closure_may_still_be_voided(session: Session) -> None:
    day = open_day()
    with unit_of_work() as work:
        count(work, day)
        close(work, day)
        sale = day.sale()
        _record(work, day, sale)
        _void(work, day, sale)
    assert kept_totals(session, day.till.id) == {}


@one_database
@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"reason": "  "}, TextMissing),
        ({"reason": "长" * 201}, TextTooLong),
        ({"till_id": 987_654}, NoSuchTill),
        ({"community_id": 987_654}, NoSuchTill),
        ({"sale_id": UUID(int=5)}, voiding.NoSuchSale),
    ],
)
def test_what_cannot_be_voided_is_refused(
    session: Session, change: dict[str, Any], error: type[Exception]
) -> None:
    day = make_day(session)
    sale = day.sale()
    _record(session, day, sale)
    with pytest.raises(error):
        _void(session, day, sale, **change)


def test_a_sale_of_another_till_is_not_found(session: Session) -> None:
    day, other = make_day(session), make_day(session)
    sale = other.sale()
    _record(session, other, sale)
    with pytest.raises(voiding.NoSuchSale):
        _void(session, day, sale)


def test_a_phone_s_void_is_recorded_as_it_was_fixed(session: Session) -> None:
    day = make_day(session)
    sale = day.sale()
    _record(session, day, sale)
    void = Void(
        id=uuid7(NOW, secrets.token_bytes), sale_id=sale.id, reason="点错了", sequence=9, at=NOW
    )
    row, again = [
        record_void(
            session,
            day.community.id,
            day.till.id,
            void,
            by_id=day.cast.volunteer.id,
            now=LATER,
        )
        for _ in range(2)
    ]
    assert again is row
    assert (row.sequence, row.phone_at, row.voided_at) == (9, NOW, LATER)


def test_eight_who_void_one_sale_at_once_void_it_once(session: Session, app: Flask) -> None:
    day = open_day()
    sale = day.sale(day.cup)
    with unit_of_work() as work:
        _record(work, day, sale)

    def attempt(_: int) -> bool:
        with app.app_context():
            try:
                with unit_of_work() as work:
                    _void(work, day, sale)
            except voiding.AlreadyVoided:
                return False
            return True

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(attempt, range(8))).count(True) == 1
    assert session.scalar(select(func.count()).select_from(SaleVoid)) == 1
    assert kept_totals(session, day.till.id) == {}
    assert session.get_one(Listing, day.cup.id).sold == 0


def _record(session: Session, day: Day, *sales: Sale) -> None:
    record_sales(session, day.till.id, sales, received_at=LATER, by_id=day.cast.volunteer.id)


def _void(session: Session, day: Day, sale: Sale, **changes: Any) -> SaleVoid:
    given = {
        "community_id": day.community.id,
        "till_id": day.till.id,
        "sale_id": sale.id,
        "void_id": uuid7(NOW, secrets.token_bytes),
        "reason": "点错了",
    }
    command = VoidSale(**{**given, **changes})
    return void_sale(session, command, by_id=day.cast.volunteer.id, now=LATER)
