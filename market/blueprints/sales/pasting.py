"""Pasting a list from Excel or a WeChat 接龙: what was understood, put right in place, then taken in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from sqlalchemy.orm import Session

from market.actions.sales.rota import known_shifts, take_in_orders, take_in_shifts
from market.actions.sales.stalls import StallNumberUnfit, stall_number
from market.actions.sales.taking_in import TakeInOffers, take_in_offers
from market.blueprints.sales import blueprint
from market.blueprints.sales.pasting_forms import RowsForm, rows_form, rows_sent
from market.blueprints.sales.preparing import PREPARERS, day_here
from market.domain.errors import N_, MarketError
from market.domain.pasted_list import Layout, cut_list
from market.domain.sales.pasted_offer import OFFERS, PastedOffer, read_offer
from market.domain.sales.pasted_order import ORDERS, PastedOrder, read_order
from market.domain.sales.pasted_shift import SHIFTS, PastedShift, read_shift
from market.extensions import reading
from market.queries.sales.market_days import MarketDayNow
from market.queries.sales.offers import stalls_of
from market.queries.sales.places import Places
from market.queries.sales.rota import orders_of
from market.web.access import community, for_roles, person
from market.web.forms import acted
from market.web.pasting import PasteForm
from market.web.sessions import clock

TakeIn = Callable[[Session, MarketDayNow, list[Any], int, datetime], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pasted:
    """A kind of list that may be pasted. Texts are msgids."""

    title: str
    lead: str
    example: str
    back: str
    back_text: str
    layout: Layout
    reads: Callable[[MarketDayNow], Callable[[Mapping[str, str]], Any]]
    known: Callable[[MarketDayNow], Callable[[Any], bool]]
    take_in: TakeIn


@blueprint.get("/desk/<community>/markets/<int:market_id>/pasted/<what>")
@for_roles(*PREPARERS)
def pasted(market_id: int, what: str) -> ResponseReturnValue:
    return _paste_page(day_here(market_id), what, PasteForm())


@blueprint.post("/desk/<community>/markets/<int:market_id>/pasted/<what>")
@for_roles(*PREPARERS)
def pasted_look(market_id: int, what: str) -> ResponseReturnValue:
    """Cut what was pasted into rows and show them; nothing is written."""
    day, kind, form = day_here(market_id), _kind(what), PasteForm()
    if not form.validate():
        return _paste_page(day, what, form)
    try:
        found = cut_list(form.pasted(), kind.layout)
    except MarketError as error:
        form.refuse(error, field="text" if form.text.data else "file")
        return _paste_page(day, what, form)
    rows = rows_form(kind.layout, kind.reads(day), found.rows, kind.known(day))
    return _rows_page(day, what, rows, unread=found.unread), 200


@blueprint.post("/desk/<community>/markets/<int:market_id>/pasted/<what>/rows")
@for_roles(*PREPARERS)
def pasted_rows(market_id: int, what: str) -> ResponseReturnValue:
    day, kind, by = day_here(market_id), _kind(what), person()
    form = rows_sent(kind.layout, kind.reads(day))
    done = acted(form, lambda session: kind.take_in(session, day, list(form.kept), by.id, clock()))
    if done:
        flash(done.result, "done")
        return redirect(url_for(kind.back, market_id=market_id), code=303)
    return _rows_page(day, what, form), form.status


def _paste_page(day: MarketDayNow, what: str, form: PasteForm) -> ResponseReturnValue:
    kind = _kind(what)
    page = render_template(
        "sales/pasting/paste.html",
        form=form,
        day=day,
        what=what,
        kind=kind,
        columns=gettext("、").join(gettext(column.label) for column in kind.layout.columns),
    )
    return page, form.status


def _rows_page(day: MarketDayNow, what: str, form: RowsForm, **facts: object) -> str:
    kind = _kind(what)
    rows = list(form.drawn(kind.known(day)))
    return render_template(
        "sales/pasting/rows.html",
        form=form,
        rows=rows,
        wrong=sum(row.wrong for row in rows),
        known=sum(row.known for row in rows),
        day=day,
        what=what,
        kind=kind,
        **facts,
    )


def _kind(what: str) -> Pasted:
    return KINDS.get(what) or abort(404)


def _offer_of(_day: MarketDayNow) -> Callable[[Mapping[str, str]], PastedOffer]:
    def read(cells: Mapping[str, str]) -> PastedOffer:
        offer = read_offer(cells)
        if offer.number:
            try:
                stall_number(offer.number)
            except StallNumberUnfit as error:
                error.facts["field"] = "number"
                raise
        return offer

    return read


def _offered(day: MarketDayNow) -> Callable[[PastedOffer], bool]:
    """Whether a stall of this day offers that name already."""
    by_number, by_name = set(), set()
    for stall in stalls_of(reading(), day.id):
        for offer in stall.offers:
            by_number.add((stall.number, offer.name))
            by_name.add((stall.name, offer.name))

    def known(offer: PastedOffer) -> bool:
        if offer.number:
            return (stall_number(offer.number), offer.name) in by_number
        return (offer.stall, offer.name) in by_name

    return known


def _take_in_offers(
    session: Session, day: MarketDayNow, rows: list[Any], by_id: int, now: datetime
) -> str:
    command = TakeInOffers(community_id=community().id, market_day_id=day.id, offers=rows)
    taken = take_in_offers(session, command, by_id=by_id, now=now)
    words = [
        ngettext("新增 %(num)s 个摊位", "新增 %(num)s 个摊位", taken.stalls),
        ngettext("%(num)s 样商品和服务", "%(num)s 样商品和服务", taken.offers),
    ]
    if taken.known:
        again = ngettext(
            "%(num)s 样本来就有，没有重复写", "%(num)s 样本来就有，没有重复写", taken.known
        )
        words.append(again)
    return f"{gettext('，').join(words)}{gettext('。')}"


def _shift_of(day: MarketDayNow) -> Callable[[Mapping[str, str]], PastedShift]:
    places = Places(stalls_of(reading(), day.id))

    def read(cells: Mapping[str, str]) -> PastedShift:
        shift = read_shift(cells)
        places.stall_id(shift.stall)
        return shift

    return read


def _take_in_shifts(
    session: Session, day: MarketDayNow, rows: list[Any], by_id: int, now: datetime
) -> str:
    taken = take_in_shifts(session, community().id, day.id, rows, by_id=by_id, now=now)
    return str(ngettext("记下了 %(num)s 个班次。", "记下了 %(num)s 个班次。", taken.new))


def _order_of(day: MarketDayNow) -> Callable[[Mapping[str, str]], PastedOrder]:
    places = Places(stalls_of(reading(), day.id))

    def read(cells: Mapping[str, str]) -> PastedOrder:
        order = read_order(cells)
        places.listing_id(order.item)
        return order

    return read


def _ordered(day: MarketDayNow) -> Callable[[PastedOrder], bool]:
    places = Places(stalls_of(reading(), day.id))
    standing = {(order.listing_id, order.name) for order in orders_of(reading(), day.id)}
    return lambda order: (places.listing_id(order.item), order.name) in standing


def _take_in_orders(
    session: Session, day: MarketDayNow, rows: list[Any], by_id: int, now: datetime
) -> str:
    taken = take_in_orders(session, community().id, day.id, rows, by_id=by_id, now=now)
    return str(ngettext("记下了 %(num)s 份预订。", "记下了 %(num)s 份预订。", taken.new))


KINDS: dict[str, Pasted] = {
    "offers": Pasted(
        title=N_("粘贴摊位和商品"),
        lead=N_(
            "从 Excel 复制几列，或者把微信群里的接龙整段复制过来。先看看读懂了什么，确认以后才写进去。"
        ),
        example=N_("1. 小明妈妈 手工皂 15元\n2. 张阿姨 饺子 20元 30份\n3. 王师傅 理发 20分钟 免费"),
        back=".market_day_stalls",
        back_text=N_("摊位和商品"),
        layout=OFFERS,
        reads=_offer_of,
        known=_offered,
        take_in=_take_in_offers,
    ),
    "shifts": Pasted(
        title=N_("粘贴班次"),
        lead=N_(
            "谁几点在哪个摊位。只写称呼；不写摊位的，就是机动。先看看读懂了什么，确认以后才写进去。"
        ),
        example=N_("1. 小明妈妈 9:00-10:30 手作摊\n2. 张阿姨 10点半到12点 2\n3. 李老师 9点-12点"),
        back=".shifts",
        back_text=N_("班次"),
        layout=SHIFTS,
        reads=_shift_of,
        known=lambda day: known_shifts(reading(), day.id).__contains__,
        take_in=_take_in_shifts,
    ),
    "orders": Pasted(
        title=N_("粘贴预订"),
        lead=N_("谁要什么、要几件。只写称呼，不写电话和住址。先看看读懂了什么，确认以后才写进去。"),
        example=N_("1. 小红妈 手工皂 2块\n2. 王奶奶 绿豆糕 1盒\n3. 大力 香包 x3"),
        back=".orders",
        back_text=N_("预订"),
        layout=ORDERS,
        reads=_order_of,
        known=_ordered,
        take_in=_take_in_orders,
    ),
}
