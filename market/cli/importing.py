"""`flask import-sales`: take in the sales another till wrote down, from CSV or a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
import secrets
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from flask.cli import with_appcontext
from python_calamine import CalamineError, CalamineWorkbook

from market.actions.sales.importing import DayTakenIn, Model, model_of, take_in_day
from market.cli.choosing import chosen_administrator, chosen_community
from market.domain.errors import MarketError
from market.domain.money import Money
from market.domain.sales.till_file import Reading, TillReceipt, read_prices, read_till_file
from market.extensions import reading as reading_session
from market.extensions import unit_of_work

SPREADSHEETS = {".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"}
MOST_LISTED = 20
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)

Row = tuple[int, Mapping[str, object]]
"""The number of a line in its file, and its values by heading."""


@click.command("import-sales")
@click.argument("file", type=_FILE)
@click.option("--prices", type=_FILE, help="Price list with the columns item, unit_price.")
@click.option("--community", help="The community's short name, where there are several.")
@click.option("--by", "username", help="Who takes the sales in; an administrator if not said.")
@click.option("--ignore", help="Pattern of items that are no sales, besides NONE.")
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@with_appcontext
def import_sales(
    file: Path,
    prices: Path | None,
    community: str | None,
    username: str | None,
    ignore: str | None,
    *,
    dry_run: bool,
) -> None:
    """Take in the sales in FILE (CSV or XLSX: date, time, receipt, item, …).

    Each date becomes a market day with an open till; closing it stays with people. The same
    receipts again change nothing.
    """
    place = chosen_community(community)
    try:
        found = read_till_file(
            rows_of(file),
            prices=read_prices(rows_of(prices)) if prices else {},
            zone=ZoneInfo(place.time_zone),
            ignored=re.compile(ignore) if ignore else None,
        )
        model = None if dry_run else model_of(reading_session(), place.id)
    except MarketError as error:
        raise click.ClickException(str(error)) from None
    except re.error as error:
        message = f"--ignore: {error}"
        raise click.ClickException(message) from None
    _say_what_was_read(found)
    if model is None:
        click.echo("Dry run: nothing was written.")
        return
    by_id = chosen_administrator(place.id, username)
    # Nothing may stay open for reading while days are written.
    reading_session().close()
    days = _by_day(found.receipts)
    taken = []
    with click.progressbar(days, label="Days", item_show_func=_day_shown) as bar:
        for on, receipts in bar:
            taken.append(_take_in(model, on, receipts, by_id))
    _say_what_was_done(taken)


def _take_in(model: Model, on: date, receipts: Sequence[TillReceipt], by_id: int) -> DayTakenIn:
    try:
        with unit_of_work() as session:
            return take_in_day(
                session,
                model,
                receipts,
                by_id=by_id,
                now=datetime.now(UTC),
                random_bytes=secrets.token_bytes,
            )
    except MarketError as error:
        message = f"{on}: {error} (the days before are in; the file may be sent again)"
        raise click.ClickException(message) from None


def rows_of(file: Path) -> list[Row]:
    """The rows of a CSV (UTF-8, else GB18030) or of a spreadsheet's first sheet, by heading."""
    if file.suffix.lower() in SPREADSHEETS:
        return list(_sheet_rows(file))
    return list(_csv_rows(file))


def _csv_rows(file: Path) -> Iterator[Row]:
    raw = file.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        # What Excel writes on a Chinese Windows; a superset of GBK and GB 2312.
        text = raw.decode("gb18030", errors="replace")
        click.echo(f"{file.name}: read as GB18030", err=True)
    table = csv.reader(io.StringIO(text, newline=""))
    try:
        yield from _by_heading((table.line_num, line) for line in table)
    except csv.Error as error:
        message = f"{file.name}, line {table.line_num}: {error}"
        raise click.ClickException(message) from None


def _sheet_rows(file: Path) -> Iterator[Row]:
    try:
        sheet = CalamineWorkbook.from_path(str(file)).get_sheet_by_index(0)
    except (CalamineError, IndexError) as error:
        message = f"{file.name}: {error}"
        raise click.ClickException(message) from None
    yield from _by_heading(enumerate(sheet.to_python(skip_empty_area=False), start=1))


def _by_heading(table: Iterable[tuple[int, Sequence[object]]]) -> Iterator[Row]:
    heading: list[str] | None = None
    for number, line in table:
        if not any(str(value).strip() for value in line):
            continue
        if heading is None:
            heading = [str(name).strip().casefold() for name in line]
        else:
            yield number, {**dict.fromkeys(heading), **dict(zip(heading, line, strict=False))}


def _say_what_was_read(found: Reading) -> None:
    days = {receipt.on for receipt in found.receipts}
    total = sum(item.quantity * item.unit_price_minor for r in found.receipts for item in r.items)
    click.echo(
        f"Read {found.lines} lines: {len(found.receipts)} receipts on {len(days)} days,"
        f" {Money(total)} in all; {found.empty} with nothing to sell;"
        f" {len(found.rejected)} rejected; {len(found.ignored)} lines ignored."
    )
    for item, count in Counter(line.item for line in found.ignored).most_common():
        numbers = [str(line.line) for line in found.ignored if line.item == item]
        click.echo(f"  ignored {item!r}: {count} lines ({_listed(numbers)})")
    for one in found.rejected[:MOST_LISTED]:
        click.echo(f"  rejected receipt {one.receipt}, line {one.line}: {one.error}")
    if len(found.rejected) > MOST_LISTED:
        click.echo(f"  … and {len(found.rejected) - MOST_LISTED} more")


def _say_what_was_done(taken: Sequence[DayTakenIn]) -> None:
    click.echo(
        f"Recorded {sum(day.created for day in taken)} receipts;"
        f" {sum(day.existed for day in taken)} were in already;"
        f" {sum(day.conflicts for day in taken)} set aside, because they say something else now."
    )
    for day in taken:
        for one in day.refused:
            click.echo(f"  rejected receipt {one.receipt}, line {one.line}: {one.error}")


def _by_day(receipts: Iterable[TillReceipt]) -> list[tuple[date, list[TillReceipt]]]:
    days: dict[date, list[TillReceipt]] = {}
    for receipt in receipts:
        days.setdefault(receipt.on, []).append(receipt)
    return sorted(days.items())


def _day_shown(item: tuple[date, list[TillReceipt]] | None) -> str | None:
    return item[0].isoformat() if item else None


def _listed(numbers: Sequence[str]) -> str:
    more = f", … {len(numbers) - MOST_LISTED} more" if len(numbers) > MOST_LISTED else ""
    return "line " + ", ".join(numbers[:MOST_LISTED]) + more
