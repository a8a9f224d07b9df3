"""Consignment: what a consignor is owed for what was sold, and what of it a refund takes back."""

from __future__ import annotations

from dataclasses import dataclass

from market.domain.errors import N_, Invalid
from market.domain.money import Money, check_minor

WHOLE_BP = 10_000
"""Basis points in a whole: 100 %."""


class TermsUnclear(Invalid):
    """Neither a share nor a fixed sum, or both."""

    sentence = N_("寄售约定要么按比例，要么按每件固定金额，请二选一。")


class ShareOutOfRange(Invalid):
    """A share below nothing or above all."""

    sentence = N_("寄售比例要在 0 到 100%% 之间，请重新填写。")


class PriceBelowFloor(Invalid):
    """Cheaper than agreed with the consignor."""

    sentence = N_("售价不能低于与寄售人约定的最低价 %(floor)s，请改价。")


class FixedAbovePrice(Invalid):
    """The consignor would be owed more than the piece costs."""

    sentence = N_("每件应付寄售人 %(fixed)s，售价不能比它低，请改价。")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsignorTerms:
    """What was agreed with a consignor: a share in basis points, or a fixed sum per piece.

    `floor_minor` is the lowest price of a piece. Raises TermsUnclear, ShareOutOfRange, and what
    `check_minor` raises.
    """

    consignor_id: int
    share_bp: int | None = None
    fixed_minor: int | None = None
    floor_minor: int | None = None

    def __post_init__(self) -> None:
        if (self.share_bp is None) == (self.fixed_minor is None):
            raise TermsUnclear
        if self.share_bp is not None and not _is_share(self.share_bp):
            raise ShareOutOfRange
        for agreed_minor in (self.fixed_minor, self.floor_minor):
            if agreed_minor is not None:
                check_minor(agreed_minor)

    def require_price(self, unit_price_minor: int) -> None:
        """Refuse a price the terms do not allow: PriceBelowFloor, FixedAbovePrice."""
        if self.floor_minor is not None and unit_price_minor < self.floor_minor:
            raise PriceBelowFloor(floor=Money(self.floor_minor))
        if self.fixed_minor is not None and unit_price_minor < self.fixed_minor:
            raise FixedAbovePrice(fixed=Money(self.fixed_minor))

    def owed_minor(self, amount_minor: int, *, quantity: int) -> int:
        """Owed for `quantity` pieces sold for `amount_minor` in all; a share is rounded up.

        Never more than the amount, so that the net never falls below zero.
        """
        if self.share_bp is not None:
            return -(-amount_minor * self.share_bp // WHOLE_BP)
        return min((self.fixed_minor or 0) * quantity, amount_minor)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRest:
    """What is left of a sale line after its refunds: pieces, amount, and the consignor's part."""

    quantity: int
    amount_minor: int
    consignor_minor: int

    @property
    def net_minor(self) -> int:
        """What is left for the market."""
        return self.amount_minor - self.consignor_minor

    def after(self, terms: ConsignorTerms | None, *, quantity: int, amount_minor: int) -> LineRest:
        """What is left once these pieces and this amount, both within the rest, are paid back.

        The consignor gives back ceil(before) − ceil(after) of a share, or the fixed sum of each
        piece: never more than is paid back, and beyond a piece's sum only what the market's own
        part cannot bear.
        """
        part = 0
        if terms is not None:
            left = terms.owed_minor(
                self.amount_minor - amount_minor, quantity=self.quantity - quantity
            )
            part = min(self.consignor_minor - left, amount_minor)
        return LineRest(
            quantity=self.quantity - quantity,
            amount_minor=self.amount_minor - amount_minor,
            consignor_minor=self.consignor_minor - part,
        )


def _is_share(share_bp: int) -> bool:
    return type(share_bp) is int and 0 <= share_bp <= WHOLE_BP
