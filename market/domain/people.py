"""People: their roles, the rule of two people, and what a password must be."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from enum import StrEnum
from itertools import pairwise

from market.domain.errors import N_, Forbidden, Invalid

LEAST_USERNAME = 2
MOST_USERNAME = 40
LEAST_PASSWORD = 10
MOST_PASSWORD = 128
_LEAST_DISTINCT = 5
_SHORTEST_NAME = 4
_ROWS = ("0123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm")
_LONGEST_RUN = 6
# What people reach for first; digits and signs around the word do not make it better.
_COMMON = """
    password passwd pass passwort admin administrator root welcome letmein iloveyou monkey dragon
    sunshine princess football baseball superman batman master shadow secret changeme default
    qwerty qwert asdf asdfgh zxcvbn zxcvbnm qazwsx qazwsxedc woaini woaiwojia woxihuanni nihao
    mima wodemima zhongguo china nanjing beijing xinyuan yuanwang market wish volunteer shequ
    community test user guest hello login abc abcd abcdef love
"""
_COMMON_WORDS = frozenset(_COMMON.split())


class Role(StrEnum):
    """What a person does in one community; one person may hold several."""

    VOLUNTEER = "volunteer"
    TREASURER = "treasurer"
    SOCIAL_WORKER = "social_worker"
    REVIEWER = "reviewer"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"

    @property
    def label(self) -> str:
        """The Chinese name, for translation."""
        return _ROLE_LABELS[self]


_ROLE_LABELS = {
    Role.VOLUNTEER: N_("志愿者"),
    Role.TREASURER: N_("财务"),
    Role.SOCIAL_WORKER: N_("社工"),
    Role.REVIEWER: N_("复核人"),
    Role.AUDITOR: N_("监督员"),
    Role.ADMINISTRATOR: N_("管理员"),
}


class SamePerson(Forbidden):
    """Somebody approves what they proposed."""

    sentence = N_("提出人和批准人不能是同一个人，请换一位同事来批准。")


class PayeeMayNotApprove(Forbidden):
    """The person who gets the money proposes or approves it."""

    sentence = N_("收款人不能提出或批准给自己的款项，请由另外两位同事办理。")


class RelativeMayNotApprove(Forbidden):
    """A declared relative of the person who gets the money proposes or approves it."""

    sentence = N_("收款人的亲属不能提出或批准这笔款项，请换一位同事。")


class UsernameUnusable(Invalid):
    """A name nobody could type again, or that could be taken for another."""

    sentence = N_("用户名请用 2 到 40 个字母、数字或汉字，中间不要有空格。")


class PasswordTooShort(Invalid):
    """Quick to guess by trying."""

    sentence = N_("密码太短了，至少要 %(least)s 个字符；几个不相干的词连起来就很好。")


class PasswordTooLong(Invalid):
    """Longer than is worth hashing."""

    sentence = N_("密码太长了，最多 %(most)s 个字符。")


class PasswordIsTheName(Invalid):
    """Made of the user's name."""

    sentence = N_("密码里不能包含用户名，请换一个。")


class PasswordTooCommon(Invalid):
    """Among the first anybody would try."""

    sentence = N_("这个密码太容易被猜到，请换一个，比如几个不相干的词连起来。")


def two_people(
    proposer_id: int,
    approver_id: int,
    *,
    payee_user_id: int | None = None,
    relatives: Collection[int] = frozenset(),
) -> None:
    """Require two people, neither of them the payee or one of the payee's declared `relatives`.

    Raises SamePerson, PayeeMayNotApprove, RelativeMayNotApprove.
    """
    if proposer_id == approver_id:
        raise SamePerson
    if payee_user_id in {proposer_id, approver_id}:
        raise PayeeMayNotApprove
    if {proposer_id, approver_id} & set(relatives):
        raise RelativeMayNotApprove


def normal_username(username: str) -> str:
    """The form that is kept and looked up: case and width do not matter.

    Raises UsernameUnusable.
    """
    normal = folded_username(username)
    if not LEAST_USERNAME <= len(normal) <= MOST_USERNAME:
        raise UsernameUnusable
    if not all(sign.isalnum() or sign in "._-" for sign in normal):
        raise UsernameUnusable
    return normal


def folded_username(username: str) -> str:
    """A username as somebody types it who signs in, in the form that is looked up."""
    return unicodedata.normalize("NFKC", username).casefold().strip()


def normal_password(password: str) -> str:
    """The form that is hashed: NFKC, so that a full-width keyboard types the same password."""
    return unicodedata.normalize("NFKC", password)


def check_password(password: str, *, username: str) -> None:
    """Refuse a password that is short, long, the user's name, or among the first to be tried.

    Length over composition, as NIST SP 800-63B advises. Raises PasswordTooShort, PasswordTooLong,
    PasswordIsTheName, PasswordTooCommon.
    """
    plain = normal_password(password)
    if len(plain.strip()) < LEAST_PASSWORD:
        raise PasswordTooShort(least=LEAST_PASSWORD)
    if len(plain) > MOST_PASSWORD:
        raise PasswordTooLong(most=MOST_PASSWORD)
    folded, name = plain.casefold(), normal_password(username).casefold().strip()
    if len(name) >= _SHORTEST_NAME and name in folded:
        raise PasswordIsTheName
    if _is_common(folded):
        raise PasswordTooCommon


def _is_common(folded: str) -> bool:
    word = "".join(sign for sign in folded if sign.isalpha())
    return (
        folded.isdigit()
        or len(set(folded)) < _LEAST_DISTINCT
        or word in _COMMON_WORDS
        or _left_of_runs(folded) < _LONGEST_RUN
    )


def _left_of_runs(folded: str) -> int:
    """How many signs are left when each run along a keyboard row counts as one."""
    return len(folded) - sum(_neighbours(one, other) for one, other in pairwise(folded))


def _neighbours(one: str, other: str) -> bool:
    return one == other or any(one + other in row or other + one in row for row in _ROWS)
