"""A disclosure in words: the same rows for its page, its sheet on the board and its files."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import format_decimal, gettext

from market.domain.errors import N_
from market.domain.public.disclosure import USES, Change, Figures
from market.web.filters import money_text
from market.web.preferences import in_language
from market.web.sheets import CellKind, Column

_WORDS = {
    "receipts": N_("小票"),
    "income_minor": N_("义卖收入"),
    "box_minor": N_("其中无明细收入"),
    "consigned_minor": N_("成本：寄售人应得"),
    "net_minor": N_("义卖净额"),
    "wishes": N_("点亮的心愿"),
    "refunds": N_("退款的小票"),
    "refunds_minor": N_("退款"),
    "late_sales": N_("收摊后补传的小票"),
    "late_minor": N_("补传的净额"),
    "laid_minor": N_("进入专款"),
    "wishes_minor": N_("安排给心愿"),
    "support_minor": N_("支持助残创业"),
    "costs_minor": N_("市集开支"),
    "refunded_minor": N_("退款用掉"),
    "waiting_minor": N_("等待安排"),
}
_MEANINGS = {
    "receipts": N_("有效的义卖记录，不算作废的。"),
    "income_minor": N_("收摊结账的全部收入：义卖、自愿加价和无明细收入。"),
    "box_minor": N_("点钱时多出来、没有对应小票的钱。"),
    "consigned_minor": N_("卖掉的寄售品里，按约定归寄售人的部分。"),
    "net_minor": N_("收入减去寄售人应得；全部进入专款。"),
    "wishes_minor": N_("两个人同意以后，答应给心愿的钱。"),
    "support_minor": N_("两个人同意以后，答应给创业支持的钱。"),
    "costs_minor": N_("两个人同意以后，答应给市集开支的钱。"),
    "refunded_minor": N_("收摊以后退给顾客、由专款承担的钱。"),
    "waiting_minor": N_("还在专款里的钱；支持的人太少、单列出来会认出是谁的，也合在这里。"),
    "wishes": N_("这场市集的钱到达的心愿，一个心愿只算一次。"),
    "refunds": N_("收摊以后退过款的小票。"),
    "late_sales": N_("收摊以后才传到、进了补充结账的小票。"),
}
_OF_A_FUND = N_("开市前定好的分法，分到这个专款的净额。")


@dataclass(frozen=True, slots=True)
class Line:
    """A row: an amount or a count, not both; neither where it counts too few people to tell.

    Level 1 is a main line, 2 a part of it.
    """

    label: str
    amount_minor: int | None
    count: int | None
    level: int
    meaning: str

    @property
    def told(self) -> str:
        """Its figure as words."""
        if self.amount_minor is not None:
            return money_text(self.amount_minor)
        return gettext("少于 5") if self.count is None else str(format_decimal(self.count))


@dataclass(frozen=True, slots=True)
class ShownChange:
    """A figure that is other than in the state before, as words."""

    label: str
    before: str
    after: str


def lines_of(figures: Figures) -> list[Line]:
    """Income, costs, net, funds, uses, what is left; then counts. Parts of nothing are left out."""
    money = [
        _amount("income_minor", figures.income_minor, 1),
        _amount("box_minor", figures.box_minor, 2),
        _amount("consigned_minor", figures.consigned_minor, 1),
        _amount("net_minor", figures.net_minor, 1),
        *(
            Line(
                in_language(fund.name, fund.name_en),
                fund.laid_minor,
                None,
                2,
                gettext(_OF_A_FUND),
            )
            for fund in figures.funds
        ),
        *(_amount(name, figures.of_funds(name), 1) for name in USES),
    ]
    kept = [line for line in money if line.amount_minor or line.level == 1]
    return [*kept, *counts_of(figures)]


def counts_of(figures: Figures) -> list[Line]:
    """What is counted in pieces; receipts and wishes always, the rest where there is any."""
    counts = [
        ("receipts", figures.receipts),
        ("wishes", figures.wishes),
        ("refunds", figures.refunds),
        ("late_sales", figures.late_sales),
    ]
    return [
        Line(gettext(_WORDS[name]), None, count, 1, gettext(_MEANINGS[name]))
        for name, count in counts
        if count or name in {"receipts", "wishes"}
    ]


def shown_changes(changes: list[Change]) -> list[ShownChange]:
    return [_shown(one) for one in changes]


def columns() -> list[Column[Line]]:
    """For the files: each row with its 口径."""
    return [
        Column(gettext("项目"), lambda row: row.label),
        Column(gettext("金额"), lambda row: row.amount_minor, CellKind.MONEY),
        Column(gettext("个数"), lambda row: row.count, CellKind.COUNT),
        Column(gettext("口径"), lambda row: row.meaning),
    ]


def _amount(name: str, amount_minor: int, level: int) -> Line:
    return Line(gettext(_WORDS[name]), amount_minor, None, level, gettext(_MEANINGS[name]))


def _shown(change: Change) -> ShownChange:
    label = gettext(_WORDS[change.figure])
    if change.fund:
        label = gettext("%(fund)s：%(figure)s", fund=change.fund, figure=label)
    told = money_text if change.is_money else format_decimal
    return ShownChange(label, told(change.before), told(change.after))
