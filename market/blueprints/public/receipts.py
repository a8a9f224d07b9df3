"""A receipt, what became of its money, and finding it by code or by day number and amount."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from unicodedata import normalize

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from market.blueprints.public import blueprint
from market.blueprints.public.poster import Poster, draw_poster
from market.blueprints.public.words import ShownWish, day_of, shown_wish, today
from market.domain.errors import N_, Invalid, MarketError
from market.domain.money import parse_amount
from market.domain.proceeds.purpose import FundPurpose
from market.domain.sales.receipt_code import grouped, parse
from market.extensions import reading
from market.queries.public.markets import market_list
from market.queries.public.receipts import (
    BoughtLine,
    MarketName,
    Receipt,
    Use,
    code_by_day_number,
)
from market.queries.public.receipts import (
    receipt as receipt_by_code,
)
from market.queries.public.version import receipt_version
from market.queries.public.wishes import receipts_by_wish, wishes_by_id
from market.queries.sales.uploads import slip_on_its_way
from market.web.access import public
from market.web.caching import answer
from market.web.canvas import chinese_font
from market.web.drawing import Amount, Stage, stages
from market.web.errors import sentence_of
from market.web.filters import money_text
from market.web.guessing import check_misses_from_here, count_miss_from_here
from market.web.preferences import in_language
from market.web.qr import qr_png
from market.web.sessions import clock

WHAT = "receipt"
WHAT_NEXT = {
    FundPurpose.WISHES: N_("社工会提出安排，另一个人复核通过后，就会在这里看到它点亮了什么。"),
    FundPurpose.ENTERPRISE: N_("会按阶段支持残疾人创业，每一步都由两个人复核。"),
    FundPurpose.RUNNING_COSTS: N_("用来付市集必要的开支，比如场地和手续费，每一笔都由两个人复核。"),
}


TONES = {
    "wish": "wishes",
    "hidden_wish": "wishes",
    "enterprise": "enterprise",
    "cost": "running_costs",
    "waiting": "left",
    "refunded": "cost",
}
MOST_ENDS = 6


class DayNumberMissing(Invalid):
    """Somebody looks for a receipt of a market without its number of the day."""

    sentence = N_("请填写小票或卡片上的当日号，像 3B-027。")


class _NotArrived(LookupError):
    """No sale with this code has come in."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a part of a receipt's money is."""

    kind: str
    amount_minor: int
    others: int
    wish: ShownWish | None
    fund: str
    note: str
    enterprise: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    title: str
    state: str
    on: date | None
    due_on: date | None = None
    late: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class ShownReceipt:
    code_groups: tuple[str, ...]
    day_number: str
    stall: str
    sold_at: datetime
    market: MarketName
    stage: str
    lines: tuple[BoughtLine, ...]
    gift_minor: int
    total_minor: int
    tender: str
    consigned_minor: int
    net_minor: int
    refunded_minor: int
    trace: list[Stage]
    steps: tuple[Step, ...]
    places: tuple[Place, ...]
    lit: int


@blueprint.get("/r/<code>")
@public
def receipt(code: str) -> ResponseReturnValue:
    try:
        plain = parse(code)
    except MarketError as error:
        return _lookup(code=code, problems=[sentence_of(error)], status=404)
    if plain != code:
        return redirect(url_for("public.receipt", code=plain), code=301)
    try:
        return answer(lambda: (receipt_version(reading(), plain), today()), lambda: _receipt(plain))
    except _NotArrived:
        return _not_arrived(plain)


@blueprint.get("/r/<code>/qr.png")
@public
def receipt_qr(code: str) -> ResponseReturnValue:
    """The code's address as a picture that a long press can save."""
    address = url_for("public.receipt", code=parse(code), _external=True)
    return Response(qr_png(address), mimetype="image/png")


@blueprint.get("/r/<code>/trace.png")
@public
def receipt_trace(code: str) -> ResponseReturnValue:
    """The trace as a picture to keep. It leads to the wall: nobody else learns the code."""
    plain, font = parse(code), chinese_font()
    if font is None:
        return render_template("public/gone.html"), 404
    try:
        return answer(
            lambda: (receipt_version(reading(), plain), today()),
            lambda: draw_poster(_poster(plain), font),
            mimetype="image/png",
        )
    except _NotArrived:
        count_miss_from_here(WHAT)
        return render_template("public/gone.html"), 404


