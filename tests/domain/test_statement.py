"""Reading platforms' statements: every known file, and what is wrong with others."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from market.domain.sales.sale import Tender
from market.domain.sales.statement import (
    NotAStatement,
    NumberRounded,
    OtherPlatform,
    RowUnreadable,
    read_statement,
)

EXAMPLES = Path(__file__).parents[2] / "docs" / "statements"
MERCHANT = EXAMPLES / "wechat-merchant.csv"
THREE = [15_00, 60_00, 15_00]


def amounts(name: str, tender: Tender) -> list[int]:
    read = read_statement((EXAMPLES / name).read_bytes(), tender=tender)
    return [line.amount_minor for line in sorted(read.lines, key=lambda line: line.at)]


@pytest.mark.parametrize(
    ("name", "tender", "expected"),
    [
        ("wechat-merchant.csv", Tender.WECHAT, [99_00, *THREE, 8_00, -8_00]),
        ("wechat-collection-code.csv", Tender.WECHAT, THREE),
        ("alipay-merchant.csv", Tender.ALIPAY, [*THREE, -15_00]),
        ("alipay-collection-code.csv", Tender.ALIPAY, THREE),
    ],
)
def test_it_reads_each_documented_file(name: str, tender: Tender, expected: list[int]) -> None:
    assert amounts(name, tender) == expected


def test_the_documented_files_are_written_as_the_platforms_write_them() -> None:
    assert MERCHANT.read_bytes().startswith(b"\xef\xbb\xbf")
    assert b"`2026-11-21" in MERCHANT.read_bytes()
    with pytest.raises(UnicodeDecodeError):
        (EXAMPLES / "alipay-merchant.csv").read_bytes().decode()


def test_a_line_knows_its_time_its_fee_and_its_number() -> None:
    first, *_ = read_statement(MERCHANT.read_bytes(), tender=Tender.WECHAT).lines
    assert first.at == datetime(2026, 11, 21, 10, 0, 41, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert first.fee_minor == 9
    assert first.number == "4200002601202611210000000001"


def test_a_payment_and_its_refund_have_different_numbers() -> None:
    lines = read_statement(MERCHANT.read_bytes(), tender=Tender.WECHAT).lines
    assert len({line.number for line in lines}) == len(lines)


def test_what_the_holder_bought_is_left_out_and_counted() -> None:
    content = (EXAMPLES / "wechat-collection-code.csv").read_bytes()
    read = read_statement(content, tender=Tender.WECHAT)
    assert (len(read.lines), read.ignored) == (3, 1)


def test_nobody_who_paid_is_read() -> None:
    read = read_statement(MERCHANT.read_bytes(), tender=Tender.WECHAT)
    assert "oExampleBuyer" not in repr(read)


def test_a_merchants_file_is_read_in_gbk_too() -> None:
    content = MERCHANT.read_bytes().decode("utf-8-sig").encode("gbk")
    assert len(read_statement(content, tender=Tender.WECHAT).lines) == 6


def test_quoted_cells_are_read() -> None:
    text = MERCHANT.read_bytes().decode("utf-8-sig").splitlines()
    quoted = [",".join(f'"{cell}"' for cell in line.split(",")) for line in text]
    read = read_statement("\r\n".join(quoted).encode(), tender=Tender.WECHAT)
    assert len(read.lines) == 6


def test_the_other_platforms_statement_is_refused() -> None:
    with pytest.raises(OtherPlatform):
        read_statement(MERCHANT.read_bytes(), tender=Tender.ALIPAY)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00\x00\xff",
        "姓名,电话\n甲,1\n".encode(),
        b"PK\x03\x04\x14\x00" * 30,
        b'"' * 99,
    ],
)
def test_what_is_no_statement_is_refused(content: bytes) -> None:
    with pytest.raises(NotAStatement):
        read_statement(content, tender=Tender.WECHAT)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("`2026-11-21 10:02:05", "`昨天上午"),
        ("`2026-11-21 10:02:05", "`2026-13-41 10:02:05"),
        ("`CNY,`60.00", "`CNY,`六十"),
        ("`4200002601202611210000000002", "`"),
    ],
)
def test_one_bad_row_refuses_the_whole_file_by_its_line(old: str, new: str) -> None:
    text = MERCHANT.read_bytes().decode("utf-8-sig")
    assert old in text
    with pytest.raises(RowUnreadable) as refused:
        read_statement(text.replace(old, new, 1).encode(), tender=Tender.WECHAT)
    assert refused.value.facts["line"] == 3


def test_a_number_rounded_by_a_spreadsheet_is_refused() -> None:
    text = MERCHANT.read_bytes().decode("utf-8-sig")
    rounded = text.replace("`4200002601202611210000000002", "4.2E+27")
    with pytest.raises(NumberRounded):
        read_statement(rounded.encode(), tender=Tender.WECHAT)
