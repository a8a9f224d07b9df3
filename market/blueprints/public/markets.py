"""Market days: what comes, and what became of the money of those that were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from market.blueprints.public import blueprint
from market.blueprints.public.drawing import Amount, Stage, stages
from market.blueprints.public.words import (
    ShownWish,
    day_of,
    in_language,
    moment,
    shown_market,
    shown_wish,
    today,
)
from market.domain.errors import N_
from market.extensions import reading
from market.queries.public.markets import (
    Basis,
    Correction,
    MarketPage,
    market_page,
)
from market.queries.public.markets import (
    markets as market_days,
)
from market.queries.public.version import books_version, market_version
from market.queries.public.wishes import wishes_by_id
from market.web.access import public
from market.web.caching import answer
from market.web.filters import date_text
from market.web.sessions import clock

BASES = {
    "A": N_("与具有公开募捐资格的慈善组织合作举办，义卖收入由慈善组织统一管理。"),
    "B": N_("按约定承诺义卖：收入由承诺方保管，到期移交。"),
    "C": N_("社区内互助：收入进入唯一的社区账户。"),
}


@dataclass(frozen=True, slots=True)
class Sum:
    """A line of the table beside the picture; level 1 is a main line, 2 a part of it."""

    label: str
    amount_minor: int
    level: int


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
    corrections: tuple[ShownCorrection, ...]


class _NoSuchMarket(LookupError):
    """No market day has this address."""


@blueprint.get("/markets")
@public
def markets() -> ResponseReturnValue:
    return answer(lambda: (books_version(reading()), today()), _markets)


@blueprint.get("/markets/<slug>")
@public
def market(slug: str) -> ResponseReturnValue:
    try:
        return answer(lambda: (market_version(reading(), slug), today()), lambda: _market(slug))
    except _NoSuchMarket:
        return render_template("errors/404.html", sentence=gettext("没有找到这一场市集。")), 404


def _markets() -> str:
    now = today()
    rows = market_days(reading())
    return render_template(
        "public/markets.html",
        today=[shown_market(r) for r in rows if r.on == now and r.stage != "closed"],
        upcoming=[shown_market(r) for r in reversed(rows) if r.on > now],
        past=[shown_market(r) for r in rows if r.on < now or (r.on == now and r.stage == "closed")],
    )


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
            stalls=tuple(ShownStall(s.number, s.name, "、".join(s.sells)) for s in found.stalls),
            basis=gettext(BASES[found.basis.kind]) if found.basis else "",
            holder=found.basis.holder if found.basis else found.community,
            holder_note=_holder_note(found.basis),
            receipts=found.receipts,
            flow=_flow(found) if row.closed_tills else [],
            sums=_sums(found),
            lit=tuple(
                shown_wish(shown[wish_id], amount_minor=amount)
                for wish_id, amount in found.lit.items()
                if wish_id in shown
            ),
            hidden_lit=len(hidden),
            hidden_lit_minor=sum(hidden),
            refunds=Refunds(found.refunds, found.refunds_minor) if found.refunds else None,
            corrections=tuple(_correction(one) for one in found.corrections),
        ),
    )


def _flow(found: MarketPage) -> list[Stage]:
    """收入 → 成本／净额 → 去向 → 结余, from the sums the table shows."""
    net_above = 1 if found.consigned_minor else 0
    funds = [fund for fund in found.funds if fund.laid_minor]
    return stages(
        [
            (gettext("收入"), [Amount(gettext("义卖收入"), found.income_minor, "in")]),
            (
                gettext("成本和净额"),
                [
                    _from_one(gettext("寄售人应得"), found.consigned_minor, "cost", 0),
                    _from_one(gettext("义卖净额"), found.net_minor, "net", 0),
                ],
            ),
            (
                gettext("去向"),
                [
                    _from_one(
                        in_language(fund.fund, fund.fund_en),
                        fund.laid_minor,
                        fund.purpose,
                        net_above,
                    )
                    for fund in funds
                ],
            ),
            (
                gettext("用途和结余"),
                [
                    _from_all(gettext("安排给心愿"), "wishes", [f.wishes_minor for f in funds]),
                    _from_all(gettext("市集开支"), "running_costs", [f.costs_minor for f in funds]),
                    _from_all(gettext("退款"), "cost", [f.refunded_minor for f in funds]),
                    _from_all(gettext("结余，等待安排"), "left", [f.waiting_minor for f in funds]),
                ],
            ),
        ]
    )


def _from_one(label: str, amount_minor: int, tone: str, source: int) -> Amount:
    return Amount(label, amount_minor, tone, ((source, amount_minor),))


def _from_all(label: str, tone: str, parts_minor: Sequence[int]) -> Amount:
    sources = tuple((index, part) for index, part in enumerate(parts_minor) if part)
    return Amount(label, sum(parts_minor), tone, sources)


def _sums(found: MarketPage) -> tuple[Sum, ...]:
    if not found.market.closed_tills:
        return ()
    used = [
        Sum(gettext("安排给心愿"), sum(f.wishes_minor for f in found.funds), 2),
        Sum(gettext("市集开支"), sum(f.costs_minor for f in found.funds), 2),
        Sum(gettext("退款"), sum(f.refunded_minor for f in found.funds), 2),
    ]
    rows = [
        Sum(gettext("收入"), found.income_minor, 1),
        Sum(gettext("其中无明细收入"), found.box_minor, 2),
        Sum(gettext("成本：寄售人应得"), found.consigned_minor, 1),
        Sum(gettext("净额"), found.net_minor, 1),
        *(Sum(in_language(f.fund, f.fund_en), f.laid_minor, 2) for f in found.funds),
        Sum(gettext("去向"), sum(row.amount_minor for row in used), 1),
        *used,
        Sum(gettext("结余，等待安排"), sum(f.waiting_minor for f in found.funds), 1),
    ]
    return tuple(row for row in rows if row.amount_minor or row.level == 1)


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