def _poster(code: str) -> Poster:
    found = receipt_by_code(reading(), code)
    if found is None:
        raise _NotArrived
    shown = _shown(found)
    title = gettext("谢谢您，这 %(amount)s 会有去向", amount=money_text(shown.total_minor))
    if shown.stage in ("void", "refunded"):
        title = gettext("这张小票已经退款或作废")
    elif shown.lit:
        title = ngettext(
            "我的小票，点亮了 %(num)s 盏灯", "我的小票，点亮了 %(num)s 盏灯", shown.lit
        )
    ends = [f"{money_text(one.amount_minor)}  {_end_words(one)}" for one in shown.places]
    return Poster(
        eyebrow=f"{gettext('爱心去向')} · {shown.market.name}",
        title=title,
        facts=tuple(ends[:MOST_ENDS]),
        figures=(),
        lamps=(("lit", 0),) * shown.lit or (("waiting", 0),),
        beside=(gettext("每一分钱，都查得到去向"), gettext("长按识别二维码，看看这面墙")),
        address=url_for("public.wall", _external=True),
    )


@blueprint.get("/receipts")
@public
def receipt_lookup() -> ResponseReturnValue:
    code = request.args.get("code")
    if code is not None:
        try:
            return redirect(url_for("public.receipt", code=parse(code)), code=303)
        except MarketError as error:
            return _lookup(code=code, problems=[sentence_of(error)], status=422)
    if "day_number" in request.args:
        return _by_day_number()
    return _lookup()


def _by_day_number() -> ResponseReturnValue:
    slug = request.args.get("market", "")
    day_number = normalize("NFKC", request.args["day_number"]).strip().upper()
    typed = {"market": slug, "day_number": day_number, "amount": request.args.get("amount", "")}
    try:
        if not day_number:
            raise DayNumberMissing
        total = parse_amount(typed["amount"])
    except MarketError as error:
        return _lookup(problems=[sentence_of(error)], status=422, **typed)
    check_misses_from_here(WHAT)
    code = code_by_day_number(reading(), slug, day_number, total.minor)
    if code is None:
        return _missed(**typed, miss="day")
    return redirect(url_for("public.receipt", code=code), code=303)


def _not_arrived(code: str) -> ResponseReturnValue:
    """On its way from the phone that was given this code, or a miss."""
    coming = slip_on_its_way(reading(), code)
    if coming is None:
        return _missed(code=code, miss="code")
    groups = tuple(grouped(code).split("-"))
    return render_template("public/receipt_coming.html", code_groups=groups, coming=coming)


def _missed(miss: str, **typed: str) -> ResponseReturnValue:
    """Nothing found: a page that helps, counted so that nobody can try them all."""
    count_miss_from_here(WHAT)
    return _lookup(miss=miss, status=404, **typed)


def _lookup(
    *, status: int = 200, miss: str = "", problems: Sequence[str] = (), **typed: str
) -> ResponseReturnValue:
    days = market_list(reading(), today=today())
    page = render_template(
        "public/receipt_lookup.html",
        markets=[row for row in (*days.coming, *days.past) if row.opened_at],
        typed={"code": "", "market": "", "day_number": "", "amount": "", **typed},
        miss=miss,
        problems=problems,
    )
    return page, status


def _receipt(code: str) -> str:
    found = receipt_by_code(reading(), code)
    if found is None:
        raise _NotArrived
    return render_template("public/receipt.html", receipt=_shown(found), as_of=clock())


def _shown(found: Receipt) -> ShownReceipt:
    places = _places(found.uses)
    return ShownReceipt(
        code_groups=tuple(grouped(found.code).split("-")),
        day_number=found.day_number,
        stall=found.stall,
        sold_at=found.sold_at,
        market=found.market,
        stage=found.stage,
        lines=found.lines,
        gift_minor=found.gift_minor,
        total_minor=found.total_minor,
        tender=found.tender,
        consigned_minor=found.consigned_minor,
        net_minor=found.net_minor,
        refunded_minor=found.refunded_minor,
        trace=_trace(found, places),
        steps=_steps(found),
        places=places,
        lit=sum(place.kind in ("wish", "hidden_wish") for place in places),
    )


