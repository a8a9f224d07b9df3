"""Posters of the wall, of a wish and of a market: a page to press long on, and its picture.

A picture is made for the version of the books that its page has, and is kept no longer than that
page: what is withdrawn is gone from both.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal, gettext, ngettext

from market.blueprints.public import blueprint
from market.blueprints.public.poster import Poster, draw_poster
from market.blueprints.public.words import (
    day_of,
    moment,
    state_words,
    today,
    weekday_words,
)
from market.domain.proceeds.wish import WishState
from market.extensions import reading
from market.queries.public.markets import MarketPage, market_page
from market.queries.public.version import books_version, market_version
from market.queries.public.wishes import HELD, Filter, Wall, WishPage, wish_page, wish_wall
from market.web.access import public
from market.web.caching import answer
from market.web.canvas import chinese_font
from market.web.filters import date_text, money_text, teller_text, time_text
from market.web.preferences import in_language

LOOKS = {
    WishState.LIT: "lit",
    WishState.BOUGHT: "lit",
    WishState.DELIVERED: "fulfilled",
    WishState.FOLLOWED_UP: "fulfilled",
}
_ON_A_CORD = ("fulfilled", "lit", "waiting", "lit", "fulfilled")
_RISING = 62
"""How full the waiting lantern of the wall's own picture is, as on its page."""


@dataclass(frozen=True, slots=True)
class PosterPage:
    """What stands around a poster: where one comes from, and the words to send with it."""

    title: str
    back: str
    href: str
    words: str


class _Nothing(LookupError):
    """What the poster would be of is not to be seen."""


Found = tuple[PosterPage, Poster]


@blueprint.get("/poster")
@public
def poster() -> ResponseReturnValue:
    return _page(_books, _of_wall, ".poster_picture")


@blueprint.get("/poster.png")
@public
def poster_picture() -> ResponseReturnValue:
    return _picture(_books, _of_wall)


@blueprint.get("/wishes/<code>/poster")
@public
def wish_poster(code: str) -> ResponseReturnValue:
    return _page(_books, lambda: _of_wish(code), ".wish_poster_picture", code=code)


@blueprint.get("/wishes/<code>/poster.png")
@public
def wish_poster_picture(code: str) -> ResponseReturnValue:
    return _picture(_books, lambda: _of_wish(code))


@blueprint.get("/markets/<slug>/poster")
@public
def market_poster(slug: str) -> ResponseReturnValue:
    def version() -> object:
        return market_version(reading(), slug), today()

    return _page(version, lambda: _of_market(slug), ".market_poster_picture", slug=slug)


@blueprint.get("/markets/<slug>/poster.png")
@public
def market_poster_picture(slug: str) -> ResponseReturnValue:
    return _picture(lambda: (market_version(reading(), slug), today()), lambda: _of_market(slug))


def _books() -> object:
    return books_version(reading()), today()


def has_posters() -> bool:
    """For the layout: whether this server can draw them."""
    return chinese_font() is not None


blueprint.add_app_template_global(has_posters)


def _page(
    version: Callable[[], object], find: Callable[[], Found], picture: str, **named: str
) -> ResponseReturnValue:
    def render() -> str:
        around, drawn = find()
        src = url_for(picture, **named) if chinese_font() else ""  # type: ignore[arg-type]
        return render_template("public/poster.html", page=around, poster=drawn, src=src)

    try:
        return answer(version, render)
    except _Nothing:
        return render_template("public/gone.html"), 404


def _picture(version: Callable[[], object], find: Callable[[], Found]) -> ResponseReturnValue:
    """The PNG; where no font has Chinese there is none, and its page says so."""
    font = chinese_font()
    if font is None:
        return render_template("public/gone.html"), 404
    try:
        return answer(version, lambda: draw_poster(find()[1], font), mimetype="image/png")
    except _Nothing:
        return render_template("public/gone.html"), 404


def _of_wall() -> Found:
    found = wish_wall(reading(), Filter(), today=today())
    address = url_for(".wall", _external=True)
    poster = Poster(
        eyebrow=gettext("心愿市集 · 心愿墙"),
        title=gettext("一盏灯，一个心愿"),
        facts=(gettext("在市集上买一件小东西，就会点亮一个小朋友的心愿"),),
        figures=(
            (gettext("已实现"), format_decimal(found.counts["fulfilled"])),
            (gettext("已点亮"), format_decimal(found.counts["lit"])),
            (gettext("等待点亮"), format_decimal(found.counts["waiting"])),
        ),
        lamps=_cord(found),
        beside=(gettext("每一分钱，都查得到去向"), gettext("长按识别二维码，看看这面墙")),
        address=address,
    )
    words = gettext(
        "一盏灯，一个心愿：已经实现 %(fulfilled)s 个。在市集上买一件小东西，就会点亮一个小朋友的心愿。看看这面墙：%(address)s",
        fulfilled=poster.figures[0][1],
        address=address,
    )
    return PosterPage(gettext("把心愿墙发给朋友"), gettext("心愿墙"), address, words), poster


