"""The way to a community's first market, as a list of tasks; it goes away once one has opened."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext, ngettext

from market.actions.ledger.approvers import APPROVERS
from market.blueprints.sales.preparing import Task
from market.extensions import reading
from market.queries.sales.first_run import FirstRun, first_run
from market.web.access import community
from market.web.desk import may_enter

ENOUGH_DECIDERS = 2
"""One proposes and another decides; two accounts suffice for everything."""


def first_tasks() -> Sequence[Task]:
    """From the community's name to the opening, as things stand; none once a market has opened."""
    now = first_run(reading(), community().id, APPROVERS)
    if now is None:
        return ()
    tasks = [
        _task(
            gettext("社区的称呼和联系方式"),
            _page("people.settings"),
            gettext("市集上有事找谁，会写在公开页上"),
            done=bool(community().contact),
        ),
        _task(
            gettext("请两位同事进来"),
            _page("people.people"),
            _deciders_hint(now),
            done=now.deciders >= ENOUGH_DECIDERS,
        ),
        _task(
            gettext("钱放在哪里"),
            _page("proceeds.holders"),
            gettext("至少一位现金保管人，和一个存款账户或慈善组织"),
            done=bool(now.custodians and now.banks),
        ),
        _task(
            gettext("设好专款"),
            _page("proceeds.funds"),
            gettext("净额分到哪几件事上，例如微心愿、助残创业"),
            done=bool(now.funds),
        ),
        *_market_tasks(now),
    ]
    return _with_next(tasks)


def _market_tasks(now: FirstRun) -> list[Task]:
    day_id = now.market_day_id
    if day_id is None:
        plan, stalls, passes, opening = _page("sales.market_day_new"), "", "", ""
    else:
        plan = url_for("sales.market_day", market_id=day_id)
        stalls = url_for("sales.market_day_stalls", market_id=day_id)
        passes = (
            url_for("sales.market_day_passes", market_id=day_id)
            if may_enter("sales.market_day_passes")
            else ""
        )
        opening = url_for("sales.market_day_opening", market_id=day_id)
    return [
        _task(
            gettext("计划第一次市集"),
            plan,
            gettext("日子、地点、活动依据、款项分配"),
            done=day_id is not None,
        ),
        _task(
            gettext("摊位、商品和服务"),
            stalls,
            gettext("可以从 Excel 或微信接龙里粘贴过来，先看再存"),
            done=bool(now.stalls and now.listings),
        ),
        _task(
            gettext("摊位通行码，练习几单"),
            passes,
            gettext("印好贴在摊位上，志愿者扫码就能练习，练习不会记账"),
            done=bool(now.passes),
        ),
        _task(gettext("开市"), opening, gettext("核对一遍，从这一刻起卖的都是真的"), done=False),
    ]


def _task(text: str, href: str, hint: str, *, done: bool) -> Task:
    return Task(text, href, "done" if done else "later", hint)


def _with_next(tasks: list[Task]) -> list[Task]:
    """The first that is not done is the one to do now."""
    for place, task in enumerate(tasks):
        if task.state == "later":
            tasks[place] = Task(task.text, task.href, "now", task.hint)
            break
    return tasks


def _deciders_hint(now: FirstRun) -> str:
    if now.deciders >= ENOUGH_DECIDERS:
        return str(
            ngettext(
                "%(num)s 个人能复核。有人请假时谁复核？",
                "%(num)s 个人能复核。有人请假时谁复核？",
                now.deciders,
            )
        )
    return str(gettext("提出和复核要两个人：邀请一位财务、社工、复核人或管理员"))


def _page(endpoint: str) -> str:
    return url_for(endpoint) if may_enter(endpoint) else ""
