"""Reading a till's file: lines of date, time, receipt and item become receipts, or say why not.

Columns: date, time, receipt, item; quantity, unit_price, tender and a price list where there are.
A line repeated within a receipt is one more piece; no tender means cash. A broken line sets its
whole receipt aside with the line's number; everything else is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, tzinfo

from market.domain.errors import N_, Invalid, MarketError
from market.domain.money import parse_amount, parse_count
from market.domain.sales.sale import MOST_NAME, Tender
from market.domain.text import clean_text

NEEDED = ("date", "time", "receipt", "item")
NOTHING_SOLD = "NONE"
_TENDERS = {
    **{str(tender): tender for tender in Tender},
    **{tender.label: tender for tender in Tender},
    "card": Tender.OTHER,
    "": Tender.CASH,
}


class ColumnMissing(Invalid):
    """A file without one of the columns every line needs."""

    sentence = N_("文件里没有“%(column)s”这一列，需要的列是 date、time、receipt、item。")


class DayUnreadable(Invalid):
    """A date or time in no form we know."""

    sentence = N_("日期或时间看不懂：%(typed)s，请写成 2026-11-21 和 09:30:00。")


class PriceMissing(Invalid):
    """An item without a price on its line or in the list."""

    sentence = N_("“%(item)s”没有价格，请在价目表里补上。")


class TenderUnknown(Invalid):
    """A tender we do not record."""

    sentence = N_("收款方式看不懂：%(typed)s，请写 cash、wechat、alipay 或 other。")


class ReceiptMixed(Invalid):
    """One receipt with two tenders."""

    sentence = N_("同一张小票上有两种收款方式。")


@dataclass(frozen=True, slots=True)
class BoughtItem:
    """Pieces of one item at one price, on one receipt."""

    item: str
    quantity: int
    unit_price_minor: int


@dataclass(frozen=True, slots=True)
class TillReceipt:
    """One receipt of the file; `at` is aware, `line` where it began."""

    receipt: str
    at: datetime
    tender: Tender
    items: tuple[BoughtItem, ...]
    line: int

    @property
    def on(self) -> date:
        """The day on the community's clock."""
        return self.at.date()


@dataclass(frozen=True, slots=True)
class IgnoredLine:
    """A line that was no sale, and what it said."""

    line: int
    receipt: str
    item: str


@dataclass(frozen=True, slots=True)
class RejectedReceipt:
    """A receipt set aside for one of its lines."""

    receipt: str
    line: int
    error: MarketError


@dataclass(slots=True)
class Reading:
    """What a file held. `empty` counts receipts of which every line was ignored."""

    receipts: list[TillReceipt] = field(default_factory=list)
    ignored: list[IgnoredLine] = field(default_factory=list)
    rejected: list[RejectedReceipt] = field(default_factory=list)
    empty: int = 0
    lines: int = 0


@dataclass(slots=True)
class _Gathered:
    at: datetime
    line: int
    tender: Tender | None = None
    pieces: dict[tuple[str, int], int] = field(default_factory=dict)
    rejected: RejectedReceipt | None = None


def read_till_file(
    rows: Iterable[tuple[int, Mapping[str, object]]],
    *,
    prices: Mapping[str, int],
    zone: tzinfo,
    ignored: re.Pattern[str] | None = None,
) -> Reading:
    """Read rows with the numbers of their lines in the file, in any order of receipts.

    `prices` is minor units by item, in any case. Raises ColumnMissing for a file without the
    columns; whatever is wrong with a line only sets its receipt aside.
    """
    known = {name.casefold(): minor for name, minor in prices.items()}
    reading = Reading()
    gathered: dict[tuple[str, str], _Gathered] = {}
    for number, row in rows:
        if not reading.lines:
            _require_columns(row)
        reading.lines += 1
        receipt = _text(row, "receipt")
        key = (_text(row, "date"), receipt)
        try:
            one = gathered.get(key) or _Gathered(_moment(row, zone), number)
        except MarketError as error:
            one = _Gathered(datetime.min.replace(tzinfo=zone), number)
            one.rejected = RejectedReceipt(receipt, number, error)
        gathered[key] = one
        item = _text(row, "item")
        if _is_ignored(item, ignored):
            reading.ignored.append(IgnoredLine(number, receipt, item))
            continue
        try:
            _add(one, row, item, known)
        except MarketError as error:
            one.rejected = one.rejected or RejectedReceipt(receipt, number, error)
    _sort_out(reading, gathered)
    return reading


def read_prices(rows: Iterable[tuple[int, Mapping[str, object]]]) -> dict[str, int]:
    """A price list (columns item, unit_price): minor units by item."""
    return {
        _text(row, "item"): parse_amount(_text(row, "unit_price")).minor
        for _, row in rows
        if _text(row, "item")
    }


def _sort_out(reading: Reading, gathered: Mapping[tuple[str, str], _Gathered]) -> None:
    for (_, receipt), one in gathered.items():
        if one.rejected is not None:
            reading.rejected.append(one.rejected)
        elif not one.pieces:
            reading.empty += 1
        else:
            items = tuple(
                BoughtItem(item, quantity, price) for (item, price), quantity in one.pieces.items()
            )
            reading.receipts.append(
                TillReceipt(receipt, one.at, one.tender or Tender.CASH, items, one.line)
            )


def _add(one: _Gathered, row: Mapping[str, object], item: str, prices: Mapping[str, int]) -> None:
    name = clean_text(item, most=MOST_NAME)
    price = _price(row, name, prices)
    tender = _tender(row)
    if one.tender is not None and tender is not one.tender:
        raise ReceiptMixed
    one.tender = tender
    typed = _text(row, "quantity")
    quantity = parse_count(typed) if typed else 1
    one.pieces[name, price] = one.pieces.get((name, price), 0) + quantity


def _price(row: Mapping[str, object], name: str, prices: Mapping[str, int]) -> int:
    typed = _text(row, "unit_price")
    if typed:
        return parse_amount(typed).minor
    found = prices.get(name.casefold())
    if found is None:
        raise PriceMissing(item=name)
    return found


def _tender(row: Mapping[str, object]) -> Tender:
    typed = _text(row, "tender")
    found = _TENDERS.get(typed.casefold())
    if found is None:
        raise TenderUnknown(typed=typed)
    return found


def _moment(row: Mapping[str, object], zone: tzinfo) -> datetime:
    """The local time of a line; spreadsheets give dates and times ready made."""
    day, at = row.get("date"), row.get("time")
    try:
        on = day.date() if isinstance(day, datetime) else day
        on = (
            on if isinstance(on, date) else date.fromisoformat(_text(row, "date").replace("/", "-"))
        )
        clock = at.time() if isinstance(at, datetime) else at
        clock = clock if isinstance(clock, time) else time.fromisoformat(_text(row, "time"))
    except ValueError:
        raise DayUnreadable(typed=f"{_text(row, 'date')} {_text(row, 'time')}") from None
    return datetime.combine(on, clock, tzinfo=zone)


def _text(row: Mapping[str, object], column: str) -> str:
    value = row.get(column)
    if isinstance(value, float) and value.is_integer():
        # A spreadsheet keeps every number as a float; a receipt is not called '12.0'.
        value = int(value)
    return "" if value is None else str(value).strip()


def _is_ignored(item: str, pattern: re.Pattern[str] | None) -> bool:
    return item.upper() == NOTHING_SOLD or bool(pattern and pattern.fullmatch(item))


def _require_columns(row: Mapping[str, object]) -> None:
    for column in NEEDED:
        if column not in row:
            raise ColumnMissing(column=column)
