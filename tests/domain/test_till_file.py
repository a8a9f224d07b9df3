"""What another till wrote down becomes receipts, or a line's number and a reason."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from market.domain.sales.sale import Tender
from market.domain.sales.till_file import (
    BoughtItem,
    ColumnMissing,
    PriceUnreadable,
    Reading,
    read_prices,
    read_till_file,
)

ZONE = ZoneInfo("Asia/Shanghai")
PRICES = {"Bread": 12_00, "茶": 8_00}


def line(**said: object) -> dict[str, object]:
    """A line that can be read, but for what is said otherwise."""
    return {
        "date": "2026-11-21",
        "time": "09:30:00",
        "receipt": "1",
        "item": "Bread",
        **said,
    }


def read(*lines: Mapping[str, object], ignored: str = "") -> Reading:
    """Read lines of a file whose heading is line 1."""
    return read_till_file(
        enumerate(lines, start=2),
        prices=PRICES,
        zone=ZONE,
        ignored=re.compile(ignored) if ignored else None,
    )


def rejections(found: Reading) -> list[tuple[str, int, str]]:
    return [(one.receipt, one.line, type(one.error).__name__) for one in found.rejected]


def test_lines_of_one_number_are_one_receipt_with_its_first_time_on_the_communitys_clock() -> None:
    found = read(line(), line(item="茶", time="09:31:00"), line(receipt="2"))
    first, second = found.receipts
    assert first.at == datetime(2026, 11, 21, 9, 30, tzinfo=ZONE)
    assert first.items == (BoughtItem("Bread", 1, 12_00), BoughtItem("茶", 1, 8_00))
    assert (second.receipt, second.line) == ("2", 4)
    assert found.lines == 3


def test_a_repeated_line_is_one_more_piece() -> None:
    [receipt] = read(line(), line(item="茶"), line(), line(quantity="2")).receipts
    assert receipt.items == (BoughtItem("Bread", 4, 12_00), BoughtItem("茶", 1, 8_00))


def test_the_price_on_the_line_goes_before_the_list_and_keeps_its_pieces_apart() -> None:
    [receipt] = read(line(unit_price="10"), line()).receipts
    assert receipt.items == (BoughtItem("Bread", 1, 10_00), BoughtItem("Bread", 1, 12_00))


def test_names_are_trimmed_and_found_in_the_list_in_any_case() -> None:
    [receipt] = read(line(item="  bREAD ")).receipts
    assert receipt.items == (BoughtItem("bREAD", 1, 12_00),)


@pytest.mark.parametrize(
    ("typed", "tender"),
    [
        ("", Tender.CASH),
        ("现金", Tender.CASH),
        ("WeChat", Tender.WECHAT),
        ("支付宝", Tender.ALIPAY),
        ("card", Tender.OTHER),
    ],
)
def test_a_tender_is_read_in_either_language(typed: str, tender: Tender) -> None:
    [receipt] = read(line(tender=typed)).receipts
    assert receipt.tender is tender


def test_without_a_tender_column_everything_is_cash() -> None:
    [receipt] = read(line()).receipts
    assert receipt.tender is Tender.CASH


@pytest.mark.parametrize(
    ("day", "at"),
    [
        ("2026/11/21", "9:30"),
        ("2026年11月21日", "9:30:00"),
        ("２０２６-１１-２１", "０９：３０：００"),
        (date(2026, 11, 21), time(9, 30)),
        (datetime(2026, 11, 21), datetime(1899, 12, 30, 9, 30)),  # noqa: DTZ001
        (46347.0, 9.5 / 24),
        (date(2026, 11, 21), timedelta(hours=9, minutes=30)),
    ],
)
def test_a_day_and_a_time_are_read_however_people_and_spreadsheets_write_them(
    day: object, at: object
) -> None:
    [receipt] = read(line(date=day, time=at)).receipts
    assert receipt.at == datetime(2026, 11, 21, 9, 30, tzinfo=ZONE)


def test_a_spreadsheets_floats_are_the_numbers_it_shows() -> None:
    [receipt] = read(line(receipt=12.0, quantity=3.0, unit_price=0.1 + 0.2)).receipts
    assert receipt.receipt == "12"
    assert receipt.items == (BoughtItem("Bread", 3, 30),)


def test_full_width_digits_are_digits() -> None:
    [receipt] = read(line(quantity="２", unit_price="１２．５０")).receipts
    assert receipt.items == (BoughtItem("Bread", 2, 12_50),)


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ({"item": "未知"}, "PriceMissing"),
        ({"item": ""}, "TextMissing"),
        ({"item": "x" * 61}, "TextTooLong"),
        ({"quantity": "0"}, "CountOutOfRange"),
        ({"quantity": "-1"}, "CountOutOfRange"),
        ({"quantity": 1.5}, "CountUnreadable"),
        ({"unit_price": "-3"}, "AmountNegative"),
        ({"unit_price": "1e5"}, "AmountUnreadable"),
        ({"unit_price": "9999999999"}, "AmountTooLarge"),
        ({"unit_price": "0.001"}, "AmountTooFine"),
        ({"tender": "IOU"}, "TenderUnknown"),
        ({"tender": "微信"}, "ReceiptMixed"),
        ({"time": "25:00"}, "DayUnreadable"),
        ({"time": ""}, "DayUnreadable"),
    ],
)
def test_a_broken_line_rejects_its_receipt_with_its_number_and_the_rest_goes_in(
    broken: dict[str, object], reason: str
) -> None:
    found = read(line(), line(**broken), line(item="茶"), line(receipt="2"))
    assert rejections(found) == [("1", 3, reason)]
    assert [receipt.receipt for receipt in found.receipts] == ["2"]


@pytest.mark.parametrize("day", ["2026-11-31", "21 Nov", "", 1e9, None])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_line_without_a_readable_day_lets_no_half_of_its_receipt_in(
    day: object, place: int
) -> None:
    lines = [line(), line(item="茶"), line(receipt="2")]
    lines.insert(place, line(date=day))
    found = read(*lines)
    assert rejections(found) == [("1", place + 2, "DayUnreadable")]
    assert [receipt.receipt for receipt in found.receipts] == ["2"]


def test_a_line_without_a_receipts_number_is_no_receipt() -> None:
    found = read(line(receipt=""), line(), line(receipt=" "))
    assert rejections(found) == [("", 2, "ReceiptMissing"), ("", 4, "ReceiptMissing")]
    assert len(found.receipts) == 1


def test_the_same_number_on_another_day_is_another_receipt() -> None:
    found = read(line(), line(date="2026-11-22"), line(date="2026/11/21"))
    assert [(one.receipt, one.on.day, len(one.items)) for one in found.receipts] == [
        ("1", 21, 1),
        ("1", 22, 1),
    ]


def test_what_is_no_sale_is_listed_and_its_receipt_stays() -> None:
    found = read(line(), line(item="none"), line(receipt="2", item="Adjustment"), ignored="Adj.*")
    assert [(one.line, one.receipt, one.item) for one in found.ignored] == [
        (3, "1", "none"),
        (4, "2", "Adjustment"),
    ]
    assert [receipt.receipt for receipt in found.receipts] == ["1"]
    assert (found.empty, found.rejected) == (1, [])


def test_a_broken_line_that_is_no_sale_harms_nobody() -> None:
    found = read(line(item="NONE", date="?"), line(), line(item="NONE", receipt="", time="?"))
    assert len(found.receipts) == 1
    assert (len(found.ignored), found.rejected) == (2, [])


@pytest.mark.parametrize("column", ["date", "time", "receipt", "item"])
def test_a_file_without_a_needed_column_is_refused_by_its_name(column: str) -> None:
    with pytest.raises(ColumnMissing) as refused:
        read({name: value for name, value in line().items() if name != column})
    assert refused.value.facts["column"] == column


def test_a_price_list_gives_minor_units_by_item() -> None:
    tea = {"item": " Tea ", "unit_price": "8"}
    assert read_prices([(2, tea), (3, {"item": "Cake", "unit_price": 12.6})]) == {
        "Tea": 8_00,
        "Cake": 12_60,
    }


def test_a_broken_price_is_named_with_its_line() -> None:
    with pytest.raises(PriceUnreadable) as refused:
        read_prices([(7, {"item": "Tea", "unit_price": "eight"})])
    assert refused.value.facts == {"line": 7, "item": "Tea"}


def test_a_price_list_without_prices_is_refused() -> None:
    with pytest.raises(ColumnMissing) as refused:
        read_prices([(2, {"item": "Tea", "price": "8"})])
    assert refused.value.facts["needed"] == "item、unit_price"
