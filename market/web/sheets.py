"""Lists as files: CSV and XLSX of what a page's filter finds, through one small door.

A page names its columns once. `?format=csv` or `?format=xlsx` on its own address then answers with
all rows of the filter in place of the page. What somebody typed never becomes a formula.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Generic, TypeVar

from flask import Flask, Response, request, send_file, url_for
from flask_babel import gettext

from market.domain.errors import N_, Refused
from market.domain.money import Money
from market.web.caching import answer
from market.web.filters import datetime_text, local
from market.web.sessions import clock

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

MOST_ROWS = 50_000
"""More than an office's program likes to open; a narrower filter is asked for instead."""
ALL_ROWS = MOST_ROWS + 1
"""What a query is asked for, so that too many are noticed."""
_FORMULA_SIGNS = tuple("=+-@\t\r\n＝＋－＠")
_PAGING = ("page", "before", "format")

Row = TypeVar("Row")
Cell = str | int | date | datetime | None


class TooManyRows(Refused):
    """A file of more rows than anybody can use."""

    sentence = N_("这份名单超过 %(most)s 行，请先按月份或市集筛选，再下载。")


class CellKind(StrEnum):
    """What stands in a column; money is minor units, a moment is shown on the community's clock."""

    TEXT = "text"
    COUNT = "count"
    MONEY = "money"
    DAY = "day"
    MOMENT = "moment"


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """One column: its title, what it says of a row, and its 口径 where an office may ask for it."""

    title: str
    value: Callable[[Row], Cell]
    kind: CellKind = CellKind.TEXT
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Sheet(Generic[Row]):
    """A list to take along. `name` is the file's; `notes` say what was chosen, in words."""

    name: str
    columns: Sequence[Column[Row]]
    rows: Iterable[Row]
    notes: Sequence[str] = field(default=())


def install(app: Flask) -> None:
    app.add_template_global(sheet_href)


def asked_format() -> str:
    """'csv' or 'xlsx' where the address asks for a file, else ''."""
    asked = request.args.get("format", "")
    return asked if asked in _MEDIA_TYPES else ""


def sheet_href(kind: str) -> str:
    """This page's address, its filter kept, as a file."""
    kept = {
        name: values
        for name, values in request.args.to_dict(flat=False).items()
        if name not in _PAGING
    }
    arguments = {**(request.view_args or {}), **kept, "format": kind}
    return url_for(request.endpoint or "", **arguments)


def sheet_answer(sheet: Sheet[Row]) -> Response:
    """The file that the address asks for; raises TooManyRows."""
    kind = asked_format()
    return send_file(
        io.BytesIO(xlsx_of(sheet) if kind == "xlsx" else _as_csv(sheet)),
        mimetype=_MEDIA_TYPES[kind],
        as_attachment=True,
        download_name=f"{sheet.name}-{local(clock()):%Y%m%d-%H%M}.{kind}",
        max_age=0,
    )


def public_sheet(ask_version: Callable[[], object], make: Callable[[], Sheet[Row]]) -> Response:
    """The same for everybody and kept by its version; named by its address, for programs."""
    kind = asked_format()
    written = xlsx_of if kind == "xlsx" else _as_csv
    response = answer(ask_version, lambda: written(make()), mimetype=_MEDIA_TYPES[kind])
    name = request.path.strip("/").replace("/", "-")
    response.headers["Content-Disposition"] = f"attachment; filename={name}.{kind}"
    return response


def xlsx_of(sheet: Sheet[Row]) -> bytes:
    """The rows, and on a second page what each column means."""
    # Half a tenth of a second that no other page needs.
    from xlsxwriter import Workbook  # noqa: PLC0415

    out = io.BytesIO()
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with Workbook(out, options) as book:
        totals = _write_rows(book, sheet)
        _write_meanings(book, sheet, totals)
    return out.getvalue()


def harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA_SIGNS) else text


