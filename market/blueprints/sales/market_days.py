"""Market days at the desk: the list, planning one, its page, its words, and opening it."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from market.actions.sales.copying import plan_market_like
from market.actions.sales.market_days import change_market, open_market, plan_market
from market.blueprints.sales import blueprint
from market.blueprints.sales.preparing import (
    PREPARERS,
    READERS,
    day_here,
    may_prepare,
    needs_text,
    tasks,
    today,
)
from market.blueprints.sales.preparing_forms import PlanForm, plan_form
from market.blueprints.sales.split_words import example_of
from market.domain.errors import N_
from market.extensions import reading
from market.queries.sales.board import tills_on_board
from market.queries.sales.market_days import MarketDayNow, When, market_days
from market.queries.sales.offers import stalls_of
from market.queries.sales.preparing import basis_of, shares_of
from market.queries.sales.tills import NoSuchMarketDay
from market.web.access import community, for_roles, person
from market.web.addresses import MOST_ID
from market.web.desk import DeskPage, offer
from market.web.forms import Form, acted
from market.web.sessions import clock

MOST_SEARCHED = 40

blueprint.record(
    lambda state: offer(
        state.app,
        DeskPage(
            15,
            "sales.market_days_list",
            N_("市集"),
            "stall",
            under=("sales.market_day", "sales.stall", "sales.listing"),
        ),
    )
)


@blueprint.get("/desk/<community>/markets")
@for_roles(*READERS)
def market_days_list() -> ResponseReturnValue:
    when = When.PAST if request.args.get("when") == When.PAST else When.COMING
    words = request.args.get("q", "").strip()[:MOST_SEARCHED]
    page = market_days(
        reading(),
        community().id,
        when=when,
        today=today(),
        words=words,
        number=request.args.get("page", 1, type=int),
    )
    return render_template(
        "sales/market_days/list.html",
        page=page,
        when=when,
        words=words,
        today=today(),
        needs=needs_text,
        may_prepare=may_prepare(),
    )


@blueprint.route("/desk/<community>/markets/new", methods=["GET", "POST"])
@for_roles(*PREPARERS)
def market_day_new() -> ResponseReturnValue:
    here = community()
    source = _source()
    form = plan_form(source)
    done = request.method == "POST" and _planned(form, source)
    if done:
        return redirect(url_for(".market_day", market_id=done), code=303)
    last = None
    if source is None:
        page = market_days(reading(), here.id, when=When.PAST, today=today())
        last = page.days[0] if page.days else None
    return (
        render_template("sales/market_days/new.html", form=form, source=source, last=last),
        form.status,
    )


@blueprint.get("/desk/<community>/markets/<int:market_id>")
@for_roles(*READERS)
def market_day(market_id: int) -> ResponseReturnValue:
    day = day_here(market_id)
    may = may_prepare()
    return render_template(
        "sales/market_days/day.html",
        day=day,
        today=today(),
        tasks=tasks(day, may=may),
        tills=tills_on_board(reading(), [day.id]) if day.opened_at else [],
        may_prepare=may,
    )


@blueprint.route("/desk/<community>/markets/<int:market_id>/words", methods=["GET", "POST"])
@for_roles(*PREPARERS)
def market_day_words(market_id: int) -> ResponseReturnValue:
    day = day_here(market_id)
    form = plan_form(day, held_on=day.held_on)
    here, by = community(), person()
    if request.method == "POST" and acted(
        form,
        lambda session: change_market(
            session, market_id, form.command(here.id), by_id=by.id, now=clock()
        ),
    ):
        flash(gettext("已经改好，公开页也换成了新的说明。"), "done")
        return redirect(url_for(".market_day", market_id=market_id), code=303)
    return render_template("sales/market_days/words.html", form=form, day=day), form.status


@blueprint.get("/desk/<community>/markets/<int:market_id>/opening")
@for_roles(*READERS)
def market_day_opening(market_id: int) -> ResponseReturnValue:
    return _opening_page(market_id, Form())


@blueprint.post("/desk/<community>/markets/<int:market_id>/opening")
@for_roles(*PREPARERS)
def market_day_open(market_id: int) -> ResponseReturnValue:
    form, here, by = Form(), community(), person()
    if acted(
        form,
        lambda session: open_market(session, here.id, market_id, by_id=by.id, now=clock()),
    ):
        flash(gettext("开市了。活动依据和款项分配从现在起不再改动。"), "done")
        return redirect(url_for(".market_day", market_id=market_id), code=303)
    return _opening_page(market_id, form)


def _opening_page(market_id: int, form: Form) -> ResponseReturnValue:
    day = day_here(market_id)
    shares = [s for s in shares_of(reading(), community().id, day.id) if s.weight]
    page = render_template(
        "sales/market_days/opening.html",
        form=form,
        day=day,
        today=today(),
        basis=basis_of(reading(), day.id),
        example=example_of(shares),
        stalls=stalls_of(reading(), day.id),
        needs=day.readiness.needs(today=today()),
        may_prepare=may_prepare(),
    )
    return page, form.status


def _source() -> MarketDayNow | None:
    """The market that the new one is to be like, if the address names one."""
    source_id = request.args.get("like", type=int)
    if source_id is None:
        return None
    if not 0 < source_id <= MOST_ID:
        raise NoSuchMarketDay
    return day_here(source_id)


def _planned(form: PlanForm, source: MarketDayNow | None) -> int | None:
    """The id of the new market day; None, with the reason on the form, where there is none."""
    here, by = community(), person()
    if source is None:
        done = acted(
            form,
            lambda session: (
                plan_market(session, form.command(here.id), by_id=by.id, now=clock()).id
            ),
        )
        if done is None:
            return None
        flash(gettext("市集已经计划好，下面一步一步来准备。"), "done")
        return done.result
    like = acted(
        form,
        lambda session: plan_market_like(
            session, source.id, form.command(here.id), by_id=by.id, now=clock()
        ),
    )
    if like is None:
        return None
    flash(gettext("已经照“%(name)s”准备好，请核对每一步。", name=source.name), "done")
    left_out = like.result.left_out
    if left_out:
        sentence = ngettext(
            "有 %(num)s 样寄售的商品没有照搬，因为寄售人已停用：%(names)s。",
            "有 %(num)s 样寄售的商品没有照搬，因为寄售人已停用：%(names)s。",
            len(left_out),
            names=str(gettext("、")).join(left_out),
        )
        flash(sentence, "alert")
    return like.result.day.id
