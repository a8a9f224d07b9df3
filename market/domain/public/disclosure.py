"""收支公示: what a market day's disclosure holds, when it is due, and what is other than before.

Figures are sums and counts alone, so that nobody ever has to be taken out of a published one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from market.domain.errors import N_, Invalid
from market.domain.sales.legal_basis import BasisKind

CHARITY_DAYS = 90
"""The measures on public information of charities: within three months of the campaign's end."""
NEIGHBOURS_DAYS = 30
"""Nobody's rule but ours: neighbours want to know while they remember the day."""
MOST_WHY = 400
USES = ("wishes_minor", "support_minor", "costs_minor", "refunded_minor", "waiting_minor")
"""What becomes of a fund's money; together all that it got."""


class FiguresDoNotAdd(Invalid):
    """Sums that do not come to one another; nobody publishes those."""

    sentence = N_("这些数加起来对不上，先不要公示。请到“账目自检”查一查。")


@dataclass(frozen=True, slots=True, kw_only=True)
class FundFigures:
    """What one fund got from a market day and what became of it (minor units)."""

    name: str
    name_en: str
    purpose: str
    laid_minor: int
    wishes_minor: int
    support_minor: int
    costs_minor: int
    refunded_minor: int
    waiting_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """A market day's sums (minor units) and counts. Raises FiguresDoNotAdd."""

    receipts: int
    income_minor: int
    box_minor: int
    consigned_minor: int
    net_minor: int
    funds: tuple[FundFigures, ...]
    wishes: int
    refunds: int
    refunds_minor: int
    late_sales: int
    late_minor: int

    def __post_init__(self) -> None:
        laid = sum(fund.laid_minor for fund in self.funds)
        used = sum(sum(getattr(fund, use) for use in USES) for fund in self.funds)
        if self.income_minor != self.consigned_minor + self.net_minor or laid != self.net_minor:
            raise FiguresDoNotAdd
        if used != laid:
            raise FiguresDoNotAdd

    def written(self) -> dict[str, Any]:
        """As it is kept and hashed: plain values, in JSON's kinds."""
        plain = asdict(self)
        plain["funds"] = [dict(fund) for fund in plain["funds"]]
        return plain

    @property
    def hash(self) -> bytes:
        """SHA-256 over the figures as compact JSON with sorted keys."""
        text = json.dumps(self.written(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).digest()

    def of_funds(self, figure: str) -> int:
        """One figure over all funds, as `wishes_minor`."""
        return sum(getattr(fund, figure) for fund in self.funds)


@dataclass(frozen=True, slots=True)
class Change:
    """A figure that is other than it was; `fund` is set where it is one fund's."""

    figure: str
    fund: str
    before: int
    after: int

    @property
    def is_money(self) -> bool:
        return self.figure.endswith("_minor")


def read_figures(kept: Mapping[str, Any]) -> Figures:
    """Figures as `written` wrote them. Raises FiguresDoNotAdd."""
    funds = tuple(FundFigures(**fund) for fund in kept["funds"])
    return Figures(**{**kept, "funds": funds})


def changes_between(before: Figures, after: Figures) -> list[Change]:
    """What is other in `after`: the market's own figures first, then its funds' by name."""
    old, new = before.written(), after.written()
    found = [
        Change(name, "", old[name], new[name])
        for name in new
        if name != "funds" and old[name] != new[name]
    ]
    earlier = {fund.name: asdict(fund) for fund in before.funds}
    later = {fund.name: asdict(fund) for fund in after.funds}
    for name in dict.fromkeys([*earlier, *later]):
        was, now = earlier.get(name, {}), later.get(name, {})
        found += [
            Change(figure, name, was.get(figure, 0), now.get(figure, 0))
            for figure in FundFigures.__dataclass_fields__
            if figure.endswith("_minor") and was.get(figure, 0) != now.get(figure, 0)
        ]
    return found


def due_on(kind: BasisKind, held_on: date, handover_due_on: date | None) -> date:
    """Until when a market day's first disclosure is to be published.

    What is pledged is disclosed by the day on which it is handed over.
    """
    if kind is BasisKind.CHARITY:
        return held_on + timedelta(days=CHARITY_DAYS)
    if kind is BasisKind.PLEDGE and handover_due_on is not None:
        return handover_due_on
    return held_on + timedelta(days=NEIGHBOURS_DAYS)
