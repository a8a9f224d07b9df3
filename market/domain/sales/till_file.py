"""Reading a till's file: lines of date, time, receipt and item become receipts, or say why not.

Columns: date, time, receipt, item; quantity, unit_price, tender and a price list where there are.
A line repeated within a receipt is one more piece; no tender means cash. A broken line sets its
whole receipt aside with the line's number; everything else is read. A line whose day cannot be read
may belong to any receipt of its number, so it sets all of them aside: better none than half of one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo

from market.domain.errors import N_, Invalid, MarketError
from market.domain.money import parse_amount, parse_count
from market.domain.sales.sale import MOST_NAME, Tender
from market.domain.text import clean_text

NEEDED = ("date", "time", "receipt", "item")
PRICE_LIST = ("item", "unit_price")
NOTHING_SOLD = "NONE"
_DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?")
_SHEET_DAY_0 = date(1899, 12, 30)
_TENDERS = {
    **{str(tender): tender for tender in Tender},
    **{tender.label: tender for tender in Tender},
    "card": Tender.OTHER,
    "": Tender.CASH,
}


class ColumnMissing(Invalid):
    """A file without one of the columns every line needs."""

    sentence = N_("文件里没有“%(column)s”这一列，需要的列是 %(needed)s。")


class DayUnreadable(Invalid):
    """A date or time in no form we know."""

    sentence = N_("日期或时间看不懂：%(typed)s，请写成 2026-11-21 和 09:30:00。")


class ReceiptMissing(Invalid):
    """A line that does not say which receipt it belongs to."""

    sentence = N_("这一行没有小票号，请补上。")


class PriceMissing(Invalid):
    """An item without a price on its line or in the list."""

    sentence = N_("“%(item)s”没有价格，请在价目表里补上。")


class PriceUnreadable(Invalid):
    """A line of the price list that says no price."""

    sentence = N_("价目表第 %(line)s 行“%(item)s”的价格看不懂，请写成 12.50。")


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
    """The lines of one receipt so far."""

    line: int
    at: datetime | None = None
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
    gathered: dict[tuple[date, str], _Gathered] = {}
    lost: list[RejectedReceipt] = []
    for number, row in rows:
        if not reading.lines:
            _require_columns(row, NEEDED)
        reading.lines += 1
        receipt, item = _text(row, "receipt"), _text(row, "item")
        sold = not _is_ignored(item, ignored)
        if not sold:
            reading.ignored.append(IgnoredLine(number, receipt, item))
        try:
            one = gathered.setdefault(_name(row), _Gathered(number))
        except MarketError as error:
            if sold:
                lost.append(RejectedReceipt(receipt, number, error))
            continue
        if sold:
            _add(one, number, row, known, zone)
    _sort_out(reading, gathered, lost)
    return reading


def read_prices(rows: Iterable[tuple[int, Mapping[str, object]]]) -> dict[str, int]:
    """A price list (columns item, unit_price): minor units by item.

    Raises ColumnMissing, PriceUnreadable.
    """
    prices: dict[str, int] = {}
    for number, row in rows:
        _require_columns(row, PRICE_LIST)
        item = _text(row, "item")
        try:
            if item:
                prices[item] = parse_amount(_text(row, "unit_price")).minor
        except MarketError:
            raise PriceUnreadable(line=number, item=item) from None
    return prices


def _sort_out(
    reading: Reading,
    gathered: Mapping[tuple[date, str], _Gathered],
    lost: Sequence[RejectedReceipt],
) -> None:
    """`lost` are lines that name no receipt, or no day."""
    doubtful = {one.receipt: one for one in reversed(lost) if one.receipt}
    for (_, receipt), one in gathered.items():
        rejected = one.rejected or (doubtful.get(receipt) if one.pieces else None)
        if rejected is not None:
            reading.rejected.append(rejected)
        elif one.at is None:
            reading.empty += 1
        else:
            items = tuple(
                BoughtItem(item, quantity, price) for (item, price), quantity in one.pieces.items()
            )
            reading.receipts.append(
                TillReceipt(receipt, one.at, one.tender or Tender.CASH, items, one.line)
            )
    named = {one.receipt for one in reading.rejected}
    reading.rejected += [one for one in doubtful.values() if one.receipt not in named]
    reading.rejected += [one for one in lost if not one.receipt]
    reading.rejected.sort(key=lambda one: one.line)


def _add(
    one: _Gathered, number: int, row: Mapping[str, object], prices: Mapping[str, int], zone: tzinfo
) -> None:
    """Add what a line says to its receipt, or the reason why the receipt cannot go in."""
    try:
        at = datetime.combine(_day(row), _time(row), tzinfo=zone)
        name = clean_text(_text(row, "item"), most=MOST_NAME)
        price = _price(row, name, prices)
        quantity = _quantity(row)
        tender = _tender(row)
        if one.tender not in (None, tender):
            raise ReceiptMixed
    except MarketError as error:
        one.rejected = one.rejected or RejectedReceipt(_text(row, "receipt"), number, error)
        return
    one.at, one.tender = one.at or at, tender
    one.pieces[name, price] = one.pieces.get((name, price), 0) + quantity


def _quantity(row: Mapping[str, object]) -> int:
    typed = _text(row, "quantity")
    return parse_count(typed) if typed else 1


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


def _name(row: Mapping[str, object]) -> tuple[date, str]:
    """What tells one receipt from another: its day and its number."""
    receipt = _text(row, "receipt")
    if not receipt:
        raise ReceiptMissing
    return _day(row), receipt


def _day(row: Mapping[str, object]) -> date:
    """The day of a line; a spreadsheet gives it ready made, or as days since the end of 1899."""
    value = row.get("date")
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        if isinstance(value, float):
            return _SHEET_DAY_0 + timedelta(days=value)
        parts = _DAY.fullmatch(unicodedata.normalize("NFKC", _text(row, "date")))
        if parts is not None:
            return date(*map(int, parts.groups()))
    except (ValueError, OverflowError):
        pass
    raise DayUnreadable(typed=_typed_moment(row))


def _time(row: Mapping[str, object]) -> time:
    """The local time of a line; a spreadsheet gives it ready made, or as a part of a day."""
    value = row.get("time")
    if isinstance(value, datetime):
        return value.time()
    if isinstance(value, time):
        return value
    if isinstance(value, float):
        value = timedelta(seconds=round(value * 86_400))
    if isinstance(value, timedelta):
        value = str(value)
    parts = _TIME.fullmatch(unicodedata.normalize("NFKC", str(value or "").strip()))
    try:
        if parts is not None:
            hour, minute, second = (int(part or 0) for part in parts.groups())
            return time(hour, minute, second)
    except ValueError:
        pass
    raise DayUnreadable(typed=_typed_moment(row))


def _typed_moment(row: Mapping[str, object]) -> str:
    return f"{_text(row, 'date')} {_text(row, 'time')}"


def _text(row: Mapping[str, object], column: str) -> str:
    value = row.get(column)
    if isinstance(value, float):
        # A spreadsheet keeps every number as a float, good for 15 digits: 12, and not '12.0'.
        value = f"{value:.15g}"
    return "" if value is None else str(value).strip()


def _is_ignored(item: str, pattern: re.Pattern[str] | None) -> bool:
    return item.upper() == NOTHING_SOLD or bool(pattern and pattern.fullmatch(item))


def _require_columns(row: Mapping[str, object], needed: Sequence[str]) -> None:
    for column in needed:
        if column not in row:
            raise ColumnMissing(column=column, needed="、".join(needed))
