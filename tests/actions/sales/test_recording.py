"""Recording sales: counted once, in whatever order and batches they come, and never lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.sales.quarantine import Reason
from market.actions.sales.recording import Outcome, Result, record_sales
from market.actions.sales.sale_rows import LineRow, SaleRow
from market.domain.sales.sale import Sale, Tender, canonical_json, sale_hash
from market.extensions import unit_of_work
from market.models.base import Base
from market.models.sales import Device, Listing, QuarantinedSale, SaleLine
from market.models.sales import Sale as Recorded
from market.queries.sales.tills import NoSuchTill
from tests import factories
from tests.factories import NOW, make_line
from tests.market_day import LATER, Day, close, count, kept_totals, make_day, open_day, recorded

CREATED, EXISTS, CONFLICT, REJECTED = Outcome


def test_rows_name_the_columns_of_their_tables_in_order() -> None:
    for row, table in ((SaleRow, "sale"), (LineRow, "sale_line")):
        columns = Base.metadata.tables[table].columns
        assert row._fields == tuple(column.name for column in columns)


def test_a_sale_is_written_with_its_lines_and_all_its_sums(session: Session) -> None:
    day = make_day(session)
    lines = (make_line(1, day.soap, quantity=2), make_line(2, day.scarf))
    sale = day.sale(lines=lines, gift_minor=5_00, tendered_minor=100_00)
    [result] = _record(session, day, sale)
    row = session.get_one(Recorded, sale.id)
    assert result == Result(sale.id, CREATED, sale.code, row.day_number)
    assert (row.lines_minor, row.gift_minor, row.tendered_minor) == (90_00, 5_00, 100_00)
    assert (row.consignor_minor, row.net_minor) == (48_00, 47_00)
    assert (row.hash, row.stall_id, row.tender) == (sale_hash(sale), day.stall.id, "cash")
    assert row.day_number == f"3{day.device.letter}-{sale.sequence:03d}"
    kept = session.scalars(select(SaleLine).order_by(SaleLine.number)).all()
    assert [(line.name, line.quantity, line.consignor_minor) for line in kept] == [
        ("手工皂", 2, 0),
        ("围巾", 1, 48_00),
    ]
    assert (kept[1].consignor_id, kept[1].share_bp) == (day.weaver.id, 8000)


def test_it_records_a_resent_sale_once(session: Session) -> None:
    day = make_day(session)
    sale = day.sale()
    [first] = _record(session, day, sale)
    [again] = _record(session, day, sale)
    assert again == replace(first, outcome=EXISTS)
    assert recorded(session, day.till.id) == 1
    assert kept_totals(session, day.till.id) == {"cash": (1, 15_00, 15_00)}


def test_order_and_batches_make_no_difference(session: Session) -> None:
    day = make_day(session)
    sales = [day.sale() for _ in range(6)]
    _record(session, day, sales[4], sales[1])
    outcomes = [result.outcome for result in _record(session, day, *sales[::-1])]
    assert outcomes == [CREATED, EXISTS, CREATED, CREATED, EXISTS, CREATED]
    assert kept_totals(session, day.till.id) == {"cash": (6, 90_00, 90_00)}


def test_a_twin_within_a_batch_counts_once(session: Session) -> None:
    day = make_day(session)
    sale = day.sale()
    outcomes = [result.outcome for result in _record(session, day, sale, sale, day.sale(), sale)]
    assert outcomes == [CREATED, EXISTS, CREATED, EXISTS]
    assert kept_totals(session, day.till.id) == {"cash": (2, 30_00, 30_00)}


def test_the_same_id_with_other_content_keeps_the_original(session: Session) -> None:
    day = make_day(session)
    sale = day.sale()
    other = replace(sale, gift_minor=1_00)
    _record(session, day, sale)
    [result] = _record(session, day, other)
    assert (result.outcome, result.reason) == (CONFLICT, Reason.OTHER_CONTENT)
    assert session.get_one(Recorded, sale.id).gift_minor == 0
    aside = session.scalars(select(QuarantinedSale)).one()
    assert (aside.sale_id, aside.hash, aside.reason) == (sale.id, sale_hash(other), "other_content")
    assert aside.content == canonical_json(other).decode()
    assert kept_totals(session, day.till.id) == {"cash": (1, 15_00, 15_00)}


def test_other_content_within_one_batch_is_set_aside_too(session: Session) -> None:
    day = make_day(session)
    sale = day.sale()
    outcomes = _record(session, day, sale, replace(sale, gift_minor=1_00))
    assert [result.outcome for result in outcomes] == [CREATED, CONFLICT]


def test_a_conflict_that_comes_again_is_set_aside_once(session: Session) -> None:
    day = make_day(session)
    sale = day.sale()
    _record(session, day, sale)
    for _ in range(3):
        _record(session, day, replace(sale, gift_minor=1_00))
    assert len(session.scalars(select(QuarantinedSale)).all()) == 1


@pytest.mark.parametrize("unique", ["code", "sequence"])
def test_a_taken_code_or_number_is_set_aside(session: Session, unique: str) -> None:
    day = make_day(session)
    sale = day.sale()
    _record(session, day, sale)
    [result] = _record(session, day, day.sale(**{unique: getattr(sale, unique)}))
    assert (result.outcome, result.reason) == (CONFLICT, Reason(f"{unique}_taken"))
    assert recorded(session, day.till.id) == 1


def test_a_bad_one_is_set_aside_and_the_others_go_in(session: Session) -> None:
    day, elsewhere = make_day(session), make_day(session)
    bad = [
        day.sale(till_id=elsewhere.till.id),
        day.sale(device_id=elsewhere.device.id),
        day.sale(device_id=987_654),
        day.sale(elsewhere.soap),
        day.sale(lines=(make_line(1, day.fan, unit_price_minor=24_99, terms=None),)),
    ]
    good = [day.sale(), day.sale()]
    results = _record(session, day, good[0], *bad, good[1])
    assert [result.outcome for result in results] == [CREATED, *[REJECTED] * 5, CREATED]
    assert [result.reason for result in results[1:-1]] == [
        Reason.OTHER_TILL,
        Reason.UNKNOWN_DEVICE,
        Reason.UNKNOWN_DEVICE,
        Reason.UNKNOWN_LISTING,
        Reason.PRICE_REFUSED,
    ]
    assert len(session.scalars(select(QuarantinedSale)).all()) == 5
    assert kept_totals(session, day.till.id) == {"cash": (2, 30_00, 30_00)}


def test_what_a_consignor_is_owed_is_the_market_s_word_not_the_phone_s(session: Session) -> None:
    day = make_day(session)
    sale = day.sale(lines=(make_line(1, day.scarf, terms=None),))
    _record(session, day, sale)
    assert session.get_one(Recorded, sale.id).consignor_minor == 48_00


@pytest.mark.parametrize("years", [-10, 10])
def test_a_wrong_clock_is_held_between_opening_and_arrival(session: Session, years: int) -> None:
    day = make_day(session)
    sale = day.sale(phone_at=NOW + timedelta(days=365 * years))
    _record(session, day, sale)
    row = session.get_one(Recorded, sale.id)
    assert row.phone_at == sale.phone_at
    assert row.recorded_at == (LATER if years > 0 else day.till.opened_at)


def test_a_measured_offset_sets_the_clock_right(session: Session) -> None:
    day = make_day(session)
    sale = day.sale(phone_at=NOW - timedelta(days=1))
    record_sales(
        session,
        day.till.id,
        [sale],
        received_at=LATER,
        offset=timedelta(days=1, minutes=7),
    )
    assert session.get_one(Recorded, sale.id).recorded_at == NOW + timedelta(minutes=7)


def test_counted_stock_goes_down_and_the_uncounted_stays(session: Session) -> None:
    day = make_day(session)
    _record(session, day, day.sale(day.cup, day.soap), day.sale(lines=(_cups(day, 2),)))
    session.expire_all()
    assert session.get_one(Listing, day.cup.id).sold == 3
    assert session.get_one(Listing, day.soap.id).sold == 0


def test_the_last_number_of_a_phone_is_kept_and_never_goes_back(session: Session) -> None:
    day = make_day(session)
    _record(session, day, day.sale(sequence=7), day.sale(sequence=5))
    _record(session, day, day.sale(sequence=6))
    session.expire_all()
    assert session.get_one(Device, day.device.id).last_sequence == 7


def test_totals_are_kept_by_tender(session: Session) -> None:
    day = make_day(session)
    _record(
        session,
        day,
        day.sale(tender=Tender.WECHAT),
        day.sale(day.scarf, tender=Tender.WECHAT),
        day.sale(tender=Tender.OTHER, gift_minor=1),
    )
    assert kept_totals(session, day.till.id) == {
        "wechat": (2, 75_00, 27_00),
        "other": (1, 15_01, 15_01),
    }


@pytest.mark.usefixtures("session")
def test_a_late_sale_is_taken_by_a_closed_till() -> None:
    day = open_day()
    with unit_of_work() as work:
        count(work, day)
        close(work, day)
        [result] = _record(work, day, day.sale())
    assert result.outcome is CREATED


def test_nothing_at_all_is_nothing(session: Session) -> None:
    assert _record(session, make_day(session)) == []


def test_a_till_that_is_not_there_takes_nothing(session: Session) -> None:
    day = make_day(session)
    with pytest.raises(NoSuchTill):
        record_sales(session, 987_654, [day.sale()], received_at=LATER)


def test_a_thousand_go_in_at_once(session: Session) -> None:
    day = make_day(session)
    sales = [day.sale(day.soap, day.scarf) for _ in range(1_000)]
    assert {result.outcome for result in _record(session, day, *sales)} == {CREATED}
    assert {result.outcome for result in _record(session, day, *sales)} == {EXISTS}
    assert kept_totals(session, day.till.id) == {"cash": (1_000, 75_000_00, 27_000_00)}


def test_thirty_two_who_send_the_same_sales_at_once_count_them_once(
    session: Session, app: Flask
) -> None:
    day = open_day()
    sales = [day.sale() for _ in range(5)]

    def send(number: int) -> list[Result]:
        mixed = sales[number % 5 :] + sales[: number % 5]
        with app.app_context(), unit_of_work() as work:
            return _record(work, day, *mixed)

    with ThreadPoolExecutor(32) as threads:
        answers = [result for results in threads.map(send, range(32)) for result in results]
    created: list[UUID] = [one.sale_id for one in answers if one.outcome is CREATED]
    assert sorted(created) == sorted(sale.id for sale in sales)
    assert {one.outcome for one in answers} == {CREATED, EXISTS}
    assert kept_totals(session, day.till.id) == {"cash": (5, 75_00, 75_00)}


def _record(session: Session, day: Day, *sales: Sale) -> list[Result]:
    return record_sales(session, day.till.id, sales, received_at=LATER, by_id=day.cast.volunteer.id)


def _cups(day: Day, pieces: int) -> object:
    return factories.make_line(1, day.cup, quantity=pieces)
