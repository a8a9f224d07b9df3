"""What a fund's money is for; it goes to nothing else."""

from __future__ import annotations

from enum import StrEnum

from market.domain.errors import N_


class FundPurpose(StrEnum):
    """One purpose for each fund, for good."""

    WISHES = "wishes"
    ENTERPRISE = "enterprise"
    RUNNING_COSTS = "running_costs"

    @property
    def label(self) -> str:
        """The Chinese name, for translation."""
        return _LABELS[self]


_LABELS = {
    FundPurpose.WISHES: N_("点亮微心愿"),
    FundPurpose.ENTERPRISE: N_("支持残疾人创业"),
    FundPurpose.RUNNING_COSTS: N_("市集运营成本"),
}
