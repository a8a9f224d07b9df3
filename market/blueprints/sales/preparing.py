"""Who prepares a market, and the steps of preparing it as its page lists them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import url_for
from flask_babel import gettext, ngettext

from market.domain.people import Role
from market.domain.sales.preparing import Need
from market.extensions import reading
from market.queries.sales.market_days import MarketDayNow, market_day_now
from market.queries.sales.passes import stalls_without_pass
from market.web.access import community, person
from market.web.desk import may_enter
from market.web.filters import date_text, local
from market.web.sessions import clock

READERS = (
    Role.SOCIAL_WORKER,
    Role.ADMINISTRATOR,
    Role.TREASURER,
    Role.REVIEWER,
    Role.AUDITOR,
)
"""Who may look at how a market is prepared: everybody of the desk."""
PREPARERS = (Role.SOCIAL_WORKER, Role.ADMINISTRATOR)


@dataclass(frozen=True, slots=True)
class Task:
    """A step as `nav.task_list` draws it: done, now or later."""

    text: str
    href: str
    state: str
    hint: str = ""


def may_prepare() -> bool:
    """Whether this person prepares markets here, or only looks."""
    return bool(person().roles_in(community().id) & set(PREPARERS))


def today() -> date:
    """Today on this community's clock."""
    return local(clock()).date()


def day_here(market_id: int) -> MarketDayNow:
    """The market day an address names; raises NoSuchMarketDay."""
    return market_day_now(reading(), community().id, market_id)


def tasks(day: MarketDayNow, *, may: bool) -> list[Task]:
    """Words, basis, split, stalls and offers, opening, tills: how far each is."""
    needs = set(day.readiness.needs(today=today()))
    return [
        Task(
            gettext("时间、地点和说明"),
            url_for("sales.market_day_words", market_id=day.id) if may else "",
            "done",
            f"{date_text(day.held_on)} {day.starts_at:%H:%M}–{day.ends_at:%H:%M} · {day.place}",
        ),
        Task(
            gettext("活动依据和款项归属"),
            _frozen_at_opening(day, _basis_page(day), may=may),
            "now" if needs & {Need.BASIS, Need.HOLDER, Need.FILING} else "done",
            _basis_hint(day, needs),
        ),
        Task(
            gettext("款项分配"),
            _frozen_at_opening(day, url_for("sales.market_day_policy", market_id=day.id), may=may),
            "now" if Need.SPLIT in needs else "done",
            gettext("净额按比例分给哪几个专款"),
        ),
        Task(
            gettext("摊位和商品"),
            url_for("sales.market_day_stalls", market_id=day.id),
            "now" if needs & {Need.STALLS, Need.LISTINGS} else "done",
            _offers_hint(day),
        ),
        *([_passes(day)] if may else []),
        _opening(day, ready=not needs),
        _tills(day),
    ]


def needs_text(day: MarketDayNow) -> str:
    """What a market day still needs, in one line; '' when it may open."""
    return str(gettext("、")).join(
        gettext(need.label) for need in day.readiness.needs(today=today())
    )


def _basis_page(day: MarketDayNow) -> str:
    if day.readiness.basis is None:
        return url_for("sales.market_day_questions", market_id=day.id)
    return url_for("sales.market_day_basis", market_id=day.id, kind=day.readiness.basis)


def _frozen_at_opening(day: MarketDayNow, page: str, *, may: bool) -> str:
    """Where it may still be changed its form; else the page that shows it."""
    if may and day.opened_at is None:
        return page
    return url_for("sales.market_day_opening", market_id=day.id)


def _basis_hint(day: MarketDayNow, needs: set[Need]) -> str:
    if day.readiness.basis is None:
        return str(gettext("三个简单的问题，分清这次市集凭什么办、钱归谁"))
    if Need.HOLDER in needs:
        return str(gettext("款项归属或收款码的账户已经停用，请换一个"))
    words = gettext(day.readiness.basis.label)
    if day.readiness.filing_pending and day.filing_due_on is not None:
        due = gettext("备案编号预计 %(day)s 拿到", day=date_text(day.filing_due_on))
        return f"{words} · {due}"
    return str(words)


def _offers_hint(day: MarketDayNow) -> str:
    if not day.readiness.stalls:
        return str(gettext("先添加摊位，再写上每个摊位卖什么"))
    stalls = ngettext("%(num)s 个摊位", "%(num)s 个摊位", day.readiness.stalls)
    offers = ngettext("%(num)s 样商品和服务", "%(num)s 样商品和服务", day.readiness.listings)
    return f"{stalls} · {offers}"


def _passes(day: MarketDayNow) -> Task:
    href = url_for("sales.market_day_passes", market_id=day.id)
    if not day.readiness.stalls:
        return Task(gettext("摊位通行码"), href, "later", gettext("有了摊位，就能为它准备通行码"))
    without = stalls_without_pass(reading(), day.id)
    if without:
        hint = ngettext(
            "还有 %(num)s 个摊位没有。志愿者扫码收银，不用账号",
            "还有 %(num)s 个摊位没有。志愿者扫码收银，不用账号",
            without,
        )
        return Task(gettext("摊位通行码"), href, "now", hint)
    hint = gettext("每个摊位都有了：打印、四位数字、谁加入了")
    return Task(gettext("摊位通行码"), href, "done", hint)


def _opening(day: MarketDayNow, *, ready: bool) -> Task:
    href = url_for("sales.market_day_opening", market_id=day.id)
    if day.opened_at is not None:
        by = gettext("%(name)s 开的市", name=day.opened_by)
        return Task(gettext("开市"), href, "done", str(by))
    if ready:
        return Task(gettext("开市"), href, "now", gettext("都准备好了。最后核对一遍，然后开市"))
    return Task(gettext("开市"), href, "later", gettext("上面几步都完成以后才能开市"))


def _tills(day: MarketDayNow) -> Task:
    if day.opened_at is None:
        return Task(gettext("收银"), "", "later", gettext("开市以后，志愿者才能开摊收银"))
    if not day.tills:
        href = (
            url_for("sales.till_open", market_day_id=day.id) if may_enter("sales.till_open") else ""
        )
        return Task(gettext("收银"), href, "now", gettext("还没有人开摊"))
    hint = gettext(
        "%(closed)s／%(tills)s 个收银班次已收摊", closed=day.closed_tills, tills=day.tills
    )
    state = "now" if day.open_tills else "done"
    return Task(gettext("收银"), "#tills", state, hint)
