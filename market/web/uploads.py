"""Files people upload: a spreadsheet's first sheet, read as the text it would be pasted as."""

from __future__ import annotations

import csv
import io
import re
import zipfile

from werkzeug.datastructures import FileStorage

from market.domain.errors import N_, Invalid
from market.domain.pasted_list import table_text

MOST_BYTES = 900_000
MOST_UNPACKED_BYTES = 20_000_000
MOST_ROWS = 5_000
MOST_COLUMNS = 60
_SHEETS = "xl/worksheets/"
_PLACE = re.compile(rb'\sr="([A-Z]{0,3})([0-9]{1,7})"')


class FileTooLarge(Invalid):
    """More than a list for a market needs."""

    sentence = N_("文件太大了，最多 900 KB。请只留要用的那一张表再试。")


class FileUnreadable(Invalid):
    """Not a spreadsheet we can open."""

    sentence = N_("打不开这个文件，请用 .xlsx 或 .csv，或者直接复制表格粘贴到上面。")


def sheet_text(upload: FileStorage) -> str:
    """A spreadsheet (.xlsx) or a table of text (.csv, UTF-8 or GB18030) as lines with tabs.

    Raises FileTooLarge, FileUnreadable.
    """
    raw = upload.stream.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        raise FileTooLarge
    return _workbook_text(raw) if raw.startswith(b"PK") else _csv_text(raw)


def _csv_text(raw: bytes) -> str:
    if b"\0" in raw:
        raise FileUnreadable
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        # What Excel writes on a Chinese Windows; a superset of GBK and GB 2312.
        text = raw.decode("gb18030", errors="replace")
    delimiter = "\t" if "\t" in text.partition("\n")[0] else ","
    try:
        return table_text(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise FileUnreadable from error


def _workbook_text(raw: bytes) -> str:
    _require_modest(raw)
    # Half a megabyte of code that only an upload needs.
    from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415

    try:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(raw)).get_sheet_by_index(0)
        return table_text(sheet.to_python())
    except (CalamineError, IndexError, ValueError) as error:
        raise FileUnreadable from error


def _require_modest(raw: bytes) -> None:
    """Look before it is opened: a workbook may unpack to anything, or put one cell a mile away."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as parts:
            infos = parts.infolist()
            if sum(part.file_size for part in infos) > MOST_UNPACKED_BYTES:
                raise FileTooLarge
            for part in infos:
                if part.filename.startswith(_SHEETS):
                    with parts.open(part) as sheet:
                        _require_near(sheet.read(MOST_UNPACKED_BYTES))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise FileUnreadable from error


def _require_near(sheet: bytes) -> None:
    for letters, digits in _PLACE.findall(sheet):
        if int(digits) > MOST_ROWS or _column(letters) > MOST_COLUMNS:
            raise FileTooLarge


def _column(letters: bytes) -> int:
    """'A' is 1, 'Z' 26, 'AA' 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number
