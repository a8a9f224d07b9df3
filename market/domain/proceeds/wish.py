"""A wish: its kinds, themes and states, which step may follow which, and its public code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from enum import StrEnum

from market.domain.errors import N_, Invalid, Refused
from market.domain.identifiers import READABLE

TELLER = N_("一位小朋友")
"""Who asks, in the public's words: there is nobody else to name."""
ELDEST_CHILD = 12
"""Up to this age the public reads 小朋友, beyond it 同学."""

_CODE_LENGTH = 4
_REFERENCE_LENGTH = 8
_RANDOM_BYTES = 16
_FULL_WIDTH = {full: full - 0xFEE0 for full in range(0xFF01, 0xFF5F)}
_BLANKS_AND_DASHES = dict.fromkeys(map(ord, " \t\u00a0\u3000-‐‑–—−_"))


class StepNotAllowed(Refused):
    """A step that does not follow from the state a wish is in."""

    sentence = N_("这个心愿现在是“%(now)s”，不能变成“%(then)s”。请刷新页面，看看刚才发生了什么。")


class UnknownReference(Invalid):
    """What was typed is no reference of a consent form."""

    sentence = N_("没看懂这个同意书编号，它是 T 开头加 8 个字母或数字，例如 T-7K3P-9QXM。")


class WishKind(StrEnum):
    """What sort of thing a child hopes for."""

    GOODS = "goods"
    LEARNING = "learning"
    EXPERIENCE = "experience"
    COMPANY = "company"

    @property
    def label(self) -> str:
        """The Chinese name, for translation."""
        return _KIND_LABELS[self]


_KIND_LABELS = {
    WishKind.GOODS: N_("物品"),
    WishKind.LEARNING: N_("学习"),
    WishKind.EXPERIENCE: N_("体验"),
    WishKind.COMPANY: N_("陪伴"),
}


class Theme(StrEnum):
    """What a wish is about: a short list, because a rare theme could point at one child."""

    READING = "reading"
    SCHOOL = "school"
    SPORT = "sport"
    ART = "art"
    MUSIC = "music"
    SCIENCE = "science"
    OUTING = "outing"
    DAILY = "daily"
    FESTIVAL = "festival"
    TOGETHER = "together"

    @property
    def label(self) -> str:
        """The Chinese name, for translation."""
        return _THEME_LABELS[self]


_THEME_LABELS = {
    Theme.READING: N_("读书"),
    Theme.SCHOOL: N_("文具"),
    Theme.SPORT: N_("运动"),
    Theme.ART: N_("画画手工"),
    Theme.MUSIC: N_("音乐"),
    Theme.SCIENCE: N_("科学"),
    Theme.OUTING: N_("出门看看"),
    Theme.DAILY: N_("日常用品"),
    Theme.FESTIVAL: N_("生日节日"),
    Theme.TOGETHER: N_("一起做事"),
}


class WishState(StrEnum):
    """How far a wish has come."""

    DRAFT = "draft"
    REVIEWED = "reviewed"
    OPEN = "open"
    LIT = "lit"
    BOUGHT = "bought"
    DELIVERED = "delivered"
    FOLLOWED_UP = "followed_up"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"

    @property
    def label(self) -> str:
        """The Chinese name, for translation."""
        return _STATE_LABELS[self]


_STATE_LABELS = {
    WishState.DRAFT: N_("草稿"),
    WishState.REVIEWED: N_("已核实"),
    WishState.OPEN: N_("等待点亮"),
    WishState.LIT: N_("已点亮"),
    WishState.BOUGHT: N_("采购中"),
    WishState.DELIVERED: N_("已实现"),
    WishState.FOLLOWED_UP: N_("已回访"),
    WishState.WITHDRAWN: N_("已撤回"),
    WishState.EXPIRED: N_("已过期"),
}

PUBLISHED = frozenset(
    {
        WishState.OPEN,
        WishState.LIT,
        WishState.BOUGHT,
        WishState.DELIVERED,
        WishState.FOLLOWED_UP,
    }
)
"""States in which a wish may be shown to the public, if consent and a second reader allow it."""

