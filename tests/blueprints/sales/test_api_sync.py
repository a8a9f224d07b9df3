"""Uploads from phones: every row answered by itself, nothing twice, nothing lost, nothing half."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.actions.sales.quarantine import Reason
from market.actions.sales.refunding import DecideRefund, decide_refund
from market.domain.sales.sale import Tender
from market.extensions import unit_of_work
from market.models.ledger import AuditEvent
from market.models.sales import (
    Device,
    DeviceSignOff,
    Listing,
    PhoneVoid,
    QuarantinedSale,
    Refund,
    RefundRequest,
    SaleVoid,
)
from market.models.sales import Sale as Recorded
from market.queries.ledger.check import check_community
from market.queries.sales.closings import expected_minor
from tests.factories import NOW
from tests.market_day import LATER, balance, close, count, kept_totals, open_day, recorded
from tests.passes import make_pass, make_phone
from tests.refunds import ask, whole
from tests.uploads import (
    Stall,
    another_phone,
    body_of,
    open_stall,
    outcomes,
    sale_row,
    upload,
    void_of,
    void_row,
)

AGO = timedelta(minutes=5)


@pytest.fixture
def here(app: Flask) -> Iterator[Stall]:
    app.extensions["clock"] = lambda: LATER
    with app.app_context():
        yield open_stall()


def test_sales_are_recorded_and_answered_in_their_order(
    client: FlaskClient, session: Session, here: Stall
) -> None:
    sales = [here.sale(), here.sale(here.day.scarf, here.day.cup, gift_minor=2_00)]
    answer = upload(client, here.phone, *map(sale_row, sales), sent_at=LATER)
    assert outcomes(answer) == ["created", "created"]
    assert answer.json is not None
    [first, second] = answer.json["results"]
    row = session.get_one(Recorded, sales[1].id)
    assert first["id"] == str(sales[0].id)
    assert second["hash"] == row.hash.hex()
    assert (
        second["day_number"]
        == row.day_number
        == f"4{here.phone.device.letter}-" + (f"{sales[1].sequence:03d}")
    )
    assert (row.net_minor, row.consignor_minor, row.person_id) == (22_00, 48_00, None)
    assert answer.json["till"] == {
        "id": here.day.till.id,
        "name": here.day.till.name,
        "state": "open",
    }


def test_it_counts_a_resent_upload_once(client: FlaskClient, session: Session, here: Stall) -> None:
    rows = [sale_row(here.sale()) for _ in range(3)]
    upload(client, here.phone, *rows)
    again = upload(client, here.phone, *rows[::-1], rows[0])
    assert outcomes(again) == ["exists"] * 4
    assert again.json is not None
    assert [one["hash"] for one in again.json["results"][:3]] == [row["hash"] for row in rows[::-1]]
    assert kept_totals(session, here.day.till.id) == {"cash": (3, 45_00, 45_00)}


def test_the_first_content_of_an_id_stays(
    client: FlaskClient, session: Session, here: Stall
) -> None:
    sale = here.sale()
    upload(client, here.phone, sale_row(sale))
    other = upload(client, here.phone, sale_row(replace(sale, gift_minor=1_00)))
    assert outcomes(other) == ["conflict: other_content"]
    assert session.scalars(select(QuarantinedSale.reason)).all() == ["other_content"]
    assert kept_totals(session, here.day.till.id) == {"cash": (1, 15_00, 15_00)}


def test_a_code_or_a_number_that_another_sale_has_sets_the_newcomer_aside(
    client: FlaskClient, session: Session, here: Stall
) -> None:
    sale, other = here.sale(), here.sale()
    same_code, same_number = replace(other, code=sale.code), replace(other, sequence=sale.sequence)
    upload(client, here.phone, sale_row(sale))
    answer = upload(client, here.phone, sale_row(same_code), sale_row(same_number), sale_row(other))
    assert outcomes(answer) == ["conflict: code_taken", "conflict: sequence_taken", "created"]
    assert kept_totals(session, here.day.till.id) == {"cash": (2, 30_00, 30_00)}


def test_the_reasons_that_the_phone_s_program_is_tried_with_are_all_there_are() -> None:
    file = Path(__file__).parents[2] / "domain" / "vectors" / "reasons.json"
    assert json.loads(file.read_bytes()) == [reason.value for reason in Reason]


def wrong_rows(here: Stall) -> dict[str, dict[str, Any]]:
    """Rows that cannot be recorded, by what is said of them."""
    sale = here.sale
    good = sale_row(sale())
    return {
        "unreadable": {**good, "gift": "1"},
        "unreadable, a number as text": {**good, "sequence": "7"},
        "unreadable, a boolean as a number": {**good, "gift": True},
        "unreadable, a fraction": {**good, "gift": 1.5},
        "unreadable, negative": {**good, "gift": -1},
        "unreadable, absurd": {**good, "gift": 10**20},
        "unreadable, not a number": {**good, "gift": float("nan")},
        "unreadable, no lines": {**good, "lines": []},
        "unreadable, more than we know": {**good, "tip": 1},
        "unreadable, half a character": {**good, "code": "\ud800" * 12},
        "unreadable, half a void": {"kind": "void", "id": good["id"]},
        "unreadable, no object": [],  # type: ignore[dict-item]
        "unreadable, nothing": None,  # type: ignore[dict-item]
        "unreadable, of no kind": {**good, "kind": "refund"},
        "not_a_sale": sale_row(sale(), tendered=1),
        "not_a_sale, mistyped code": sale_row(sale(), code="2" * 11 + "3"),
        "not_a_sale, zero": sale_row(
            sale(), lines=[{"listing": 1, "name": "皂", "quantity": 1, "unit_price": 0}]
        ),
        "not_a_sale, control character": sale_row(
            sale(), lines=[{"listing": 1, "name": "皂\0", "quantity": 1, "unit_price": 1}]
        ),
        "other_hash": sale_row(sale(), hash="0" * 64),
        "other_device": sale_row(here.day.sale()),
        "unknown_till": sale_row(replace(sale(), till_id=2**31 - 1)),
        "unknown_listing": sale_row(
            replace(
                sale(),
                lines=(replace(sale().lines[0], listing_id=2**31 - 1),),
            )
        ),
        "price_refused": sale_row(
            replace(
                sale(),
                lines=(
                    replace(
                        sale().lines[0],
                        listing_id=here.day.fan.id,
                        name="团扇",
                        unit_price_minor=1_00,
                    ),
                ),
            )
        ),
    }


def test_a_wrong_row_is_set_aside_and_stops_nobody(
    client: FlaskClient, session: Session, here: Stall
) -> None:
    wrong = wrong_rows(here)
    good = [here.sale(), here.sale()]
    answer = upload(
        client, here.phone, sale_row(good[0]), *wrong.values(), sale_row(good[1]), sent_at=LATER
    )
    said = outcomes(answer)
    assert (said[0], said[-1]) == ("created", "created")
    assert said[1:-1] == [f"rejected: {name.partition(',')[0]}" for name in wrong]
    assert answer.json is not None
    assert all(one["say"] for one in answer.json["results"][1:-1])
    assert recorded(session, here.day.till.id) == 2
    kept = session.scalars(select(QuarantinedSale)).all()
    assert len(kept) == len(wrong)
    assert {row.till_id for row in kept} == {here.day.till.id}


def test_what_was_set_aside_is_kept_once_however_often_it_comes(
    client: FlaskClient, session: Session, here: Stall
) -> None:
    rows = list(wrong_rows(here).values())
    first = outcomes(upload(client, here.phone, *rows))
    assert outcomes(upload(client, here.phone, *rows)) == first
    number = session.scalar(select(func.count()).select_from(QuarantinedSale))
    assert number == len(rows)


def test_a_reason_is_said_in_the_language_of_the_phone(client: FlaskClient, here: Stall) -> None:
    row = sale_row(here.sale(), hash="0" * 64)
    english = upload(client, here.phone, row, headers={"Accept-Language": "en"})
    assert english.json is not None
    assert "does not match" in english.json["results"][0]["say"]


@pytest.mark.parametrize(
    ("status", "content"),
    [
        (400, b""),
        (400, b"{"),
        (400, b'{"sent_at": "2026-11-21T02:00:00Z", "unsent": 1, "rows": [{"kind": "sa'),
        (400, b"\xff\xfe"),
        (400, b"[" * 100_000),
        (422, b"[]"),
        (422, b"{}"),
        (422, b'{"sent_at": "now", "unsent": 0, "rows": []}'),
        (422, b'{"sent_at": "2026-11-21T02:00:00", "unsent": 0, "rows": []}'),
        (422, b'{"sent_at": "2026-11-21T02:00:00Z", "unsent": -1, "rows": []}'),
        (422, b'{"sent_at": "2026-11-21T02:00:00Z", "unsent": 0, "rows": {}}'),
        (422, b'{"sent_at": "2026-11-21T02:00:00Z", "unsent": 0, "rows": [], "more": 1}'),
        (413, json.dumps(body_of([{}] * 1001)).encode()),
        (413, b" " * 10_000_000),
    ],
)
def test_a_body_that_is_none_is_refused_whole(
    client: FlaskClient, session: Session, here: Stall, status: int, content: bytes
) -> None:
    answer = client.post(
        "/api/v1/sync", data=content, content_type="application/json", headers=here.phone.headers
    )
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    assert answer.json is not None
    assert answer.json["status"] == status
    assert answer.json["title"]
    assert recorded(session, here.day.till.id) == 0


def test_only_json_is_taken(client: FlaskClient, here: Stall) -> None:
    answer = client.post("/api/v1/sync", data={"rows": "[]"}, headers=here.phone.headers)
    assert (answer.status_code, answer.content_type) == (415, "application/problem+json")


def test_a_phone_without_a_good_token_is_told_so(
    client: FlaskClient, session: Session, here: Stall
) -> None:
    row = sale_row(here.sale())
    for headers in ({}, {"Authorization": "Bearer nothing"}, {"Authorization": "Basic YTpi"}):
        answer = client.post("/api/v1/sync", json=body_of([row]), headers=headers)
        assert (answer.status_code, answer.content_type) == (401, "application/problem+json")
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    here.phone.carried_by(client)
    assert client.post("/api/v1/sync", json=body_of([row])).status_code == 401
    with unit_of_work() as work:
        work.get_one(Device, here.phone.device.id).revoked_at = NOW
        work.get_one(Device, here.phone.device.id).revoked_by_id = here.day.cast.social_worker.id
    assert upload(client, here.phone, row).status_code == 401
    assert recorded(session, here.day.till.id) == 0


def test_a_phone_of_another_market_records_nothing_here(
    client: FlaskClient, session: Session, here: Stall
) -> None:
    elsewhere = open_stall()
    own = here.day.sale(device_id=elsewhere.phone.device.id)
    answer = upload(client, elsewhere.phone, sale_row(own), sale_row(here.sale()))
    assert outcomes(answer) == ["rejected: unknown_till", "rejected: other_device"]
    assert recorded(session, here.day.till.id) == 0
    asides = session.scalars(select(QuarantinedSale.till_id)).all()
    assert set(asides) == {elsewhere.day.till.id}


@pytest.mark.parametrize("years", [-10, 0, 10])
def test_a_wrong_clock_does_no_harm(
    client: FlaskClient, session: Session, here: Stall, years: int
) -> None:
    off = timedelta(days=365 * years)
    sale = here.sale(phone_at=LATER - AGO + off)
    upload(client, here.phone, sale_row(sale), sent_at=LATER + off)
    row = session.get_one(Recorded, sale.id)
    assert row.recorded_at == LATER - AGO
    assert row.received_at == LATER


@pytest.mark.parametrize("sent_at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_an_absurd_clock_is_kept_within_the_till_s_hours(
    client: FlaskClient, session: Session, here: Stall, sent_at: str
) -> None:
    sale = here.sale()
    body = body_of([sale_row(sale)]) | {"sent_at": sent_at}
    client.post("/api/v1/sync", json=body, headers=here.phone.headers)
    row = session.get_one(Recorded, sale.id)
    assert here.day.till.opened_at <= row.recorded_at <= LATER


def test_the_last_contact_and_what_is_left_are_noted(
    client: FlaskClient, session: Session, here: Stall
) -> None:
    upload(client, here.phone, sale_row(here.sale()), unsent=4)
    device = session.get_one(Device, here.phone.device.id)
    assert (device.seen_at, device.unsent) == (LATER, 3)
    session.rollback()
    upload(client, here.phone)
    session.refresh(device)
    assert device.unsent == 0


def test_a_phone_signs_off_with_nothing_left(
    client: FlaskClient, session: Session, here: Stall
) -> None:
    sale = here.sale()
    said = {"till": here.day.till.id, "last_sequence": sale.sequence}
    holding = upload(client, here.phone, sale_row(sale), unsent=2, sign_off=said)
    elsewhere = upload(client, here.phone, sign_off={**said, "till": 2**31 - 1})
    assert holding.json is not None
    assert elsewhere.json is not None
    assert (holding.json["signed_off"], elsewhere.json["signed_off"]) == (False, False)
    assert session.scalars(select(DeviceSignOff)).all() == []
    session.rollback()
    for _ in range(2):
        answer = upload(client, here.phone, sale_row(sale), sign_off=said)
        assert answer.json is not None
        assert answer.json["signed_off"] is True
    kept = session.scalars(select(DeviceSignOff)).one()
    assert (kept.till_id, kept.device_id, kept.last_sequence, kept.at) == (
        here.day.till.id,
        here.phone.device.id,
        sale.sequence,
        LATER,
    )


def test_a_void_undoes_its_sale_once(client: FlaskClient, session: Session, here: Stall) -> None:
    sale = here.sale(here.day.cup, here.day.scarf)
    void = void_of(sale, sequence=sale.sequence + 1)
    answer = upload(client, here.phone, sale_row(sale), void_row(void))
    assert outcomes(answer) == ["created", "created"]
    assert outcomes(upload(client, here.phone, void_row(void), void_row(void))) == ["exists"] * 2
    assert session.get_one(Device, here.phone.device.id).last_sequence == void.sequence
    row = session.get_one(SaleVoid, sale.id)
    assert (row.id, row.reason, row.voided_by_id, row.voided_at) == (void.id, "按错了", None, LATER)
    assert kept_totals(session, here.day.till.id) == {}
    assert session.get_one(Listing, here.day.cup.id).sold == 0
    events = session.scalars(select(AuditEvent).where(AuditEvent.kind == "sale_voided")).all()
    assert [event.subject["device"] for event in events] == [here.phone.device.id]
    _check(session, here)


def test_a_void_may_come_before_its_sale(
    client: FlaskClient, session: Session, here: Stall
) -> None:
    sale, other = here.sale(here.day.cup), here.sale(here.day.cup)
    void = void_of(sale, sequence=sale.sequence + 2)
    assert outcomes(upload(client, here.phone, void_row(void))) == ["created"]
    assert outcomes(upload(client, here.phone, void_row(void))) == ["exists"]
    answer = upload(client, here.phone, sale_row(sale), sale_row(other))
    assert outcomes(answer) == ["created", "created"]
    assert session.get_one(SaleVoid, sale.id).id == void.id
    assert kept_totals(session, here.day.till.id) == {"cash": (1, 8_00, 8_00)}
    assert session.get_one(Listing, here.day.cup.id).sold == 1
    _check(session, here)


def test_voids_that_cannot_be_are_set_aside(
    client: FlaskClient, session: Session, here: Stall
) -> None:
    sale, other = here.sale(), here.sale()
    theirs = another_phone(here)
    their_sale = here.day.sale(device_id=theirs.device.id)
    upload(client, theirs, sale_row(their_sale))
    first = void_of(sale, sequence=1000)
    upload(client, here.phone, sale_row(sale), sale_row(other), void_row(first))
    rows = {
        "conflict: other_content": void_row(replace(first, reason="换了一种说法")),
        "rejected: already_voided": void_row(void_of(sale, sequence=1001)),
        "conflict: sequence_taken": void_row(void_of(other, sequence=1000)),
        "rejected: other_device": void_row(void_of(their_sale, sequence=1002)),
        "rejected: other_hash": void_row(void_of(other, sequence=1003), hash="0" * 64),
        "rejected: not_a_sale": void_row(void_of(other, sequence=1004), reason="\0"),
        "rejected: unreadable": void_row(void_of(other, sequence=1005), reason=""),
    }
    assert outcomes(upload(client, here.phone, *rows.values())) == list(rows)
    assert outcomes(upload(client, here.phone, *rows.values())) == list(rows)
    assert session.scalars(select(SaleVoid.sale_id)).all() == [sale.id]
    asides = session.scalars(select(QuarantinedSale.reason).order_by(QuarantinedSale.id)).all()
    assert sorted(asides) == sorted(name.partition(": ")[2] for name in rows)


def test_a_sale_that_comes_after_closing_waits_for_a_supplement(
    client: FlaskClient, session: Session, here: Stall
) -> None:
    _close(here)
    late, undone = here.sale(), here.sale()
    void = void_of(undone, sequence=undone.sequence + 1)
    answer = upload(client, here.phone, sale_row(late), sale_row(undone), void_row(void))
    assert outcomes(answer) == ["created"] * 3
    assert answer.json is not None
    assert answer.json["till"] is None
    assert session.scalars(select(RefundRequest)).all() == []
    assert kept_totals(session, here.day.till.id) == {"cash": (1, 15_00, 15_00)}
    _check(session, here)


def test_a_void_that_comes_after_closing_asks_for_a_refund(
    client: FlaskClient, session: Session, here: Stall
) -> None:
    sale = here.sale(here.day.soap, here.day.scarf, gift_minor=5_00)
    upload(client, here.phone, sale_row(sale))
    # The buyer had the money back before the box was counted, so it is short by it.
    _close(here, short_minor=80_00)
    assert balance(session, here.day, f"over_short:{here.day.till.id}") == 80_00
    session.rollback()
    void = void_of(sale, sequence=sale.sequence + 1)
    for outcome in ("created", "exists"):
        assert outcomes(upload(client, here.phone, void_row(void))) == [outcome]
    request = session.scalars(select(RefundRequest)).one()
    assert (request.amount_minor, request.gift_minor, request.paid_from) == (80_00, 5_00, "box")
    assert (request.void_id, request.proposed_by_id) == (void.id, None)
    request_id = request.id
    assert session.scalars(select(SaleVoid)).all() == []
    assert session.scalars(select(Refund)).all() == []
    session.rollback()
    with unit_of_work() as work:
        yes = DecideRefund(community_id=here.day.community.id, request_id=request_id, approved=True)
        decide_refund(work, yes, by_id=here.day.cast.treasurer.id, now=LATER)
    paid = session.scalars(select(Refund)).one()
    assert (paid.amount_minor, paid.paid_by_id) == (80_00, here.day.cast.treasurer.id)
    assert balance(session, here.day, f"over_short:{here.day.till.id}") == 0
    _check(session, here)


def test_what_was_not_paid_in_cash_goes_back_the_way_it_came(
    client: FlaskClient, session: Session, here: Stall
) -> None:
    sale = here.sale(tender=Tender.WECHAT)
    upload(client, here.phone, sale_row(sale))
    _close(here)
    upload(client, here.phone, void_row(void_of(sale, sequence=sale.sequence + 1)))
    assert session.scalars(select(RefundRequest.paid_from)).all() == ["tender"]


def test_a_sale_that_was_refunded_at_the_desk_is_not_undone_again(
    client: FlaskClient, session: Session, here: Stall
) -> None:
    sale = here.sale()
    upload(client, here.phone, sale_row(sale))
    _close(here, short_minor=15_00)
    first = void_of(sale, sequence=sale.sequence + 1)
    upload(client, here.phone, void_row(first))
    with unit_of_work() as work:
        request = work.scalars(select(RefundRequest.id)).one()
        yes = DecideRefund(community_id=here.day.community.id, request_id=request, approved=True)
        decide_refund(work, yes, by_id=here.day.cast.treasurer.id, now=LATER)
    again = void_of(sale, sequence=sale.sequence + 2)
    assert outcomes(upload(client, here.phone, void_row(again))) == ["rejected: already_voided"]
    assert len(session.scalars(select(RefundRequest)).all()) == 1
    assert [row.id for row in session.scalars(select(PhoneVoid))] == [first.id]


def test_a_sale_that_the_desk_has_refunded_is_not_undone_by_its_phone(
    client: FlaskClient, session: Session, here: Stall
) -> None:
    sale = here.sale()
    upload(client, here.phone, sale_row(sale))
    _close(here, short_minor=15_00)
    with unit_of_work() as work:
        # A small one is paid at once.
        ask(work, here.day, sale.id, whole(work, here.day, sale.id))
    void = void_row(void_of(sale, sequence=sale.sequence + 1))
    assert outcomes(upload(client, here.phone, void)) == ["rejected: already_refunded"]
    assert session.scalar(select(func.count()).select_from(Refund)) == 1


def test_a_phone_that_has_gone_mad_is_slowed_down_alone(
    client: FlaskClient, session: Session, here: Stall
) -> None:
    other = another_phone(here)
    with unit_of_work() as work:
        device = work.get_one(Device, here.phone.device.id)
        device.due_ms = int(LATER.timestamp() * 1000) + 32_500
    answer = upload(client, here.phone, sale_row(here.sale()))
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3")
    assert answer.content_type == "application/problem+json"
    assert recorded(session, here.day.till.id) == 0
    session.rollback()
    assert outcomes(upload(client, other, sale_row(here.day.sale(device_id=other.device.id)))) == [
        "created"
    ]


def test_three_hundred_uploads_in_a_row_are_still_welcome(
    client: FlaskClient, session: Session, here: Stall
) -> None:
    with unit_of_work() as work:
        work.get_one(Device, here.phone.device.id).due_ms = (
            int(LATER.timestamp() * 1000) + 299 * 100
        )
    assert upload(client, here.phone).status_code == 200
    device = session.get_one(Device, here.phone.device.id)
    assert device.due_ms == int(LATER.timestamp() * 1000) + 300 * 100


def test_a_phone_records_into_the_tills_of_its_own_market(
    client: FlaskClient, session: Session, here: Stall
) -> None:
    other = open_day()
    with unit_of_work() as work:
        work.add(other.stall)
        phone = make_phone(work, make_pass(work, other.stall, other.cast.social_worker))
    sale = other.sale(device_id=phone.device.id)
    assert outcomes(upload(client, phone, sale_row(sale))) == ["created"]
    assert recorded(session, other.till.id) == 1
    assert recorded(session, here.day.till.id) == 0


def _close(here: Stall, *, short_minor: int = 0) -> None:
    """Count what is in the box, or so much less, and close."""
    with unit_of_work() as work:
        expected = expected_minor(work, here.day.community.id, here.day.till.id, box_minor=0)
        count(work, here.day, counted_minor=expected - short_minor)
        reason = "退给顾客了" if short_minor else ""
        close(work, here.day, reason=reason, phones_reason="手机没电了")


def _check(session: Session, here: Stall) -> None:
    """The whole of the books holds."""
    session.rollback()
    wrong = [one for one in check_community(session, here.day.community.id) if not one.holds]
    assert wrong == []


def test_a_sale_sent_again_is_known_whatever_was_agreed_since(
    client: FlaskClient, here: Stall
) -> None:
    sale = here.sale(here.day.fan)
    assert outcomes(upload(client, here.phone, sale_row(sale))) == ["created"]
    with unit_of_work() as work:
        work.get_one(Listing, here.day.fan.id).floor_minor = 50_00
    assert outcomes(upload(client, here.phone, sale_row(sale))) == ["exists"]
    other = replace(sale, gift_minor=1_00)
    assert outcomes(upload(client, here.phone, sale_row(other))) == ["conflict: other_content"]
    fresh = here.sale(here.day.fan)
    assert outcomes(upload(client, here.phone, sale_row(fresh))) == ["rejected: price_refused"]
