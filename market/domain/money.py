"""Money in whole minor units: amounts, shares that lose nothing, and what people type."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from market.domain.errors import N_, Invalid

MINOR_PER_YUAN = 100
MOST_MINOR = 100_000_000
"""¥1,000,000: the largest single amount a person may type or a sale may come to."""
MOST_TOTAL_MINOR = 10**15
"""The largest sum kept anywhere; exact in SQLite, PostgreSQL and JavaScript alike."""
MOST_COUNT = 999
"""The largest quantity on one sale line."""

_LONGEST_TYPED = 40
_FULL_WIDTH = str.maketrans(
    {**{chr(ord("０") + digit): str(digit) for digit in range(10)}, "，": ",", "．": "."}
    | {"。": ".", "｡": ".", "－": "-", "−": "-", "–": "-"}
)
_CURRENCY = re.compile(r"^(?P<sign>-?)\s*[¥￥]?\s*(?P<body>-?[^¥￥元]*?)\s*元?$")
_AMOUNT = re.compile(r"^(?P<yuan>[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)?(?:\.(?P<fen>[0-9]*))?$")
_COUNT = re.compile(r"^-?[0-9]+$")


class AmountNotWhole(Invalid):
    """An amount in code or JSON that is not an int: a float, a boolean, a text."""

    sentence = N_("金额必须是以分为单位的整数。")


class AmountUnreadable(Invalid):
    """What was typed is no amount."""

    sentence = N_("没看懂这个金额，请只用数字填写，例如 12.50。")


class AmountMissing(AmountUnreadable):
    """The field was left empty."""

    sentence = N_("还没有填写金额，请补上，例如 12.50。")


class AmountTooFine(Invalid):
    """More than two decimals."""

    sentence = N_("金额最多写到分，请保留两位小数，例如 12.50。")


class AmountNegative(Invalid):
    """Below zero."""

    sentence = N_("金额不能是负数，请去掉负号。")


class AmountTooSmall(Invalid):
    """Below the least amount allowed here (often: zero where something must be paid)."""

    sentence = N_("金额至少是 %(least)s，请重新填写。")


class AmountTooLarge(Invalid):
    """Above the most allowed here."""

    sentence = N_("金额太大了，最多是 %(most)s，请检查是不是多打了几位。")


class CountUnreadable(Invalid):
    """What was typed is no whole number."""

    sentence = N_("没看懂这个数量，请填写整数，例如 2。")


class CountOutOfRange(Invalid):
    """A quantity below one or absurdly large."""

    sentence = N_("数量要在 %(least)s 到 %(most)s 之间，请重新填写。")


class NothingToShareBy(Invalid):
    """Weights that are empty, negative, or all zero."""

    sentence = N_("没有可用的分配比例，请至少填写一个大于 0 的比例。")


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount of minor units (fen); negative where a difference is meant."""

    minor: int

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise AmountNotWhole

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + other.minor)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - other.minor)

    def __neg__(self) -> Money:
        return Money(-self.minor)

    def __str__(self) -> str:
        """For logs and the command line; pages write money in their own way."""
        return f"¥{self.yuan}"

    @property
    def yuan(self) -> str:
        """The amount as plain text, '12.50'; the inverse of `parse_amount`."""
        yuan, fen = divmod(abs(self.minor), MINOR_PER_YUAN)
        return f"{'-' if self.minor < 0 else ''}{yuan}.{fen:02d}"

    def share(self, weights: Sequence[int]) -> list[Money]:
        """Split by `weights`, losing nothing: `Money(100).share([1, 1, 1])` is 34, 33, 33.

        Largest remainder method: every part is within one fen of its exact share, and the fen left
        over go to the largest remainders, the earlier part first.
        Raises NothingToShareBy if no weight is positive or one is negative.
        """
        whole = sum(weights)
        if whole <= 0 or min(weights) < 0:
            raise NothingToShareBy
        if self.minor < 0:
            return [-part for part in (-self).share(weights)]
        parts = [self.minor * weight // whole for weight in weights]
        by_remainder = sorted(
            range(len(weights)), key=lambda place: -(self.minor * weights[place] % whole)
        )
        for place in by_remainder[: self.minor - sum(parts)]:
            parts[place] += 1
        return [Money(part) for part in parts]


def check_minor(amount_minor: int, *, least_minor: int = 0, most_minor: int = MOST_MINOR) -> int:
    """The amount itself if it is an int of minor units within the bounds.

    Raises AmountNotWhole, AmountNegative, AmountTooSmall, AmountTooLarge.
    """
    if type(amount_minor) is not int:
        raise AmountNotWhole
    if amount_minor < 0 <= least_minor:
        raise AmountNegative
    if amount_minor < least_minor:
        raise AmountTooSmall(least=Money(least_minor))
    if amount_minor > most_minor:
        raise AmountTooLarge(most=Money(most_minor))
    return amount_minor


def parse_amount(text: object, *, least_minor: int = 0, most_minor: int = MOST_MINOR) -> Money:
    """Read an amount of yuan as people type it: '12.5', '￥１，２００。５０', '1,200 元'.

    Full-width digits and signs, thousands commas and a Chinese full stop as the point are fine;
    digits of other scripts, powers of ten and anything else are not.
    Raises AmountUnreadable (AmountMissing if empty), AmountTooFine, AmountNegative, AmountTooSmall,
    AmountTooLarge.
    """
    plain = _half_width(text, unreadable=AmountUnreadable)
    if not plain:
        raise AmountMissing
    dressed = _CURRENCY.match(plain)
    if dressed is None:
        raise AmountUnreadable
    sign, body = dressed["sign"], dressed["body"]
    if not sign and body.startswith("-"):  # ¥-5 is meant like -¥5
        sign, body = "-", body[1:]
    digits = _AMOUNT.match(body)
    if digits is None or not (digits["yuan"] or digits["fen"]):
        raise AmountUnreadable
    return Money(
        check_minor(
            -1 if sign else _minor_of(digits["yuan"] or "0", digits["fen"] or ""),
            least_minor=least_minor,
            most_minor=most_minor,
        )
    )


def parse_count(text: object, *, least: int = 1, most: int = MOST_COUNT) -> int:
    """Read a quantity as people type it, full-width digits included.

    Raises CountUnreadable, CountOutOfRange.
    """
    plain = _half_width(text, unreadable=CountUnreadable)
    if _COUNT.match(plain) is None:
        raise CountUnreadable
    return check_count(int(plain), least=least, most=most)


def check_count(count: int, *, least: int = 1, most: int = MOST_COUNT) -> int:
    """The count itself if it is an int within the bounds; CountUnreadable, CountOutOfRange."""
    if type(count) is not int:
        raise CountUnreadable
    if not least <= count <= most:
        raise CountOutOfRange(least=least, most=most)
    return count


def _half_width(text: object, *, unreadable: type[Invalid]) -> str:
    # JSON may hold a number or a boolean where the page sends text; int() would take either.
    if not isinstance(text, str) or len(text) > _LONGEST_TYPED:
        raise unreadable
    return text.translate(_FULL_WIDTH).strip()


def _minor_of(yuan: str, fen: str) -> int:
    if len(fen) > len("00"):
        raise AmountTooFine
    return int(yuan.replace(",", "")) * MINOR_PER_YUAN + int(fen.ljust(2, "0"))
