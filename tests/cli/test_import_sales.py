"""`flask import-sales`: what another till wrote down, taken in once, however often it is sent."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, time
from pathlib import Path

import pytest
import xlsxwriter
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.extensions import db, unit_of_work
from market.models.ledger import Voucher
from market.models.sales import (
    Closure,
    MarketDay,
    MarketOpening,
    QuarantinedSale,
    Sale,
    SaleLine,
    Till,
    TillTotal,
)
from tests import factories
from tests.market_day import Day, open_day
from tests.people import make_cast

one_database = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
after_a_market = pytest.mark.usefixtures("day")

HEADING = "date,time,receipt,item,quantity,unit_price,tender"
TILL = f"""{HEADING}
2026-11-07,09:58:11,1,面包,,12.50,
2026-11-07,10:05:34,2,茶 ,2,８,微信
2026-11-07,10:05:34,2,面包,,12.50,微信
2026-11-07,10:05:34,2,面包,,12.50,微信
2026-11-07,10:07:00,3,NONE,,,
2026-11-07,10:09:00,4,不知道,,,
2026-11-08,09:00:00,5,面包,,13.00,
"""


@pytest.fixture
def day(app: Flask) -> Day:
    """A market day whose basis and split the imported ones get."""
    with app.app_context():
        return open_day()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def take_in(app: Flask, file: Path, *options: str) -> Result:
    """Run the command; fails with what it said."""
    result = app.test_cli_runner().invoke(args=["import-sales", str(file), *options])
    assert result.exit_code == 0, (result.output, result.exception)
    return result


def refused(app: Flask, file: Path, *options: str) -> str:
    """Run the command, which must say why it cannot."""
    result = app.test_cli_runner().invoke(args=["import-sales", str(file), *options])
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit), result.exception
    return result.output


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    file = folder / "till.csv"
    file.write_bytes(text.encode(encoding))
    return file


def counts(app: Flask) -> dict[str, int]:
    """How much of everything the command could write there is."""
    tables = (MarketDay, Till, Sale, SaleLine, QuarantinedSale, Voucher)
    with app.app_context(), Session(db.engine) as session:
        return {
            table.__tablename__: session.scalar(select(func.count()).select_from(table)) or 0
            for table in tables
        }


def receipts(app: Flask) -> list[tuple[str, str, int, list[tuple[str, int, int]]]]:
    """What is kept: local time, tender, sum and lines of each sale in order."""
    with app.app_context(), Session(db.engine) as session:
        sales = session.scalars(select(Sale).order_by(Sale.recorded_at, Sale.id)).all()
        lines = session.scalars(select(SaleLine).order_by(SaleLine.sale_id, SaleLine.number)).all()
    return [
        (
            f"{sale.recorded_at:%d %H:%M:%S}",
            sale.tender,
            sale.lines_minor,
            [(x.name, x.quantity, x.unit_price_minor) for x in lines if x.sale_id == sale.id],
        )
        for sale in sales
    ]


@after_a_market
def test_every_receipt_goes_in_but_the_broken_and_the_empty_one(app: Flask, folder: Path) -> None:
    said = take_in(app, written(folder, TILL)).output
    # Ten in Nanjing is two in the database.
    assert receipts(app) == [
        ("07 01:58:11", "cash", 12_50, [("面包", 1, 12_50)]),
        ("07 02:05:34", "wechat", 41_00, [("茶", 2, 8_00), ("面包", 2, 12_50)]),
        ("08 01:00:00", "cash", 13_00, [("面包", 1, 13_00)]),
    ]
    assert "Read 7 lines: 3 receipts on 2 days, ¥66.50 in all; 1 with nothing to sell" in said
    assert "ignored 'NONE': 1 lines (line 6)" in said
    assert "rejected receipt 4, line 7" in said
    assert "Recorded 3 receipts" in said


@after_a_market
def test_each_date_is_a_market_with_an_open_till_that_people_close(
    app: Flask, folder: Path
) -> None:
    take_in(app, written(folder, TILL))
    with app.app_context(), Session(db.engine) as session:
        days = session.execute(
            select(MarketDay.held_on, func.sum(TillTotal.sales), func.sum(TillTotal.due_minor))
            .join(MarketOpening, MarketOpening.market_day_id == MarketDay.id)
            .join(Till, Till.market_day_id == MarketDay.id)
            .join(TillTotal, TillTotal.till_id == Till.id)
            .where(MarketDay.name == "导入的市集")
            .group_by(MarketDay.held_on)
            .order_by(MarketDay.held_on)
        )
        assert [tuple(row) for row in days] == [
            (date(2026, 11, 7), 2, 53_50),
            (date(2026, 11, 8), 1, 13_00),
        ]
        assert session.scalar(select(func.count(Closure.id))) == 0


@after_a_market
def test_a_dry_run_says_the_same_and_writes_nothing(app: Flask, folder: Path) -> None:
    before = counts(app)
    said = take_in(app, written(folder, TILL), "--dry-run").output
    assert "3 receipts on 2 days" in said
    assert "nothing was written" in said
    assert counts(app) == before


@after_a_market
def test_the_same_file_again_changes_nothing_and_more_of_it_adds_only_that(
    app: Flask, folder: Path
) -> None:
    take_in(app, written(folder, TILL))
    once, kept = counts(app), receipts(app)
    assert (
        "Recorded 0 receipts; 3 were in already; 0 set aside"
        in take_in(app, written(folder, TILL)).output
    )
    assert (counts(app), receipts(app)) == (once, kept)
    more = TILL + "2026-11-08,09:30:00,6,绿豆糕,,5,\n"
    assert "Recorded 1 receipts; 3 were in already" in take_in(app, written(folder, more)).output
    assert len(receipts(app)) == 4


@after_a_market
@pytest.mark.parametrize(
    ("said", "says"), [("面包,,13.00", "面包,,14.00"), ("09:00:00,5", "09:00:01,5")]
)
def test_a_receipt_that_says_something_else_now_is_set_aside_once(
    app: Flask, folder: Path, said: str, says: str
) -> None:
    take_in(app, written(folder, TILL))
    kept = receipts(app)
    changed = written(folder, TILL.replace(said, says))
    for _ in range(2):
        assert "2 were in already; 1 set aside" in take_in(app, changed).output
    assert receipts(app) == kept
    assert counts(app)["quarantined_sale"] == 1


@after_a_market
def test_a_spreadsheet_says_the_same_as_the_text(app: Flask, folder: Path) -> None:
    file = folder / "till.xlsx"
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        as_day = book.add_format({"num_format": "yyyy/m/d"})
        as_time = book.add_format({"num_format": "h:mm"})
        sheet.write_row(0, 0, HEADING.split(","))
        for row, (at, receipt, item, quantity, price, tender) in enumerate(_rows(), start=1):
            sheet.write_datetime(row, 0, date(2026, 11, 7), as_day)
            sheet.write_datetime(row, 1, at, as_time)
            sheet.write_row(row, 2, [receipt, item, quantity, price, tender])
    take_in(app, file)
    assert receipts(app) == [
        ("07 01:58:11", "cash", 12_50, [("面包", 1, 12_50)]),
        ("07 02:05:34", "wechat", 41_00, [("茶", 2, 8_00), ("面包", 2, 12_50)]),
    ]


def _rows() -> Iterable[tuple[object, ...]]:
    yield time(9, 58, 11), 1, "面包", 1, 12.5, ""
    yield time(10, 5, 34), 2, "茶", 2, 8, "微信"
    yield time(10, 5, 34), 2, "面包", 2, 12.5, "微信"


@after_a_market
@one_database
@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "utf-8-sig"])
def test_what_excel_writes_in_china_is_read(app: Flask, folder: Path, encoding: str) -> None:
    take_in(app, written(folder, TILL, encoding))
    assert [lines[0][0] for *_, lines in receipts(app)] == ["面包", "茶", "面包"]


@after_a_market
@one_database
def test_a_price_list_prices_what_the_lines_do_not(app: Flask, folder: Path) -> None:
    prices = folder / "prices.csv"
    prices.write_text("item,unit_price\n面包,12.50\n")
    bare = "date,time,receipt,item\n2026-11-07,09:00,1,面包\n2026-11-07,09:00,1,面包\n"
    take_in(app, written(folder, bare), "--prices", str(prices))
    assert receipts(app) == [("07 01:00:00", "cash", 25_00, [("面包", 2, 12_50)])]


@after_a_market
@one_database
def test_lines_that_match_the_pattern_are_no_sales(app: Flask, folder: Path) -> None:
    file = written(folder, TILL)
    said = take_in(app, file, "--ignore", "不知.", "--dry-run").output
    assert "ignored '不知道': 1 lines (line 7)" in said
    assert "0 rejected" in said


@after_a_market
@one_database
@pytest.mark.parametrize(
    ("text", "options", "sentence"),
    [
        ("date,time,item\n2026-11-07,09:00,面包\n", (), "receipt"),
        (TILL, ("--ignore", "("), "--ignore"),
        (TILL, ("--by", "nobody"), "no such person"),
        (TILL, ("--community", "elsewhere"), "--community"),
        ('date,time,receipt,item\n2026-11-07,09:00,1,"' + "x" * 200_000, (), "line"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(
    app: Flask, folder: Path, text: str, options: tuple[str, ...], sentence: str
) -> None:
    before = counts(app)
    assert sentence in refused(app, written(folder, text), *options)
    assert counts(app) == before


@after_a_market
@one_database
def test_a_file_that_is_no_spreadsheet_is_refused_with_a_sentence(app: Flask, folder: Path) -> None:
    file = folder / "till.xlsx"
    file.write_bytes(b"PK\x03\x04 not really")
    assert "till.xlsx" in refused(app, file)


@one_database
def test_without_a_market_to_copy_nothing_is_taken_in(app: Flask, folder: Path) -> None:
    with app.app_context(), unit_of_work() as session:
        make_cast(session, factories.make_community(session))
    assert "还没有可以照着设的市集" in refused(app, written(folder, TILL))


@after_a_market
@one_database
def test_a_receipt_too_large_for_a_sale_is_named_and_the_rest_goes_in(
    app: Flask, folder: Path
) -> None:
    many = "".join(f"2026-11-07,09:00,9,第{n}样,,1,\n" for n in range(300))
    said = take_in(app, written(folder, TILL + many)).output
    assert "Recorded 3 receipts" in said
    assert "rejected receipt 9" in said