def _cord(found: Wall) -> tuple[tuple[str, int], ...]:
    """Lanterns as the wall has them; of an empty wall, one that waits."""
    shown = [
        (look, _RISING if look == "waiting" else 0) for look in _ON_A_CORD if found.counts[look]
    ]
    return tuple(shown) or (("waiting", 0),)


def _of_wish(code: str) -> Found:
    found = wish_page(reading(), code.upper(), today=today())
    if found is None:
        raise _Nothing
    row = found.wish
    address = url_for(".wish", code=row.code, _external=True)
    words = in_language(row.words, row.words_en)
    look = LOOKS.get(WishState(row.state), "waiting") if row.state != HELD else "waiting"
    poster = Poster(
        eyebrow=teller_text(found.age_band),
        title=words,
        facts=_wish_facts(found),
        figures=(),
        lamps=((look, row.percent if look == "waiting" and row.kind != "company" else 0),),
        beside=(gettext("看看它走到哪一步了"), gettext("长按识别二维码，每一步都有日期")),
        address=address,
    )
    said = gettext("%(words)s。看看它走到哪一步了：%(address)s", words=words, address=address)
    return PosterPage(gettext("把这个心愿发给朋友"), words, address, said), poster


def _wish_facts(found: WishPage) -> tuple[str, ...]:
    row = found.wish
    state = state_words(row.state)
    if row.state_on is not None and row.state not in (WishState.OPEN, HELD):
        state = f"{state} · {date_text(day_of(row.state_on))}"
    if not found.receipts or row.state in (WishState.OPEN, HELD):
        return (state,)
    lit = ngettext("由 %(num)s 张小票一起点亮", "由 %(num)s 张小票一起点亮", found.receipts)
    return state, lit


def _of_market(slug: str) -> Found:
    found = market_page(reading(), slug)
    if found is None:
        raise _Nothing
    row = found.market
    address = url_for(".market", slug=slug, _external=True)
    back = PosterPage(gettext("把这场市集发给朋友"), row.name, address, "")
    if row.stage == "closed":
        return _of_result(found, back)
    when = gettext(
        "%(day)s %(weekday)s %(begins)s–%(ends)s",
        day=date_text(row.on),
        weekday=weekday_words(row.on),
        begins=time_text(moment(row.on, row.starts_at)),
        ends=time_text(moment(row.on, row.ends_at)),
    )
    facts = (when, row.place, row.bring) if row.bring else (when, row.place)
    beside = (gettext("来逛市集"), gettext("长按识别二维码，看摊位、约时间"))
    if row.stage == "called_off":
        facts = (gettext("这一场不办了"), *facts[:2])
        beside = (gettext("心愿市集"), gettext("长按识别二维码，看下一场"))
    words = gettext(
        "%(market)s：%(when)s，%(place)s。来逛逛吧！%(address)s",
        market=row.name,
        when=when,
        place=row.place,
        address=address,
    )
    poster = Poster(
        eyebrow=found.community,
        title=row.name,
        facts=facts,
        figures=(),
        lamps=(("waiting", 0), ("waiting", 40), ("lit", 0), ("waiting", 62), ("waiting", 0)),
        beside=beside,
        address=address,
    )
    return PosterPage(back.title, back.back, back.href, words), poster


def _of_result(found: MarketPage, back: PosterPage) -> Found:
    """What a market that is over came to: its income, its receipts, the wishes it lit."""
    row = found.market
    income = money_text(found.income_minor)
    figures = (
        (gettext("义卖收入"), income),
        (gettext("义卖净额"), money_text(found.net_minor)),
        (gettext("点亮心愿"), format_decimal(len(found.lit))),
    )
    words = gettext(
        "%(market)s收摊了：义卖收入 %(income)s，%(receipts)s 张小票，一起点亮 %(lit)s 个心愿。每一分钱都查得到：%(address)s",
        market=row.name,
        income=income,
        receipts=format_decimal(found.receipts),
        lit=format_decimal(len(found.lit)),
        address=back.href,
    )
    thanks = ngettext("谢谢 %(num)s 张小票的主人", "谢谢 %(num)s 张小票的主人", found.receipts)
    poster = Poster(
        eyebrow=f"{found.community} · {date_text(row.on)}",
        title=row.name,
        facts=(thanks,),
        figures=figures,
        lamps=(("lit", 0),) * min(len(found.lit), 7) or (("waiting", 0),),
        beside=(gettext("每一笔，都摊开给大家看"), gettext("长按识别二维码，看钱去了哪里")),
        address=back.href,
    )
    return PosterPage(back.title, back.back, back.href, words), poster
