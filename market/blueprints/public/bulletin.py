"""战报: how a market day goes, as words to send on and as a picture to keep; open to anybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from market.blueprints.public import blueprint
from market.blueprints.public.live import ShownLive, shown_live
from market.blueprints.public.poster import Poster, draw_poster
from market.blueprints.public.words import moment, today
from market.extensions import reading
from market.queries.public.live import LiveNow, live_now
from market.queries.public.version import market_version
from market.web.access import public
from market.web.caching import answer
from market.web.canvas import chinese_font
from market.web.filters import time_text
from market.web.sessions import clock

FRESH_SECONDS = 10
MOST_NAMED = 6


@dataclass(frozen=True, slots=True)
class Drawing:
    """What the drawn bulletin says; `lamps` are the states of the plan's wishes, in its order."""

    name: str
    place: str
    as_of: str
    figures: tuple[tuple[str, str], ...]
    lamps: tuple[str, ...]
    closing: tuple[str, ...]


class _NoSuchMarket(LookupError):
    """No market day has this address."""


@blueprint.get("/markets/<slug>/bulletin")
@public
def bulletin(slug: str) -> ResponseReturnValue:
    try:
        return answer(lambda: _version(slug), lambda: _page(slug), max_age=FRESH_SECONDS)
    except _NoSuchMarket:
        return _no_such_market()


@blueprint.get("/markets/<slug>/bulletin.png")
@public
def bulletin_picture(slug: str) -> ResponseReturnValue:
    """The picture; where no font has Chinese there is none, and the page shows the drawing."""
    font = chinese_font()
    if font is None:
        return _no_such_market()
    try:
        return answer(
            lambda: _version(slug),
            lambda: draw_poster(_poster(slug), font),
            max_age=FRESH_SECONDS,
            mimetype="image/png",
        )
    except _NoSuchMarket:
        return _no_such_market()


@blueprint.get("/markets/<slug>/bulletin.svg")
@public
def bulletin_drawing(slug: str) -> ResponseReturnValue:
    try:
        return answer(
            lambda: _version(slug),
            lambda: render_template("public/bulletin.svg", poster=_drawing(slug)),
            max_age=FRESH_SECONDS,
            mimetype="image/svg+xml",
        )
    except _NoSuchMarket:
        return _no_such_market()


def bulletin_words(found: LiveNow, shown: ShownLive, *, as_of: datetime, address: str) -> str:
    """What is sent into a group: the figures, the wishes, where to come and where to look."""
    lines = [
        gettext("【%(market)s 战报】截至 %(time)s", market=found.name, time=time_text(as_of)),
        gettext(
            "义卖收入 %(income)s，%(receipts)s 笔。", income=shown.income, receipts=shown.receipts
        ),
    ]
    if found.lit:
        lines.append(ngettext("已经点亮 %(num)s 个心愿。", "已经点亮 %(num)s 个心愿。", found.lit))
    if found.expected:
        lines.append(
            ngettext(
                "预计还能点亮 %(num)s 个心愿：", "预计还能点亮 %(num)s 个心愿：", found.expected
            )
        )
        expected = [lamp.words for lamp in shown.lamps if lamp.state == "expected"]
        lines += [f"· {words}" for words in expected[:MOST_NAMED]]
    if found.stage == "open":
        ends = moment(found.on, found.ends_at)
        lines.append(
            gettext("%(place)s，开到 %(time)s，来逛逛吧！", place=found.place, time=time_text(ends))
        )
    lines.append(gettext("看现场：%(address)s", address=address))
    return "\n".join(lines)


def _no_such_market() -> ResponseReturnValue:
    return render_template("errors/404.html", sentence=gettext("没有找到这一场市集。")), 404


def _version(slug: str) -> object:
    """An hour later it is another bulletin, though nobody should have bought a thing."""
    return market_version(reading(), slug), today(), clock().hour


def _found(slug: str) -> LiveNow:
    found = live_now(reading(), slug, today=today())
    if found is None:
        raise _NoSuchMarket
    return found


def _page(slug: str) -> str:
    found = _found(slug)
    words = bulletin_words(
        found,
        shown_live(found),
        as_of=clock(),
        address=url_for(".live", slug=slug, _external=True),
    )
    picture = ".bulletin_picture" if chinese_font() else ".bulletin_drawing"
    return render_template(
        "public/bulletin.html", market=found, words=words, picture=url_for(picture, slug=slug)
    )


def _drawing(slug: str) -> Drawing:
    found = _found(slug)
    return Drawing(
        name=found.name,
        place=_place(found),
        as_of=_as_of(),
        figures=_figures(found),
        lamps=tuple(lamp.state for lamp in found.lamps),
        closing=(
            gettext("义卖净额点亮小朋友的微心愿"),
            gettext("心愿市集"),
        ),
    )


def _poster(slug: str) -> Poster:
    """The same as a picture, with the way to the live screen."""
    found = _found(slug)
    return Poster(
        eyebrow=_place(found),
        title=found.name,
        facts=(_as_of(),),
        figures=_figures(found),
        lamps=tuple((lamp.state, lamp.percent) for lamp in found.lamps),
        beside=(gettext("义卖净额点亮小朋友的微心愿"), gettext("长按识别二维码，看现场大屏")),
        address=url_for(".live", slug=slug, _external=True),
    )


def _place(found: LiveNow) -> str:
    return f"{found.community} · {found.place}"


def _as_of() -> str:
    return str(gettext("截至 %(time)s", time=time_text(clock())))


def _figures(found: LiveNow) -> tuple[tuple[str, str], ...]:
    shown = shown_live(found)
    return (
        (gettext("义卖收入"), shown.income),
        (gettext("笔数"), shown.receipts),
        (gettext("预计点亮"), shown.expected),
        (gettext("已点亮"), shown.lit),
    )
