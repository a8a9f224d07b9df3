"""A sale is right or cannot be built; its hash is the phone's; its time is the server's."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.domain.errors import Invalid, MarketError
from market.domain.identifiers import epoch_ms
from market.domain.money import (
    MOST_MINOR,
    AmountNegative,
    AmountNotWhole,
    AmountTooLarge,
    CountOutOfRange,
    CountUnreadable,
    Money,
)
from market.domain.sales.consignment import ConsignorTerms, PriceBelowFloor
from market.domain.sales.receipt_code import CodeMistyped
from market.domain.sales.sale import (
    MOST_LINES,
    LinesMisnumbered,
    NameNotNormal,
    NoLines,
    NothingToPay,
    NumberOutOfRange,
    OnlyCashIsTendered,
    Sale,
    SaleLine,
    Tender,
    TenderedTooLittle,
    TimeWithoutZone,
    TooManyLines,
    Void,
    canonical_json,
    canonical_void,
    day_number,
    device_letter,
    recorded_at,
    sale_hash,
    void_hash,
)
from market.domain.text import TextTooLong
from tests.domain.sales_made import NOON, sales

VECTORS = json.loads((Path(__file__).parent / "vectors" / "sale_hash.json").read_bytes())
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SOAP = SaleLine(number=1, listing_id=3, name="手工皂", quantity=2, unit_price_minor=1500)
SALE = Sale(
    id=UUID("019ab000-7c3d-7100-8000-9f00aa000000"),
    till_id=12,
    device_id=7,
    sequence=27,
    code="ABCDEFGHJKMA",
    tender=Tender.CASH,
    lines=(SOAP,),
    phone_at=NOON,
)


def sale_of_vector(given: dict[str, Any]) -> Sale:
    lines = tuple(
        SaleLine(number=number, **line) for number, line in enumerate(given["lines"], start=1)
    )
    phone_at = EPOCH + timedelta(milliseconds=given["phone_ms"])
    rest = {key: given[key] for key in given.keys() - {"id", "lines", "phone_ms", "tender"}}
    return Sale(
        id=UUID(given["id"]), tender=Tender(given["tender"]), lines=lines, phone_at=phone_at, **rest
    )


@pytest.mark.parametrize("vector", VECTORS["sales"], ids=lambda vector: vector["about"])
def test_python_hashes_a_sale_as_javascript_did(vector: dict[str, Any]) -> None:
    sale = sale_of_vector(vector["sale"])
    assert canonical_json(sale).decode() == vector["canonical"]
    assert sale_hash(sale).hex() == vector["sha256"]


@pytest.mark.parametrize("vector", VECTORS["voids"], ids=lambda vector: vector["about"])
def test_python_hashes_a_void_as_javascript_did(vector: dict[str, Any]) -> None:
    given = vector["void"]
    void = Void(
        id=UUID(given["id"]),
        sale_id=UUID(given["sale_id"]),
        reason=given["reason"],
        sequence=given["sequence"],
        at=EPOCH + timedelta(milliseconds=given["at_ms"]),
    )
    assert canonical_void(void).decode() == vector["canonical"]
    assert void_hash(void).hex() == vector["sha256"]


@pytest.mark.parametrize("name", VECTORS["refused_names"], ids=ascii)
def test_a_name_that_could_be_written_two_ways_is_refused(name: str) -> None:
    with pytest.raises(Invalid):
        dataclasses.replace(SOAP, name=name)


def test_a_decomposed_name_is_said_to_be_irregular() -> None:
    with pytest.raises(NameNotNormal):
        dataclasses.replace(SOAP, name="Cafe\u0301")


@given(sales())
def test_the_canonical_form_holds_integers_and_texts_only(sale: Sale) -> None:
    row = json.loads(canonical_json(sale))
    *fields, lines = row
    assert {type(value) for value in fields} == {int, str}
    assert all(type(value) in {int, str} for line in lines for value in line)
    assert json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() == canonical_json(
        sale
    )
    assert sale_hash(sale) == hashlib.sha256(canonical_json(sale)).digest()


@pytest.mark.parametrize(
    "change",
    [
        {"id": UUID(int=SALE.id.int + 1)},
        {"till_id": 13},
        {"device_id": 8},
        {"sequence": 28},
        {"code": "222222222222"},
        {"tender": Tender.WECHAT},
        {"gift_minor": 1},
        {"tendered_minor": 3000},
        {"phone_at": NOON + timedelta(milliseconds=1)},
        {"lines": (dataclasses.replace(SOAP, listing_id=4),)},
        {"lines": (dataclasses.replace(SOAP, name="手工灶"),)},
        {"lines": (dataclasses.replace(SOAP, quantity=1),)},
        {"lines": (dataclasses.replace(SOAP, unit_price_minor=1501),)},
        {"lines": (SOAP, dataclasses.replace(SOAP, number=2))},
    ],
)
def test_whatever_the_phone_fixed_changes_the_hash(change: dict[str, Any]) -> None:
    assert sale_hash(dataclasses.replace(SALE, **change)) != sale_hash(SALE)


def test_terms_are_the_servers_and_not_in_the_phones_hash() -> None:
    line = dataclasses.replace(SOAP, terms=ConsignorTerms(consignor_id=1, share_bp=7000))
    assert sale_hash(dataclasses.replace(SALE, lines=(line,))) == sale_hash(SALE)


@given(sales())
def test_the_sums_add_up(sale: Sale) -> None:
    assert sale.due_minor == sale.lines_minor + sale.gift_minor
    assert sale.due_minor == sale.net_minor + sale.consignor_minor
    assert sale.lines_minor == sum(line.quantity * line.unit_price_minor for line in sale.lines)
    assert sale.net_minor == sum(line.net_minor for line in sale.lines) + sale.gift_minor
    assert 0 <= sale.gift_minor <= sale.net_minor
    if sale.tendered_minor is not None:
        assert sale.tendered_minor == sale.due_minor + sale.change_minor
    assert sale.change_minor >= 0


def test_change_is_what_was_handed_over_beyond_price_and_gift() -> None:
    sale = dataclasses.replace(SALE, gift_minor=500, tendered_minor=5000)
    assert (sale.due_minor, sale.change_minor, sale.net_minor) == (3500, 1500, 3500)
    assert SALE.change_minor == 0


def test_too_little_cash_is_refused_with_what_is_due() -> None:
    with pytest.raises(TenderedTooLittle) as refusal:
        dataclasses.replace(SALE, tendered_minor=2999)
    assert refusal.value.facts == {"due": Money(3000)}


@pytest.mark.parametrize("tender", [Tender.WECHAT, Tender.ALIPAY, Tender.OTHER])
def test_only_cash_is_handed_over(tender: Tender) -> None:
    with pytest.raises(OnlyCashIsTendered):
        dataclasses.replace(SALE, tender=tender, tendered_minor=3000)


BAD_SALES: list[tuple[dict[str, Any], type[MarketError]]] = [
    ({"lines": ()}, NoLines),
    ({"lines": tuple(dataclasses.replace(SOAP, number=n) for n in (2, 1))}, LinesMisnumbered),
    ({"lines": (dataclasses.replace(SOAP, number=2),)}, LinesMisnumbered),
    ({"lines": (SOAP, SOAP)}, LinesMisnumbered),
    ({"lines": (SOAP,) * (MOST_LINES + 1)}, TooManyLines),
    ({"lines": (dataclasses.replace(SOAP, unit_price_minor=0),)}, NothingToPay),
    ({"gift_minor": -1}, AmountNegative),
    ({"gift_minor": 1.0}, AmountNotWhole),
    ({"gift_minor": True}, AmountNotWhole),
    ({"gift_minor": MOST_MINOR}, AmountTooLarge),
    ({"tendered_minor": 2 * MOST_MINOR + 1}, AmountTooLarge),
    ({"tendered_minor": 3000.0}, AmountNotWhole),
    ({"tendered_minor": -1}, AmountNegative),
    ({"till_id": 0}, NumberOutOfRange),
    ({"till_id": True}, NumberOutOfRange),
    ({"device_id": -1}, NumberOutOfRange),
    ({"device_id": 2**53}, NumberOutOfRange),
    ({"sequence": 0}, NumberOutOfRange),
    ({"sequence": 2**31}, NumberOutOfRange),
    ({"sequence": "1"}, NumberOutOfRange),
    ({"code": "ABCDEFGHJKMB"}, CodeMistyped),
    ({"code": "ABCD-EFGH-JKMA"}, CodeMistyped),
    ({"code": "abcdefghjkma"}, CodeMistyped),
    ({"phone_at": NOON.replace(tzinfo=None)}, TimeWithoutZone),
]


@pytest.mark.parametrize(("change", "error"), BAD_SALES)
def test_what_is_no_sale_cannot_be_built(change: dict[str, Any], error: type[MarketError]) -> None:
    with pytest.raises(error):
        dataclasses.replace(SALE, **change)


def test_the_largest_sale_and_the_longest_receipt_fit() -> None:
    card = dataclasses.replace(SOAP, quantity=1, unit_price_minor=MOST_MINOR, name="字" * 60)
    assert dataclasses.replace(SALE, lines=(card,)).due_minor == MOST_MINOR
    many = tuple(dataclasses.replace(SOAP, number=n) for n in range(1, MOST_LINES + 1))
    assert len(dataclasses.replace(SALE, lines=many).lines) == 200


BAD_LINES: list[tuple[dict[str, Any], type[MarketError]]] = [
    ({"quantity": 0}, CountOutOfRange),
    ({"quantity": -1}, CountOutOfRange),
    ({"quantity": 1000}, CountOutOfRange),
    ({"quantity": 1.0}, CountUnreadable),
    ({"quantity": True}, CountUnreadable),
    ({"unit_price_minor": -1}, AmountNegative),
    ({"unit_price_minor": 15.0}, AmountNotWhole),
    ({"unit_price_minor": True}, AmountNotWhole),
    ({"name": "字" * 61}, TextTooLong),
    ({"unit_price_minor": MOST_MINOR}, AmountTooLarge),
    ({"unit_price_minor": 10**20}, AmountTooLarge),
    ({"listing_id": 0}, NumberOutOfRange),
    ({"number": 0}, NumberOutOfRange),
    ({"terms": ConsignorTerms(consignor_id=1, share_bp=1, floor_minor=1501)}, PriceBelowFloor),
]


@pytest.mark.parametrize(("change", "error"), BAD_LINES)
def test_what_is_no_line_cannot_be_built(change: dict[str, Any], error: type[MarketError]) -> None:
    with pytest.raises(error):
        dataclasses.replace(SOAP, **change)


def test_a_void_has_a_reason_a_number_and_a_time() -> None:
    void = Void(id=UUID(int=1), sale_id=SALE.id, reason="选错了", sequence=28, at=NOON)
    changes: list[dict[str, Any]] = [
        {"reason": ""},
        {"reason": " 选错了"},
        {"reason": "字" * 201},
        {"sequence": 0},
        {"at": NOON.replace(tzinfo=None)},
    ]
    for change in changes:
        with pytest.raises(Invalid):
            dataclasses.replace(void, **change)


times = st.datetimes(datetime(2016, 1, 1), datetime(2036, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
offsets = st.timedeltas(timedelta(days=-3660), timedelta(days=3660))


@given(times, offsets, times, st.timedeltas(timedelta(), timedelta(days=30)))
def test_a_sale_counts_between_opening_and_receipt_whatever_the_clock_says(
    phone_at: datetime, offset: timedelta, opened_at: datetime, passed: timedelta
) -> None:
    received_at = opened_at + passed
    at = recorded_at(phone_at, offset, opened_at=opened_at, received_at=received_at)
    assert opened_at <= at <= received_at
    if opened_at <= phone_at + offset <= received_at:
        assert at == phone_at + offset


def test_a_clock_at_the_end_of_time_is_brought_back() -> None:
    window = {"opened_at": NOON, "received_at": NOON + timedelta(hours=1)}
    last = datetime.max.replace(tzinfo=UTC)
    first = datetime.min.replace(tzinfo=UTC)
    assert recorded_at(last, timedelta(days=1), **window) == NOON + timedelta(hours=1)
    assert recorded_at(first, timedelta(days=-1), **window) == NOON


def test_the_phones_time_is_hashed_to_the_millisecond() -> None:
    later = dataclasses.replace(SALE, phone_at=NOON + timedelta(microseconds=999))
    assert sale_hash(later) == sale_hash(SALE)
    assert epoch_ms(NOON) == json.loads(canonical_json(SALE))[9]


def test_the_day_number_is_stall_phone_and_sequence() -> None:
    assert day_number("3", "B", 27) == "3B-027"
    assert day_number("12", "AA", 1234) == "12AA-1234"


def test_phones_are_lettered_without_i_and_o_and_go_on_after_z() -> None:
    letters = [device_letter(ordinal) for ordinal in range(1, 24 + 24 * 24 + 1)]
    assert letters[:3] == ["A", "B", "C"]
    assert letters[23:26] == ["Z", "AA", "AB"]
    assert letters[-1] == "ZZ"
    assert len(set(letters)) == len(letters)
    assert not set("".join(letters)) & {"I", "O"}
    with pytest.raises(NumberOutOfRange):
        device_letter(0)


def test_every_tender_has_its_word() -> None:
    assert {tender.value: tender.label for tender in Tender} == {
        "cash": "现金",
        "wechat": "微信",
        "alipay": "支付宝",
        "other": "其他",
    }
