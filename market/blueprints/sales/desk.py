"""The organisers' first page: what to do next, today's market, and what waits for a second person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from market.blueprints.sales import blueprint
from market.blueprints.sales.first_run import first_tasks
from market.blueprints.sales.preparing import READERS, may_prepare, needs_text, today
from market.domain.errors import N_
from market.extensions import reading
from market.queries.sales.board import LateSales, late_sales, tills_on_board
from market.queries.sales.market_days import MarketDayNow, Stage, days_at_desk
from market.queries.sales.served import unserved
from market.web.access import community, for_roles
from market.web.desk import DeskPage, DeskRow, may_enter, offer, waiting_here
from market.web.filters import date_text

LOOK_BACK = timedelta(days=7)
"""How long after its day something due is still shown."""
DUE_SOON = timedelta(days=14)
MOST_UNCLOSED = 3

blueprint.record(lambda state: offer(state.app, DeskPage(10, "sales.desk", N_("今日"), "home")))


@blueprint.get("/desk/<community>")
@for_roles(*READERS)
def desk() -> ResponseReturnValue:
    here, now = community(), today()
    days = days_at_desk(reading(), here.id, since=now - LOOK_BACK)
    held_today = [day for day in days if day.held_on == now]
    coming = min(
        (day for day in days if day.held_on > now and not day.called_off),
        key=lambda day: day.held_on,
        default=None,
    )
    return render_template(
        "sales/desk.html",
        today=now,
        held_today=held_today,
        coming=coming,
        tills=tills_on_board(reading(), [day.id for day in held_today]),
        next_steps=_next_steps(days, coming, now),
        waiting=waiting_here(),
        first_tasks=first_tasks(),
        may_prepare=may_prepare(),
    )


def _next_steps(
    days: Sequence[MarketDayNow], coming: MarketDayNow | None, now: date
) -> list[DeskRow]:
    """What to do next, the most pressing first."""
    return [
        *(_to_open_today(day) for day in days if _waits_to_open(day, now)),
        *_to_close([day for day in days if day.open_tills and day.held_on < now]),
        *(_to_supplement(late) for late in late_sales(reading(), community().id)),
        *_to_serve(now),
        *(_filing_due(day) for day in days if day.readiness.filing_pending),
        *(_handover_due(day, now) for day in days if _is_handover_near(day, now)),
        *_next_market(coming),
    ]


def _waits_to_open(day: MarketDayNow, now: date) -> bool:
    return day.held_on == now and day.stage is Stage.PREPARING


def _to_open_today(day: MarketDayNow) -> DeskRow:
    needs = needs_text(day)
    hint = gettext("还差：%(needs)s", needs=needs) if needs else gettext("都准备好了，点这里开市")
    return DeskRow(
        gettext("今天的“%(name)s”还没有开市", name=day.name),
        _page(day) if needs else url_for("sales.market_day_opening", market_id=day.id),
        "stall",
        hint,
    )


def _to_close(days: Sequence[MarketDayNow]) -> Iterable[DeskRow]:
    hint = gettext("点钱、收摊以后，收入才会分到专款")
    if len(days) > MOST_UNCLOSED:
        words = ngettext("%(num)s 次市集还没有收摊", "%(num)s 次市集还没有收摊", len(days))
        yield DeskRow(words, url_for("sales.market_days_list", when="past"), "cash", hint)
        return
    for day in days:
        words = ngettext(
            "“%(name)s”还有 %(num)s 个收银班次没有收摊",
            "“%(name)s”还有 %(num)s 个收银班次没有收摊",
            day.open_tills,
            name=day.name,
        )
        yield DeskRow(words, f"{_page(day)}#tills", "cash", hint)


def _to_supplement(late: LateSales) -> DeskRow:
    words = ngettext(
        "“%(name)s”有 %(num)s 笔补传记录等补充结账",
        "“%(name)s”有 %(num)s 笔补传记录等补充结账",
        late.number,
        name=late.market_day,
    )
    href = url_for("sales.market_day", market_id=late.market_day_id, _anchor="tills")
    hint = gettext("手机晚到的记录，补充结账以后才算进去；已收摊的账不会改动")
    return DeskRow(words, href, "upload", hint)


def _to_serve(now: date) -> Iterable[DeskRow]:
    """Who has paid at a market that is over, and still waits for what was paid."""
    if not may_enter("sales.turns_unserved"):
        return
    waiting = unserved(reading(), community().id, until=now - timedelta(days=1))
    if not waiting:
        return
    words = ngettext(
        "%(num)s 位付过款的邻居还没有服务到", "%(num)s 位付过款的邻居还没有服务到", len(waiting)
    )
    promised = [turn.due_on for turn in waiting if turn.due_on is not None]
    first = gettext("最早约在 %(day)s", day=date_text(min(promised))) if promised else ""
    hint = first if len(promised) == len(waiting) else gettext("有人还没有约日子，请约一个")
    yield DeskRow(words, url_for("sales.turns_unserved"), "clock", hint)


def _filing_due(day: MarketDayNow) -> DeskRow:
    due = day.filing_due_on
    return DeskRow(
        gettext("“%(name)s”等备案编号", name=day.name),
        url_for("sales.market_day_filing", market_id=day.id),
        "seal",
        gettext("预计 %(day)s 拿到，拿到以后填在这里", day=date_text(due)) if due else "",
    )


def _is_handover_near(day: MarketDayNow, now: date) -> bool:
    due = day.handover_due_on
    return due is not None and day.opened_at is not None and due - now <= DUE_SOON


def _handover_due(day: MarketDayNow, now: date) -> DeskRow:
    due = day.handover_due_on or now
    words = gettext("“%(name)s”的款项要移交", name=day.name)
    late = gettext("说好最晚 %(day)s，已经过了", day=date_text(due))
    hint = late if due < now else gettext("最晚 %(day)s", day=date_text(due))
    return DeskRow(words, _page(day), "handover", hint)


def _next_market(coming: MarketDayNow | None) -> Iterable[DeskRow]:
    if coming is None:
        if may_prepare():
            yield DeskRow(
                gettext("计划下一次市集"),
                url_for("sales.market_day_new"),
                "calendar",
                gettext("定下日子和地点，邻居们就能在公开页上看到"),
            )
        return
    needs = needs_text(coming)
    if coming.stage is Stage.PREPARING and needs:
        yield DeskRow(
            gettext("继续准备“%(name)s”", name=coming.name),
            _page(coming),
            "list",
            gettext("%(day)s 开办，还差：%(needs)s", day=date_text(coming.held_on), needs=needs),
        )


def _page(day: MarketDayNow) -> str:
    return url_for("sales.market_day", market_id=day.id)
