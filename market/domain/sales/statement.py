"""Reading what a platform says it took: rows of WeChat Pay's and Alipay's files become lines.

Four files are known, by the headings of their columns; docs/statements has an example of each.
A file is read whole or not at all. Of a row its time, its amount, its fee and its number are read;
whoever paid is never looked at.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from market.domain.errors import N_, Invalid, MarketError
from market.domain.money import parse_amount
from market.domain.sales.sale import Tender

MOST_ROWS = 20_000
_PREAMBLE_ROWS = 60
_PLATFORM_CLOCK = ZoneInfo("Asia/Shanghai")
_DRESS = "`\t \u3000\ufeff"
_MOMENT = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})[ T]+(\d{1,2}):(\d{2})(?::(\d{2}))?")
_NUMBER = re.compile(r"[0-9A-Za-z_*-]{6,64}")
_ROUNDED = re.compile(r"[0-9.]+E\+?[0-9]+", re.IGNORECASE)
_ENDS = ("#", "总交易", "总笔数", "合计", "---")
_BACK = "退款"
_CAME_IN = "收入"
_WENT_OUT = "支出"
_CLOSED = ("交易关闭", "已关闭", "NOTPAY", "CLOSED")


class NotAStatement(Invalid):
    """No row of it is the heading of a file we know."""

    sentence = N_(
        "这不像微信支付或支付宝的账单：没有找到“交易时间”和金额这几列。"
        "请在商户平台下载 CSV 格式的交易账单，原样上传，不用打开。"
    )


class OtherPlatform(Invalid):
    """A statement of the other platform."""

    sentence = N_("这是%(found)s的账单，这里要的是%(wanted)s的。请换一个文件。")


class RowUnreadable(Invalid):
    """A row that says no time, amount or number; a part of a statement would be a wrong one."""

    sentence = N_("第 %(line)s 行看不懂（%(what)s），所以整个文件都没有导入。请重新下载账单再试。")


class NumberRounded(Invalid):
    """A spreadsheet has rounded the long numbers that tell rows apart."""

    sentence = N_(
        "第 %(line)s 行的交易单号被表格软件改成了科学计数，分不清是哪一笔。"
        "请上传从商户平台直接下载的文件，不要先用 Excel 打开另存。"
    )


class StatementTooLong(Invalid):
    """More rows than one code takes on one day."""

    sentence = N_("文件里的行数太多了（最多 %(most)s 行），请只下载市集这一天的账单。")


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One row: money that came in (above zero) or went back (below), minor units.

    `number` is the platform's own for the payment, and for the refund where it is one.
    """

    line: int
    at: datetime
    amount_minor: int
    fee_minor: int
    number: str


@dataclass(frozen=True, slots=True)
class StatementRead:
    """The lines of a file, and how many of its rows are no takings (purchases, withdrawals)."""

    tender: Tender
    lines: tuple[StatementLine, ...]
    ignored: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Format:
    """The headings of one kind of file; of several names for one thing the first that is there."""

    tender: Tender
    at: tuple[str, ...]
    amount: tuple[str, ...]
    number: tuple[str, ...]
    back_number: tuple[str, ...] = ()
    back_amount: tuple[str, ...] = ()
    fee: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    way: tuple[str, ...] = ()
    state: tuple[str, ...] = ()

    def fits(self, headings: Mapping[str, int]) -> bool:
        needed = [self.at, self.amount, self.number, *([self.way] if self.way else [])]
        return all(any(name in headings for name in names) for names in needed)


_FORMATS = (
    _Format(
        tender=Tender.WECHAT,
        at=("交易时间",),
        amount=("应结订单金额", "总金额", "订单金额"),
        number=("微信订单号", "微信支付订单号"),
        back_number=("微信退款单号",),
        back_amount=("退款金额",),
        fee=("手续费",),
        state=("交易状态",),
    ),
    _Format(
        tender=Tender.WECHAT,
        at=("交易时间",),
        amount=("金额(元)",),
        number=("交易单号",),
        kind=("交易类型",),
        way=("收/支",),
    ),
    _Format(
        tender=Tender.ALIPAY,
        at=("完成时间", "创建时间"),
        amount=("商家实收(元)", "订单金额(元)"),
        number=("支付宝交易号",),
        back_number=("退款批次号/请求号",),
        fee=("服务费(元)",),
        kind=("业务类型",),
    ),
    _Format(
        tender=Tender.ALIPAY,
        at=("交易时间",),
        amount=("金额", "金额(元)"),
        number=("交易订单号",),
        kind=("交易分类",),
        way=("收/支",),
        state=("交易状态",),
    ),
)


