"""What a wish says and costs, and the hash of it that a second reader passes."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from dataclasses import dataclass

from market.domain.errors import N_, Invalid
from market.domain.money import MOST_MINOR, Money, check_minor
from market.domain.proceeds.wish import Theme, WishKind
from market.domain.text import clean_text

MOST_TEXT = 120
MOST_TEXT_EN = 300
MOST_COST_NAME = 60
MOST_COSTS = 10

_VERSION = 1
_LONG_NUMBER = re.compile(r"(?:[0-9][\s\-]?){7,}")


class CompanyCostsNothing(Invalid):
    """A wish for company with a cost."""

    sentence = N_("陪伴类心愿不用花钱，请删掉费用；要买东西的话，请改选“物品”或“体验”。")


class CostsMissing(Invalid):
    """A wish that would never be lit, since nothing can be allocated to it."""

    sentence = N_("请至少写一项费用；不用花钱、只要有人陪的，请选“陪伴”。")


class TooManyCosts(Invalid):
    """More items than anybody would read."""

    sentence = N_("费用最多写 %(most)s 项，请把零碎的合并成一项。")


class WishTooDear(Invalid):
    """More than a wish may cost here."""

    sentence = N_(
        "费用合计 %(cost)s，超过了每个心愿的上限 %(ceiling)s。请换便宜一点的，或分成两个心愿。"
    )


class NumberCouldIdentify(Invalid):
    """A long number: a telephone, an identity card, a school register."""

    sentence = N_("文字里有一串长数字，可能是电话或证件号。公开的心愿里不能有，请删掉。")


@dataclass(frozen=True, slots=True)
class CostItem:
    """One item of what a wish is expected to cost, in minor units above zero."""

    name: str
    amount_minor: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", _public_text(self.name, most=MOST_COST_NAME))
        check_minor(self.amount_minor, least_minor=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class WishContent:
    """All that the public may ever read of a wish; there is no room for who the child is.

    Raises CompanyCostsNothing, CostsMissing, TooManyCosts, NumberCouldIdentify, and what
    `clean_text` and `check_minor` raise.
    """

    kind: WishKind
    theme: Theme
    text: str
    text_en: str = ""
    costs: tuple[CostItem, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", _public_text(self.text, most=MOST_TEXT))
        object.__setattr__(self, "text_en", _public_text(self.text_en, most=MOST_TEXT_EN, least=0))
        if self.kind is WishKind.COMPANY and self.costs:
            raise CompanyCostsNothing
        if self.kind is not WishKind.COMPANY and not self.costs:
            raise CostsMissing
        if len(self.costs) > MOST_COSTS:
            raise TooManyCosts(most=MOST_COSTS)
        check_minor(self.cost_minor, most_minor=MOST_MINOR)

    @property
    def cost_minor(self) -> int:
        """What it costs altogether."""
        return sum(item.amount_minor for item in self.costs)

    def check_ceiling(self, ceiling_minor: int) -> None:
        """Require that it costs no more than a wish may. Raises WishTooDear."""
        if self.cost_minor > ceiling_minor:
            raise WishTooDear(
                cost=Money(self.cost_minor), ceiling=Money(ceiling_minor), field="costs"
            )

    def hash(self, month: str) -> bytes:
        """SHA-256 over a compact JSON array of all that is shown; one sign changed, another hash.

        [version, month, kind, theme, text, English text, [[cost, minor units], …]]
        """
        costs = [[item.name, item.amount_minor] for item in self.costs]
        row = [_VERSION, month, self.kind, self.theme, self.text, self.text_en, costs]
        written = json.dumps(row, ensure_ascii=True, separators=(",", ":"))
        return hashlib.sha256(written.encode("ascii")).digest()


def _public_text(text: str, *, most: int, least: int = 1) -> str:
    clean = clean_text(text, most=most, least=least)
    if _LONG_NUMBER.search(unicodedata.normalize("NFKC", clean)):
        raise NumberCouldIdentify
    return clean
