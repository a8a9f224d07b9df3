"""The Atom feed of fulfilled wishes (RFC 4287)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from flask import render_template
from flask.typing import ResponseReturnValue

from market.blueprints.public import blueprint
from market.blueprints.public.words import day_of, moment, state_words, theme_words, today
from market.extensions import reading
from market.queries.public.version import books_version
from market.queries.public.wishes import GROUPS, WishInList, wish_list
from market.web.access import public
from market.web.caching import answer
from market.web.preferences import in_language

MOST_ENTRIES = 50
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Entry:
    code: str
    words: str
    state: str
    theme: str
    updated: datetime


@blueprint.get("/feeds/fulfilled.atom")
@public
def fulfilled_feed() -> ResponseReturnValue:
    return answer(
        lambda: (books_version(reading()), today()), _feed, mimetype="application/atom+xml"
    )


def _feed() -> str:
    rows = wish_list(reading(), states=GROUPS["fulfilled"], today=today(), limit=MOST_ENTRIES)
    entries = [_entry(row) for row in rows]
    return render_template(
        "public/fulfilled.xml",
        entries=entries,
        updated=max((entry.updated for entry in entries), default=_LONG_AGO),
    )


def _entry(row: WishInList) -> Entry:
    wish = row.wish
    return Entry(
        code=wish.code,
        words=in_language(wish.words, wish.words_en),
        state=state_words(wish.state),
        theme=theme_words(wish.theme),
        # The day, not the moment: what was brought at one moment was brought to one house.
        updated=_midnight(day_of(wish.state_on)) if wish.state_on else _LONG_AGO,
    )


def _midnight(day: date) -> datetime:
    return moment(day, time())