def _trace(found: Receipt, places: tuple[Place, ...]) -> list[Stage]:
    """The way of the money as a picture: the sale, its funds, and what became of each part."""
    if not found.split:
        return []
    paid_minor = found.consigned_minor + found.net_minor
    rows = [(gettext("这张小票"), [Amount(gettext("您付的"), paid_minor, "in")])]
    if found.consigned_minor:
        consigned = Amount(
            gettext("寄售人应得"), found.consigned_minor, "cost", ((0, found.consigned_minor),)
        )
        net = Amount(gettext("净额"), found.net_minor, "net", ((0, found.net_minor),))
        rows.append((gettext("成本和净额"), [consigned, net]))
    above = 1 if found.consigned_minor else 0
    funds = [in_language(part.name, part.name_en) for part in found.split]
    rows.append(
        (
            gettext("分到专款"),
            [
                Amount(name, part.amount_minor, part.purpose, ((above, part.amount_minor),))
                for name, part in zip(funds, found.split, strict=True)
            ],
        )
    )
    ends = [
        Amount(
            _end_words(place),
            place.amount_minor,
            TONES[place.kind],
            ((funds.index(place.fund), place.amount_minor),),
        )
        for place in sorted(places, key=lambda place: funds.index(place.fund))
    ]
    rows.append((gettext("去了哪里"), ends))
    return stages(rows)


def _end_words(place: Place) -> str:
    if place.wish is not None:
        return place.wish.words
    words = {
        "hidden_wish": gettext("一个已经点亮的心愿"),
        "waiting": gettext("等着安排"),
        "refunded": gettext("已退款"),
        "cost": gettext("市集的开支"),
        "enterprise": _support_words(place),
    }
    return str(words.get(place.kind, place.fund))


def _support_words(place: Place) -> str:
    """Whose enterprise it supports, where she lets it be seen; else only that it supports one."""
    if place.enterprise:
        return str(gettext("支持“%(name)s”", name=place.enterprise))
    return str(gettext("支持残疾人创业"))


def _steps(found: Receipt) -> tuple[Step, ...]:
    if found.stage == "void":
        return ()
    allocated = [use.on for use in found.uses if use.on is not None]
    waiting = any(use.kind == "waiting" for use in found.uses)
    closed = found.closed_at is not None
    return (
        Step(gettext("已记录"), "done", day_of(found.sold_at)),
        Step(
            gettext("收摊结账，进入专款"),
            "done" if closed else "now",
            day_of(found.closed_at) if found.closed_at else None,
            note="" if closed else gettext("收摊后两个人点钱核对，当天就会入账。"),
        ),
        Step(
            gettext("安排用途"),
            "done" if allocated and not waiting else "now" if closed else "later",
            day_of(max(allocated)) if allocated else None,
            note=gettext("还有一部分在专款里，等待下一次安排。") if allocated and waiting else "",
        ),
    )


def _places(uses: tuple[Use, ...]) -> tuple[Place, ...]:
    session = reading()
    ids = [use.wish_id for use in uses if use.wish_id is not None]
    wishes = wishes_by_id(session, ids, today=today()) if ids else {}
    receipts = receipts_by_wish(session, list(wishes)) if wishes else {}
    places = []
    for use in uses:
        wish = wishes.get(use.wish_id) if use.wish_id is not None else None
        places.append(
            Place(
                kind="hidden_wish" if use.kind == "wish" and wish is None else use.kind,
                amount_minor=use.amount_minor,
                others=max(receipts.get(wish.id, 1) - 1, 0) if wish else 0,
                wish=shown_wish(wish) if wish else None,
                fund=in_language(use.fund, use.fund_en),
                note=_what_next(use),
                enterprise=use.enterprise,
            )
        )
    return tuple(places)


def _what_next(use: Use) -> str:
    """What becomes of money that still waits in a fund."""
    if use.kind != "waiting":
        return ""
    return str(gettext(WHAT_NEXT[FundPurpose(use.purpose)]))