FULFILLED = frozenset({WishState.DELIVERED, WishState.FOLLOWED_UP})
"""States in which pictures and thanks may be shown too."""

MENDABLE = frozenset({WishState.DRAFT, WishState.REVIEWED, WishState.OPEN, WishState.LIT})
"""States in which its words and costs may be changed; that makes it a draft again."""

OVER = frozenset({WishState.WITHDRAWN, WishState.EXPIRED})
"""States of a wish that nobody will fulfil any more."""

_NEXT: Mapping[WishState, frozenset[WishState]] = {
    WishState.DRAFT: frozenset({WishState.REVIEWED}) | OVER,
    WishState.REVIEWED: frozenset({WishState.DRAFT, WishState.OPEN}) | OVER,
    WishState.OPEN: frozenset({WishState.DRAFT, WishState.LIT}) | OVER,
    WishState.LIT: frozenset({WishState.DRAFT, WishState.OPEN, WishState.BOUGHT}) | OVER,
    WishState.BOUGHT: frozenset({WishState.DELIVERED}),
    WishState.DELIVERED: frozenset({WishState.FOLLOWED_UP}),
    WishState.FOLLOWED_UP: frozenset(),
    WishState.WITHDRAWN: frozenset(),
    WishState.EXPIRED: frozenset(),
}
_DAYS_UNTIL_NEXT = {
    WishState.DRAFT: 7,
    WishState.REVIEWED: 7,
    WishState.LIT: 14,
    WishState.BOUGHT: 14,
    WishState.DELIVERED: 30,
}


def check_step(kind: WishKind, now: WishState, then: WishState, *, in_kind: bool = False) -> None:
    """Require that a wish of `kind` may go from `now` to `then`. Raises StepNotAllowed.

    Company costs nothing, so it is never bought: it goes from lit straight to delivered. Neither is
    what somebody brought: `in_kind` leads from open to delivered.
    """
    allowed = _NEXT[now]
    if kind is WishKind.COMPANY and now is WishState.LIT:
        allowed = (allowed | {WishState.DELIVERED}) - {WishState.BOUGHT}
    if in_kind and now is WishState.OPEN:
        allowed |= {WishState.DELIVERED}
    if then not in allowed:
        raise StepNotAllowed(now=now.label, then=then.label)


def due_on(state: WishState, since: date) -> date | None:
    """When the next step is expected of a wish that came to `state` on `since`; None for waiting."""
    days = _DAYS_UNTIL_NEXT.get(state)
    return None if days is None else since + timedelta(days=days)


def mint_wish_code(random_bytes: Callable[[int], bytes]) -> str:
    """A new public code, 'W-7K3P': random, so that one child's wishes cannot be linked by it."""
    return f"W-{_symbols(_CODE_LENGTH, random_bytes)}"


def mint_reference(random_bytes: Callable[[int], bytes]) -> str:
    """A new reference for a consent form, 'T-7K3P-9QXM', that says nothing about anybody."""
    symbols = _symbols(_REFERENCE_LENGTH, random_bytes)
    return f"T-{symbols[:4]}-{symbols[4:]}"


def parse_reference(text: str) -> str:
    """The reference somebody typed: small letters, full width, blanks are fine.

    Only what `mint_reference` can make is taken, so that no name fits in. Raises UnknownReference.
    """
    plain = text.translate(_FULL_WIDTH).translate(_BLANKS_AND_DASHES).upper()
    symbols = plain.removeprefix("T") if len(plain) > _REFERENCE_LENGTH else plain
    if len(symbols) != _REFERENCE_LENGTH or not set(symbols) <= set(READABLE):
        raise UnknownReference
    return f"T-{symbols[:4]}-{symbols[4:]}"


def _symbols(length: int, random_bytes: Callable[[int], bytes]) -> str:
    rest = int.from_bytes(random_bytes(_RANDOM_BYTES), "big")
    made = ""
    for _ in range(length):
        rest, value = divmod(rest, len(READABLE))
        made += READABLE[value]
    return made