def _as_csv(sheet: Sheet[Row]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([harmless(column.title) for column in sheet.columns])
    for row in _bounded(sheet.rows):
        writer.writerow([_plain(column.kind, column.value(row)) for column in sheet.columns])
    # With the mark by which spreadsheets know UTF-8.
    return out.getvalue().encode("utf-8-sig")


def _plain(kind: CellKind, value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{local(value):%Y-%m-%d %H:%M:%S}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int):
        return Money(value).yuan if kind is CellKind.MONEY else str(value)
    return harmless(value)


def _write_rows(book: Workbook, sheet: Sheet[Row]) -> list[int]:
    """The first page; gives each column's sum, of counts and of money."""
    page = book.add_worksheet(gettext("数据"))
    formats = _formats(book)
    head = book.add_format({"bold": True, "bottom": 1})
    totals = [0] * len(sheet.columns)
    page.freeze_panes(1, 0)
    for place, column in enumerate(sheet.columns):
        page.set_column(place, place, _WIDTHS[column.kind])
        page.write_string(0, place, column.title, head)
    for number, row in enumerate(_bounded(sheet.rows), start=1):
        for place, column in enumerate(sheet.columns):
            value = column.value(row)
            if isinstance(value, int):
                totals[place] += value
            _write_cell(page, (number, place), column.kind, value, formats)
    return totals


def _write_meanings(book: Workbook, sheet: Sheet[Row], totals: Sequence[int]) -> None:
    """The second page: what was chosen, when, and each column's 口径 with its sum."""
    page = book.add_worksheet(gettext("口径"))
    formats = _formats(book)
    page.set_column(0, 0, 24)
    page.set_column(1, 1, 14)
    page.set_column(2, 2, 80)
    head = book.add_format({"bold": True})
    page.write_string(0, 0, sheet.name, head)
    line = 1
    for note in (*sheet.notes, gettext("数据截至 %(at)s", at=datetime_text(clock()))):
        page.write_string(line, 0, note)
        line += 1
    line += 1
    for place, title in enumerate((gettext("列"), gettext("合计"), gettext("口径"))):
        page.write_string(line, place, title, head)
    for column, total in zip(sheet.columns, totals, strict=True):
        line += 1
        page.write_string(line, 0, column.title)
        if column.kind in {CellKind.COUNT, CellKind.MONEY}:
            _write_cell(page, (line, 1), column.kind, total, formats)
        page.write_string(line, 2, column.meaning)


def _write_cell(
    page: Worksheet,
    at: tuple[int, int],
    kind: CellKind,
    value: Cell,
    formats: dict[CellKind, Format],
) -> None:
    if value is None or value == "":
        return
    shape = formats.get(kind)
    if isinstance(value, datetime):
        page.write_datetime(*at, local(value).replace(tzinfo=None), shape)
    elif isinstance(value, date):
        page.write_datetime(*at, value, shape)
    elif isinstance(value, int):
        number = Decimal(value).scaleb(-2) if kind is CellKind.MONEY else value
        page.write_number(*at, number, shape)
    else:
        page.write_string(*at, value)


def _formats(book: Workbook) -> dict[CellKind, Format]:
    return {
        CellKind.COUNT: book.add_format({"num_format": "#,##0"}),
        CellKind.MONEY: book.add_format({"num_format": "#,##0.00"}),
        CellKind.DAY: book.add_format({"num_format": "yyyy-mm-dd"}),
        CellKind.MOMENT: book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
    }


def _bounded(rows: Iterable[Row]) -> Iterable[Row]:
    for number, row in enumerate(rows):
        if number >= MOST_ROWS:
            raise TooManyRows(most=MOST_ROWS)
        yield row


_WIDTHS = {
    CellKind.TEXT: 18,
    CellKind.COUNT: 10,
    CellKind.MONEY: 13,
    CellKind.DAY: 12,
    CellKind.MOMENT: 17,
}
_MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
