"""What there is to do for a market day: asked by what is really missing, and by what only people know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from market.domain.errors import N_


class Phase(StrEnum):
    """When something is to be done."""

    WEEKS = "weeks"
    EVE = "eve"
    DAY = "day"
    AFTER = "after"

    @property
    def label(self) -> str:
        """What it is called on the page, for translation."""
        return _PHASES[self]


class Asked(StrEnum):
    """Something that every market day is asked, in the order of its phase."""

    BASIS = "basis"
    SPLIT = "split"
    STALLS = "stalls"
    OFFERS = "offers"
    SHIFTS = "shifts"
    NOTICE = "notice"
    FILING = "filing"
    PASSES = "passes"
    PRICES = "prices"
    CHANGE = "change"
    BOARD = "board"
    OPENING = "opening"
    TILLS = "tills"
    ORDERS = "orders"
    CLOSING = "closing"
    SET_ASIDE = "set_aside"
    GOODS = "goods"
    THANKS = "thanks"

    @property
    def phase(self) -> Phase:
        return _ASKED[self][0]

    @property
    def label(self) -> str:
        """What it is called on the page, for translation."""
        return _ASKED[self][1]

    @property
    def by_people(self) -> bool:
        """Whether somebody has to tick it: the books cannot see it."""
        return self in _BY_PEOPLE


_PHASES = {
    Phase.WEEKS: N_("提前几周"),
    Phase.EVE: N_("前一天"),
    Phase.DAY: N_("当天"),
    Phase.AFTER: N_("收摊以后"),
}
_ASKED = {
    Asked.BASIS: (Phase.WEEKS, N_("写明活动依据和款项归属")),
    Asked.SPLIT: (Phase.WEEKS, N_("定好款项分配")),
    Asked.STALLS: (Phase.WEEKS, N_("排好摊位")),
    Asked.OFFERS: (Phase.WEEKS, N_("每个摊位都写上卖什么")),
    Asked.SHIFTS: (Phase.WEEKS, N_("每个摊位都有人")),
    Asked.NOTICE: (Phase.WEEKS, N_("贴出给邻居的通知")),
    Asked.FILING: (Phase.EVE, N_("补上备案编号")),
    Asked.PASSES: (Phase.EVE, N_("每个摊位都有通行码，打印出来")),
    Asked.PRICES: (Phase.EVE, N_("打印价格牌和小票卡")),
    Asked.CHANGE: (Phase.EVE, N_("备好找零的零钱和钱箱")),
    Asked.BOARD: (Phase.DAY, N_("贴出公示")),
    Asked.OPENING: (Phase.DAY, N_("开市")),
    Asked.TILLS: (Phase.DAY, N_("开摊收银")),
    Asked.ORDERS: (Phase.DAY, N_("预订的都取走了")),
    Asked.CLOSING: (Phase.AFTER, N_("每一班都收摊结账")),
    Asked.SET_ASIDE: (Phase.AFTER, N_("待核对的记录都看过了")),
    Asked.GOODS: (Phase.AFTER, N_("没卖掉的物品说清去处")),
    Asked.THANKS: (Phase.AFTER, N_("谢谢志愿者和捐赠人，把结果告诉大家")),
}
_BY_PEOPLE = frozenset({Asked.NOTICE, Asked.PRICES, Asked.CHANGE, Asked.BOARD, Asked.THANKS})


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFacts:
    """What a market day really has; names are of stalls."""

    has_basis: bool
    filing_pending: bool
    has_split: bool
    stalls: int
    without_offers: tuple[str, ...]
    without_people: tuple[str, ...]
    without_pass: int
    opened: bool
    tills: int
    open_tills: int
    orders_waiting: int
    goods_left: int
    set_aside: int


@dataclass(frozen=True, slots=True)
class Seen:
    """What the books say of an asked task: done or not, and which stalls or how many are missing."""

    done: bool
    stalls: tuple[str, ...] = ()
    count: int = 0


def seen(facts: DayFacts) -> Mapping[Asked, Seen]:
    """What of the tasks that nobody ticks is done, and what is missing."""
    stalls = facts.stalls > 0
    return {
        Asked.BASIS: Seen(facts.has_basis),
        Asked.SPLIT: Seen(facts.has_split),
        Asked.STALLS: Seen(stalls),
        Asked.OFFERS: Seen(stalls and not facts.without_offers, facts.without_offers),
        Asked.SHIFTS: Seen(stalls and not facts.without_people, facts.without_people),
        Asked.FILING: Seen(facts.has_basis and not facts.filing_pending),
        Asked.PASSES: Seen(stalls and not facts.without_pass, count=facts.without_pass),
        Asked.OPENING: Seen(facts.opened),
        Asked.TILLS: Seen(facts.tills > 0),
        Asked.ORDERS: Seen(
            facts.opened and not facts.orders_waiting,
            count=facts.orders_waiting if facts.opened else 0,
        ),
        Asked.CLOSING: Seen(facts.tills > 0 and not facts.open_tills, count=facts.open_tills),
        Asked.SET_ASIDE: Seen(facts.tills > 0 and not facts.set_aside, count=facts.set_aside),
        Asked.GOODS: Seen(
            facts.tills > 0 and not facts.goods_left,
            count=facts.goods_left if facts.tills else 0,
        ),
    }
