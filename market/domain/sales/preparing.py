"""What a market day still needs before it may sell for real."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from market.domain.errors import N_
from market.domain.sales.legal_basis import BasisKind


class Need(StrEnum):
    """Something without which a market does not open, in the order it is seen to."""

    BASIS = "basis"
    HOLDER = "holder"
    FILING = "filing"
    SPLIT = "split"
    STALLS = "stalls"
    LISTINGS = "listings"

    @property
    def label(self) -> str:
        """What it is called in a sentence, for translation."""
        return _LABELS[self]


_LABELS = {
    Need.BASIS: N_("活动依据"),
    Need.HOLDER: N_("一个没有停用的款项归属账户"),
    Need.FILING: N_("备案编号"),
    Need.SPLIT: N_("款项分配"),
    Need.STALLS: N_("摊位"),
    Need.LISTINGS: N_("摊位上的商品或服务"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """How far a market day is prepared. `basis` is None until it is said."""

    held_on: date
    basis: BasisKind | None
    filing_number: str
    holders_stand: bool
    shares: int
    stalls: int
    listings: int

    def needs(self, *, today: date) -> tuple[Need, ...]:
        """What is missing to open; empty when the market may open.

        A filing number may be pending until the day before the market.
        """
        wanting = {
            Need.BASIS: self.basis is None,
            Need.HOLDER: self.basis is not None and not self.holders_stand,
            Need.FILING: self.filing_pending and today >= self.held_on,
            Need.SPLIT: not self.shares,
            Need.STALLS: not self.stalls,
            Need.LISTINGS: bool(self.stalls) and not self.listings,
        }
        return tuple(need for need, missing in wanting.items() if missing)

    @property
    def filing_pending(self) -> bool:
        """Whether a charity's market still waits for the number of its filing."""
        return self.basis is BasisKind.CHARITY and not self.filing_number