def read_statement(content: bytes, *, tender: Tender) -> StatementRead:
    """The lines of a platform's file, UTF-8 (with or without BOM) or GBK.

    Raises NotAStatement, OtherPlatform, RowUnreadable, NumberRounded, StatementTooLong.
    """
    rows = _rows(content)
    for line, row in rows:
        if line > _PREAMBLE_ROWS:
            break
        headings = {_plain(cell): place for place, cell in reversed(list(enumerate(row)))}
        for form in _FORMATS:
            if form.fits(headings):
                if form.tender is not tender:
                    raise OtherPlatform(found=form.tender.label, wanted=tender.label)
                return _read(form, headings, rows)
    raise NotAStatement


def _rows(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """The rows with the number of the line each ends on, empty ones left out."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("gb18030")
        except UnicodeDecodeError:
            raise NotAStatement from None
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        for row in reader:
            cells = [cell.strip(_DRESS) for cell in row]
            if any(cells):
                yield reader.line_num, cells
    except csv.Error:
        raise NotAStatement from None


def _plain(heading: str) -> str:
    return unicodedata.normalize("NFKC", heading).replace(" ", "")


def _read(
    form: _Format, headings: Mapping[str, int], rows: Iterator[tuple[int, list[str]]]
) -> StatementRead:
    lines: list[StatementLine] = []
    ignored = 0
    for line, row in rows:
        if row[0].startswith(_ENDS):
            break
        if len(lines) + ignored >= MOST_ROWS:
            raise StatementTooLong(most=MOST_ROWS)
        found = _line(form, _Row(line, headings, row))
        if found is None:
            ignored += 1
        else:
            lines.append(found)
    return StatementRead(form.tender, tuple(lines), ignored)


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    headings: Mapping[str, int]
    cells: Sequence[str]

    def cell(self, names: tuple[str, ...]) -> str:
        """What stands under the first of these headings that the file has; '' if none."""
        for name in names:
            place = self.headings.get(name)
            if place is not None:
                return self.cells[place] if place < len(self.cells) else ""
        return ""

    def minor(self, names: tuple[str, ...]) -> int:
        """The amount under a heading, below zero where it has a minus; nothing there is nought."""
        text = self.cell(names).strip("¥￥ ")
        if not text:
            return 0
        try:
            minor = parse_amount(text.lstrip("+-").strip("¥￥ ")).minor
        except MarketError:
            raise RowUnreadable(line=self.line, what=text[:20]) from None
        return -minor if text.startswith("-") else minor


def _line(form: _Format, row: _Row) -> StatementLine | None:
    """A row as a line; None for one that is no takings of this code."""
    if not row.cell(form.amount) and not row.cell(form.back_amount):
        raise RowUnreadable(line=row.line, what=row.cell(form.amount) or row.cells[0][:20])
    if row.cell(form.state).startswith(_CLOSED):
        return None
    amount_minor = _signed(form, row)
    if not amount_minor:
        return None
    return StatementLine(
        line=row.line,
        at=_moment(row, row.cell(form.at)),
        amount_minor=amount_minor,
        fee_minor=row.minor(form.fee),
        number=_number(form, row),
    )


def _signed(form: _Format, row: _Row) -> int:
    amount_minor = row.minor(form.amount)
    if form.back_amount:
        # A refund's own row says 0.00 for the order and its amount beside it.
        return amount_minor - abs(row.minor(form.back_amount))
    is_back = _BACK in row.cell(form.kind)
    if not form.way:
        return -abs(amount_minor) if is_back else amount_minor
    way = row.cell(form.way)
    if way == _CAME_IN:
        return amount_minor
    # What the holder of a collection code bought with the same account is nobody's business.
    return -abs(amount_minor) if way == _WENT_OUT and is_back else 0


def _moment(row: _Row, text: str) -> datetime:
    found = _MOMENT.fullmatch(text)
    if found is None:
        raise RowUnreadable(line=row.line, what=text[:20])
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=_PLATFORM_CLOCK)
    except ValueError:
        raise RowUnreadable(line=row.line, what=text[:20]) from None


def _number(form: _Format, row: _Row) -> str:
    number, back = row.cell(form.number), row.cell(form.back_number)
    if _ROUNDED.fullmatch(number) or _ROUNDED.fullmatch(back):
        raise NumberRounded(line=row.line)
    if _NUMBER.fullmatch(number) is None:
        raise RowUnreadable(line=row.line, what=number[:20])
    return f"{number}/{back}" if back.strip("0") else number
