"""What a wish asks of us next, in a social worker's words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from market.domain.errors import N_
from market.domain.proceeds.hold import HoldStage
from market.domain.proceeds.wish import WishKind, WishState


class WishTask(StrEnum):
    """The next thing to do for a wish, in the order in which a desk looks at them."""

    GIVE_BACK = "give_back"
    BUY = "buy"
    DELIVER = "deliver"
    KEEP_COMPANY = "keep_company"
    FOLLOW_UP = "follow_up"
    MEND = "mend"
    CONSENT = "consent"
    CONFIRM_HOLD = "confirm_hold"
    OPEN = "open"
    NAME_COMPANIONS = "name_companions"
    READ = "read"
    CONFIRM = "confirm"
    PAY = "pay"
    BRINGING = "bringing"
    WAIT = "wait"
    NOTHING = "nothing"

    @property
    def label(self) -> str:
        """What to do, in a few Chinese words, for translation."""
        return _LABELS[self]

    @property
    def description(self) -> str:
        """One Chinese sentence on how, for translation."""
        return _DESCRIPTIONS[self]


_LABELS = {
    WishTask.GIVE_BACK: N_("把款项退回专款"),
    WishTask.BUY: N_("去采购"),
    WishTask.DELIVER: N_("去送达"),
    WishTask.KEEP_COMPANY: N_("去陪伴"),
    WishTask.FOLLOW_UP: N_("去回访"),
    WishTask.MEND: N_("改一改"),
    WishTask.CONSENT: N_("补同意书"),
    WishTask.CONFIRM_HOLD: N_("确认认领"),
    WishTask.BRINGING: N_("等人送到工作站"),
    WishTask.OPEN: N_("挂上心愿墙"),
    WishTask.NAME_COMPANIONS: N_("找两位陪伴的人"),
    WishTask.READ: N_("请另一位同事读"),
    WishTask.CONFIRM: N_("请另一位同事确认陪伴的人"),
    WishTask.PAY: N_("请另一位同事复核采购"),
    WishTask.WAIT: N_("等待点亮"),
    WishTask.NOTHING: N_("都办好了"),
}
_DESCRIPTIONS = {
    WishTask.GIVE_BACK: N_("心愿不办了，安排给它的钱还没有退回去。"),
    WishTask.BUY: N_("款已备齐。买好以后，登记实际花了多少，省下的自动退回。"),
    WishTask.DELIVER: N_("东西买到了。送到以后，登记签收单的编号。"),
    WishTask.KEEP_COMPANY: N_("两位志愿者已经定好。陪过以后，登记活动记录的编号。"),
    WishTask.FOLLOW_UP: N_("已经送到。过一阵问一问用得怎么样，登记一笔。"),
    WishTask.MEND: N_("读的同事说可能被认出来，按他写的改一改，再请他读。"),
    WishTask.CONSENT: N_("缺一份今天有效的“处理信息”的同意，先不能办。"),
    WishTask.CONFIRM_HOLD: N_("有人想自己带来。两天内联系他、定好日子，不然认领就过期。"),
    WishTask.BRINGING: N_("说好了哪天送到工作站。收到以后登记；没送来，到期自动取消。"),
    WishTask.OPEN: N_(
        "读过了，同意书也在。挂上去，等下一次市集点亮；不愿公开的一样办，只是不上墙。"
    ),
    WishTask.NAME_COMPANIONS: N_("陪伴不用花钱，要有两位核实过的志愿者一起去。"),
    WishTask.READ: N_("写的人自己看不出来，请另一位同事回答三个问题。"),
    WishTask.CONFIRM: N_("陪伴的人已经选好，另一位同事确认以后就点亮。"),
    WishTask.PAY: N_("采购已经登记，另一位同事复核以后就付款入账。"),
    WishTask.WAIT: N_("已经在心愿墙上，专款里有钱时就能安排。"),
    WishTask.NOTHING: N_("这个心愿不用再做什么了。"),
}

FOR_SOMEBODY_ELSE = frozenset({WishTask.READ, WishTask.CONFIRM, WishTask.PAY})
"""Tasks that wait for the second person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WishFacts:
    """What the next task follows from. `consented`: we may handle it today, shown or not."""

    state: WishState
    kind: WishKind
    funded_minor: int
    consented: bool
    refused_by_reader: bool
    purchase_waits: bool
    companions_named: bool
    hold: HoldStage | None = None


def next_task(facts: WishFacts) -> WishTask:
    """What this wish asks of us next."""
    if facts.state in _ONE_WAY_ON:
        return _ONE_WAY_ON[facts.state]
    return _BY_STATE[facts.state](facts)


def _as_draft(facts: WishFacts) -> WishTask:
    return WishTask.MEND if facts.refused_by_reader else WishTask.READ


def _once_read(facts: WishFacts) -> WishTask:
    return WishTask.OPEN if facts.consented else WishTask.CONSENT


def _while_open(facts: WishFacts) -> WishTask:
    if not facts.consented:
        return WishTask.CONSENT
    if facts.hold is not None:
        return _HELD[facts.hold]
    if facts.kind is not WishKind.COMPANY:
        return WishTask.WAIT
    return WishTask.CONFIRM if facts.companions_named else WishTask.NAME_COMPANIONS


def _once_lit(facts: WishFacts) -> WishTask:
    if facts.kind is WishKind.COMPANY:
        return WishTask.KEEP_COMPANY
    return WishTask.PAY if facts.purchase_waits else WishTask.BUY


def _once_over(facts: WishFacts) -> WishTask:
    return WishTask.GIVE_BACK if facts.funded_minor else WishTask.NOTHING


_HELD = {
    HoldStage.ASKED: WishTask.CONFIRM_HOLD,
    HoldStage.CONFIRMED: WishTask.BRINGING,
    HoldStage.RECEIVED: WishTask.DELIVER,
}
_ONE_WAY_ON = {
    WishState.BOUGHT: WishTask.DELIVER,
    WishState.DELIVERED: WishTask.FOLLOW_UP,
    WishState.FOLLOWED_UP: WishTask.NOTHING,
}
_BY_STATE: dict[WishState, Callable[[WishFacts], WishTask]] = {
    WishState.DRAFT: _as_draft,
    WishState.REVIEWED: _once_read,
    WishState.OPEN: _while_open,
    WishState.LIT: _once_lit,
    WishState.WITHDRAWN: _once_over,
    WishState.EXPIRED: _once_over,
}
