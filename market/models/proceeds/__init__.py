"""Where the money goes: allocations, wishes, consents."""

from market.models.proceeds.allocations import (
    Allocation,
    AllocationReturn,
    Proposal,
    ProposalDecision,
    ProposalItem,
)
from market.models.proceeds.consents import (
    Consent,
    ConsentWithdrawal,
    PublicationStop,
    StopCode,
)
from market.models.proceeds.desk import PurchaseItem, RefusedWish, WishListRow
from market.models.proceeds.holds import WishHold
from market.models.proceeds.lighting import (
    LightingDecision,
    LightingLine,
    LightingOutcome,
    LightingPlan,
    LightingRun,
)
from market.models.proceeds.pictures import WishPicture
from market.models.proceeds.thanks import WishThanks
from market.models.proceeds.wishes import (
    Companions,
    Wish,
    WishCost,
    WishPriority,
    WishReview,
    WishStep,
)

__all__ = [
    "Allocation",
    "AllocationReturn",
    "Companions",
    "Consent",
    "ConsentWithdrawal",
    "LightingDecision",
    "LightingLine",
    "LightingOutcome",
    "LightingPlan",
    "LightingRun",
    "Proposal",
    "ProposalDecision",
    "ProposalItem",
    "PublicationStop",
    "PurchaseItem",
    "RefusedWish",
    "StopCode",
    "Wish",
    "WishCost",
    "WishHold",
    "WishListRow",
    "WishPicture",
    "WishPriority",
    "WishReview",
    "WishStep",
    "WishThanks",
]
