"""A list that somebody pastes, cut into what each line says: a table's cells, or a 接龙's words.

Nothing is lost: what no row takes is given back with the reason, by the number of its line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from market.domain.errors import N_, Invalid, MarketError

MOST_ROWS = 200
"""Rows of one list; more than a neighbourhood's market needs, and still a page to look through."""
MOST_CELL = 120
_CHAIN = "#接龙"
_NUMBERED = re.compile(r"^\s*\d{1,3}\s*[.、．)）]\s*(?P<body>.*)$")
_EXAMPLE = re.compile(r"^\s*例[\s.、:：]")
_LEAST_HEADINGS = 2
_HALF_WIDTH = str.maketrans(
    {chr(ord("０") + digit): str(digit) for digit in range(10)}
    | {"．": ".", "￥": "¥", "\u3000": " "}
)

Cells = Mapping[str, str]
Value = TypeVar("Value")


class TooManyRows(Invalid):
    """More rows than are looked through on one page."""

    sentence = N_("一次最多 %(most)s 行，请分几次粘贴。")


class NothingPasted(Invalid):
    """No line says anything."""

    sentence = N_("没有读到一行内容，请检查粘贴的文字或文件。")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list. `headings` are the words a table may call it by.

    With `choices` (msgids) its cells hold one of them, or nothing.
    """

    name: str
    label: str
    headings: frozenset[str]
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Layout:
    """What a kind of list says. Columns stand in the order of a table without a heading.

    `carried` are columns that a table leaves empty where the line before has said them (merged
    cells). `by_hand` reads a line without tabs; its second argument is the group it stands under.
    `unused` is said of columns that nobody asked for; a cell beyond `most_cell` signs is cut.
    """

    columns: tuple[Column, ...]
    carried: tuple[str, ...]
    by_hand: Callable[[str, str], Sequence[Cells]]
    unused: str = N_("这几列没有用上")
    most_cell: int = MOST_CELL
    most_rows: int = MOST_ROWS


@dataclass(frozen=True, slots=True)
class Cut:
    """One row: what the line said, and its cells by column."""

    line: int
    typed: str
    cells: Cells


@dataclass(frozen=True, slots=True)
class Unread:
    """A line, or a part of one, that no row takes; `why` is a msgid."""

    line: int
    typed: str
    why: str


@dataclass(slots=True)
class CutList:
    """All of it."""

    rows: list[Cut] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)


def cut_list(text: str, layout: Layout) -> CutList:
    """Cut pasted text into rows. Raises NothingPasted, TooManyRows."""
    lines = [(number, line) for number, line in _lines(text) if line.strip()]
    # 接龙 opens with its title and what the organiser wrote; what people said is numbered.
    opening = any(line.strip().startswith(_CHAIN) for _, line in lines)
    found = CutList()
    table = _Table(layout)
    group = ""
    for number, line in lines:
        numbered = _NUMBERED.match(line)
        opening = opening and numbered is None
        if "\t" in line:
            table.take(number, line, found)
        elif opening:
            found.unread.append(Unread(number, line.strip(), N_("接龙的开头，没有用上")))
        elif _EXAMPLE.match(line):
            found.unread.append(Unread(number, line.strip(), N_("接龙的例子，没有用上")))
        elif line.strip().endswith((":", "：")) and numbered is None:
            group = line.strip().rstrip(":：").strip()
        else:
            body = numbered["body"].strip() if numbered else line.strip()
            rows = layout.by_hand(body, group) if body else []
            found.rows += [Cut(number, line.strip(), _clipped(cells, layout)) for cells in rows]
    if not found.rows:
        raise NothingPasted
    if len(found.rows) > layout.most_rows:
        raise TooManyRows(most=layout.most_rows)
    return found


def table_text(rows: Iterable[Sequence[object]]) -> str:
    """Rows of a spreadsheet as the text it would have been pasted as."""
    return "\n".join("\t".join(_cell_text(value) for value in row) for row in rows)


def read_cell(cells: Cells, column: str, read: Callable[[str], Value]) -> Value:
    """What a cell means; what `read` raises says which column it is about, as its fact `field`."""
    try:
        return read(cells.get(column, ""))
    except MarketError as error:
        error.facts["field"] = column
        raise


class _Table:
    """The lines with tabs so far: their heading, and what is carried down."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._order: Sequence[str | None] | None = None
        self._last: dict[str, str] = {}

    def take(self, number: int, line: str, found: CutList) -> None:
        values = [value.strip() for value in line.split("\t")]
        heading = self._heading(values)
        if heading is not None:
            self._order = heading
            self._name_unused(number, values, found)
            return
        order = self._order or [column.name for column in self._layout.columns]
        cells = {
            name: value for name, value in zip(order, values, strict=False) if name is not None
        }
        spare = [value for value in values[len(order) :] if value]
        if spare:
            found.unread.append(Unread(number, " ".join(spare), N_("多出来的格子，没有用上")))
        if any(cells.values()):
            found.rows.append(Cut(number, " ".join(filter(None, values)), self._filled(cells)))

    def _heading(self, values: Sequence[str]) -> list[str | None] | None:
        by_word = {word: one.name for one in self._layout.columns for word in one.headings}
        order = [by_word.get(_plain(value)) for value in values]
        known = [name for name in order if name is not None]
        return order if len(known) >= _LEAST_HEADINGS and len(set(known)) == len(known) else None

    def _name_unused(self, number: int, values: Sequence[str], found: CutList) -> None:
        unused = [value for value, name in zip(values, self._order or [], strict=False) if not name]
        if any(unused):
            words = " ".join(filter(None, unused))
            found.unread.append(Unread(number, words, self._layout.unused))

    def _filled(self, cells: dict[str, str]) -> Cells:
        carried = self._layout.carried
        if not any(cells.get(name) for name in carried):
            cells |= {name: self._last.get(name, "") for name in carried}
        self._last = {name: cells.get(name, "") for name in carried}
        return _clipped(cells, self._layout)


def _lines(text: str) -> Iterable[tuple[int, str]]:
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), start=1):
        yield number, line.translate(_HALF_WIDTH)


def _clipped(cells: Cells, layout: Layout) -> Cells:
    return {name: value.strip()[: layout.most_cell] for name, value in cells.items()}


def _plain(heading: str) -> str:
    """A heading without what is in brackets after it, '价格（元）', and without blanks."""
    return re.sub(r"[(（【].*$|[\s*＊:：]", "", heading).casefold()


def _cell_text(value: object) -> str:
    if isinstance(value, float):
        # A spreadsheet keeps every number as a float, good for 15 digits: 12, and not '12.0'.
        return f"{value:.15g}"
    return re.sub(r"\s+", " ", str(value)).strip()
