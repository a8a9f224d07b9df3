"""A guardian's consent: what for, from when to when, and what its withdrawal does to a wish."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from market.domain.errors import N_, Invalid
from market.domain.proceeds.wish import WishState
from market.domain.text import clean_text

MOST_NOTICE_VERSION = 20
LONGEST_DAYS = 3 * 366
"""After three years a child is another person: they are asked again."""


class ConsentNotYetGiven(Invalid):
    """A consent dated tomorrow."""

    sentence = N_("签同意书的日期不能在今天之后，请检查。")


class ConsentOver(Invalid):
    """A consent that is over already, or before it began."""

    sentence = N_("到期日期要在今天之后，也要在签字日期之后，请检查。")


class ConsentTooLong(Invalid):
    """A consent for longer than anybody can speak for."""

    sentence = N_("同意书最长三年，到期后请再问一次孩子和监护人。请改一下到期日期。")


class ChildSaidNo(Invalid):
    """Publishing against the child's own word."""

    sentence = N_("孩子自己不同意公开，就不能公开。可以只勾选“处理信息”，心愿一样办，只是不上墙。")


class Purpose(StrEnum):
    """What a consent is for; each is a tick of its own on the sheet."""

    PROCESS = "process"
    PUBLISH_TEXT = "publish_text"
    PUBLISH_PICTURE = "publish_picture"
    PUBLISH_THANKS = "publish_thanks"
    SHARE = "share"

    @property
    def label(self) -> str:
        """The Chinese name, for translation."""
        return _LABELS[self]


_LABELS = {
    Purpose.PROCESS: N_("处理信息，好把心愿办成"),
    Purpose.PUBLISH_TEXT: N_("公开心愿文字"),
    Purpose.PUBLISH_PICTURE: N_("公开物品照片"),
    Purpose.PUBLISH_THANKS: N_("公开感谢的话"),
    Purpose.SHARE: N_("转发给合作单位"),
}


class GuardianKind(StrEnum):
    """What sort of guardian speaks for a child; who it is, is kept in the vault only."""

    PARENT = "parent"
    GRANDPARENT = "grandparent"
    RELATIVE = "relative"
    APPOINTED = "appointed"
    SUPERVISOR = "supervisor"

    @property
    def label(self) -> str:
        """The Chinese name, for translation."""
        return _GUARDIANS[self]


_GUARDIANS = {
    GuardianKind.PARENT: N_("父母"),
    GuardianKind.GRANDPARENT: N_("祖父母或外祖父母"),
    GuardianKind.RELATIVE: N_("其他成年亲属（受委托照护）"),
    GuardianKind.APPOINTED: N_("居委会、村委会或民政部门（担任监护人）"),
    GuardianKind.SUPERVISOR: N_("儿童督导员、儿童主任（监护人当面委托）"),
}

NOTICE_VERSION = "2026-2"
"""The version of the notice that our own printed sheet carries."""

NEEDED_TO_SHOW = (Purpose.PROCESS, Purpose.PUBLISH_TEXT)
"""Without both, valid today, nothing of a wish renders."""
PUBLISHING = frozenset({Purpose.PUBLISH_TEXT, Purpose.PUBLISH_PICTURE, Purpose.PUBLISH_THANKS})
TOLD_OTHERS = PUBLISHING | {Purpose.SHARE}
"""What a guardian's half of the sheet stops: whatever lets anybody but us know of the wish."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentTerms:
    """What was ticked and said on one day: valid from `given_on` to before `expires_on`.

    Raises ConsentOver, ConsentTooLong, ChildSaidNo, and what `clean_text` raises.
    """

    purposes: frozenset[Purpose]
    notice_version: str
    child_agreed: bool
    given_on: date
    expires_on: date
    guardian: GuardianKind | None = None

    def __post_init__(self) -> None:
        version = clean_text(self.notice_version, most=MOST_NOTICE_VERSION)
        object.__setattr__(self, "notice_version", version)
        if self.expires_on <= self.given_on:
            raise ConsentOver(field="expires_on")
        if (self.expires_on - self.given_on).days > LONGEST_DAYS:
            raise ConsentTooLong(field="expires_on")
        if self.purposes & PUBLISHING and not self.child_agreed:
            raise ChildSaidNo(field="child_agreed")

    def check_day(self, today: date) -> None:
        """Require that it holds on the day it is recorded."""
        if self.given_on > today:
            raise ConsentNotYetGiven(field="given_on")
        if self.expires_on <= today:
            raise ConsentOver(field="expires_on")


def state_after_withdrawal(state: WishState, withdrawn: Collection[Purpose]) -> WishState:
    """Where a wish is once the consents for `withdrawn` are taken back.

    Nothing of it renders from then on, whatever its state: visibility asks for the consents. Here is
    only what the desk does with it. Refusing costs nothing: where only its publication is refused, a
    wish waits, is lit, bought and delivered like any other, unseen. Without consent to handle it at
    all, what is not yet bought ends, and its money goes back.
    """
    unbought = {WishState.DRAFT, WishState.REVIEWED, WishState.OPEN, WishState.LIT}
    if state in unbought and Purpose.PROCESS in withdrawn:
        return WishState.WITHDRAWN
    return state
