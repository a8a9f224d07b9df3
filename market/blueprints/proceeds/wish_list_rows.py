"""The rows of a list of wishes as the page holds them: what was typed, what it means, what is wrong."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from flask import request

from market.actions.proceeds.wishes import ReferenceNotFound
from market.blueprints.proceeds.wish_findings import Marked, marked
from market.domain.errors import MarketError
from market.domain.pasted_list import Cut
from market.domain.proceeds.wish_gate import CouldIdentify, ReasonNeeded
from market.domain.proceeds.wish_list import (
    MOST_CELL,
    MOST_WISHES,
    WISHES,
    ListedWish,
    read_listed_wish,
    said_again,
)
from market.domain.proceeds.wish_rules import WishRules
from market.extensions import reading
from market.queries.proceeds.rules import wish_rules
from market.queries.proceeds.wish_list import references_known, rows_taken_in, wishes_alike
from market.web.errors import sentence_of

_COLUMNS = [column.name for column in WISHES.columns]
_KEY = re.compile(r"[\w-]{8,24}", re.ASCII)
_KEY_BYTES = 9
_READ_BY_LINTER = ("text", "text_en", "costs", "reason")


@dataclass(slots=True)
class RowHere:
    """One row. `problem` is the sentence against it, at the column `at`; `alike` a wish like it."""

    key: str
    line: str
    cells: dict[str, str]
    skip: bool = False
    wish: ListedWish | None = None
    at: str = ""
    problem: str = ""
    from_linter: bool = False
    found: dict[str, tuple[Marked, ...]] = field(default_factory=dict)
    alike: str = ""

    @property
    def wrong(self) -> bool:
        return bool(self.problem) and not self.skip

    @property
    def good(self) -> bool:
        return self.wish is not None and not self.problem and not self.skip

    def refuse(self, error: MarketError) -> None:
        """Say at its cell what stands against it."""
        named = str(error.facts.get("field", ""))
        self.at = named if named in _COLUMNS else "text"
        self.problem = sentence_of(error)
        self.from_linter = isinstance(error, CouldIdentify | ReasonNeeded)


def rows_cut(community_id: int, cuts: Iterable[Cut]) -> list[RowHere]:
    """The rows just cut from a list; one that says what a wish here says already is left out."""
    rows = [
        RowHere(secrets.token_urlsafe(_KEY_BYTES), str(cut.line), dict(cut.cells)) for cut in cuts
    ]
    _understand(community_id, rows)
    for row in rows:
        row.skip = bool(row.alike)
    return rows


def rows_sent(community_id: int) -> list[RowHere]:
    """The rows as somebody sent them back, without those that became wishes meanwhile."""
    rows = list(_sent())
    known = rows_taken_in(reading(), community_id, {row.key for row in rows})
    rest = [row for row in rows if row.key not in known]
    _understand(community_id, rest)
    return rest


def keys_sent() -> set[str]:
    """The keys of all rows that were sent, taken in before or not."""
    return {row.key for row in _sent()}


def _sent() -> Iterator[RowHere]:
    count = min(max(request.form.get("rows", 0, type=int), 0), MOST_WISHES)
    for number in range(count):
        key = request.form.get(f"key_{number}", "")
        yield RowHere(
            key if _KEY.fullmatch(key) else secrets.token_urlsafe(_KEY_BYTES),
            request.form.get(f"line_{number}", "")[:4],
            {
                name: request.form.get(f"{name}_{number}", "").strip()[:MOST_CELL]
                for name in _COLUMNS
            },
            skip=f"skip_{number}" in request.form,
        )


def _understand(community_id: int, rows: list[RowHere]) -> None:
    """What each row means, and what stands against it; the same rules as for a single wish."""
    rules = wish_rules(reading(), community_id)
    for row in rows:
        _read(row, rules)
    read = [row for row in rows if row.wish is not None]
    _look_up(community_id, read)


def _read(row: RowHere, rules: WishRules) -> None:
    row.found = marked({name: row.cells.get(name, "") for name in _READ_BY_LINTER})
    try:
        row.wish = read_listed_wish(row.cells)
        rules.check(row.wish.content, row.wish.reason)
    except MarketError as error:
        row.refuse(error)
    if row.wish is not None:
        row.cells |= said_again(row.wish)


def _look_up(community_id: int, rows: list[RowHere]) -> None:
    wishes = [row.wish for row in rows if row.wish is not None]
    wanted = {wish.reference for wish in wishes if wish.reference}
    known = references_known(reading(), community_id, wanted) if wanted else set()
    alike: Mapping[tuple[str, int], str] = (
        wishes_alike(reading(), community_id, [wish.content for wish in wishes]) if wishes else {}
    )
    for row in rows:
        if row.wish is None:
            continue
        content, reference = row.wish.content, row.wish.reference
        row.alike = alike.get((content.text, content.cost_minor), "")
        if reference and reference not in known and not row.problem:
            row.refuse(ReferenceNotFound(field="reference"))
