"""The public reads of the JSON API: what the pages show, for programs."""

from __future__ import annotations

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue

from market.blueprints.public import blueprint
from market.blueprints.public.words import day_of, today
from market.extensions import reading
from market.queries.public.books import OpenCommunity, open_communities, public_books
from market.queries.public.markets import FundUse, MarketRow, market_page, markets
from market.queries.public.version import books_version, market_version
from market.queries.public.wishes import (
    GROUPS,
    WishInList,
    wish_list,
    wish_page,
    wishes_by_id,
)
from market.web.access import public
from market.web.api import public_json
from market.web.moments import one_moment
from market.web.openapi import Operation, describe

PAGE_SIZE = 100
MOST_PAGES = 1_000
_SCHEMAS = "market.blueprints.public.api_schemas:"

blueprint.record(
    lambda state: describe(
        state.app,
        Operation(
            endpoint="public.api_wishes",
            summary="The wishes of the wall, a hundred a page",
            answer=_SCHEMAS + "WishesAnswer",
            query=(
                ("state", "fulfilled, lit or waiting; all where it is left out"),
                ("page", "from 1"),
            ),
        ),
        Operation(
            endpoint="public.api_wish",
            summary="One wish: its costs, its steps, and the markets that lit it",
            answer=_SCHEMAS + "WishAnswer",
            problems=(404,),
        ),
        Operation(
            endpoint="public.api_markets",
            summary="The market days that are listed",
            answer=_SCHEMAS + "MarketsAnswer",
        ),
        Operation(
            endpoint="public.api_market",
            summary="One market day with every sum its page shows",
            answer=_SCHEMAS + "MarketAnswer",
            problems=(404,),
        ),
        Operation(
            endpoint="public.api_books",
            summary="Where the open books are, and the head of each day",
            answer=_SCHEMAS + "BooksAnswer",
        ),
    )
)


@blueprint.get("/api/v1/wishes")
@public
def api_wishes() -> ResponseReturnValue:
    state = request.args.get("state", "")
    page = request.args.get("page", "")
    number = min(max(int(page), 1), MOST_PAGES) if page.isascii() and page.isdigit() else 1
    return public_json(_version, lambda: _wishes(state, number))


@blueprint.get("/api/v1/wishes/<code>")
@public
def api_wish(code: str) -> ResponseReturnValue:
    return public_json(_version, lambda: _wish(code.upper()))


@blueprint.get("/api/v1/markets")
@public
def api_markets() -> ResponseReturnValue:
    return public_json(_version, lambda: {"markets": [_market(r) for r in markets(reading())]})


@blueprint.get("/api/v1/markets/<slug>")
@public
def api_market(slug: str) -> ResponseReturnValue:
    return public_json(
        lambda: (market_version(reading(), slug), today()), lambda: _market_page(slug)
    )


@blueprint.get("/api/v1/books")
@public
def api_books() -> ResponseReturnValue:
    return public_json(
        _version, lambda: {"communities": [_books(one) for one in open_communities(reading())]}
    )


def _version() -> object:
    return books_version(reading()), today()


def _wishes(state: str, page: int) -> dict[str, object]:
    states = GROUPS.get(state) or tuple(one for group in GROUPS.values() for one in group)
    rows = wish_list(
        reading(),
        states=states,
        today=today(),
        limit=PAGE_SIZE + 1,
        offset=(page - 1) * PAGE_SIZE,
    )
    more = url_for(".api_wishes", state=state or None, page=page + 1)
    return {
        "wishes": [_shown(row) for row in rows[:PAGE_SIZE]],
        "next": more if len(rows) > PAGE_SIZE and page < MOST_PAGES else None,
    }


def _wish(code: str) -> dict[str, object]:
    found = wish_page(reading(), code, today=today())
    if found is None:
        abort(404)
    row = WishInList(found.wish, found.month, found.cost_minor, found.funded_minor)
    return {
        "wish": _shown(row),
        "costs": [{"name": c.name, "amount_minor": c.amount_minor} for c in found.cost_lines],
        "steps": [
            {"state": state, "on": day_of(at).isoformat()}
            for state, at in sorted(found.steps.items(), key=lambda step: step[1])
        ],
        "markets": [
            {
                "market": given.slug,
                "name": given.name,
                "on": given.on.isoformat(),
                "amount_minor": given.amount_minor,
                "receipts": given.receipts,
            }
            for given in found.markets
        ],
        "receipts": found.receipts,
    }


def _shown(row: WishInList) -> dict[str, object]:
    wish = row.wish
    return {
        "code": wish.code,
        "words": {"zh": wish.words, "en": wish.words_en},
        "kind": wish.kind,
        "theme": wish.theme,
        "state": wish.state,
        "state_on": day_of(wish.state_on).isoformat() if wish.state_on else None,
        "month": row.month,
        "cost_minor": row.cost_minor,
        "funded_minor": row.funded_minor,
        "url": url_for(".wish", code=wish.code, _external=True),
    }


def _market_page(slug: str) -> dict[str, object]:
    found = market_page(reading(), slug)
    if found is None:
        abort(404)
    shown = wishes_by_id(reading(), list(found.lit), today=today()) if found.lit else {}
    hidden = [amount for wish_id, amount in found.lit.items() if wish_id not in shown]
    return {
        "market": _market(found.market),
        "hosts": list(found.hosts or (found.community,)),
        "receipts": found.receipts,
        "income_minor": found.income_minor,
        "consigned_minor": found.consigned_minor,
        "box_minor": found.box_minor,
        "refunds": found.refunds,
        "refunds_minor": found.refunds_minor,
        "funds": [_fund(fund) for fund in found.funds],
        "lit": [
            {"wish": shown[wish_id].code, "amount_minor": amount}
            for wish_id, amount in found.lit.items()
            if wish_id in shown
        ],
        "not_shown": {"wishes": len(hidden), "amount_minor": sum(hidden)},
    }


def _market(row: MarketRow) -> dict[str, object]:
    return {
        "slug": row.slug,
        "name": row.name,
        "place": row.place,
        "on": row.on.isoformat(),
        "stage": row.stage,
        "net_minor": row.net_minor,
        "url": url_for(".market", slug=row.slug, _external=True),
    }


def _fund(fund: FundUse) -> dict[str, object]:
    return {
        "name": fund.fund,
        "purpose": fund.purpose,
        "laid_minor": fund.laid_minor,
        "wishes_minor": fund.wishes_minor,
        "costs_minor": fund.costs_minor,
        "refunded_minor": fund.refunded_minor,
        "waiting_minor": fund.waiting_minor,
    }


def _books(here: OpenCommunity) -> dict[str, object]:
    with one_moment() as session:
        heads = public_books(session, here).heads
    return {
        "slug": here.slug,
        "name": here.name,
        "ledger": url_for(".open_ledger", slug=here.slug, _external=True),
        "bundle": url_for(".open_bundle", slug=here.slug, _external=True),
        "days": [{"day": one.day, "lines": one.lines, "head": one.hash} for one in heads],
    }
