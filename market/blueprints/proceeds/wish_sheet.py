"""Wishes as a file: nothing of a child, and a wish's words only where everybody may read them."""

from __future__ import annotations

from flask_babel import gettext

from market.domain.proceeds.wish import Theme
from market.queries.proceeds.wishes import WishAtDesk
from market.web.sheets import CellKind, Column


def wish_columns() -> list[Column[WishAtDesk]]:
    money = CellKind.MONEY
    return [
        Column(gettext("编号"), lambda row: row.code),
        Column(gettext("种类"), lambda row: gettext(row.kind.label)),
        Column(gettext("主题"), lambda row: gettext(Theme(row.theme).label) if row.theme else ""),
        Column(gettext("状态"), lambda row: gettext(row.state.label)),
        Column(gettext("接下来"), lambda row: gettext(row.task.label)),
        Column(
            gettext("内容"),
            lambda row: row.text if row.shown else "",
            meaning=gettext("只写现在公开页上看得到的；没有公开的留空。"),
        ),
        Column(
            gettext("需要"),
            lambda row: row.cost_minor,
            money,
            gettext("各项花费加起来，陪伴是 0。"),
        ),
        Column(
            gettext("已备"),
            lambda row: row.funded_minor,
            money,
            gettext("已经安排、没有退回的款项。"),
        ),
        Column(
            gettext("还差"),
            lambda row: max(0, row.cost_minor - row.funded_minor),
            money,
            gettext("需要减去已备；不会小于 0。"),
        ),
        Column(gettext("从什么时候起"), lambda row: row.since, CellKind.MOMENT),
        Column(gettext("期限"), lambda row: row.due_on, CellKind.DAY),
        Column(gettext("过了期限"), lambda row: gettext("是") if row.late else ""),
    ]
