"""Market days: what comes, and what became of the money of those that were."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from market.blueprints.public import blueprint
from market.blueprints.public.services import ShownService, served_words, shown_services
from market.blueprints.public.words import (
    ShownWish,
    day_of,
    moment,
    shown_market,
    shown_wish,
    today,
)
from market.domain.errors import N_
from market.extensions import reading
from market.queries.public.disclosures import last_published
from market.queries.public.markets import (
    Basis,
    Closing,
    Correction,
    FundUse,
    MarketPage,
    market_list,
    market_page,
)
from market.queries.public.version import books_version, market_version
from market.queries.public.wishes import wishes_by_id
from market.queries.sales.changes import ChangeNow
from market.web.access import public
from market.web.caching import answer
from market.web.drawing import Stage
from market.web.filters import date_text, listed_text
from market.web.market_money import Figure, Link, Sum, flow_of, sums_of
from market.web.sessions import clock

BASES = {
    "A": N_("与具有公开募捐资格的慈善组织合作举办，义卖收入由慈善组织统一管理。"),
    "B": N_("按约定承诺义卖：收入由承诺方保管，到期移交。"),
    "C": N_("社区内互助：收入进入唯一的社区账户。"),
}


@dataclass(frozen=True, slots=True)
class Refunds:
    receipts: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class ShownCorrection:
    on: date
    words: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class ShownStall:
    number: str
    name: str
    sells: str


@dataclass(frozen=True, slots=True)
class ShownMarketPage:
    slug: str
    name: str
    place: str
    on: date
    starts_at: datetime
    ends_at: datetime
    bring: str
    give: str
    help: str
    stage: str
    organisers: tuple[str, ...]
    stalls: tuple[ShownStall, ...]
    services: tuple[ShownService, ...]
    served: str
    basis: str
    holder: str
    holder_note: str
    receipts: int
    flow: list[Stage]
    sums: tuple[Sum, ...]
    lit: tuple[ShownWish, ...]
    hidden_lit: int
    hidden_lit_minor: int
    refunds: Refunds | None
    closings: tuple[Closing, ...]
    corrections: tuple[ShownCorrection, ...]
    changes: tuple[ChangeNow, ...]


_TO_COME = ("upcoming", "open")
_OVER = ("closed", "called_off")
_SLOTS_PASS_EVERY = timedelta(minutes=5)


class _NoSuchMarket(LookupError):
    """No market day has this address."""


@blueprint.get("/markets")
@public
def markets() -> ResponseReturnValue:
    page = request.args.get("page", 1, type=int)
    return answer(lambda: (books_version(reading()), today()), lambda: _markets(page))


@blueprint.get("/markets/<slug>")
@public
def market(slug: str) -> ResponseReturnValue:
    try:
        return answer(lambda: (market_version(reading(), slug), *_age()), lambda: _market(slug))
    except _NoSuchMarket:
        return render_template("errors/404.html", sentence=gettext("没有找到这一场市集。")), 404


def _markets(page: int) -> str:
    now = today()
    found = market_list(reading(), today=now, page=page)
    # What is to come stands before the first page of what was, and only there.
    coming = found.coming if found.page == 1 else ()
    over = [row for row in coming if row.on == now and row.stage == "closed"]
    return render_template(
        "public/markets.html",
        called_off=[shown_market(r) for r in coming if r.called_off],
        today=[shown_market(r) for r in coming if r.on == now and r.stage not in _OVER],
        upcoming=[shown_market(r) for r in reversed(coming) if r.on > now and not r.called_off],
        past=[shown_market(r) for r in (*over, *found.past)],
        page=found.page,
        pages=found.pages,
    )


def _age() -> tuple[date, int]:
    """The day, and how far it is: booked times pass by themselves."""
    return today(), int(clock().timestamp() // _SLOTS_PASS_EVERY.total_seconds())


def _market(slug: str) -> str:
    found = market_page(reading(), slug)
    if found is None:
        raise _NoSuchMarket
    row = found.market
    shown = wishes_by_id(reading(), list(found.lit), today=today()) if found.lit else {}
    hidden = [amount for wish_id, amount in found.lit.items() if wish_id not in shown]
    return render_template(
        "public/market.html",
        as_of=clock(),
        disclosed=last_published(reading(), row.id),
        market=ShownMarketPage(
            slug=row.slug,
            name=row.name,
            place=row.place,
            on=row.on,
            starts_at=moment(row.on, row.starts_at),
            ends_at=moment(row.on, row.ends_at),
            bring=row.bring,
            give=found.give,
            help=found.help,
            stage=row.stage,
            organisers=found.hosts or (found.community,),
            stalls=tuple(ShownStall(s.number, s.name, listed_text(s.sells)) for s in found.stalls),
            services=shown_services(row.id, now=clock()) if row.stage in _TO_COME else (),
            served=served_words(row.id),
            basis=gettext(BASES[found.basis.kind]) if found.basis else "",
            holder=found.basis.holder if found.basis else found.community,
            holder_note=_holder_note(found.basis),
            receipts=found.receipts,
            flow=flow_of(found, _rows_of(found)),
            sums=sums_of(found, _rows_of(found)),
            lit=tuple(
                shown_wish(shown[wish_id], amount_minor=amount)
                for wish_id, amount in found.lit.items()
                if wish_id in shown
            ),
            hidden_lit=len(hidden),
            hidden_lit_minor=sum(hidden),
            refunds=Refunds(found.refunds, found.refunds_minor) if found.refunds else None,
            closings=found.closings,
            corrections=tuple(_correction(one) for one in found.corrections),
            changes=found.changes,
        ),
    )


def _rows_of(found: MarketPage) -> Link:
    """Where on the page the rows behind a figure stand; what single people got has none here."""
    known = {Figure.INCOME: "#closings", Figure.BOX: "#closings", Figure.NET: "#closings"}
    if found.lit:
        known |= {Figure.WISHES: "#wishes", Figure.USED: "#wishes"}
    if found.refunds:
        known[Figure.REFUNDED] = "#corrections"

    def rows(figure: Figure, fund: FundUse | None) -> str:
        return "" if fund else known.get(figure, "")

    return rows


def _holder_note(basis: Basis | None) -> str:
    if basis is None:
        return ""
    if basis.kind == "A":
        if basis.filing_number:
            return str(gettext("备案编号：%(number)s。", number=basis.filing_number))
        return str(gettext("备案编号办理中。"))
    if basis.handover_due_on is not None:
        return str(gettext("最晚 %(day)s 移交。", day=date_text(basis.handover_due_on)))
    return ""


def _correction(one: Correction) -> ShownCorrection:
    words = ngettext(
        "收摊后补传 %(num)s 张小票（补充结账）", "收摊后补传 %(num)s 张小票（补充结账）", one.sales
    )
    return ShownCorrection(day_of(one.closed_at), words, one.amount_minor)
