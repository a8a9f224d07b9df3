"""A market's live screen: the total growing, and lanterns that light up; no login, nothing private."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal, gettext

from market.blueprints.public import blueprint
from market.blueprints.public.words import today
from market.extensions import reading
from market.queries.public.live import LampNow, LiveNow, live_now
from market.queries.public.version import market_version
from market.web.access import public
from market.web.caching import answer
from market.web.filters import money_text
from market.web.preferences import in_language
from market.web.sessions import clock

FRESH_SECONDS = 4
"""So long may whatever stands between a screen and us give the last answer again."""
EVERY_SECONDS = 5
"""How often the screen's script asks; without it, the page asks for itself by REFRESH_SECONDS."""
REFRESH_SECONDS = 20


@dataclass(frozen=True, slots=True)
class ShownLamp:
    """A lantern of the screen: `state` is waiting, expected or lit, `word` says it."""

    code: str
    words: str
    state: str
    word: str
    percent: int


@dataclass(frozen=True, slots=True)
class ShownLive:
    """All that changes on the screen, written out; the page and its fragment have the same."""

    stage: str
    stage_word: str
    income: str
    receipts: str
    lit: str
    expected: str
    lamps: tuple[ShownLamp, ...]


class _NoSuchMarket(LookupError):
    """No market day has this address."""


@blueprint.get("/markets/<slug>/live")
@public
def live(slug: str) -> ResponseReturnValue:
    try:
        return answer(lambda: _version(slug), lambda: _page(slug), max_age=FRESH_SECONDS)
    except _NoSuchMarket:
        return render_template("errors/404.html", sentence=gettext("没有找到这一场市集。")), 404


@blueprint.get("/markets/<slug>/live.json")
@public
def live_fragment(slug: str) -> ResponseReturnValue:
    """What changes, as JSON: answered 304, without asking more than the version, while nothing has."""
    try:
        return answer(
            lambda: _version(slug),
            lambda: json.dumps(asdict(shown_live(_found(slug))), ensure_ascii=False),
            max_age=FRESH_SECONDS,
            mimetype="application/json",
        )
    except _NoSuchMarket:
        return {"title": gettext("没有找到这一场市集。")}, 404


def shown_live(found: LiveNow) -> ShownLive:
    """The market as the screen writes it, in the page's language."""
    return ShownLive(
        stage=found.stage,
        stage_word=_stage_word(found.stage),
        income=money_text(found.income_minor),
        receipts=format_decimal(found.receipts),
        lit=format_decimal(found.lit),
        expected=format_decimal(found.expected),
        lamps=tuple(_lamp(lamp) for lamp in found.lamps),
    )


def _version(slug: str) -> object:
    return market_version(reading(), slug), today()


def _found(slug: str) -> LiveNow:
    found = live_now(reading(), slug, today=today())
    if found is None:
        raise _NoSuchMarket
    return found


def _page(slug: str) -> str:
    found = _found(slug)
    return render_template(
        "public/live.html",
        market=found,
        shown=shown_live(found),
        as_of=clock(),
        every=EVERY_SECONDS,
        refresh=REFRESH_SECONDS,
    )


def _lamp(lamp: LampNow) -> ShownLamp:
    words = {
        "waiting": gettext("等待点亮"),
        "expected": gettext("预计点亮"),
        "lit": gettext("已点亮"),
    }
    return ShownLamp(
        lamp.code,
        in_language(lamp.words, lamp.words_en),
        lamp.state,
        words[lamp.state],
        lamp.percent,
    )


def _stage_word(stage: str) -> str:
    words = {
        "upcoming": gettext("还没有开始"),
        "open": gettext("正在开"),
        "closing": gettext("正在结账"),
        "closed": gettext("已结账"),
    }
    return str(words[stage])
