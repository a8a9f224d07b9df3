"""Sheets to print for a market day: price cards, receipt cards, a notice, the 公示栏 sheet, the rota."""

from __future__ import annotations

from itertools import groupby

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from market.blueprints.sales import blueprint
from market.blueprints.sales.preparing import READERS, day_here
from market.blueprints.sales.split_words import example_of
from market.extensions import reading
from market.queries.sales.goods import goods_of, named_donors
from market.queries.sales.market_days import MarketDayNow
from market.queries.sales.offers import StallNow, stalls_of
from market.queries.sales.preparing import basis_of, shares_of
from market.queries.sales.rota import shifts_of
from market.web.access import community, for_roles
from market.web.desk import may_enter
from market.web.qr import qr_svg

RECEIPT_CARDS = 36
"""Three sheets of A4."""
MOST_RECEIPT_CARDS = 300


@blueprint.get("/desk/<community>/markets/<int:market_id>/prints")
@for_roles(*READERS)
def prints(market_id: int) -> ResponseReturnValue:
    day = day_here(market_id)
    return render_template(
        "sales/print/prints.html", day=day, passes=may_enter("sales.market_day_passes_print")
    )


@blueprint.get("/desk/<community>/markets/<int:market_id>/prints/prices")
@for_roles(*READERS)
def print_prices(market_id: int) -> ResponseReturnValue:
    day = day_here(market_id)
    stalls = stalls_of(reading(), day.id)
    chosen = request.args.get("stall", type=int)
    return render_template(
        "sales/print/prices.html",
        day=day,
        stalls=[s for s in stalls if s.offers],
        shown=[s for s in stalls if s.offers and chosen in (None, s.id)],
        chosen=chosen,
    )


@blueprint.get("/desk/<community>/markets/<int:market_id>/prints/receipts")
@for_roles(*READERS)
def print_receipts(market_id: int) -> ResponseReturnValue:
    """Cards on which a volunteer writes the day number, for whoever has no phone at hand."""
    count = request.args.get("count", RECEIPT_CARDS, type=int)
    lookup = url_for("public.receipt_lookup", _external=True)
    return render_template(
        "sales/print/receipts.html",
        day=day_here(market_id),
        count=min(max(count, 1), MOST_RECEIPT_CARDS),
        lookup=lookup,
        code=qr_svg(lookup),
    )


@blueprint.get("/desk/<community>/markets/<int:market_id>/prints/notice")
@for_roles(*READERS)
def print_notice(market_id: int) -> ResponseReturnValue:
    day = day_here(market_id)
    return render_template(
        "sales/print/notice.html",
        day=day,
        hosts=hosts_of(day),
        sells=sells_of(stalls_of(reading(), day.id)),
        address=url_for("public.market", slug=day.slug, _external=True),
    )


@blueprint.get("/desk/<community>/markets/<int:market_id>/prints/board")
@for_roles(*READERS)
def print_board(market_id: int) -> ResponseReturnValue:
    """What stands at the 公示栏: on what basis, by whom, whose money it is and how it is split."""
    day = day_here(market_id)
    return render_template(
        "sales/print/board.html",
        day=day,
        hosts=hosts_of(day),
        basis=basis_of(reading(), day.id),
        example=example_of(shares_of(reading(), community().id, day.id)),
        thanks=named_donors(goods_of(reading(), day.id)),
        contact=community().contact,
        address=url_for("public.market", slug=day.slug, _external=True),
    )


@blueprint.get("/desk/<community>/markets/<int:market_id>/prints/shifts")
@for_roles(*READERS)
def print_shifts(market_id: int) -> ResponseReturnValue:
    day = day_here(market_id)
    shifts = sorted(shifts_of(reading(), day.id), key=lambda one: (one.stall, one.starts_at))
    by_stall = [(stall, list(rows)) for stall, rows in groupby(shifts, key=lambda one: one.stall)]
    return render_template("sales/print/shifts.html", day=day, by_stall=by_stall)


def hosts_of(day: MarketDayNow) -> list[str]:
    """Who holds it, in the order given; the community's own name where nobody is."""
    return [line.strip() for line in day.hosts.splitlines() if line.strip()] or [community().name]


def sells_of(stalls: list[StallNow]) -> list[tuple[str, str]]:
    """Each stall's name and what it sells, in a line."""
    between = gettext("、")
    return [(stall.name, between.join(offer.name for offer in stall.offers)) for stall in stalls]
