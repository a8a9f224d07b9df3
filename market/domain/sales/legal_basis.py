"""On what legal basis a market sells for real, and who may then hold its takings."""

from __future__ import annotations

from enum import StrEnum

from market.domain.errors import N_
from market.domain.ledger.holders import HolderKind


class BasisKind(StrEnum):
    """How a market is lawful: with a charity, by pledge, or as mutual aid.

    Asked in this order, the first yes decides.
    """

    CHARITY = "A"
    PLEDGE = "B"
    MUTUAL_AID = "C"

    @property
    def label(self) -> str:
        """The Chinese name, for translation."""
        return _LABELS[self]

    @property
    def holders(self) -> frozenset[HolderKind]:
        """Whose the takings may be: with a charity they are all that charity's."""
        return _HOLDERS[self]


_LABELS = {
    BasisKind.CHARITY: N_("与慈善组织合作"),
    BasisKind.PLEDGE: N_("承诺义卖，按约移交"),
    BasisKind.MUTUAL_AID: N_("社区内互助"),
}
_HOLDERS = {
    BasisKind.CHARITY: frozenset({HolderKind.CHARITY}),
    BasisKind.PLEDGE: frozenset({HolderKind.BANK, HolderKind.CHARITY}),
    BasisKind.MUTUAL_AID: frozenset({HolderKind.BANK}),
}

CODE_HOLDERS = frozenset(
    {HolderKind.PLATFORM, HolderKind.BANK, HolderKind.CHARITY, HolderKind.PERSON}
)
"""Who may hold a payment code; a person only on behalf, with a day on which it is handed over."""
