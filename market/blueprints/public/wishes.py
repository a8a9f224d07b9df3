"""The wish wall and one wish."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from market.blueprints.public import blueprint
from market.blueprints.public.words import (
    day_of,
    shown_market,
    shown_wish,
    theme_words,
    today,
)
from market.domain.proceeds.wish import Theme, WishKind, WishState, due_on
from market.extensions import reading
from market.queries.proceeds.pictures import pictures_shown
from market.queries.proceeds.thanks import thanks_shown
from market.queries.public.markets import next_market
from market.queries.public.version import books_version
from market.queries.public.wishes import (
    GROUPS,
    HELD,
    CostLine,
    Filter,
    LitBy,
    Place,
    WishPage,
    read_place,
    wish_page,
    wish_wall,
)
from market.web.access import public
from market.web.caching import answer
from market.web.filters import teller_text
from market.web.preferences import in_language
from market.web.sessions import clock

STEPS = (
    ("asked", None),
    ("reviewed", WishState.REVIEWED),
    ("lit", WishState.LIT),
    ("bought", WishState.BOUGHT),
    ("delivered", WishState.DELIVERED),
    ("followed_up", WishState.FOLLOWED_UP),
)
"""The timeline's steps, and the state that each one brings a wish to."""
_BRINGABLE = (WishState.OPEN, WishKind.GOODS, 0)
"""State, kind and money of a wish that somebody may hold; whoever holds one changes its state here."""
_WITHOUT_MONEY = (WishState.LIT, WishState.BOUGHT)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a timeline: done, now (the next one) or later."""

    key: str
    state: str
    on: date | None
    due_on: date | None
    late: bool
    note: str


@dataclass(frozen=True, slots=True)
class Difference:
    """What buying cost less than was raised, and where the rest went."""

    kind: str
    amount_minor: int
    went_to: str


@dataclass(frozen=True, slots=True)
class ShownPicture:
    src: str
    alt: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class ShownWishPage:
    code: str
    words: str
    kind: str
    theme: str
    state: str
    percent: int
    teller: str
    cost_lines: tuple[CostLine, ...]
    cost_minor: int
    funded_minor: int
    missing_minor: int
    steps: tuple[Step, ...]
    markets: tuple[LitBy, ...]
    receipts: int
    difference: Difference | None
    may_be_brought: bool
    pictures: tuple[ShownPicture, ...]
    thanks: str


class _Gone(LookupError):
    """A wish that is withdrawn, expired, or never was: which, nobody is told."""


@blueprint.get("/")
@public
def wall() -> ResponseReturnValue:
    chosen = Filter(
        state=_one_of(request.args.get("state"), GROUPS),
        kind=_one_of(request.args.get("kind"), WishKind),
        theme=_one_of(request.args.get("theme"), Theme),
    )
    after, before = (read_place(request.args.get(way, "")) for way in ("after", "before"))
    return answer(_version, lambda: _wall(chosen, after, before))


@blueprint.get("/wishes/<code>")
@public
def wish(code: str) -> ResponseReturnValue:
    try:
        return answer(_version, lambda: _wish(code.upper()))
    except _Gone:
        return render_template("public/gone.html"), 404


def _version() -> object:
    return books_version(reading()), today()


def _wall(chosen: Filter, after: Place | None, before: Place | None) -> str:
    session = reading()
    found = wish_wall(session, chosen, today=today(), after=after, before=before)
    upcoming = next_market(session, today=today())
    return render_template(
        "public/wall.html",
        wishes=[shown_wish(row) for row in found.wishes],
        totals=found.counts,
        chosen=chosen,
        themes=[(theme, theme_words(theme)) for theme in found.themes],
        part=found,
        next_market=shown_market(upcoming) if upcoming else None,
    )


def _wish(code: str) -> str:
    found = wish_page(reading(), code, today=today())
    if found is None:
        raise _Gone
    row = found.wish
    upcoming = next_market(reading(), today=today()) if row.state == WishState.OPEN else None
    return render_template(
        "public/wish.html",
        wish=ShownWishPage(
            code=row.code,
            words=in_language(row.words, row.words_en),
            kind=row.kind,
            theme=theme_words(row.theme),
            state=row.state,
            percent=row.percent,
            teller=teller_text(found.age_band),
            cost_lines=found.cost_lines,
            cost_minor=found.cost_minor,
            funded_minor=found.funded_minor,
            missing_minor=found.cost_minor - found.funded_minor,
            steps=_steps(row.state, found.month, found.steps),
            markets=found.markets,
            receipts=found.receipts,
            difference=_difference(found),
            may_be_brought=(row.state, row.kind, found.funded_minor) == _BRINGABLE,
            pictures=_pictures(row.id),
            thanks=in_language(*thanks_shown(reading(), row.id, today())),
        ),
        as_of=clock(),
        next_market=shown_market(upcoming) if upcoming else None,
    )


def _pictures(wish_id: int) -> tuple[ShownPicture, ...]:
    return tuple(
        ShownPicture(
            src=url_for(".picture", address=one.address),
            alt=gettext("送到的东西的照片"),
            width=one.width,
            height=one.height,
        )
        for one in pictures_shown(reading(), wish_id, today())
    )


def _steps(state: str, month: str, reached: dict[str, datetime]) -> tuple[Step, ...]:
    """The timeline; a step counts as done only where the wish still stands on or beyond it."""
    order = [step.value for _, step in STEPS if step is not None]
    standing = "reviewed" if state in (WishState.OPEN, HELD) else state
    done_to = order.index(standing) if standing in order else 0
    shown = []
    for number, (key, step) in enumerate(STEPS):
        if step in _WITHOUT_MONEY and number - 1 < done_to and step.value not in reached:
            continue  # Company is not bought, and what somebody brought was not lit either.
        done = step is None or number - 1 <= done_to
        on = date.fromisoformat(f"{month}-01") if step is None else None
        if step is not None and done and step.value in reached:
            on = day_of(reached[step.value])
        is_next = step is not None and number - 1 == done_to + 1
        expected = _expected(state, reached) if is_next else None
        shown.append(
            Step(
                key=key,
                state="done" if done else "now" if is_next else "later",
                on=on,
                due_on=expected,
                late=expected is not None and expected < today(),
                note="",
            )
        )
    return tuple(shown)


def _expected(state: str, reached: dict[str, datetime]) -> date | None:
    since = reached.get(state)
    return due_on(WishState(state), day_of(since)) if since else None


def _difference(found: WishPage) -> Difference | None:
    if found.saved_minor <= 0:
        return None
    went_to = gettext("省下的钱已经退回微心愿专款，会去点亮下一个心愿。")
    return Difference("saved", found.saved_minor, went_to)


def _one_of(asked: str | None, known: object) -> str | None:
    return asked if asked and asked in list(known) else None  # type: ignore[call-overload]
