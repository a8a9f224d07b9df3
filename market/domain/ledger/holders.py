"""What keeps money, and whom the market may owe."""

from __future__ import annotations

from enum import StrEnum

from market.domain.errors import N_


class HolderKind(StrEnum):
    """What keeps money."""

    CUSTODIAN = "custodian"
    BANK = "bank"
    PLATFORM = "platform"
    CHARITY = "charity"
    PERSON = "person"

    @property
    def label(self) -> str:
        """The Chinese name, for translation."""
        return _HOLDER_LABELS[self]


class PartyKind(StrEnum):
    """Whom the market may owe."""

    CONSIGNOR = "consignor"
    PERSON = "person"
    SUPPLIER = "supplier"

    @property
    def label(self) -> str:
        """The Chinese name, for translation."""
        return _PARTY_LABELS[self]


_HOLDER_LABELS = {
    HolderKind.CUSTODIAN: N_("现金保管人"),
    HolderKind.BANK: N_("银行账户"),
    HolderKind.PLATFORM: N_("收款平台"),
    HolderKind.CHARITY: N_("慈善组织"),
    HolderKind.PERSON: N_("个人代收"),
}
_PARTY_LABELS = {
    PartyKind.CONSIGNOR: N_("寄售人"),
    PartyKind.PERSON: N_("垫付人"),
    PartyKind.SUPPLIER: N_("供应商"),
}
